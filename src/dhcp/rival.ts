/** Another DHCP server on the LAN: the question that makes it speak, and how its words are told from ours (RFC 2131 §4.3). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import { bootReply, bootRequest, broadcastFlag, ethernet, type Message, messageType, option } from './message.js'
import { addressOf, typeOf } from './options.js'
import type { ServerPlan } from './plan.js'

export interface Rival {
  readonly server: Ipv4 // as it names itself
  readonly offered: Ipv4 // yiaddr; 0 in a NAK
  readonly type: 'DHCPOFFER' | 'DHCPACK' | 'DHCPNAK'
}

export interface Probe {
  readonly mac: Mac // of no real device
  readonly xid: number // 32 bits
  readonly vendorClass: string // option 60
}

/** The host name of a probe, for who wonders in the other server's log. */
export const probeName = 'option66-probe'

/**
 * A DISCOVER as a phone sends it, never followed by a REQUEST: a server that offers has given nothing away.
 * It names the vendor class of phones because what matters is who else answers phones: a server that leaves
 * them to us is no rival, and one that answers nothing but phones is.
 */
export function probeMessage({ mac, xid, vendorClass }: Probe): Message {
  const chaddr = Buffer.alloc(16)
  chaddr.write(mac, 'hex')
  return {
    op: bootRequest,
    htype: ethernet,
    hlen: 6,
    hops: 0,
    xid,
    secs: 0,
    flags: broadcastFlag, // what is sent to the address on offer, nobody hears
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr,
    sname: Buffer.alloc(64),
    file: Buffer.alloc(128),
    options: new Map([
      [option.messageType, Buffer.from([messageType.discover])],
      [option.hostName, Buffer.from(probeName)],
      [option.parameterRequestList, Buffer.from(asked)],
      [option.vendorClass, Buffer.from(vendorClass)],
    ]),
  }
}

/** The server behind an OFFER, ACK or NAK from `source`; undefined when it is ours, or no server's message at all. */
export function rivalBehind(message: Message, source: Ipv4, own: Ipv4): Rival | undefined {
  const type = answerName(typeOf(message.options))
  if (message.op !== bootReply || type === undefined) return undefined
  // not siaddr, which is the next server to boot from: another DHCP server may well name ours there
  const server = addressOf(message.options, option.serverIdentifier) || source
  return server === own ? undefined : { server, offered: message.yiaddr, type }
}

/** The plan, but deaf to our own probe: no answer to it, no address held for it, whoever else is served. */
export function deafToProbe(plan: ServerPlan, probe: Mac): ServerPlan {
  return { ...plan, client: (mac, vendorClass) => (mac === probe ? undefined : plan.client(mac, vendorClass)) }
}

/** What phones ask for. */
const asked = [
  option.subnetMask,
  option.router,
  option.domainNameServer,
  option.hostName,
  option.domainName,
  option.broadcastAddress,
  option.ntpServers,
  option.vendorSpecific,
  option.tftpServerName,
  option.bootfileName,
]

function answerName(type: number): Rival['type'] | undefined {
  switch (type) {
    case messageType.offer:
      return 'DHCPOFFER'
    case messageType.ack:
      return 'DHCPACK'
    case messageType.nak:
      return 'DHCPNAK'
    default:
      return undefined
  }
}
