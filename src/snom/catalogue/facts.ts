/** What is known of one setting of the phones, and the short words in which the tables say it. No I/O. */

import type { Flag } from '../content.js'

/** What a value may look like. An empty value always leaves the phone's own default. */
export type SettingType =
  | { readonly kind: 'on-off' }
  | { readonly kind: 'number'; readonly min?: number; readonly max?: number; readonly unit?: string }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'text'; readonly longest?: number } // characters
  | { readonly kind: Plain }

/** Kinds that need no more said. */
export type Plain =
  | 'url' // http, https, tftp or ftp; may hold {mac} and $variables
  | 'action-urls' // one or more, separated by blanks
  | 'sip-uri'
  | 'number-or-uri' // what may be dialled
  | 'sip-server' // host[:port][;parameters], with or without sip:
  | 'address' // host name, IPv4 or IPv6
  | 'ipv4'
  | 'decimal'
  | 'key-action' // type and argument: speed 101, keyevent F_HELP
  | 'key-events' // F_HOLD F_TRANSFER
  | 'context' // active, or the number of an identity
  | 'identity' // none, or the number of an identity
  | 'ringer'
  | 'codec'
  | 'codec-list'
  | 'tone-scheme'
  | 'time-zone'
  | 'language'
  | 'dst'
  | 'colour' // red green blue alpha

/** write-protected: the phone's own, `&` on its page; unprotected: by setting file alone; free: on its web page too. */
export type SettingClass = 'write-protected' | 'unprotected' | 'free'

export interface IndexRange {
  readonly first: number
  readonly last: number
  readonly required: boolean // false: without an index it stands for all
}

/** A flag that serves this setting best, or one that breaks it. */
export interface FlagAdvice {
  readonly verdict: 'prefer' | 'avoid'
  readonly flag: Flag
  readonly why: string
}

/** Why a setting file must not hold it; `unless`: where it may after all. */
export interface NeverProvision {
  readonly unless?: 'the phone has a static address' | 'the phone is sent to another server'
  readonly why: string
}

export interface SettingFacts {
  readonly name: string // without index
  readonly type: SettingType
  readonly about: string // one line
  readonly default?: string // of the phone, where publicly known
  readonly index?: IndexRange
  readonly since?: string // firmware version that first had it
  readonly advice?: FlagAdvice
  readonly never?: NeverProvision
  readonly secret: boolean
  readonly class: SettingClass
}

/** What a row says beyond type, line and default. */
export type More = Partial<Pick<SettingFacts, 'index' | 'since' | 'advice' | 'never' | 'secret' | 'class'>>

export type Rows = Readonly<
  Record<string, readonly [type: SettingType, about: string, standard?: string | undefined, more?: More]>
>

/** The rows of one table as facts; `common` holds for each row that does not say otherwise. */
export function settings(rows: Rows, common: More = {}): readonly SettingFacts[] {
  return Object.entries(rows).map(([name, [type, about, standard, more]]) => {
    const all = { secret: false, class: 'free' as const, ...common, ...more }
    const kept = all.secret ? { advice: rotates } : {}
    return { name, type, about, ...(standard === undefined ? {} : { default: standard }), ...kept, ...all }
  })
}

const rotates: FlagAdvice = {
  verdict: 'avoid',
  flag: '!',
  why: 'the phone would keep the old one after it was changed here, and say nothing',
}

export const onOff: SettingType = { kind: 'on-off' }
export const text: SettingType = { kind: 'text' }
export const url: SettingType = { kind: 'url' }

export function number(min?: number, max?: number, unit?: string): SettingType {
  return {
    kind: 'number',
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(unit === undefined ? {} : { unit }),
  }
}

export function oneOf(...values: readonly string[]): SettingType {
  return { kind: 'one-of', values }
}

export function kind(plain: Plain): SettingType {
  return { kind: plain }
}

/** The index of an identity: user_name 1 to 12. */
export const perIdentity: More = { index: { first: 1, last: 12, required: true } }

/** For all identities, or on newer phones for one. */
export const maybePerIdentity: More = { index: { first: 1, last: 12, required: false } }

export const secret: More = { secret: true }
export const unprotected: More = { class: 'unprotected' }
export const byUser: More = {
  advice: { verdict: 'prefer', flag: '!', why: 'it is a matter of taste, and any other flag takes it from the user' },
}
