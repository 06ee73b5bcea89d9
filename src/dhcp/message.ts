/** A DHCP message (RFC 2131 §2, RFC 2132). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'

/**
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |     op (1)    |   htype (1)   |   hlen (1)    |   hops (1)    |   0
 * +---------------+---------------+---------------+---------------+
 * |                            xid (4)                            |   4
 * +-------------------------------+-------------------------------+
 * |           secs (2)            |           flags (2)           |   8
 * +-------------------------------+-------------------------------+
 * |                          ciaddr  (4)                          |  12
 * |                          yiaddr  (4)                          |  16
 * |                          siaddr  (4)                          |  20
 * |                          giaddr  (4)                          |  24
 * |                          chaddr  (16)                         |  28
 * |                          sname   (64)                         |  44
 * |                          file    (128)                        | 108
 * +---------------------------------------------------------------+
 * |          magic cookie 99.130.83.99, then the options          | 236
 * +---------------------------------------------------------------+
 */
export interface Message {
  readonly op: number // 1 request, 2 reply
  readonly htype: number // 1 Ethernet
  readonly hlen: number // bytes of chaddr that count, at most 16
  readonly hops: number
  readonly xid: number
  readonly secs: number // seconds
  readonly flags: number
  readonly ciaddr: Ipv4
  readonly yiaddr: Ipv4
  readonly siaddr: Ipv4
  readonly giaddr: Ipv4
  readonly chaddr: Buffer // 16 bytes
  readonly sname: Buffer // 64 bytes, or none
  readonly file: Buffer // 128 bytes, or none
  readonly options: Options
}

/** By code, in the order of the wire; the parts of a split option are joined (RFC 3396). */
export type Options = ReadonlyMap<number, Buffer>

export const bootRequest = 1
export const bootReply = 2
export const ethernet = 1 // htype
export const broadcastFlag = 0x8000
export const magicCookie = 0x63_82_53_63

/** DHCP message type, the value of option 53 (RFC 2132 §9.6). */
export const messageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const

/** Option codes by their names in RFC 2132 and its successors. */
export const option = {
  pad: 0,
  subnetMask: 1,
  router: 3,
  domainNameServer: 6,
  hostName: 12,
  domainName: 15,
  broadcastAddress: 28,
  ntpServers: 42,
  vendorSpecific: 43,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  message: 56,
  maximumMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServerName: 66,
  bootfileName: 67,
  rapidCommit: 80, // RFC 4039
  relayAgentInformation: 82, // RFC 3046
  subnetSelection: 118, // RFC 3011
  end: 255,
} as const
