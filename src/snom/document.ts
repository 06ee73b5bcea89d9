/** What a file that snom phones read says, with the place of each value and what was really written. No I/O. */

import type { Flag } from './content.js'

/** Both count from 1; the column counts characters (UTF-16 units). */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Where the fields of an item stand, by their names here; `perm`, `value`, `url` … A field left out has none. */
export type Places = Readonly<Record<string, Place>>

/** What a reader found wrong, yet read on. `rule`: kebab-case, stable. */
export interface Flaw {
  readonly place: Place
  readonly rule: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
}

/** Something nobody expects there: an attribute and its value, or an element as it stands in the file. */
export interface Stray {
  readonly kind: 'attribute' | 'element'
  readonly name: string
  readonly text: string
  readonly place: Place
}

/** One element, or one line of a plain file. */
export interface Written {
  readonly tag: string // as spelled: fkey, TEMPLATE, template; in a plain file the name on the line
  readonly place: Place
  readonly at: Places
  readonly strays: readonly Stray[]
}

/** A flag as written and what it means. */
export interface Permission {
  readonly perm?: string // raw: '', '$', 'RW', 'R', ' ', '&', '!', 'V', 'RWV' …; missing where none was written
  /** '', $ and RW: $. R, one blank and &: &. None: & in a plain file, in XML nobody knows. Nonsense: undefined. */
  readonly flag?: Flag
  readonly isVolatile?: true // V, since 10.1.79.0
}

export interface WrittenSetting extends Written, Permission {
  readonly name: string // without index
  readonly index?: number // the identity, 1 to 12; any number written is kept
  readonly value: string
  readonly isXml?: true // the value is XML: the source text between the tags (context_key)
  readonly action?: string // remove, since 10.1.57.0
}

export interface WrittenKey extends Written, Permission {
  readonly idx?: number // 0-based
  readonly context?: string // active, or the number of an identity
  readonly type: string // line, dest …: the value's first word
  readonly argument: string // what follows it, '' when nothing
  readonly label?: string
  readonly shortLabel?: string
  readonly defaultText?: string
  readonly lp?: string // what a long press does
  readonly clp?: string // '1': lp differs from the phone's own
}

export interface WrittenNumber {
  readonly no: string
  readonly type?: string
  readonly outgoingId?: string
}

/** `<item>`, or a `<contact>` of version 2.0. */
export interface WrittenBookItem extends Written {
  readonly name?: string
  readonly number?: string
  readonly context?: string // active, line1 to line12
  readonly type?: string // none, friends, family, colleagues, vip, deny
  readonly index?: number
  readonly fav?: string
  readonly mod?: string
  readonly numberType?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly title?: string
  readonly organization?: string
  readonly email?: string
  readonly note?: string
  readonly group?: string
  readonly birthday?: string
  readonly photo?: string
  readonly vip?: string // contact only, as are the next two
  readonly blocked?: string
  readonly numbers?: readonly WrittenNumber[]
}

export interface WrittenTemplate extends Written {
  readonly match?: string
  readonly timeout?: number // seconds
  readonly user?: string
  readonly rewrite?: string
  readonly scheme?: string
}

export interface WrittenUrl extends Written {
  readonly url?: string
}

export interface WrittenLanguage extends WrittenUrl {
  readonly name?: string
}

/** `<phrase>` or `<w_phrase>`; also `<language>`, which names the language of the file. */
export interface WrittenPhrase extends Written {
  readonly i?: number // running number, firmware 7
  readonly n?: string
  readonly t?: string
}

export interface WrittenImage extends Written, Permission {
  readonly name: string // firmware, firmware_uxm, firmware_uxmc
  readonly url: string
}

/** The root of a file or a section of `<settings>`. */
interface Part extends Written {
  readonly e?: string // '2': character references name code points, else the bytes of UTF-8
}

export interface PhoneSettings extends Part {
  readonly kind: 'phone-settings'
  readonly settings: readonly WrittenSetting[]
}

export interface FunctionKeys extends Part {
  readonly kind: 'function-keys' // also functionKeys
  readonly keys: readonly WrittenKey[]
}

export interface PhoneBook extends Part {
  readonly kind: 'phone-book' // also tbook
  readonly complete?: string // 'true' deletes the book the phone has
  readonly version?: string // '2.0': contacts
  readonly items: readonly WrittenBookItem[]
}

export interface DialPlan extends Part {
  readonly kind: 'dialplan' // also dial-plan
  readonly templates: readonly WrittenTemplate[]
}

export type Section = PhoneSettings | FunctionKeys | PhoneBook | DialPlan

/** `plain` and `page` (saved from the phone's own web pages) have phone settings and at most function keys. */
export interface SettingsDocument extends Part {
  readonly kind: 'settings'
  readonly form: 'xml' | 'plain' | 'page'
  readonly sections: readonly Section[] // in the order of the file; uploads, certificates … are strays
}

export interface FirmwareSettings extends Part {
  readonly kind: 'firmware-settings'
  readonly images: readonly WrittenImage[]
}

export interface SettingFiles extends Part {
  readonly kind: 'setting-files'
  readonly files: readonly WrittenUrl[]
}

export interface Languages extends Part {
  readonly kind: 'gui-languages' | 'web-languages'
  readonly languages: readonly WrittenLanguage[]
}

export interface Phrases extends Part {
  readonly kind: 'phrases' | 'w_phrases'
  readonly language?: WrittenPhrase // its `t` is the name shown in the phone's list
  readonly phrases: readonly WrittenPhrase[]
}

/** A file: its root tag, whichever twin was spelled, is the kind. */
export type Document = SettingsDocument | Section | FirmwareSettings | SettingFiles | Languages | Phrases
