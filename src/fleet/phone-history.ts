/** What is known of one phone: its last boots, and what it said of itself. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import { advance, type Boot, newBoot } from './boot.js'
import { beginsBoot } from './boot-bounds.js'
import type { Fact } from './fact.js'
import type { Recency } from './recency.js'
import type { Named, Recognise } from './recognise.js'

/** The phone's own words. */
export interface Said {
  vendorClass?: string // option 60
  hostname?: string // option 12
  agent?: string // User-Agent of its documents
  asks?: readonly number[] // option 55
  pnpModel?: string // of the Event header, with the vendor before it where the model alone says too little
  nameType?: string // phone type in the names it asks for
  agentType?: string // phone type in its User-Agent
  version?: string // firmware, by User-Agent or Plug & Play
  versionAt?: number // when it said so last, ms since 1970
}

export interface PhoneHistory {
  readonly mac: Mac
  readonly boots: Boot[] // oldest first, never empty once a fact was kept
  readonly said: Said
  address: Ipv4 | undefined // from which it was heard last
  lastAt: number // ms since 1970
  revision: number // of the timeline when this last changed
  // its place in the order of change, and its neighbours there
  order: Recency | undefined
  newer: PhoneHistory | undefined
  older: PhoneHistory | undefined
  looks: number // how often it was looked at since its last fact
}

export interface HistoryLimits {
  readonly boots: number // a phone
  readonly facts: number // a boot
}

/** The facts that open a boot explain it; of the rest the last ones are kept. */
const opening = 8

export function newHistory(mac: Mac): PhoneHistory {
  const neighbours = { order: undefined, newer: undefined, older: undefined }
  return { mac, boots: [], said: {}, address: undefined, lastAt: 0, revision: 0, ...neighbours, looks: 0 }
}

/** Takes in a fact. False where it only repeats the last ones and is counted, not kept. */
export function takeFact(history: PhoneHistory, fact: Fact, named: Named | undefined, limits: HistoryLimits): boolean {
  let boot = history.boots.at(-1)
  if (boot === undefined || beginsBoot(boot, fact, named)) {
    if (boot !== undefined) boot.isOpen = false
    boot = newBoot(fact)
    history.boots.push(boot)
    if (history.boots.length > limits.boots) history.boots.shift()
  }
  advance(boot, fact, named)
  history.lastAt = Math.max(history.lastAt, fact.at)
  return keep(boot, fact, limits.facts)
}

/** What the fact tells of the phone itself. */
export function listen(said: Said, fact: Fact, named: Named | undefined, recognise: Recognise): void {
  switch (fact.kind) {
    case 'discover':
    case 'request':
      if (fact.vendorClass !== undefined) said.vendorClass = fact.vendorClass
      if (fact.hostname !== undefined) said.hostname = fact.hostname
      if (fact.asks.length > 0) said.asks = fact.asks
      break
    case 'subscribe':
      said.pnpModel = pnpModel(fact, recognise) ?? said.pnpModel ?? ''
      if (fact.version !== undefined && said.agent === undefined) tellVersion(said, fact.version, fact.at)
      break
    case 'fetched':
    case 'refused':
      if (named?.type !== undefined && named.kind !== 'image') said.nameType = named.type
      if (fact.agent !== undefined) listenToAgent(said, fact.agent, fact.at, recognise)
      break
    default:
  }
}

/** The phone type: what it calls itself, then what its names say, then what its MAC block says. */
export function typeOf({ said, mac }: PhoneHistory, recognise: Recognise): string | undefined {
  const told = said.vendorClass === undefined ? undefined : recognise.typeOfClass(said.vendorClass)
  return said.agentType ?? told ?? said.nameType ?? (said.pnpModel || recognise.typeOfMac(mac))
}

function listenToAgent(said: Said, agent: string, at: number, recognise: Recognise): void {
  if (agent === said.agent) {
    said.versionAt = at
    return
  }
  const { type, version } = recognise.agent(agent)
  if (type === undefined && said.agentType !== undefined) return // a boot loader: it tells less than was known
  said.agent = agent
  if (type !== undefined) said.agentType = type
  if (version !== undefined) tellVersion(said, version, at)
}

function tellVersion(said: Said, version: string, at: number): void {
  said.version = version
  said.versionAt = at
}

/** OEM is what a phone says whose maker does not want to be named. */
function pnpModel(fact: Fact & { readonly kind: 'subscribe' }, recognise: Recognise): string | undefined {
  const { model, vendor } = fact
  if (model === undefined || model === '' || /^oem$/i.test(model)) return undefined
  return recognise.typeOfClass(model) ?? [vendor, model].filter(word => word !== undefined).join(' ')
}

function keep(boot: Boot, fact: Fact, mostFacts: number): boolean {
  const { facts } = boot
  const [last, before] = [facts.at(-1), facts.at(-2)]
  if (last !== undefined && before !== undefined && isSame(last, fact) && isSame(before, fact)) {
    facts[facts.length - 1] = fact
    boot.left += 1
    return false
  }
  facts.push(fact)
  if (facts.length <= mostFacts) return true
  facts.splice(Math.min(opening, mostFacts - 1), 1)
  boot.left += 1
  return true
}

/** A third fact in a row that says nothing new. */
function isSame(one: Fact, other: Fact): boolean {
  if (one.kind !== other.kind) return false
  if (one.kind === 'refused' && other.kind === 'refused') {
    return one.name === other.name && one.reason === other.reason && one.door === other.door
  }
  if (one.kind === 'unanswered' && other.kind === 'unanswered') return one.reason === other.reason
  return one.kind === 'nak' || one.kind === 'offer'
}
