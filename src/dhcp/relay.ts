/** What relay agents add, and which link the client is on (RFC 3046, 3527, 5107, 3011). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import { type Message, option } from './message.js'
import { addressOf } from './options.js'

/** Sub-options of option 82. */
const linkSelection = 5 // RFC 3527 §3
const serverIdentifierOverride = 11 // RFC 5107 §4

/**
 * An address on the client's link; undefined when the client is on the server's own link.
 * Link selection goes before subnet selection, and both before giaddr (RFC 3527 §3, RFC 3011 §3).
 */
export function linkAddress(message: Message): Ipv4 | undefined {
  return (
    relayAddress(message, linkSelection) ??
    addressOf(message.options, option.subnetSelection) ??
    (message.giaddr === 0 ? undefined : message.giaddr)
  )
}

/** The address under which the relay wants the server to be known, so that renewals pass through it (RFC 5107). */
export function serverOverride(message: Message): Ipv4 | undefined {
  return relayAddress(message, serverIdentifierOverride)
}

/** The address in that sub-option of option 82. Believed from a relay only: the message must have a giaddr. */
function relayAddress(message: Message, subOption: number): Ipv4 | undefined {
  const information = message.options.get(option.relayAgentInformation)
  if (message.giaddr === 0 || information === undefined) return undefined
  for (let at = 0; at + 2 <= information.length; ) {
    const length = information[at + 1] ?? 0
    const isWhole = at + 2 + length <= information.length
    if (information[at] === subOption) return isWhole && length === 4 ? information.readUInt32BE(at + 2) : undefined
    at += 2 + length
  }
  return undefined
}
