/** One boot of a phone as a record: what was seen of it, how far it came, and by which method. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Fact } from './fact.js'
import type { Named } from './recognise.js'

/** In order; the words of the API. `languages` is a language file, the lists are part of what is general. */
export const stages = ['seen', 'leased', 'general', 'own', 'languages', 'firmware', 'done'] as const

export type Stage = (typeof stages)[number]
export type Method = 'dhcp' | 'pnp' | 'manual' | 'redirection' | 'fixed'

export interface Boot {
  readonly at: number // ms since 1970, of its first fact
  readonly isWitnessed: boolean // false: it was under way or over when we first heard of it
  readonly facts: Fact[] // the first ones, then the last ones
  left: number // facts between those two, no longer kept
  readonly reached: Partial<Record<Stage, number>> // when, ms since 1970
  stage: Stage // the furthest
  isOpen: boolean // more is awaited
  lastAt: number
  method: Method | undefined
  requests: number
  bytes: number
  address: Ipv4 | undefined // leased to it in this boot, by us
  cameAt: number | undefined // when a document came last
  hasImage: boolean // a firmware image came whole
  isHalted: boolean // an image did not come: the phone waits for a key, or starts over
  settingsUrl: string | undefined // as our ACK said
  pnpUrl: string | undefined // as our NOTIFY said
  redirectedTo: string | undefined
  resyncAt: number | undefined
}

export function newBoot(fact: Fact): Boot {
  const isExtension = (fact.kind === 'request' || fact.kind === 'ack') && isRenewal(fact.state)
  const isWitnessed = !isExtension && fact.kind !== 'released' && fact.kind !== 'resync'
  return {
    at: fact.at,
    isWitnessed,
    facts: [],
    left: 0,
    reached: { seen: fact.at },
    stage: 'seen',
    isOpen: isWitnessed,
    lastAt: fact.at,
    method: undefined,
    requests: 0,
    bytes: 0,
    address: undefined,
    cameAt: undefined,
    hasImage: false,
    isHalted: false,
    settingsUrl: undefined,
    pnpUrl: undefined,
    redirectedTo: undefined,
    resyncAt: undefined,
  }
}

/** The boot goes on by that fact, which is not kept in it here. `named`: what a fetched name means. */
export function advance(boot: Boot, fact: Fact, named: Named | undefined): void {
  boot.lastAt = Math.max(boot.lastAt, fact.at)
  switch (fact.kind) {
    case 'ack':
      boot.settingsUrl = fact.settingsUrl ?? boot.settingsUrl
      if (fact.state === 'inform') break
      boot.address = fact.address
      reach(boot, 'leased', fact.at)
      break
    case 'pnp-answered':
      boot.pnpUrl = fact.url
      break
    case 'redirected':
      boot.redirectedTo = fact.url
      break
    case 'resync':
      boot.resyncAt = fact.at
      break
    case 'fetched':
      fetch(boot, fact, named)
      break
    default:
  }
}

export function reach(boot: Boot, stage: Stage, at: number): void {
  boot.reached[stage] ??= at
  if (stages.indexOf(stage) > stages.indexOf(boot.stage)) boot.stage = stage
}

/** The phone has the document: it came whole, or the phone had it already (304, RFC 9110 §15.4.5). */
export function came({ status, isWhole }: { readonly status: string; readonly isWhole: boolean }): boolean {
  return isWhole && (status === '200' || status === 'DATA' || status === '304' || status === '206')
}

/** A client that goes on with its address has not booted. */
export function isRenewal(state: string | undefined): boolean {
  return state === 'renewing' || state === 'rebinding' || state === 'inform'
}

function fetch(boot: Boot, fact: Fact & { readonly kind: 'fetched' }, named: Named | undefined): void {
  boot.requests += 1
  boot.bytes += fact.bytes
  if (!came(fact)) {
    if (named?.kind === 'image') halt(boot)
    return
  }
  boot.cameAt = Math.max(boot.cameAt ?? fact.at, fact.at)
  if (named === undefined) return
  if (named.kind === 'image' && isToItsEnd(fact)) {
    boot.hasImage = true
    boot.isHalted = false
  }
  boot.method ??= methodOf(boot, named)
  const isPointer = fact.isContainer === true && named.mac !== undefined // it names the phone's own, and is not it
  const stage = isPointer || isSentOn(boot, named) ? undefined : stageOf(named)
  if (stage !== undefined) reach(boot, stage, fact.at)
}

/** By the path in its firmware it got the redirection, and no settings. */
function isSentOn({ redirectedTo }: Boot, { by }: Named): boolean {
  return redirectedTo !== undefined && by !== undefined
}

/** A boot that had seemed to be over is not: the phone starts over, or waits for a key. */
function halt(boot: Boot): void {
  boot.isHalted = true
  delete boot.reached.done
  boot.stage = [...stages].reverse().find(stage => boot.reached[stage] !== undefined) ?? 'seen'
}

/** A range is a part, unless it goes to the end: bootloaders ask for images piece by piece. */
function isToItsEnd({ status, bytes, total }: Fact & { readonly kind: 'fetched' }): boolean {
  return status !== '206' || total === undefined || bytes >= total
}

function stageOf({ kind, mac }: Named): Stage | undefined {
  switch (kind) {
    case 'container':
    case 'settings':
      return mac === undefined ? 'general' : 'own'
    case 'everything':
      return 'own'
    case 'language':
      return 'languages'
    case 'firmware':
    case 'image':
      return 'firmware'
    case 'languages':
      return 'general'
  }
}

/** What sent the phone here. A URL of the kind that our lease names may still have been typed in: that looks the same. */
function methodOf({ settingsUrl, pnpUrl }: Boot, { kind, by }: Named): Method | undefined {
  if (by !== undefined) return by
  if (kind === 'everything') return pnpUrl === undefined ? 'manual' : 'pnp'
  if (kind !== 'container' && kind !== 'settings') return undefined
  if (settingsUrl !== undefined) return 'dhcp'
  return pnpUrl === undefined ? 'manual' : 'pnp'
}
