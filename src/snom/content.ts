/** What a setting file says, whatever its dialect. No I/O. */

/** The last character of a setting's key: `$` overwritten at each boot, `!` kept once changed, `&` read only. */
export type Flag = '$' | '!' | '&'

export interface Setting {
  readonly name: string // as the phone knows it, without index
  readonly index?: number // identity, 1 to 12
  readonly flag: Flag
  readonly value: string
}

export interface Key {
  readonly idx: number // 0-based
  readonly context: string // 'active' or the number of an identity
  readonly type: string
  readonly value: string
  readonly label?: string
  readonly flag: Flag
}

export interface BookEntry {
  readonly name: string
  readonly number: string
}

export interface DialTemplate {
  readonly match: string
  readonly timeout: number // seconds
  readonly user: string // '' leaves it out
  readonly rewrite: string
}

export interface Content {
  readonly settings: readonly Setting[]
  readonly keys: readonly Key[]
  readonly phoneBook: readonly BookEntry[]
  readonly dialplan: readonly DialTemplate[]
}

/** Takes effect only where it comes before the settings whose change it is about. */
const goesFirst = 'auto_reboot_on_setting_change'

/** The settings in the order the phone should read them; otherwise as they stand. */
export function inOrder(settings: readonly Setting[]): readonly Setting[] {
  const first = settings.filter(setting => setting.name === goesFirst)
  return first.length === 0 ? settings : [...first, ...settings.filter(setting => setting.name !== goesFirst)]
}

/** What a key does, in one text: `dest <sip:423@tst.org;user=phone>`, or `line` alone. */
export function keyText(key: Key): string {
  return key.value === '' ? key.type : `${key.type} ${key.value}`
}
