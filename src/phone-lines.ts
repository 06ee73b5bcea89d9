/** Histories of phones in the shapes of the API: a line, a boot, a fact. No I/O. */

import { formatIpv4 } from './address/ipv4.js'
import type { BootView, Diagnosis, FactView, PhoneLine, PhoneView } from './api/shapes.js'
import type { Knowledge, Listed } from './fleet/account.js'
import type { Boot } from './fleet/boot.js'
import { diagnose } from './fleet/diagnosis.js'
import { disagreements } from './fleet/diagnosis-identity.js'
import type { Fact } from './fleet/fact.js'
import { factSeverity, factText } from './fleet/fact-text.js'
import { wholeLayers } from './fleet/layers.js'
import type { Inventory, Phone } from './fleet/phone.js'
import { type PhoneHistory, typeOf } from './fleet/phone-history.js'
import type { Recognise } from './fleet/recognise.js'

/** What the inventory knows of the phone that a diagnosis asks for. */
export function listedOf(inventory: Inventory, phone: Phone, recognise: Recognise): Listed {
  const firmware = firmwareOf(inventory, phone)
  const version = firmware === undefined ? undefined : recognise.name(`firmware/${firmware}`)?.version
  return {
    ...(phone.name !== undefined && { name: phone.name }),
    ...(phone.model !== undefined && { model: phone.model }),
    ...(phone.address !== undefined && { address: phone.address }),
    ...(firmware !== undefined && { firmware }),
    ...(version !== undefined && { version }),
  }
}

/** One phone, one line; of a listed phone that was never seen, all that is known is the inventory's. `now`: ms since 1970. */
export function phoneLine(
  history: PhoneHistory | undefined,
  phone: Phone | undefined,
  site: Knowledge,
  now: number,
): PhoneLine | undefined {
  const mac = history?.mac ?? phone?.mac
  if (mac === undefined) return undefined
  const common = {
    mac,
    isListed: phone !== undefined,
    ...(phone?.name !== undefined && { name: phone.name }),
    groups: [...(phone?.groups ?? [])],
  }
  const boot = history?.boots.at(-1)
  if (history === undefined || boot === undefined) return { ...common, ...unseen(phone) }
  return { ...common, ...seen(history, boot, phone, site, diagnose(history, site, now)) }
}

/** Newest first. */
export function bootViews(history: PhoneHistory): BootView[] {
  return history.boots.map(({ at, stage, facts }) => ({ at, stage, facts: facts.map(factView) })).reverse()
}

export function factView(fact: Fact): FactView {
  const door = doorOf(fact)
  const severity = factSeverity(fact)
  return {
    at: fact.at,
    kind: fact.kind,
    ...(door !== undefined && { door }),
    text: factText(fact),
    ...(severity !== undefined && { severity }),
    ...(fact.kind === 'fetched' && { milliseconds: fact.milliseconds, bytes: fact.bytes }),
  }
}

/** All of a phone's page but its lease and its place in the redirection registry. */
export function phoneView(
  history: PhoneHistory | undefined,
  phone: Phone | undefined,
  site: Knowledge,
  now: number,
): Omit<PhoneView, 'lease' | 'redirection'> | undefined {
  const line = phoneLine(history, phone, site, now)
  if (line === undefined) return undefined
  if (history === undefined) return { line, boots: [], diagnoses: [], said: {} }
  const diagnoses = diagnose(history, site, now).map(copy)
  return { line, boots: bootViews(history), diagnoses, said: saidView(history) }
}

function unseen(phone: Phone | undefined) {
  return {
    ...(phone?.model !== undefined && { model: phone.model }),
    ...{ stage: 'seen' as const, isStuck: false, reached: {}, requests: 0, bytes: 0, disagreements: [] },
  }
}

function seen(
  history: PhoneHistory,
  boot: Boot,
  phone: Phone | undefined,
  site: Knowledge,
  diagnoses: ReturnType<typeof diagnose>,
) {
  const model = typeOf(history, site.recognise) ?? phone?.model
  const { version } = history.said
  const [gravest] = diagnoses
  const address = history.address ?? site.leased
  return {
    ...(model !== undefined && { model }),
    ...(version !== undefined && { firmware: version }),
    ...(address !== undefined && { address: formatIpv4(address) }),
    ...(boot.method !== undefined && { method: boot.method }),
    stage: boot.stage,
    isStuck: isStuck(boot, gravest?.severity === 'error'),
    ...(boot.redirectedTo !== undefined && { redirectedTo: boot.redirectedTo }),
    bootedAt: boot.at,
    lastAt: history.lastAt,
    reached: { ...boot.reached },
    requests: boot.requests,
    bytes: boot.bytes,
    ...(gravest !== undefined && { diagnosis: copy(gravest) }),
    disagreements: [...disagreements(history, site.listed, site.recognise)],
  }
}

/** Nothing more came in time, or something failed. A boot of which we saw no begin, and one that ended elsewhere, is not. */
function isStuck(boot: Boot, hasError: boolean): boolean {
  if (boot.stage === 'done' || !boot.isWitnessed) return false
  return hasError || (!boot.isOpen && boot.redirectedTo === undefined)
}

function saidView({ said }: PhoneHistory): PhoneView['said'] {
  const { vendorClass, hostname, agent, asks } = said
  return {
    ...(vendorClass !== undefined && { vendorClass }),
    ...(hostname !== undefined && { hostname }),
    ...(agent !== undefined && { agent }),
    ...(asks !== undefined && { asks: [...asks] }),
  }
}

function copy({ rule, severity, text }: Diagnosis): Diagnosis {
  return { rule, severity, text }
}

function doorOf(fact: Fact): string | undefined {
  if ('door' in fact) return fact.door
  if (/^(?:subscribe|pnp-|notify-)/.test(fact.kind)) return 'pnp'
  return fact.kind === 'redirected' || fact.kind === 'resync' ? undefined : 'dhcp'
}

/** The phone's own, its groups' or its model's. */
function firmwareOf(inventory: Inventory, phone: Phone): string | undefined {
  return wholeLayers(inventory, phone).findLast(({ layer }) => layer.firmware !== undefined)?.layer.firmware
}
