/** From the bytes of a file to its text, by what they are and what its declaration says. No I/O. */

import type { Flaw } from './document.js'

export type Text = { readonly text: string; readonly flaws: readonly Flaw[] } | { readonly refused: Flaw }

/** A book of 1,000 entries has some 300 KB, the largest language file some 200 KB. */
export const mostBytes = 8 * 1024 * 1024

const top = { line: 1, column: 1 }

/** A string counts as text that was decoded already. */
export function readText(bytes: Buffer | string): Text {
  if (bytes.length > mostBytes) {
    return refused('too-large', `${bytes.length} bytes; at most ${mostBytes} are read`)
  }
  if (typeof bytes === 'string') return checked(bytes.replace(/^\ufeff/, ''), bytes.startsWith('\ufeff') ? [bom] : [])
  if (isUtf16(bytes)) return refused('utf-16', 'UTF-16; phones read UTF-8: save the file as UTF-8')
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const { text, flaws } = decode(hasBom ? bytes.subarray(3) : bytes)
  return checked(text, hasBom ? [bom, ...flaws] : flaws)
}

const bom: Flaw = {
  place: top,
  rule: 'byte-order-mark',
  severity: 'warning',
  message: 'a byte order mark stands first; save the file as UTF-8 without BOM',
}

function refused(rule: string, message: string, place = top): Text {
  return { refused: { place, rule, severity: 'error', message } }
}

function checked(text: string, flaws: readonly Flaw[]): Text {
  const at = text.indexOf('\0')
  if (at < 0) return { text, flaws }
  const before = text.slice(0, at).split(/\r\n|[\r\n]/)
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  return refused('nul-byte', 'a NUL byte: this is no text file', place)
}

/** By its byte order mark, or by the zero beside its first character. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true
  return bytes.length > 1 && (first === 0) !== (second === 0)
}

/** Bytes that are no UTF-8 are windows-1252, as old editors save: all of its bytes are characters. */
function decode(bytes: Buffer): { readonly text: string; readonly flaws: readonly Flaw[] } {
  const declared = /<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']?([A-Za-z0-9._:-]{1,40})/.exec(
    bytes.toString('latin1', 0, 1024),
  )?.[1]
  const encoding = encodingOf(declared)
  const unknown = encoding === undefined ? [flaw(`encoding ${declared} is not known; read as UTF-8`)] : []
  const text = decodeAs(encoding ?? 'utf-8', bytes)
  if (text !== undefined) return { text, flaws: unknown }
  const message = 'bytes that are no UTF-8; read as windows-1252: save the file as UTF-8'
  return { text: decodeAs('windows-1252', bytes) ?? bytes.toString('latin1'), flaws: [...unknown, flaw(message)] }
}

function flaw(message: string): Flaw {
  return { place: top, rule: 'encoding', severity: 'warning', message }
}

/** The name of the decoder. Bytes that could hold the declaration are no UTF-16, whatever it says. */
function encodingOf(declared: string | undefined): string | undefined {
  if (declared === undefined || /^us-ascii$/i.test(declared)) return 'utf-8'
  try {
    const { encoding } = new TextDecoder(declared)
    return encoding.startsWith('utf-16') ? undefined : encoding
  } catch {
    return undefined // RangeError: no such encoding
  }
}

function decodeAs(encoding: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined // TypeError: not in that encoding
  }
}
