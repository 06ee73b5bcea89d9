/** From the sections of an inventory to the layers of the fleet. No I/O. */

import type { Flag, Layer, Setting } from '../fleet/phone.js'
import type { Path, Report } from './finding.js'
import type { IdentitySection, PhoneSection } from './phones-schema.js'
import type { Loose } from './schema.js'

/** Defaults, a model, a group or a phone, as far as it could be read. */
export type LayerParts = Loose<PhoneSection>

// The words of an identity and the settings they stand for.
const identityWords = [
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
  const firmware = parts?.firmware
  return {
    settings: [...readSettings(parts?.settings, [...path, 'settings'], report), ...identities],
    keys: keys.map(({ idx = 0, context = 'active', type = '', value = '', label, perm = '$' }) => {
      return { idx, context, type, value, flag: perm, ...(label !== undefined && { label }) }
    }),
    phoneBook: entries.map(({ name = '', number = '' }) => ({ name, number })),
    dialplan: templates.map(({ match = '', timeout = 0, user = '', rewrite = '' }) => ({
      match,
      timeout,
      user,
      rewrite,
    })),
    ...(firmware !== undefined && { firmware }),
  }
}

function readSettings(written: Loose<PhoneSection>['settings'] | null, path: Path, report: Report): readonly Setting[] {
  const settings = new Map<string, Setting>()
  for (const [key, value] of Object.entries(written ?? {})) {
    if (value === undefined) continue
    const setting = { ...nameAndFlag(key), value }
    if (settings.has(setting.name)) {
      report.error(
        'duplicate-setting',
        [...path, key],
        `setting ${setting.name} stands here twice with different flags; keep one`,
        'key',
      )
    } else settings.set(setting.name, setting)
  }
  return [...settings.values()]
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
  for (const { name: bare, flag, value } of readSettings(identity?.settings, [...path, 'settings'], report)) {
    const name = `user_${bare}`
    const place = [...path, 'settings', findKey(identity?.settings, bare)]
    const twin = identityWords.find(([, setting]) => setting === name)?.[0]
    if (bare.startsWith('user_')) {
      report.error(
        'identity-setting',
        place,
        `${bare} gets the prefix user_ here by itself; write ${bare.slice('user_'.length)}`,
        'key',
      )
    } else if (twin !== undefined && identity?.[twin] !== undefined) {
      report.error(
        'duplicate-setting',
        place,
        `${bare} is ${name}, which ${twin} of this identity already sets; keep one`,
        'key',
      )
    } else settings.push({ name, index, flag, value })
  }
  return settings
}

function findKey(settings: Loose<IdentitySection>['settings'] | null, name: string): string {
  return Object.keys(settings ?? {}).find(key => nameAndFlag(key).name === name) ?? name
}

/** `language$` → language and its flag; without one the site's default `$`. */
function nameAndFlag(key: string): { readonly name: string; readonly flag: Flag } {
  const last = key.at(-1)
  return last === '$' || last === '!' || last === '&'
    ? { name: key.slice(0, -1), flag: last }
    : { name: key, flag: '$' }
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
