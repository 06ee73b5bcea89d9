/** A DHCP message to bytes (RFC 2131 §2; RFC 3396 for options past 255 bytes; RFC 1542 §2.1 for the size). No I/O. */

import { type Message, magicCookie, type Options, option } from './message.js'

/** Relays and old firmware drop anything shorter than a BOOTP message. */
const minimumLength = 300

/** A fresh buffer of at least 300 bytes; options stand in the order of the map. */
export function encodeMessage(message: Message): Buffer {
  const length = optionsStart + optionsLength(message.options) + 1
  const bytes = Buffer.allocUnsafe(Math.max(length, minimumLength)).fill(0) // of the pool: cheaper than Buffer.alloc
  bytes.writeUInt8(message.op, 0)
  bytes.writeUInt8(message.htype, 1)
  bytes.writeUInt8(message.hlen, 2)
  bytes.writeUInt8(message.hops, 3)
  bytes.writeUInt32BE(message.xid, 4)
  bytes.writeUInt16BE(message.secs, 8)
  bytes.writeUInt16BE(message.flags, 10)
  bytes.writeUInt32BE(message.ciaddr, 12)
  bytes.writeUInt32BE(message.yiaddr, 16)
  bytes.writeUInt32BE(message.siaddr, 20)
  bytes.writeUInt32BE(message.giaddr, 24)
  message.chaddr.copy(bytes, 28, 0, 16)
  message.sname.copy(bytes, 44, 0, 64)
  message.file.copy(bytes, 108, 0, 128)
  bytes.writeUInt32BE(magicCookie, 236)
  bytes.writeUInt8(option.end, writeOptions(message.options, bytes, optionsStart))
  return bytes
}

const optionsStart = 240

/** Bytes that the option takes on the wire, split where it must be. */
export function optionLength(value: Buffer): number {
  return value.length <= 255 ? value.length + 2 : value.length + 2 * Math.ceil(value.length / 255)
}

/** The same of all options, without END. */
export function optionsLength(options: Options): number {
  let length = 0
  for (const value of options.values()) length += optionLength(value)
  return length
}

function writeOptions(options: Options, bytes: Buffer, start: number): number {
  let at = start
  for (const [code, value] of options) {
    let from = 0
    do {
      const part = Math.min(255, value.length - from)
      bytes[at] = code
      bytes[at + 1] = part
      at += 2
      // byte by byte: values are short, and a call for each costs more
      for (const end = from + part; from < end; from += 1, at += 1) bytes[at] = value[from] ?? 0
    } while (from < value.length)
  }
  return at
}
