/** Bytes to a DHCP message (RFC 2131 §2, §4.1; RFC 2132 §9.3 overload; RFC 3396 split options). No I/O. */

import { type Message, magicCookie, option } from './message.js'

/** Why a datagram is no DHCP message. */
export type Defect = 'short' | 'long' | 'op' | 'hlen' | 'cookie' | 'options'

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
  const split = new Map<number, Buffer[]>()
  let room = readOptions(bytes, optionsStart, bytes.length, options, split, mostOptions)
  const overload = options.get(option.overload)?.[0] ?? 0
  // RFC 3396 §5: the file field is read before sname
  if (overload & 1) room = readOptions(bytes, 108, 236, options, split, room)
  if (overload & 2) readOptions(bytes, 44, 108, options, split, room)
  for (const [code, parts] of split) options.set(code, Buffer.concat(parts))
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
const maximumLength = 4096 // bytes: more than any MTU on a phone's way
/** One costs as much as the rest of a message; there are 254 codes, clients send some twenty. */
const mostOptions = 256
const none = Buffer.alloc(0)

/** Enters the options of one field; `split` takes all parts of an option that came before. Returns how many more there may be. */
function readOptions(
  bytes: Buffer,
  start: number,
  end: number,
  into: Map<number, Buffer>,
  split: Map<number, Buffer[]>,
  most: number,
): number {
  let room = most
  let at = start
  while (at < end) {
    const code = bytes[at] ?? option.end
    if (code === option.end) break
    if (code === option.pad) {
      at += 1
      continue
    }
    const next = at + 2 + (bytes[at + 1] ?? 0)
    if (at + 2 > end || next > end) break
    if (room === 0) throw new MalformedMessage('options')
    room -= 1
    enter(code, bytes.subarray(at + 2, next), into, split)
    at = next
  }
  return room
}

/** Parts are joined once, when all are known: joining each to the ones before would cost the square of their number. */
function enter(code: number, value: Buffer, into: Map<number, Buffer>, split: Map<number, Buffer[]>): void {
  const earlier = into.get(code)
  if (earlier === undefined) into.set(code, value)
  else {
    const parts = split.get(code)
    if (parts === undefined) split.set(code, [earlier, value])
    else parts.push(value)
  }
}
