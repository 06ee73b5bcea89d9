/** What a setting file says, whatever its dialect. No I/O. */

/** The last character of a setting's key: `$` overwritten at each boot, `!` kept once changed, `&` read only. */
export type Flag = '$' | '!' | '&'

export interface Setting {
  readonly name: string // as the phone knows it, without index
  readonly index?: number // identity, 1 to 12
  readonly flag: Flag
  readonly value: string
  readonly isXml?: true // the value is XML itself
  readonly isVolatile?: true // V, since 10.1.79.0
  readonly action?: string // remove, since 10.1.57.0
}

export interface Key {
  readonly idx: number // 0-based
  readonly context: string // 'active' or the number of an identity
  readonly type: string
  readonly value: string
  readonly label?: string
  readonly shortLabel?: string
  readonly defaultText?: string
  readonly lp?: string // what a long press does
  readonly clp?: string
  readonly flag: Flag
}

export interface BookEntry {
  readonly name: string
  readonly number: string
  readonly context?: string // active, or line1 to line12
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
}

export interface DialTemplate {
  readonly match: string
  readonly timeout: number // seconds
  readonly user: string // '' leaves it out
  readonly rewrite: string
  readonly scheme?: string // sip, tel
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
export function inOrder<T extends { readonly name: string }>(settings: readonly T[]): readonly T[] {
  const first = settings.filter(setting => setting.name === goesFirst)
  return first.length === 0 ? settings : [...first, ...settings.filter(setting => setting.name !== goesFirst)]
}

/** What a key does, in one text: `dest <sip:423@tst.org;user=phone>`, or `line` alone. */
export function keyText({ type, value }: { readonly type: string; readonly value: string }): string {
  return value === '' ? type : `${type} ${value}`
}
