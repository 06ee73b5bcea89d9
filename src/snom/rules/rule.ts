/** What a rule of the checker is, and what it looks at. No I/O. */

import type { Mac } from '../../address/mac.js'
import type {
  DialPlan,
  Document,
  FunctionKeys,
  PhoneBook,
  Place,
  Section,
  Written,
  WrittenKey,
  WrittenSetting,
} from '../document.js'
import type { LanguageKind } from '../languages.js'
import type { Asked } from '../names.js'

export interface Rule {
  readonly name: string // kebab-case, stable
  readonly severity: 'error' | 'warning'
  readonly about: string // one sentence: why
  readonly remedy: string // one sentence
  /** Each place where the document breaks it. */
  readonly find: (subject: Subject) => Iterable<Hit>
}

export interface Hit {
  readonly place: Place
  readonly message: string // names the value and what was expected; never a secret
}

export interface Finding extends Hit {
  readonly rule: string
  readonly severity: 'error' | 'warning'
}

/** Another document that the same phone reads. */
export interface Sibling {
  readonly name: string
  readonly document: Document
}

/** What is known about the way a document reaches a phone. Whatever is left out is not checked. */
export interface Circumstances {
  readonly name?: string // as asked: /snom370/000413261234.xml
  readonly type?: string // snom370
  readonly version?: string // firmware, 8.7.5.35
  readonly door?: 'http' | 'https' | 'tftp'
  readonly mac?: Mac // of the phone; missing for documents that all phones of a type read
  readonly start?: string // the first characters of the file as they came, a BOM included
  readonly modules?: number // expansion modules at the phone
  /** All documents that the phone reads, this one left out, in its order. */
  readonly before?: readonly Sibling[]
  readonly after?: readonly Sibling[]
  /** Whether a file is there; undefined when that is not ours to know. */
  readonly exists?: (url: string) => boolean | undefined
  /** What the language file at a URL says of itself. */
  readonly languageAt?: (url: string) => LanguageAt | undefined
}

export interface LanguageAt {
  readonly kind?: LanguageKind
  readonly name?: string
  readonly version?: string // firmware it was made for
}

/** A document laid out for the rules, once for all of them. */
export interface Subject extends Circumstances {
  readonly document: Document
  readonly asked?: Asked // what the name says
  readonly isGeneral: boolean // all phones of a type read it
  readonly form: 'xml' | 'plain' | 'page'
  readonly sections: readonly Section[]
  readonly settings: readonly WrittenSetting[]
  readonly keys: readonly WrittenKey[]
  readonly keySections: readonly FunctionKeys[]
  readonly books: readonly PhoneBook[]
  readonly plans: readonly DialPlan[]
  readonly siblings: readonly Sibling[] // before and after
}

/** A hit where the field stands, else where its element begins. */
export function hit(written: Written, field: string, message: string): Hit {
  return { place: written.at[field] ?? written.place, message }
}

/** A value as shown in a message: in quotes, at most 60 characters, controls visible. */
export function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value)
}

/** `user_name` 1 is named user_name1 in messages, as on the phone's own page. */
export function nameOf({ name, index }: WrittenSetting): string {
  return `${name}${index ?? ''}`
}
