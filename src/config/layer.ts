/** From the sections of an inventory to the layers of the fleet. No I/O. */

import type { BookEntry, Flag, Key, Layer, Setting } from '../fleet/phone.js'
import { given } from '../snom/given.js'
import type { Path, Report } from './finding.js'
import type { IdentitySection, PhoneSection } from './phones-schema.js'
import type { Loose } from './schema.js'

/** Defaults, a model, a group or a phone, as far as it could be read. */
export type LayerParts = Loose<PhoneSection>

/** An entry of one of its lists. */
type Parts<List extends 'keys' | 'phone-book'> = NonNullable<NonNullable<LayerParts[List]>[number]>

/** The words of an identity and the settings they stand for. */
export const identityWords = [
  ['user', 'user_name'],
  ['name', 'user_realname'],
  ['password', 'user_pass'],
  ['registrar', 'user_host'],
  ['outbound', 'user_outbound'],
] as const

/** Reports what stands twice in one list; the first one counts. */
export function readLayer(parts: LayerParts | undefined, path: Path, report: Report): Layer {
  const identities = (parts?.identities ?? []).flatMap((identity, position) =>
    readIdentity(identity, position + 1, [...path, 'identities', position], report),
  )
  const keys = unique(parts?.keys, key => key.idx, [...path, 'keys'], 'idx', report)
  const entries = unique(parts?.['phone-book'], entry => entry.number, [...path, 'phone-book'], 'number', report)
  const templates = unique(parts?.dialplan, template => template.match, [...path, 'dialplan'], 'match', report)
  const { firmware, dialect } = parts ?? {}
  const settings = readSettings(parts?.settings, [...path, 'settings'], report)
  checkIndexed(settings, identities, [...path, 'settings'], report)
  return {
    settings: [...settings.map(({ setting }) => setting), ...identities],
    keys: keys.map(toKey),
    phoneBook: entries.map(toEntry),
    dialplan: templates.map(({ match = '', timeout = 0, user = '', rewrite = '', scheme }) => {
      return { match, timeout, user, rewrite, ...given({ scheme }) }
    }),
    ...(firmware !== undefined && { firmware }),
    ...(dialect !== undefined && { dialect }),
  }
}

function toKey(parts: Parts<'keys'>): Key {
  const { idx = 0, context = 'active', type = '', value = '', label, lp, clp, perm = '$' } = parts
  const texts = { label, shortLabel: parts['short-label'], defaultText: parts['default-text'], lp, clp }
  return { idx, context, type, value, flag: perm, ...given(texts) }
}

function toEntry(parts: Parts<'phone-book'>): BookEntry {
  const { name = '', number = '', 'number-type': numberType, 'first-name': firstName, 'last-name': lastName } = parts
  const { context, type, index, fav, mod, title, organization, email, note, group, birthday, photo } = parts
  const person = { numberType, firstName, lastName, title, organization, email, note, group, birthday, photo }
  return { name, number, ...given({ context, type, index, fav, mod, ...person }) }
}

interface ReadSetting {
  readonly key: string // as written
  readonly setting: Setting
}

function readSettings(
  written: Loose<PhoneSection>['settings'] | null,
  path: Path,
  report: Report,
): readonly ReadSetting[] {
  const settings = new Map<string, ReadSetting>()
  for (const [key, value] of Object.entries(written ?? {})) {
    if (value === undefined) continue
    const setting = { ...parseSettingKey(key), value }
    const id = idOf(setting)
    if (settings.has(id)) {
      const message = `setting ${id} stands here twice with different flags; keep one`
      report.error('duplicate-setting', [...path, key], message, 'key')
    } else settings.set(id, { key, setting })
  }
  return [...settings.values()]
}

/** A setting with an index may stand among the settings or in its identity, but not in both. */
function checkIndexed(
  settings: readonly ReadSetting[],
  identities: readonly Setting[],
  path: Path,
  report: Report,
): void {
  const known = new Set(identities.map(idOf))
  for (const { key, setting } of settings) {
    if (setting.index === undefined || !known.has(idOf(setting))) continue
    const message = `setting ${idOf(setting)} is set by identity ${setting.index} too; keep one`
    report.error('duplicate-setting', [...path, key], message, 'key')
  }
}

function readIdentity(
  identity: Loose<IdentitySection> | undefined,
  index: number,
  path: Path,
  report: Report,
): readonly Setting[] {
  const settings: Setting[] = []
  for (const [word, name] of identityWords) {
    const value = identity?.[word]
    if (value !== undefined) settings.push({ name, index, flag: '$', value })
  }
  const more = readSettings(identity?.settings, [...path, 'settings'], report)
  for (const { key, setting } of more) {
    const { name: bare, flag, value } = setting
    const name = `user_${bare}`
    const place = [...path, 'settings', key]
    const twin = identityWords.find(([, known]) => known === name)?.[0]
    if (bare.startsWith('user_')) {
      const remedy = `write ${bare.slice('user_'.length)}`
      report.error('identity-setting', place, `${bare} gets the prefix user_ here by itself; ${remedy}`, 'key')
    } else if (twin !== undefined && identity?.[twin] !== undefined) {
      const message = `${bare} is ${name}, which ${twin} of this identity already sets; keep one`
      report.error('duplicate-setting', place, message, 'key')
    } else settings.push({ name, index, flag, value })
  }
  return settings
}

/** `language$` → language and its flag, `$` without one; `codec1_name@2` is that of index 2. */
export function parseSettingKey(key: string): Pick<Setting, 'name' | 'index' | 'flag'> {
  const [, name = key, index, written] = /^(.*?)(?:@(\d+))?([$!&])?$/.exec(key) ?? []
  const flag: Flag = written === '!' || written === '&' ? written : '$'
  return { name, ...(index !== undefined && { index: Number(index) }), flag }
}

function idOf({ name, index }: Pick<Setting, 'name' | 'index'>): string {
  return index === undefined ? name : `${name}@${index}`
}

function unique<T>(
  entries: readonly (T | undefined)[] | null | undefined,
  id: (entry: T) => string | number | undefined,
  path: Path,
  word: string,
  report: Report,
): readonly T[] {
  const found = new Map<string | number, T>()
  for (const [position, entry] of (entries ?? []).entries()) {
    const name = entry === undefined ? undefined : id(entry)
    if (entry === undefined || name === undefined) continue
    if (found.has(name)) {
      report.error(
        `duplicate-${word}`,
        [...path, position, word],
        `${word} ${name} stands in this list twice; keep one`,
      )
    } else found.set(name, entry)
  }
  return [...found.values()]
}
