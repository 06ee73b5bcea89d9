/** TFTP packets as bytes (RFC 1350 §5, RFC 2347). No I/O. */

/**
 *     opcode  operation
 *             2 bytes    string   1 byte    string   1 byte    string   1 byte   string   1 byte
 *            ┌────────┬───────────┬─────┬────────────┬─────┬───────────┬─────┬───────────┬─────┐
 *     1 RRQ  │ opcode │ file name │  0  │    mode    │  0  │ option 1  │  0  │  value 1  │  0  │ …
 *     2 WRQ  └────────┴───────────┴─────┴────────────┴─────┴───────────┴─────┴───────────┴─────┘
 *            ┌────────┬─────────┬───────────────────┐
 *     3 DATA │ opcode │ block # │  0 to blksize     │   fewer than blksize: the last one
 *            ├────────┼─────────┼───────────────────┘
 *     4 ACK  │ opcode │ block # │
 *            ├────────┼─────────┼───────────┬─────┐
 *     5 ERROR│ opcode │  code   │  message  │  0  │
 *            ├────────┼─────────┴─┬─────┬───┴─────┴─┬─────┐
 *     6 OACK │ opcode │ option 1  │  0  │  value 1  │  0  │ …
 *            └────────┴───────────┴─────┴───────────┴─────┘
 */
export type Packet = Request | Data | Ack | ErrorPacket | Oack

export interface Request {
  readonly op: 'RRQ' | 'WRQ'
  readonly file: string // one character a byte
  readonly mode: string // as it came; '' where the packet ends before it
  readonly options: readonly Option[]
}

export interface Data {
  readonly op: 'DATA'
  readonly block: number // 0 to 65535
  readonly bytes: Buffer // a view into the datagram
}

export interface Ack {
  readonly op: 'ACK'
  readonly block: number // 0 to 65535
}

export interface ErrorPacket {
  readonly op: 'ERROR'
  readonly code: number // 0 to 65535
  readonly message: string
}

export interface Oack {
  readonly op: 'OACK'
  readonly options: readonly Option[]
}

/** Name and value as they stand in the packet, in order, with whatever repeats. */
export type Option = readonly [name: string, value: string]

/** RFC 1350 appendix; optionNegotiation from RFC 2347. */
export const errorCode = {
  notDefined: 0,
  fileNotFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransferId: 5,
  optionNegotiation: 8,
} as const

/** A datagram that is no TFTP packet. The only thing `decodePacket` throws. */
export class MalformedPacket extends Error {
  override readonly name = 'MalformedPacket'
}

/** Opcode and block number, before the bytes of a DATA packet. */
export const dataHeader = 4 // bytes

// RFC 2347 allows 512 octets; twice that leaves room for padded requests and bounds what one datagram can make us keep.
const longestRequest = 1024 // bytes

const opcodes = { RRQ: 1, WRQ: 2, DATA: 3, ACK: 4, ERROR: 5, OACK: 6 } as const

/** Throws MalformedPacket, nothing else. Strings are read one character a byte; bytes after an ACK are ignored. */
export function decodePacket(bytes: Buffer): Packet {
  if (bytes.length < 4) throw new MalformedPacket(`${bytes.length} bytes, expected at least 4`)
  const opcode = bytes.readUInt16BE(0)
  switch (opcode) {
    case opcodes.ACK:
      return { op: 'ACK', block: bytes.readUInt16BE(2) }
    case opcodes.DATA:
      return { op: 'DATA', block: bytes.readUInt16BE(2), bytes: bytes.subarray(dataHeader) }
    case opcodes.RRQ:
      return decodeRequest('RRQ', bytes)
    case opcodes.WRQ:
      return decodeRequest('WRQ', bytes)
    case opcodes.ERROR:
      return { op: 'ERROR', code: bytes.readUInt16BE(2), message: decodeMessage(bytes) }
    case opcodes.OACK:
      return { op: 'OACK', options: decodeOptions(bytes, 2) }
    default:
      throw new MalformedPacket(`opcode ${opcode}, expected 1 to 6`)
  }
}

/** Throws RangeError where a name, mode, option or message holds a NUL: that would be another packet. */
export function encodePacket(packet: Packet): Buffer {
  switch (packet.op) {
    case 'RRQ':
    case 'WRQ':
      return withOpcode(opcodes[packet.op], strings(packet.file, packet.mode, ...packet.options.flat()))
    case 'DATA':
      return withOpcode(opcodes.DATA, uint16(packet.block), packet.bytes)
    case 'ACK':
      return withOpcode(opcodes.ACK, uint16(packet.block))
    case 'ERROR':
      return withOpcode(opcodes.ERROR, uint16(packet.code), strings(packet.message))
    case 'OACK':
      return withOpcode(opcodes.OACK, strings(...packet.options.flat()))
  }
}

/** Writes the header of a DATA packet; block numbers count on past 65535 as 0 (`block` may be any count). */
export function writeDataHeader(target: Buffer, at: number, block: number): void {
  target[at] = 0
  target[at + 1] = opcodes.DATA
  target[at + 2] = (block >>> 8) & 0xff
  target[at + 3] = block & 0xff
}

function decodeRequest(op: 'RRQ' | 'WRQ', bytes: Buffer): Request {
  if (bytes.length > longestRequest) {
    throw new MalformedPacket(`a request of ${bytes.length} bytes, expected at most ${longestRequest}`)
  }
  const fileEnd = bytes.indexOf(0, 2)
  if (fileEnd < 0) throw new MalformedPacket('a file name without its NUL')
  const modeEnd = bytes.indexOf(0, fileEnd + 1)
  const file = bytes.toString('latin1', 2, fileEnd)
  if (modeEnd < 0) return { op, file, mode: '', options: [] }
  return { op, file, mode: bytes.toString('latin1', fileEnd + 1, modeEnd), options: decodeOptions(bytes, modeEnd + 1) }
}

/** Pairs up to the end; a cut last pair is left out, and an empty name begins the padding some clients add. */
function decodeOptions(bytes: Buffer, start: number): Option[] {
  if (bytes.length > longestRequest) {
    throw new MalformedPacket(`options of ${bytes.length} bytes, expected at most ${longestRequest}`)
  }
  const options: Option[] = []
  for (let at = start; at < bytes.length; ) {
    const nameEnd = bytes.indexOf(0, at)
    const valueEnd = nameEnd < 0 ? -1 : bytes.indexOf(0, nameEnd + 1)
    if (valueEnd < 0 || nameEnd === at) break
    options.push([bytes.toString('latin1', at, nameEnd), bytes.toString('latin1', nameEnd + 1, valueEnd)])
    at = valueEnd + 1
  }
  return options
}

/** Up to the NUL, or to the end where a client forgot it; never more than a request may hold. */
function decodeMessage(bytes: Buffer): string {
  const end = bytes.indexOf(0, 4)
  return bytes.toString('latin1', 4, Math.min(end < 0 ? bytes.length : end, longestRequest))
}

function withOpcode(opcode: number, ...parts: Buffer[]): Buffer {
  return Buffer.concat([uint16(opcode), ...parts])
}

function uint16(value: number): Buffer {
  return Buffer.of((value >>> 8) & 0xff, value & 0xff)
}

function strings(...texts: string[]): Buffer {
  for (const text of texts) {
    if (text.includes('\0')) throw new RangeError(`NUL within ${JSON.stringify(text)}`)
  }
  return Buffer.from(texts.map(text => `${text}\0`).join(''), 'latin1')
}
