/** The histories of all phones: every fact in, each to the phone it belongs to, within limits. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import { Addresses } from './addresses.js'
import { settle } from './boot-bounds.js'
import type { Fact } from './fact.js'
import { listen, newHistory, type PhoneHistory, takeFact } from './phone-history.js'
import { Recency } from './recency.js'
import type { Named, Recognise } from './recognise.js'
import { Texts } from './texts.js'

export interface TimelineParts {
  readonly recognise: Recognise
  readonly isListed: (mac: Mac) => boolean // in the inventory
  readonly holderOf: (address: Ipv4) => Mac | undefined // by lease, else by reservation
  readonly kept?: (fact: Fact) => void // to be remembered beyond this run; its phone is named in it
  readonly done?: (at: number) => void // a boot came to its end well; ms since 1970
  readonly limits?: Partial<TimelineLimits>
}

export interface TimelineLimits {
  readonly boots: number // of one phone
  readonly facts: number // of one boot; a boot with languages and firmware has about 20
  readonly strangers: number // phones that nobody listed: MACs cost nothing to invent
  readonly strangersKept: number // facts of strangers a second that are remembered beyond this run
}

const usual: TimelineLimits = { boots: 5, facts: 64, strangers: 4096, strangersKept: 200 }

/** When a phone whose boot stands still is looked at again, since its diagnosis may have changed: ms after its last fact. */
const looks = [11_000, 20_000, 31_000, 40_000, 61_000, 120_000, 300_000, 600_000]

export class Timeline {
  readonly #parts: TimelineParts
  readonly #limits: TimelineLimits
  readonly #phones = new Map<Mac, PhoneHistory>()
  readonly #listed = new Recency()
  readonly #strangers = new Recency()
  readonly #addresses = new Addresses()
  readonly #texts = new Texts()
  readonly #open = new Set<PhoneHistory>()
  #strangersCount = 0
  #revision = 0
  #unknown = 0
  #second = 0 // of the running allowance for strangers, ms since 1970
  #spent = 0

  constructor(parts: TimelineParts) {
    this.#parts = parts
    this.#limits = { ...usual, ...parts.limits }
  }

  /** Numbers for health and metrics. `unknown`: facts of which nobody knows whose they are. */
  get counts(): {
    readonly phones: number
    readonly strangers: number
    readonly open: number
    readonly unknown: number
  } {
    const { size: phones } = this.#phones
    return { phones, strangers: this.#strangersCount, open: this.#open.size, unknown: this.#unknown }
  }

  /** The latest change; what comes later is `changedSince` it. */
  get revision(): number {
    return this.#revision
  }

  /** Takes in what a door saw. Never throws. */
  note(fact: Fact): void {
    this.#take(fact, true)
  }

  /** The same for a fact of an earlier run, oldest first: it is remembered already. */
  restore(fact: Fact): void {
    this.#take(fact, false)
  }

  phone(mac: Mac): PhoneHistory | undefined {
    return this.#phones.get(mac)
  }

  /** In no order. */
  phones(): Iterable<PhoneHistory> {
    return this.#phones.values()
  }

  /** Phones that changed after that revision. Costs as much as there are of them. */
  changedSince(revision: number): { readonly revision: number; readonly phones: readonly PhoneHistory[] } {
    const phones = [...this.#listed.since(revision), ...this.#strangers.since(revision)]
    return { revision: this.#revision, phones }
  }

  /** To be called each second or so: ends boots, and shows as changed those that stand still. Looks at open boots only. */
  tick(now: number): void {
    for (const history of this.#open) {
      this.#settle(history, now)
      const boot = history.boots.at(-1)
      const next = looks[history.looks] ?? Number.POSITIVE_INFINITY
      if (now - history.lastAt >= next) {
        while (now - history.lastAt >= (looks[history.looks] ?? Number.POSITIVE_INFINITY)) history.looks += 1
        this.#touch(history)
      }
      if (boot?.isOpen !== true) this.#open.delete(history)
    }
  }

  /** The inventory is another: who is listed counts as listed from now on, and every line may have changed. */
  relist(): void {
    this.#strangersCount = 0
    for (const history of this.#phones.values()) {
      if (!this.#parts.isListed(history.mac)) this.#strangersCount += 1
      this.#touch(history)
    }
    this.#dropStrangers()
  }

  #take(fact: Fact, isNew: boolean): void {
    const mac = this.#ownerOf(fact)
    if (mac === undefined) {
      if (fact.address === undefined || !this.#addresses.wait(fact.address, fact)) this.#unknown += 1
      return
    }
    const named = this.#meaning(fact)
    const history = this.#phones.get(mac) ?? this.#begin(mac, fact, named)
    if (history === undefined) return
    this.#learn(history, fact, isNew)
    this.#enter(history, fact, named, isNew)
  }

  #enter(history: PhoneHistory, told: Fact, named: Named | undefined, isNew: boolean): void {
    const fact = this.#texts.clean(told, history.mac)
    this.#settle(history, fact.at)
    listen(history.said, fact, named, this.#parts.recognise)
    const isKept = takeFact(history, fact, named, this.#limits)
    if (isKept && isNew) this.#remember(history, fact)
    history.looks = 0
    if (history.boots.at(-1)?.isOpen === true) this.#open.add(history)
    this.#settle(history, fact.at)
    this.#touch(history)
  }

  #meaning(fact: Fact): Named | undefined {
    if (fact.kind !== 'fetched' && fact.kind !== 'refused') return undefined
    return this.#parts.recognise.name(fact.name)
  }

  /** Who asks is who holds the address; the name of a document tells whose that is, which may be another's. */
  #ownerOf(fact: Fact): Mac | undefined {
    const { mac, address } = fact
    if (address === undefined) return mac
    if (mac !== undefined && fact.kind !== 'fetched' && fact.kind !== 'refused') return mac
    return this.#parts.holderOf(address) ?? mac ?? this.#addresses.who(address)
  }

  /** From where it asks; what was asked there before anybody knew who it is. */
  #learn(history: PhoneHistory, fact: Fact, isNew: boolean): void {
    const { address, kind, at } = fact
    if (address === undefined || kind === 'offer' || kind === 'nak' || kind === 'declined') return
    const holder = this.#parts.holderOf(address)
    if (holder !== undefined && holder !== history.mac) return // it claims to be somebody
    history.address = address
    if (holder !== undefined && !this.#addresses.knows(address)) return // its lease tells
    for (const waiting of this.#addresses.learn(address, history.mac, at)) {
      this.#enter(history, waiting, this.#meaning(waiting), isNew)
    }
  }

  /** A PC that asks for an address is no phone, and has no history. */
  #begin(mac: Mac, fact: Fact, named: Named | undefined): PhoneHistory | undefined {
    const isListed = this.#parts.isListed(mac)
    if (!isListed && !this.#isPhone(mac, fact, named)) return undefined
    const history = newHistory(mac)
    this.#phones.set(mac, history)
    if (isListed) return history
    this.#strangersCount += 1
    this.#strangers.touch(history, this.#revision)
    this.#dropStrangers()
    return history
  }

  #isPhone(mac: Mac, fact: Fact, named: Named | undefined): boolean {
    if (fact.kind === 'subscribe' || fact.kind.startsWith('pnp-') || named !== undefined) return true
    return this.#parts.recognise.isPhone(mac, 'vendorClass' in fact ? fact.vendorClass : undefined)
  }

  #dropStrangers(): void {
    for (; this.#strangersCount > this.#limits.strangers; this.#strangersCount -= 1) {
      const oldest = this.#strangers.oldest
      if (oldest === undefined) return
      this.#strangers.remove(oldest)
      this.#open.delete(oldest)
      this.#phones.delete(oldest.mac)
    }
  }

  #settle(history: PhoneHistory, now: number): void {
    const boot = history.boots.at(-1)
    if (boot === undefined || !boot.isOpen) return
    const isDone = settle(boot, now)
    if (boot.isOpen) return
    this.#open.delete(history)
    this.#touch(history)
    if (isDone) this.#parts.done?.(boot.reached.done ?? now)
  }

  #touch(history: PhoneHistory): void {
    this.#revision += 1
    const order = this.#parts.isListed(history.mac) ? this.#listed : this.#strangers
    order.touch(history, this.#revision)
  }

  #remember(history: PhoneHistory, fact: Fact): void {
    if (!this.#parts.isListed(history.mac) && !this.#allowsStranger(fact.at)) return
    this.#parts.kept?.(fact)
  }

  #allowsStranger(at: number): boolean {
    if (Math.abs(at - this.#second) >= 1000) {
      this.#second = at
      this.#spent = 0
    }
    this.#spent += 1
    return this.#spent <= this.#limits.strangersKept
  }
}
