/** What a phone takes from one document, whichever format it came in. No I/O. */

/** `$` writable, overwritten at each boot; `!` kept once the user changed it; `&` read only. */
export type Flag = '$' | '!' | '&'

export interface ReadSetting {
  readonly name: string // with its index: user_name1
  readonly flag: Flag
  readonly value: string
}

export interface ReadKey {
  readonly idx: number
  readonly context: string
  readonly label: string
  readonly value: string // `type argument`
}

export interface ReadLanguage {
  readonly of: 'gui' | 'web'
  readonly name: string
  readonly url: string
}

export interface Reading {
  readonly roots: string[] // what was in it: setting-files, phone-settings, plain …
  readonly files: string[] // URLs of a container, in order
  readonly settings: ReadSetting[]
  readonly keys: ReadKey[]
  readonly book: { readonly name: string; readonly number: string }[]
  readonly templates: { readonly match: string; readonly rewrite: string }[]
  readonly languages: ReadLanguage[]
  readonly firmware: string[] // URLs of images
  readonly unknown: string[] // elements and lines that say nothing to a phone
}

export function emptyReading(): Reading {
  return {
    ...{ roots: [], files: [], settings: [], keys: [], book: [] },
    ...{ templates: [], languages: [], firmware: [], unknown: [] },
  }
}

/** Whether a phone got anything out of it. */
export function isEmpty(reading: Reading): boolean {
  const { files, settings, keys, book, templates, languages, firmware } = reading
  return [files, settings, keys, book, templates, languages, firmware].every(part => part.length === 0)
}
