/** Texts of strangers, made fit to be kept: cut, without controls and passwords, each held once. No I/O. */

import { type Fact, mostText } from './fact.js'

/** A site of 10,000 phones has some 40,000 texts; a stranger who sends more makes us forget that texts are the same. */
const mostTexts = 65_536

export class Texts {
  readonly #known = new Map<string, string>()

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

  /** The fact with its texts fit to be kept. */
  clean(fact: Fact): Fact {
    switch (fact.kind) {
      case 'discover':
      case 'request':
        return { ...fact, ...this.#some(fact, ['vendorClass', 'hostname', 'state']) }
      case 'ack':
        return { ...fact, state: this.keep(fact.state), ...this.#some(fact, ['settingsUrl']) }
      case 'subscribe':
        return { ...fact, ...this.#some(fact, ['vendor', 'model', 'version']) }
      case 'unanswered':
      case 'pnp-refused':
        return { ...fact, reason: this.keep(fact.reason) }
      case 'pnp-answered':
      case 'redirected':
        return { ...fact, url: this.keep(fact.url) }
      case 'refused':
        return { ...fact, name: this.keep(fact.name), reason: this.keep(fact.reason), ...this.#some(fact, ['agent']) }
      case 'fetched':
        return { ...fact, name: this.keep(fact.name), status: this.keep(fact.status), ...this.#some(fact, ['agent']) }
      case 'offer':
      case 'nak':
      case 'released':
      case 'declined':
      case 'notify-ended':
      case 'resync':
        return fact
    }
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
