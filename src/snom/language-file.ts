/** What a language file says of itself: what it is for, and how its language is called in the phone's list. No I/O. */

import type { LanguageKind } from './languages.js'
import { decodeReferences } from './read-references.js'
import { createReport } from './read-report.js'

export type LanguageFileLook =
  | { readonly kind: LanguageKind; readonly name: string }
  /** `refused`: why it is none to serve, a clause without a stop. `isOther`: it is something else, not a spoilt one. */
  | { readonly refused: string; readonly isOther: boolean }

/** Longer names fit no phone's display. */
const maxName = 64

// Every repetition has a bound or one way to match: a hostile file costs no more than its length.
const root = /^\ufeff?(?:<\?xml[^>]*\?>)?(?:\s|<!--(?:(?!-->)[\s\S])*-->)*<(w_)?phrases(\s[^>]*)?>/
const phraseName = { gui: 'lang_language_name', web: 'wlang_web_language_name' } as const

/**
 * Only the frame and the language's name are looked at, so that a shelf of some hundred files is read in no time; the
 * whole of a file is for readDocument.
 */
export function lookAtLanguageFile(bytes: Buffer): LanguageFileLook {
  const text = bytes.toString('utf8')
  if (text.includes('\0')) return other('is no text')
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return spoilt('declares a document type, which no phone reads')
  const found = root.exec(text)
  if (found === null) return other('is no language file: it does not begin with <phrases> or <w_phrases>')
  const kind = found[1] === undefined ? 'gui' : 'web'
  if (!/<\/(?:w_)?phrases>\s*$/.test(text)) return spoilt('ends too early: it was cut off')
  const raw = nameIn(text, kind)
  if (raw === undefined) return spoilt('names no language: <language t="…"/> is missing')
  // Without e="2" references are the bytes of UTF-8: Fran&#195;&#167;ais
  const areCodePoints = /\be\s?=\s?["']2["']/.test(found[2] ?? '')
  const name = decodeReferences(raw, { areCodePoints }, 0, createReport(raw)).trim()
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
  return quoted === undefined ? undefined : quoted.slice(1, -1)
}

function isFit(name: string): boolean {
  return name !== '' && name.length <= maxName && !/[\p{C}\ufffd]/u.test(name)
}
