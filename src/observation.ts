/** What the doors saw, as it is asked for: the timeline of all phones, lines of the page kept up to date, metrics, statistics. */

import type { Ipv4 } from './address/ipv4.js'
import type { Mac } from './address/mac.js'
import type { PhoneLine, PhoneView, StatisticsView } from './api/shapes.js'
import type { Site } from './config/site.js'
import { askedName } from './desk/last-fetched.js'
import type { Knowledge, Listed } from './fleet/account.js'
import { came } from './fleet/boot.js'
import type { Fact, Note } from './fleet/fact.js'
import type { Inventory } from './fleet/phone.js'
import type { PhoneHistory } from './fleet/phone-history.js'
import type { Recognise } from './fleet/recognise.js'
import { Statistics } from './fleet/statistics.js'
import { Timeline } from './fleet/timeline.js'
import { listedOf, phoneLine, phoneView } from './phone-lines.js'
import { createRecognise } from './recognise.js'

export interface ObservationParts {
  readonly site: () => Site
  readonly holderOf: (address: Ipv4) => Mac | undefined
  readonly isLeasedTo: (address: Ipv4, mac: Mac) => boolean
  readonly boundLeases: () => number
  readonly keep: (fact: Fact) => void // beyond this run
  readonly measure: Note // the metrics
  readonly now: () => number // ms since 1970
}

export type Watcher = (lines: readonly PhoneLine[]) => void

const noPaths: readonly string[] = []

const tickInterval = 1000 // ms
const tellInterval = 250 // ms between two lots of changed lines
const leaseInterval = 60_000 // ms between two counts of the leases

export class Observation {
  readonly #parts: ObservationParts
  readonly #recognise: Recognise
  readonly #timeline: Timeline
  readonly #statistics = new Statistics()
  readonly #watchers = new Set<Watcher>()
  readonly #lines = new Map<Mac, PhoneLine>()
  readonly #ticking: NodeJS.Timeout
  #listed = new Map<Mac, Listed>()
  #inventory: Inventory | undefined // of which the lines are
  #revision = 0 // of the timeline, up to which the lines are
  #changed = new Map<Mac, PhoneLine>() // not told to watchers yet
  #telling: NodeJS.Timeout | undefined
  #countedAt = Number.NEGATIVE_INFINITY

  constructor(parts: ObservationParts) {
    this.#parts = parts
    this.#recognise = createRecognise(() => parts.site().redirection?.paths ?? noPaths)
    this.#timeline = new Timeline({
      recognise: this.#recognise,
      isListed: mac => parts.site().inventory.phones.has(mac),
      holderOf: parts.holderOf,
      kept: parts.keep,
      done: at => this.#statistics.boot(at),
    })
    this.#ticking = setInterval(() => this.#tick(), tickInterval)
    this.#ticking.unref()
  }

  /** Facts of earlier runs, oldest first; before any new one. */
  async restore(past: AsyncIterable<Fact>): Promise<void> {
    for await (const fact of past) this.#timeline.restore(fact)
  }

  /** For the doors. */
  readonly note: Note = fact => {
    this.#timeline.note(fact)
    this.#parts.measure(fact)
    if (fact.kind === 'fetched' || fact.kind === 'request' || fact.kind === 'subscribe')
      this.#statistics.request(fact.at)
  }

  /** Every phone that was seen or is listed. */
  lines(): readonly PhoneLine[] {
    this.#refresh()
    return [...this.#lines.values()]
  }

  line(mac: Mac): PhoneLine | undefined {
    this.#refresh()
    return this.#lines.get(mac)
  }

  view(mac: Mac): Omit<PhoneView, 'lease' | 'redirection'> | undefined {
    const history = this.#timeline.phone(mac)
    const phone = this.#parts.site().inventory.phones.get(mac)
    return phoneView(history, phone, this.#knowledge(mac, history), this.#parts.now())
  }

  /** The address it was last seen at. */
  addressOf(mac: Mac): Ipv4 | undefined {
    return this.#timeline.phone(mac)?.address
  }

  /** When it last got what it asked for by that name, in one of the boots that are kept; ms since 1970. */
  cameAt(mac: Mac, name: string): number | undefined {
    const facts = this.#timeline.phone(mac)?.boots.flatMap(({ facts }) => facts) ?? []
    const wanted = askedName(name)
    return facts.findLast(fact => fact.kind === 'fetched' && came(fact) && askedName(fact.name) === wanted)?.at
  }

  statistics(): StatisticsView {
    const now = this.#parts.now()
    this.#statistics.leases(this.#parts.boundLeases(), now)
    const { step, at, leases, requests, boots } = this.#statistics.read(now)
    return { step, at: [...at], leases: [...leases], requests: [...requests], boots: [...boots] }
  }

  /** Called with what changed, four times a second at most, until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#refresh()
    this.#changed.clear()
    this.#watchers.add(watcher)
    this.#telling ??= setInterval(() => this.#tell(), tellInterval)
    return () => {
      this.#watchers.delete(watcher)
      if (this.#watchers.size > 0) return
      clearInterval(this.#telling)
      this.#telling = undefined
    }
  }

  close(): void {
    clearInterval(this.#ticking)
    clearInterval(this.#telling)
    this.#watchers.clear()
  }

  #tick(): void {
    const now = this.#parts.now()
    this.#timeline.tick(now)
    if (now - this.#countedAt < leaseInterval) return
    this.#countedAt = now
    this.#statistics.leases(this.#parts.boundLeases(), now)
  }

  #tell(): void {
    this.#refresh()
    if (this.#changed.size === 0) return
    const lines = [...this.#changed.values()]
    this.#changed.clear()
    for (const watcher of this.#watchers) watcher(lines)
  }

  /** Makes the lines anew of phones that changed, and all when the inventory is another. */
  #refresh(): void {
    const { inventory } = this.#parts.site()
    if (inventory !== this.#inventory) this.#relist(inventory)
    const { revision, phones } = this.#timeline.changedSince(this.#revision)
    this.#revision = revision
    for (const history of phones) this.#renew(history.mac, history)
    if (this.#lines.size > inventory.phones.size) this.#dropForgotten(inventory)
  }

  #relist(inventory: Inventory): void {
    const isFirst = this.#inventory === undefined
    this.#inventory = inventory
    this.#listed = new Map()
    this.#lines.clear()
    this.#revision = 0
    if (!isFirst) this.#timeline.relist()
    for (const mac of inventory.phones.keys()) this.#renew(mac, this.#timeline.phone(mac))
  }

  #renew(mac: Mac, history: PhoneHistory | undefined): void {
    const phone = this.#parts.site().inventory.phones.get(mac)
    const line = phoneLine(history, phone, this.#knowledge(mac, history), this.#parts.now())
    if (line === undefined) return
    this.#lines.set(mac, line)
    if (this.#watchers.size > 0) this.#changed.set(mac, line)
  }

  /** The timeline keeps a limited number of strangers. */
  #dropForgotten({ phones }: Inventory): void {
    for (const mac of this.#lines.keys()) {
      if (!phones.has(mac) && this.#timeline.phone(mac) === undefined) this.#lines.delete(mac)
    }
  }

  #knowledge(mac: Mac, history: PhoneHistory | undefined): Knowledge {
    const { dhcp, inventory } = this.#parts.site()
    const address = history?.address
    const leased = address !== undefined && this.#parts.isLeasedTo(address, mac) ? address : undefined
    return {
      listed: this.#listedOf(mac, inventory),
      leased,
      servesDhcp: dhcp !== undefined,
      recognise: this.#recognise,
    }
  }

  #listedOf(mac: Mac, inventory: Inventory): Listed | undefined {
    const phone = inventory.phones.get(mac)
    if (phone === undefined) return undefined
    const known = this.#listed.get(mac) ?? listedOf(inventory, phone, this.#recognise)
    this.#listed.set(mac, known)
    return known
  }
}
