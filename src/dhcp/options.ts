/** Values of DHCP options, read from and written to bytes (RFC 2132). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import { type Options, option } from './message.js'

/** Option 53, or 0 where the message has none (BOOTP). */
export function typeOf(options: Options): number {
  return options.get(option.messageType)?.[0] ?? 0
}

/** The first address of the option; undefined when it is absent or shorter than four bytes. */
export function addressOf(options: Options, code: number): Ipv4 | undefined {
  const bytes = options.get(code)
  return bytes !== undefined && bytes.length >= 4 ? bytes.readUInt32BE(0) : undefined
}

/**
 * The option as printable ASCII: clients end it with NUL or blanks, and strangers put anything into it,
 * so it is cut at the first NUL, other characters become `?`, and 64 characters are kept.
 */
export function textOf(options: Options, code: number): string | undefined {
  const bytes = options.get(code)
  if (bytes === undefined) return undefined
  let isPlain = true
  let end = 0
  for (; end < bytes.length && end < maximumText; end += 1) {
    const character = bytes[end] ?? 0
    if (character === 0) break
    isPlain &&= character > 0x20 && character < 0x7f
  }
  const text = bytes.toString('latin1', 0, end)
  if (isPlain) return text === '' ? undefined : text
  const trimmed = text.trim()
  return trimmed === '' ? undefined : trimmed.replaceAll(unprintable, '?')
}

export function uint32Bytes(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value, 0)
  return bytes
}

const maximumText = 64 // a host name label has 63, vendor classes of phones at most 52
const unprintable = /[^\x20-\x7e]/g
