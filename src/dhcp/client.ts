/** Who sent a message, and in which state its client is (RFC 2131 §4.2, §4.3.2). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import { type Mac, macFromBytes } from '../address/mac.js'
import type { Lease } from './lease.js'
import { ethernet, type Message, option } from './message.js'
import { addressOf } from './options.js'

/** Bytes of a client identifier: one option's worth; a key is kept in memory and on disk. */
const longestIdentifier = 255

/**
 * The key of a client: option 61 where it has at least two bytes (RFC 2132 §9.14), else htype and chaddr.
 * Undefined when it says neither, or goes on without end.
 */
export function clientKey(message: Message): string | undefined {
  const identifier = message.options.get(option.clientIdentifier)
  if (identifier !== undefined && identifier.length > longestIdentifier) return undefined
  if (identifier !== undefined && identifier.length >= 2) return `id:${identifier.toString('hex')}`
  if (message.hlen === 0) return undefined
  const mac = clientMac(message)
  if (mac !== undefined) return `hw:01${mac.toLowerCase()}`
  return `hw:${message.htype.toString(16).padStart(2, '0')}${message.chaddr.toString('hex', 0, message.hlen)}`
}

/** chaddr, where it is an Ethernet address. */
export function clientMac(message: Message): Mac | undefined {
  return message.htype === ethernet && message.hlen === 6 ? macFromBytes(message.chaddr) : undefined
}

/** The client's state behind a DHCPREQUEST, with the address it speaks of (RFC 2131 §4.3.2, table 4). */
export type Request =
  | { readonly state: 'selecting'; readonly address: Ipv4 | undefined; readonly server: Ipv4 }
  | { readonly state: 'init-reboot'; readonly address: Ipv4 }
  | { readonly state: 'renewing' | 'rebinding'; readonly address: Ipv4 }
  | { readonly state: 'lost'; readonly address: undefined } // names neither server nor address

/** `ciaddr` tells who asks to go on with an address; only then is there a choice between RENEWING and REBINDING. */
export function readRequest(message: Message): Request {
  const server = addressOf(message.options, option.serverIdentifier)
  const address = addressOf(message.options, option.requestedAddress)
  if (server !== undefined) return { state: 'selecting', address, server }
  if (message.ciaddr !== 0) return { state: 'renewing', address: message.ciaddr }
  if (address !== undefined) return { state: 'init-reboot', address }
  return { state: 'lost', address: undefined }
}

/**
 * RENEWING is unicast and REBINDING broadcast, but a Node socket does not say where a datagram was sent to.
 * The lease does: a client broadcasts from T2 on (RFC 2131 §4.4.5), and so does one whose lease nobody here knows;
 * what a relay passed on was broadcast too.
 */
export function extensionState(message: Message, lease: Lease | undefined, now: number): 'renewing' | 'rebinding' {
  if (message.giaddr !== 0 || lease === undefined) return 'rebinding'
  return now >= lease.start + rebindingPart * (lease.end - lease.start) ? 'rebinding' : 'renewing'
}

/** T1 and T2 as parts of the lease time (RFC 2131 §4.4.5). */
export const renewalPart = 0.5
export const rebindingPart = 0.875
