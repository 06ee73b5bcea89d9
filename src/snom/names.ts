/** The names under which phones ask for their documents, read and written. No I/O. */

import { type Mac, parseMac } from '../address/mac.js'
import { parseFactoryName } from './factory-name.js'
import type { LanguageKind } from './languages.js'
import { macForm, macOfQuery } from './mac-in-text.js'
import { parsePhoneType } from './phone-type.js'

/** A document. With a `mac` it is that phone's own, without it is for every phone of the type. */
export type Asked =
  | { readonly kind: 'container'; readonly type: string; readonly mac?: Mac }
  | { readonly kind: 'settings'; readonly type: string; readonly mac?: Mac }
  | { readonly kind: 'firmware'; readonly type: string; readonly mac?: Mac }
  | { readonly kind: 'everything'; readonly mac: Mac }
  /** `type` is missing in a name at the root, as the vendor's own server has it: gui-lang.xml */
  | { readonly kind: 'languages'; readonly of: LanguageKind; readonly type?: string; readonly mac?: never }

/** Longer names are none of ours: the longest written here has 45 characters. */
const limit = 128

const container = new RegExp(`^(snom[a-z0-9]+)(?:-(${macForm}))?\\.htm$`, 'i')
const settings = new RegExp(`^(snom[a-z0-9]+)[/-](?:general|(${macForm}))\\.xml$`, 'i')
const firmware = new RegExp(`^(snom[a-z0-9]+)[/-](?:(${macForm})-)?firmware\\.xml$`, 'i')
const languages = /^(?:(snom[a-z0-9]+)[/-])?(gui|web)-lang\.xml$/i
const everything = /^settings$/i

/** Any case, with or without slashes before it; the query after `?`. Undefined when it names no document. */
export function parseName(name: string): Asked | undefined {
  if (name.length > limit) return undefined
  const [path = '', query = ''] = name.replace(/^\/+/, '').split('?', 2)
  const queried = macOfQuery(query)
  if (everything.test(path) || parseFactoryName(name) !== undefined) {
    return queried === undefined ? undefined : { kind: 'everything', mac: queried }
  }
  return (
    match('container', container.exec(path)) ??
    match('settings', settings.exec(path)) ??
    match('firmware', firmware.exec(path), queried) ??
    matchLanguages(languages.exec(path))
  )
}

/** The name below the door's URL. `flat`: without a folder, for TFTP, where old phones find names at the root only. */
export function formatName(asked: Asked, flat: boolean): string {
  switch (asked.kind) {
    case 'container':
      return `${asked.type}${asked.mac === undefined ? '' : `-${asked.mac}`}.htm`
    case 'settings':
      return `${asked.type}${flat ? '-' : '/'}${asked.mac ?? 'general'}.xml`
    case 'firmware':
      if (flat) return `${asked.type}-${asked.mac === undefined ? '' : `${asked.mac}-`}firmware.xml`
      return `${asked.type}/firmware.xml${asked.mac === undefined ? '' : `?mac=${asked.mac}`}`
    case 'everything':
      return `settings?mac=${asked.mac}`
    case 'languages':
      return `${asked.type === undefined ? '' : `${asked.type}${flat ? '-' : '/'}`}${asked.of}-lang.xml`
  }
}

function match(kind: 'container' | 'settings' | 'firmware', found: RegExpExecArray | null, mac?: Mac) {
  const type = parsePhoneType(found?.[1] ?? '')
  if (type === undefined) return undefined
  const spelled = found?.[2]
  const own = spelled === undefined ? mac : parseMac(spelled)
  if (spelled !== undefined && own === undefined) return undefined
  return own === undefined ? { kind, type } : { kind, type, mac: own }
}

function matchLanguages(found: RegExpExecArray | null): Asked | undefined {
  const [, model, kind] = found ?? []
  if (kind === undefined) return undefined
  const of = kind.toLowerCase() === 'gui' ? 'gui' : 'web'
  if (model === undefined) return { kind: 'languages', of }
  const type = parsePhoneType(model)
  return type === undefined ? undefined : { kind: 'languages', of, type }
}

/** A language file, by the version of its folder and its own name. */
export interface LanguageName {
  readonly version: string
  readonly file: string
}

/** Below www/ it is lang/7.1.28/gui_de.xml; flat, for TFTP, lang-7.1.28-gui_de.xml. */
export function formatLanguageName({ version, file }: LanguageName, flat: boolean): string {
  return flat ? `lang-${version}-${encodeURIComponent(file)}` : `lang/${version}/${encodeURIComponent(file)}`
}

/** A flat name only. The file may still be written with %20 and the like: TFTP decodes nothing. */
export function parseFlatLanguageName(name: string): LanguageName | undefined {
  const [, version, spelled] = /^lang-(\d+(?:\.\d+)+)-([^/]+)$/i.exec(name) ?? []
  const file = spelled === undefined ? undefined : decoded(spelled)
  return version === undefined || file === undefined || name.length > limit ? undefined : { version, file }
}

function decoded(spelled: string): string | undefined {
  try {
    return decodeURIComponent(spelled)
  } catch {
    return undefined
  }
}
