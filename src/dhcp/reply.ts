/** What stands in a reply, and where it goes (RFC 2131 §4.1, §4.3.1 table 3). No I/O. */

import { type Ipv4, ipv4Bytes, limitedBroadcast } from '../address/ipv4.js'
import { rebindingPart, renewalPart } from './client.js'
import { optionLength, optionsLength } from './encode.js'
import { bootReply, broadcastFlag, type Message, messageType, type Options, option } from './message.js'
import { uint32Bytes } from './options.js'

export type ReplyType = typeof messageType.offer | typeof messageType.ack | typeof messageType.nak

export interface ReplyTerms {
  readonly type: ReplyType
  readonly server: Ipv4 // option 54
  readonly address: Ipv4 // yiaddr; 0 in a NAK and in the answer to INFORM
  readonly times?: Options | undefined // 51, 58 and 59; absent in a NAK and in the answer to INFORM
  readonly standard: Options // sent when asked for, or when nothing is asked
  readonly forced: Options // sent in any case
  readonly text?: string // option 56, for a NAK
}

export function buildReply(request: Message, terms: ReplyTerms): Message {
  const isNak = terms.type === messageType.nak
  return {
    op: bootReply,
    htype: request.htype,
    hlen: request.hlen,
    hops: 0,
    xid: request.xid,
    secs: 0,
    // RFC 2131 §4.3.2: the relay must broadcast a NAK, as the client may not have a usable address
    flags: isNak && request.giaddr !== 0 ? request.flags | broadcastFlag : request.flags,
    ciaddr: terms.type === messageType.ack ? request.ciaddr : 0,
    yiaddr: terms.address,
    siaddr: 0,
    giaddr: request.giaddr,
    chaddr: request.chaddr,
    sname: nothing,
    file: nothing,
    options: isNak ? nakOptions(request, terms) : replyOptions(request, terms),
  }
}

/**
 * Where a reply goes (RFC 2131 §4.1). A client without an address would need an entry in the ARP table that only
 * the superuser can make; it gets a broadcast, which the RFC allows.
 */
export function destination(reply: Message, type: ReplyType, serverPort: number): { address: Ipv4; port: number } {
  if (reply.giaddr !== 0) return { address: reply.giaddr, port: serverPort }
  if (type === messageType.nak || reply.ciaddr === 0) return { address: limitedBroadcast, port: serverPort + 1 }
  return { address: reply.ciaddr, port: serverPort + 1 }
}

const nothing = Buffer.alloc(0)
const none: Options = new Map()

/** Options 51, 58 and 59, the same for every lease of that length. `leaseTime` in seconds. */
export function leaseTimes(leaseTime: number): Options {
  return new Map([
    [option.leaseTime, uint32Bytes(leaseTime)],
    [option.renewalTime, uint32Bytes(Math.floor(leaseTime * renewalPart))],
    [option.rebindingTime, uint32Bytes(Math.floor(leaseTime * rebindingPart))],
  ])
}

const typeBytes: Readonly<Record<ReplyType, Buffer>> = {
  [messageType.offer]: Buffer.from([messageType.offer]),
  [messageType.ack]: Buffer.from([messageType.ack]),
  [messageType.nak]: Buffer.from([messageType.nak]),
}

/** 53, 54 and 51 first: some clients read no further than they must. */
function head(terms: ReplyTerms): Map<number, Buffer> {
  const options = new Map<number, Buffer>()
  options.set(option.messageType, typeBytes[terms.type])
  options.set(option.serverIdentifier, ipv4Bytes(terms.server))
  for (const [code, value] of terms.times ?? none) options.set(code, value)
  if (terms.text !== undefined) options.set(option.message, Buffer.from(terms.text, 'utf8'))
  return options
}

/** What the client or relay must find again: 61 (RFC 6842), 118 (RFC 3011), and 82 last of all (RFC 3046 §2.2). */
const echoed = [option.clientIdentifier, option.subnetSelection, option.relayAgentInformation]

function echo(request: Message, into: Map<number, Buffer>): void {
  for (const code of echoed) {
    const value = request.options.get(code)
    if (value !== undefined) into.set(code, value)
  }
}

function nakOptions(request: Message, terms: ReplyTerms): Options {
  const options = head(terms)
  echo(request, options)
  return options
}

/** What is asked for comes in the client's order of preference; what does not fit is left out from the end. */
function replyOptions(request: Message, terms: ReplyTerms): Options {
  const options = head(terms)
  let room = maximumLength(request) - 240 - 1 - optionsLength(options)
  for (const code of echoed) room -= lengthOf(request.options.get(code))
  const add = (code: number): void => {
    const value = terms.forced.get(code) ?? terms.standard.get(code)
    if (value === undefined || options.has(code) || isEchoed(request, code) || optionLength(value) > room) return
    options.set(code, value)
    room -= optionLength(value)
  }
  const asked = request.options.get(option.parameterRequestList)
  // RFC 2132 §3.3: the mask stands before the router, whatever the client prefers
  if (terms.forced.has(option.subnetMask) || asked?.includes(option.subnetMask) !== false) add(option.subnetMask)
  for (const code of asked ?? terms.standard.keys()) add(code)
  for (const code of terms.forced.keys()) add(code)
  echo(request, options)
  return options
}

function isEchoed(request: Message, code: number): boolean {
  return echoed.some(one => one === code) && request.options.has(code)
}

function lengthOf(value: Buffer | undefined): number {
  return value === undefined ? 0 : optionLength(value)
}

/** Bytes of DHCP message the client takes: option 57 counts IP and UDP headers too (RFC 2132 §9.10, RFC 2131 §2). */
function maximumLength(request: Message): number {
  const asked = request.options.get(option.maximumMessageSize)
  const datagram = asked?.length === 2 ? asked.readUInt16BE(0) : 576
  return Math.min(Math.max(datagram, 576), 1500) - 28
}
