/** Who asks from an address, learnt from what is asked there: for phones whose lease is not ours. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Fact } from './fact.js'

interface Place {
  mac: Mac | undefined // undefined: not known yet, or several phones ask from there
  at: number // ms since 1970
  isShared: boolean
  waiting: Fact[] // until it is known whose they are
}

// Strangers choose their addresses freely on a LAN; a place that is forgotten costs the facts that name nobody.
const mostPlaces = 4096
const mostWaiting = 16 // facts: what a phone asks before it names itself
const longestWait = 60_000 // ms
const turnover = 60_000 // ms in which two phones at one address are two behind one address, and no change of lease

export class Addresses {
  readonly #places = new Map<Ipv4, Place>()

  who(address: Ipv4): Mac | undefined {
    return this.#places.get(address)?.mac
  }

  knows(address: Ipv4): boolean {
    return this.#places.has(address)
  }

  /** That phone asks from there. Gives the facts that waited for its name, oldest first. */
  learn(address: Ipv4, mac: Mac, at: number): readonly Fact[] {
    const place = this.#placeAt(address)
    const isOther = place.mac !== undefined && place.mac !== mac
    if (Math.abs(at - place.at) >= turnover) place.isShared = false
    else if (isOther) place.isShared = true
    place.mac = place.isShared ? undefined : mac
    place.at = at
    const waiting = place.isShared ? [] : place.waiting.filter(fact => at - fact.at < longestWait)
    place.waiting = []
    return waiting
  }

  /** Keeps a fact until its phone is known. False when there is no hope of that. */
  wait(address: Ipv4, fact: Fact): boolean {
    const place = this.#placeAt(address)
    if (place.isShared) return false
    place.waiting.push(fact)
    if (place.waiting.length > mostWaiting) place.waiting.shift()
    return true
  }

  #placeAt(address: Ipv4): Place {
    const known = this.#places.get(address)
    if (known !== undefined) return known
    if (this.#places.size >= mostPlaces) {
      const [oldest = 0] = this.#places.keys()
      this.#places.delete(oldest)
    }
    const place = { mac: undefined, at: 0, isShared: false, waiting: [] }
    this.#places.set(address, place)
    return place
  }
}
