/** Bytes to a SIP message (RFC 3261 §7, §18.3, §25), as far as a message can be understood. No I/O. */

import type { Header, Message } from './message.js'

/** Why a datagram is no SIP message. */
export type Defect = 'empty' | 'long' | 'start line' | 'too many headers'

export class MalformedMessage extends Error {
  readonly defect: Defect

  constructor(defect: Defect) {
    super(`no SIP message: ${defect}`)
    this.defect = defect
  }
}

/** Bytes. A phone's SUBSCRIBE has 500 to 900, the longest message of RFC 4475 some 3,500. */
const longestMessage = 8192
/** RFC 4475's worst has some 40; a phone sends 10 to 15. */
const mostHeaders = 128

/**
 * Liberal: bare LF or CR, folded lines, compact names, blanks before the colon, lines without a colon (left out), no empty line
 * at the end are all accepted. The body is a view of `bytes`.
 * @throws MalformedMessage and nothing else
 */
export function decodeMessage(bytes: Buffer): Message {
  if (bytes.length > longestMessage) throw new MalformedMessage('long')
  const start = firstLine(bytes)
  if (start === bytes.length) throw new MalformedMessage('empty')
  const { lines, end } = readLines(bytes, start)
  const [startLine = '', ...rest] = lines
  const headers = rest.flatMap(readHeader)
  const { body, isCut } = bodyOf(bytes.subarray(end), headers)
  return { ...readStartLine(startLine), headers, body, isCut }
}

/** RFC 3261 §7.5: empty lines before the start line are ignored. Some phones keep a binding alive by them, or by four NULs. */
function firstLine(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length && [0, cr, lf].includes(bytes[at] ?? 0)) at += 1
  return at
}

const cr = 13
const lf = 10

/** The lines up to the empty one, folded lines put together (RFC 3261 §7.3.1); `end`: where the body begins. */
function readLines(bytes: Buffer, start: number): { lines: readonly string[]; end: number } {
  const lines: string[] = []
  let at = start
  while (at < bytes.length) {
    const end = lineEnd(bytes, at)
    const line = bytes.toString('latin1', at, end)
    at = end + (bytes[end] === cr && bytes[end + 1] === lf ? 2 : 1)
    if (line === '') break
    const last = lines.length - 1
    if (last > 0 && /^[ \t]/.test(line)) lines[last] += ` ${line.trim()}`
    else lines.push(line)
    if (lines.length > mostHeaders) throw new MalformedMessage('too many headers')
  }
  return { lines, end: Math.min(at, bytes.length) }
}

function lineEnd(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== cr && bytes[at] !== lf) at += 1
  return at
}

/** RFC 3261 §7.1, §7.2. Blanks too many between the three parts are forgiven, those within the URI stay for who checks it. */
function readStartLine(line: string) {
  const status = /^(SIP\/\S{1,16})[ \t]+([1-6]\d\d)(?:[ \t]+(.*))?$/i.exec(line)
  if (status !== null) {
    const [, version = '', code = '', reason = ''] = status
    return { kind: 'response', version: version.toUpperCase(), status: Number(code), reason: reason.trim() } as const
  }
  const words = line.trim().split(/[ \t]+/)
  const [method = '', ...uri] = words
  const version = uri.pop()?.toUpperCase() ?? ''
  if (!token.test(method) || uri.length === 0 || !/^SIP\/\d/.test(version)) throw new MalformedMessage('start line')
  return { kind: 'request', method, uri: uri.join(' '), version } as const
}

/** RFC 3261 §25.1 */
const token = /^[A-Za-z0-9\-.!%*_+`'~]+$/

function readHeader(line: string): Header[] {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
  return token.test(name) ? [[compact.get(name) ?? name, line.slice(colon + 1).trim()]] : []
}

/** RFC 3261 §20, RFC 6665 §8.2 (o, u), RFC 3841, 3892, 3515, 4028. */
const compact: ReadonlyMap<string, string> = new Map([
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
])

/** RFC 3261 §18.3: without Content-Length the body goes to the end of the datagram; what comes after it is none of the message. */
function bodyOf(rest: Buffer, headers: readonly Header[]): { body: Buffer; isCut: boolean } {
  const told = headers.filter(([name]) => name === 'content-length').map(([, value]) => value)
  const [length] = told
  if (length === undefined) return { body: rest, isCut: false }
  const isNumber = /^\d{1,9}$/.test(length) && told.every(other => other === length)
  return { body: rest.subarray(0, Number(length) || 0), isCut: !isNumber || Number(length) > rest.length }
}
