/** Bytes to a DHCP message (RFC 2131 §2, §4.1; RFC 2132 §9.3 overload; RFC 3396 split options). No I/O. */

import { type Message, magicCookie, option } from './message.js'

/** Why a datagram is no DHCP message. */
export type Defect = 'short' | 'long' | 'op' | 'hlen' | 'cookie'

export class MalformedMessage extends Error {
  readonly defect: Defect

  constructor(defect: Defect) {
    super(`no DHCP message: ${defect}`)
    this.defect = defect
  }
}

/**
 * Liberal: padding anywhere, a missing END, an option cut off by the end of the datagram (dropped) are all accepted.
 * The buffers of the result are views of `bytes`.
 * @throws MalformedMessage and nothing else
 */
export function decodeMessage(bytes: Buffer): Message {
  if (bytes.length < optionsStart) throw new MalformedMessage('short')
  if (bytes.length > maximumLength) throw new MalformedMessage('long')
  const op = bytes.readUInt8(0)
  const hlen = bytes.readUInt8(2)
  if (op !== 1 && op !== 2) throw new MalformedMessage('op')
  if (hlen > 16) throw new MalformedMessage('hlen')
  if (bytes.readUInt32BE(236) !== magicCookie) throw new MalformedMessage('cookie')
  const options = new Map<number, Buffer>()
  readOptions(bytes, optionsStart, bytes.length, options)
  const overload = options.get(option.overload)?.[0] ?? 0
  // RFC 3396 §5: the file field is read before sname
  if (overload & 1) readOptions(bytes, 108, 236, options)
  if (overload & 2) readOptions(bytes, 44, 108, options)
  return {
    op,
    htype: bytes.readUInt8(1),
    hlen,
    hops: bytes.readUInt8(3),
    xid: bytes.readUInt32BE(4),
    secs: bytes.readUInt16BE(8),
    flags: bytes.readUInt16BE(10),
    ciaddr: bytes.readUInt32BE(12),
    yiaddr: bytes.readUInt32BE(16),
    siaddr: bytes.readUInt32BE(20),
    giaddr: bytes.readUInt32BE(24),
    chaddr: bytes.subarray(28, 44),
    sname: overload & 2 ? none : bytes.subarray(44, 108),
    file: overload & 1 ? none : bytes.subarray(108, 236),
    options,
  }
}

const optionsStart = 240
/** More than any MTU on a phone's way; joining the parts of split options costs the square of it. */
const maximumLength = 4096
const none = Buffer.alloc(0)

function readOptions(bytes: Buffer, start: number, end: number, into: Map<number, Buffer>): void {
  let at = start
  while (at < end) {
    const code = bytes[at] ?? option.end
    if (code === option.end) return
    if (code === option.pad) {
      at += 1
      continue
    }
    const next = at + 2 + (bytes[at + 1] ?? 0)
    if (at + 2 > end || next > end) return
    const value = bytes.subarray(at + 2, next)
    const earlier = into.get(code)
    into.set(code, earlier === undefined ? value : Buffer.concat([earlier, value]))
    at = next
  }
}
