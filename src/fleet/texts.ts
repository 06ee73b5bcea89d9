/** Texts of strangers, made fit to be kept: cut, without controls and passwords, each held once. No I/O. */

import type { Mac } from '../address/mac.js'
import { type Fact, mostText } from './fact.js'

/** A site of 10,000 phones has some 40,000 texts; a stranger who sends more makes us forget that texts are the same. */
const mostTexts = 65_536

const mostLists = 1024 // option 55: one for each firmware line, unless somebody invents them

export class Texts {
  readonly #known = new Map<string, string>()
  readonly #lists = new Map<string, readonly number[]>()
  readonly #own = new Set<readonly number[]>() // the same lists

  /** The text as it is kept; the same string for the same text. */
  keep(text: string): string {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const clean = cleanText(text)
    if (this.#known.size >= mostTexts) this.#known.clear()
    const kept = this.#known.get(clean) ?? clean
    this.#known.set(kept, kept)
    return kept
  }

  /** The fact as that phone's, with its texts fit to be kept: a copy as small as can be, for there are many. */
  clean(fact: Fact, mac: Mac): Fact {
    if (fact.mac === mac && isPlain(fact)) return fact
    const kept = this.#copy(fact, mac)
    if (fact.address !== undefined) kept.address = fact.address
    return kept
  }

  #copy(fact: Fact, mac: Mac): Writable<Fact> {
    const { at } = fact
    switch (fact.kind) {
      case 'discover':
      case 'request':
        return this.#asking(fact, mac)
      case 'ack': {
        const kept: Writable<typeof fact> = { kind: 'ack', at, mac, state: this.keep(fact.state) }
        if (fact.settingsUrl !== undefined) kept.settingsUrl = this.keep(fact.settingsUrl)
        return kept
      }
      case 'fetched':
        return this.#fetched(fact, mac)
      case 'refused': {
        const { kind, door } = fact
        const words = { name: this.keep(fact.name), reason: this.keep(fact.reason) }
        return { kind, at, mac, door, ...words, ...(fact.agent !== undefined && { agent: this.keep(fact.agent) }) }
      }
      case 'subscribe':
        return { kind: fact.kind, at, mac, ...this.#some(fact, ['vendor', 'model', 'version']) }
      case 'unanswered':
      case 'pnp-refused':
        return { ...fact, mac, reason: this.keep(fact.reason) }
      case 'pnp-answered':
      case 'redirected':
        return { ...fact, mac, url: this.keep(fact.url) }
      case 'offer':
      case 'nak':
      case 'released':
      case 'declined':
      case 'notify-ended':
      case 'resync':
        return { ...fact, mac }
    }
  }

  #asking(fact: Fact & { readonly kind: 'discover' | 'request' }, mac: Mac): Writable<Fact> {
    const { kind, at, vendorClass, hostname, state, relay } = fact
    const kept: Writable<typeof fact> = { kind, at, mac, asks: this.#list(fact.asks) }
    if (vendorClass !== undefined) kept.vendorClass = this.keep(vendorClass)
    if (hostname !== undefined) kept.hostname = this.keep(hostname)
    if (state !== undefined) kept.state = this.keep(state)
    if (relay !== undefined) kept.relay = relay
    return kept
  }

  #fetched(fact: Fact & { readonly kind: 'fetched' }, mac: Mac): Writable<Fact> {
    const { kind, at, door, bytes, total, milliseconds, isWhole, agent, withheld, isContainer } = fact
    const [name, status] = [this.keep(fact.name), this.keep(fact.status)]
    const kept: Writable<typeof fact> = { kind, at, mac, door, name, status, bytes, milliseconds, isWhole }
    if (agent !== undefined) kept.agent = this.keep(agent)
    if (total !== undefined && total !== bytes) kept.total = total // else it says nothing more
    if (withheld !== undefined) kept.withheld = withheld
    if (isContainer) kept.isContainer = true
    return kept
  }

  #list(asks: readonly number[]): readonly number[] {
    if (this.#own.has(asks)) return asks
    const key = asks.join(',')
    const known = this.#lists.get(key)
    if (known !== undefined) return known
    if (this.#lists.size >= mostLists) {
      this.#lists.clear()
      this.#own.clear()
    }
    this.#lists.set(key, asks)
    this.#own.add(asks)
    return asks
  }

  #some<K extends string>(fact: { readonly [key in K]?: string }, keys: readonly K[]): { [key in K]?: string } {
    const kept: { [key in K]?: string } = {}
    for (const key of keys) {
      const text = fact[key]
      if (text !== undefined) kept[key] = this.keep(text)
    }
    return kept
  }
}

type Writable<T> = T extends unknown ? { -readonly [key in keyof T]: T[key] } : never

/** It holds no text. */
function isPlain({ kind }: Fact): boolean {
  return kind === 'offer' || kind === 'nak' || kind === 'released' || kind === 'declined'
}

/** Cut; controls become `?`; what stands before the @ of a URL's host goes, and so does what a query calls a secret. */
export function cleanText(text: string): string {
  // a slice of a longer string would keep all of that alive
  let clean = text.length > mostText ? Buffer.from(text.slice(0, mostText)).toString() : text
  if (controls.test(clean)) clean = clean.replaceAll(allControls, '?')
  if (clean.includes('@')) clean = clean.replaceAll(/(:\/\/)[^/@\s]*@/g, '$1')
  return clean.includes('=') ? clean.replaceAll(secretInQuery, '$1…') : clean
}

const controls = /\p{Cc}/u
const allControls = /\p{Cc}/gu
const secretInQuery = /([?&;][\w.-]*(?:pass|pwd|secret|token|key|pin)[\w.-]*=)[^&;#\s]+/gi
