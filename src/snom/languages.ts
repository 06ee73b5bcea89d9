/** Languages of the phone's display and of its web pages: which files fit a firmware, and the list of them. No I/O. */

import { compareVersions, isSameLine } from './firmware-version.js'
import { element, writeXml } from './xml.js'

/** `gui`: the display; `web`: the pages the phone serves. */
export type LanguageKind = 'gui' | 'web'

export interface LanguageFile {
  readonly kind: LanguageKind
  readonly name: string // the file's own, as in the phone's list: Deutsch
  readonly file: string
}

/** Files made for one firmware version, a folder in www/lang/. */
export interface LanguageSet {
  readonly version: string
  readonly files: readonly LanguageFile[]
}

/** The document. `url`: absolute; `name` as in the file itself, or the phone cannot select it. */
export function writeLanguages(kind: LanguageKind, listed: readonly { url: string; name: string }[]): string {
  const languages = listed.map(({ url, name }) => element('language', { url, name }))
  return writeXml(element(`${kind}-languages`, {}, ...languages))
}

/**
 * The set for a firmware version: its own, else the nearest older one of the same line (7.1.28 for 7.1.30). Not every
 * release came with new files, and a phone shows a phrase its file lacks in English; a newer file, or one of another line,
 * is for another firmware. Version unknown: the only set there is, for then the site runs nothing else; of several
 * none, since English is better than wrong words.
 */
export function chooseLanguages(sets: readonly LanguageSet[], version: string | undefined): LanguageSet | undefined {
  if (version === undefined) return sets.length === 1 ? sets[0] : undefined
  const older = sets.filter(set => compareVersions(set.version, version) <= 0 && isSameLine(set.version, version))
  return older.reduce<LanguageSet | undefined>(
    (best, set) => (best === undefined || compareVersions(set.version, best.version) > 0 ? set : best),
    undefined,
  )
}

/** Whether the set was made for just that version, and not for one before it. */
export function isExact(set: LanguageSet, version: string): boolean {
  return compareVersions(set.version, version) === 0
}

/** The language a phone has after a factory reset. */
export const builtInLanguage = 'English'

/**
 * Where a phone gets its selected language from. `perhaps`: not in the list, but the model comes with several languages
 * that nobody has written down. `missing`: the phone stays English.
 */
export type LanguageSource = 'built-in' | 'listed' | 'perhaps' | 'missing'

/** `selected`: of the settings `language` (gui) or `web_language`. `listed`: what its list would name. */
export function languageSource(type: string, selected: string, listed: readonly string[]): LanguageSource {
  if (selected === '' || selected === builtInLanguage) return 'built-in'
  if (listed.includes(selected)) return 'listed'
  return keepsOneLanguage(type) ? 'missing' : 'perhaps'
}

/** The 300, 320 and 360 have room for one language beside English, fetched when it is selected. */
export function keepsOneLanguage(type: string): boolean {
  return /^snom3[026]0$/i.test(type)
}
