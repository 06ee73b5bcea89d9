/** The phones of a site and what each is to be told, in layers. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'

/**
 * A setting's permission flag, the last character of its key: `$` changeable, overwritten at each boot;
 * `!` kept once the user changed it; `&` read only.
 */
export type Flag = '$' | '!' | '&'

export interface Setting {
  readonly name: string // as the phone knows it, without index: user_name
  readonly index?: number // identity 1 to 12, for indexed settings
  readonly flag: Flag
  readonly value: string
}

/** A free function key; written to the phone as `type value`. */
export interface Key {
  readonly idx: number // 0-based
  readonly context: string // 'active' or the number of an identity
  readonly type: string // line, dest, blf, speed …
  readonly value: string
  readonly label?: string
  readonly shortLabel?: string
  readonly defaultText?: string // $name, $state, $type
  readonly lp?: string // what a long press does
  readonly clp?: string // '1': lp differs from the phone's own
  readonly flag: Flag
}

export interface BookEntry {
  readonly name: string
  readonly number: string
  readonly context?: string // active, or line1 to line12
  readonly type?: string // none, friends, family, colleagues, vip, deny
  readonly index?: number // where the phone keeps it
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
  readonly timeout: number // seconds; 0: dial at once
  readonly user: string // 'phone' or 'ip'; '' leaves it out
  readonly rewrite: string
  readonly scheme?: string // sip, tel
}

/** What one place of the inventory says. A later layer wins per setting, per key idx, per book number. */
export interface Layer {
  readonly settings: readonly Setting[]
  readonly keys: readonly Key[]
  readonly phoneBook: readonly BookEntry[]
  readonly dialplan: readonly DialTemplate[]
  readonly dialect?: 'plain' | 'v7' | 'v8' // form of its setting files; default: by firmware version
  readonly firmware?: string // file name below www/firmware/
}

export interface Phone {
  readonly mac: Mac
  readonly model?: string // phone type in the spelling of DHCP option 60: snom370
  readonly name?: string
  readonly address?: Ipv4 // reservation
  readonly groups: readonly string[]
  readonly layer: Layer // its identities are already indexed settings here
}

export interface Inventory {
  readonly defaults: Layer
  readonly models: ReadonlyMap<string, Layer> // by phone type in lower case
  readonly groups: ReadonlyMap<string, Layer>
  readonly phones: ReadonlyMap<Mac, Phone>
}
