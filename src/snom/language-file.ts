/** What a language file says of itself: what it is for, and how its language is called in the phone's list. No I/O. */

import type { LanguageKind } from './languages.js'

export type LanguageFileLook =
  | { readonly kind: LanguageKind; readonly name: string }
  /** `refused`: why it is none to serve, a clause without a stop. `isOther`: it is something else, not a spoilt one. */
  | { readonly refused: string; readonly isOther: boolean }

/** Longer names fit no phone's display. */
const maxName = 64

// Every repetition has a bound or one way to match: a hostile file costs no more than its length.
const root = /^\ufeff?(?:<\?xml[^>]*\?>)?(?:\s|<!--(?:(?!-->)[\s\S])*-->)*<(w_)?phrases(?:\s[^>]*)?>/
const phraseName = { gui: 'lang_language_name', web: 'wlang_web_language_name' } as const

/**
 * The vendor's own files are no XML 1.0 (`&#26;`), so no XML parser is asked. Only the frame and the language's name are
 * looked at; the phrases are the phone's affair.
 */
export function lookAtLanguageFile(bytes: Buffer): LanguageFileLook {
  const text = bytes.toString('utf8')
  if (text.includes('\0') || text.includes('\ufffd')) return other('is not UTF-8 text')
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return spoilt('declares a document type, which no phone reads')
  const found = root.exec(text)
  if (found === null) return other('is no language file: it does not begin with <phrases> or <w_phrases>')
  const kind = found[1] === undefined ? 'gui' : 'web'
  if (!/<\/(?:w_)?phrases>\s*$/.test(text)) return spoilt('ends too early: it was cut off')
  const name = nameIn(text, kind)
  if (name === undefined) return spoilt('names no language: <language t="…"/> is missing')
  return isFit(name) ? { kind, name } : spoilt(`names a language that fits no list: ${JSON.stringify(name)}`)
}

function other(refused: string): LanguageFileLook {
  return { refused, isOther: true }
}

function spoilt(refused: string): LanguageFileLook {
  return { refused, isOther: false }
}

/** `<language t="Deutsch"/>` stands first in the files of firmware 8, last in those of firmware 7. */
function nameIn(text: string, kind: LanguageKind): string | undefined {
  const own = /<language\s[^>]{0,200}?\bt\s{0,9}=\s{0,9}("[^"]{0,400}"|'[^']{0,400}')/.exec(text)?.[1]
  const phrase = new RegExp(`<(?:w_)?phrase\\s[^>]{0,99}?\\bn="${phraseName[kind]}"\\s+t="[^"]{0,400}"`).exec(text)?.[0]
  const quoted = own ?? /"[^"]*"$/.exec(phrase ?? '')?.[0]
  return quoted === undefined ? undefined : decode(quoted.slice(1, -1)).trim()
}

/** References up to 255 are bytes of UTF-8 (`Fran&#195;&#167;ais`), greater ones code points. */
function decode(attribute: string): string {
  const pieces = attribute.split(/&(#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos);/i).map((piece, place) => {
    return place % 2 === 0 ? Buffer.from(piece) : referenced(piece)
  })
  return Buffer.concat(pieces).toString('utf8')
}

const named: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }),
])

function referenced(word: string): Buffer {
  if (!word.startsWith('#')) return Buffer.from(named.get(word.toLowerCase()) ?? '')
  const code = /^#x/i.test(word) ? Number.parseInt(word.slice(2), 16) : Number(word.slice(1))
  if (code <= 0xff) return Buffer.from([code])
  return Buffer.from(code > 0x10_ffff ? '\ufffd' : String.fromCodePoint(code))
}

function isFit(name: string): boolean {
  return name !== '' && name.length <= maxName && !/[\p{C}\ufffd]/u.test(name)
}
