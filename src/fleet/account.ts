/** All that a diagnosis may go by: the last boot of a phone sorted by kind, and what the site knows of the phone. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import { type Boot, came } from './boot.js'
import type { Fact } from './fact.js'
import { type PhoneHistory, typeOf } from './phone-history.js'
import type { Named, Recognise } from './recognise.js'

/** What the inventory says of a phone. */
export interface Listed {
  readonly name?: string
  readonly model?: string // phone type
  readonly address?: Ipv4 // reservation
  readonly firmware?: string // image file it is to run
  readonly version?: string // of that image
}

/** What the site knows of one phone, beside its history. */
export interface Knowledge {
  readonly listed: Listed | undefined
  readonly leased: Ipv4 | undefined // by us, now
  readonly servesDhcp: boolean
  readonly recognise: Recognise
}

type Kind = Fact['kind']
export type FactOf<K extends Kind> = Fact & { readonly kind: K }

/** A document asked for, and what came of it. */
export interface Fetch {
  readonly fact: FactOf<'fetched'>
  readonly named: Named | undefined
  readonly outcome: 'came' | 'missing' | 'broken' | 'failed'
  readonly isOwn: boolean // the phone's own document
}

export interface Account {
  readonly history: PhoneHistory
  readonly boot: Boot
  readonly site: Knowledge
  readonly now: number // ms since 1970
  readonly type: string | undefined // phone type
  readonly fetches: readonly Fetch[]
  readonly refused: readonly FactOf<'refused'>[]
  readonly unanswered: readonly FactOf<'unanswered'>[]
  /** Of the boot, in order. */
  of<K extends Kind>(kind: K): readonly FactOf<K>[]
  count(kind: Kind): number
}

/** Undefined for a phone of which nothing was seen. */
export function accountOf(history: PhoneHistory, site: Knowledge, now: number): Account | undefined {
  const boot = history.boots.at(-1)
  if (boot === undefined) return undefined
  const { facts } = boot
  const of = <K extends Kind>(kind: K) => facts.filter((fact): fact is FactOf<K> => fact.kind === kind)
  return {
    ...{ history, boot, site, now, of },
    type: typeOf(history, site.recognise),
    fetches: of('fetched').map(fact => fetchOf(fact, history, site.recognise)),
    refused: of('refused'),
    unanswered: of('unanswered'),
    count: kind => facts.reduce((sum, fact) => sum + (fact.kind === kind ? 1 : 0), 0),
  }
}

export function fetchOf(fact: FactOf<'fetched'>, { mac }: PhoneHistory, recognise: Recognise): Fetch {
  const named = recognise.name(fact.name)
  return { fact, named, outcome: outcomeOf(fact), isOwn: named?.mac === mac }
}

/** A status may be followed by why it was not whole; a TFTP error names its code. */
function outcomeOf(fact: FactOf<'fetched'>): Fetch['outcome'] {
  if (came(fact)) return 'came'
  if (/^(?:404|410|ERROR 1\b)/.test(fact.status)) return 'missing'
  return /^(?:5\d\d|ERROR)/.test(fact.status) ? 'failed' : 'broken'
}
