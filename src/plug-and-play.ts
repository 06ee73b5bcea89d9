/** Plug & Play while the interface is there: its door, the look-out for other servers, and resync by the same protocol. */

import type { Site } from './config/site.js'
import type { Link } from './doors/link.js'
import type { Log } from './doors/log.js'
import { openPnp, type PnpDoor } from './doors/pnp.js'
import { inventSnomMac, openPnpEar } from './doors/pnp-probe.js'
import { openResync, type Resync, type ResyncCall, type Resynchronised } from './doors/resync.js'
import type { Sockets } from './doors/sockets.js'
import type { Note } from './fleet/fact.js'
import { type PnpNeighbours, pnpRules } from './pnp-plan.js'
import { type PnpPace, type PnpRival, PnpWatch, usualPnpPace } from './pnp-watch.js'

export interface PlugAndPlayParts {
  readonly others: PnpNeighbours
  readonly note: Note
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly pace?: PnpPace
}

const none: ReadonlyMap<string, number> = new Map()
const loopback = 127 // the first byte

export class PlugAndPlay {
  readonly #parts: PlugAndPlayParts
  readonly #invented = inventSnomMac()
  #site: Site
  #link: Link | undefined
  #door: PnpDoor | undefined
  #watch: PnpWatch | undefined
  #resync: Resync | undefined

  constructor(site: Site, parts: PlugAndPlayParts) {
    this.#site = site
    this.#parts = parts
  }

  get isOpen(): boolean {
    return this.#door !== undefined
  }

  get counters(): ReadonlyMap<string, number> {
    return this.#door?.counters ?? none
  }

  /** Other servers that were heard of late. */
  get rivals(): readonly PnpRival[] {
    return this.#watch?.rivals ?? []
  }

  /** Resync works without the door too: a phone hears NOTIFY however it booted. */
  async open(link: Link, sockets: Sockets): Promise<void> {
    const { note, log, now, others } = this.#parts
    const { pnp } = this.#site
    const own = link.address
    this.#link = link
    const calls = await sockets.udp({ name: 'resync', port: 0, hearsBroadcasts: false })
    this.#resync = openResync({ udp: calls, own, note, now })
    const rules = pnp && pnpRules(this.#site, pnp, own, others)
    if (pnp === undefined || rules === undefined) return
    const udp = await sockets.udp({ name: 'pnp', port: pnp.port, hearsBroadcasts: true, group: pnp.group })
    this.#door = openPnp({ udp, own, rules, deafTo: this.#invented, note, log, now })
    if (own >>> 24 !== loopback) this.#watch = this.#look(link, sockets, { address: pnp.group, port: pnp.port })
  }

  /** Another configuration, from now on; its port and group are still the old ones. */
  use(site: Site): void {
    this.#site = site
    const rules = site.pnp && this.#link && pnpRules(site, site.pnp, this.#link.address, this.#parts.others)
    if (rules !== undefined) this.#door?.use(rules)
  }

  /** No answer while the interface is not there. */
  async resync(call: ResyncCall): Promise<Resynchronised> {
    const port = call.port ?? (call.mac && this.#door?.portOf(call.mac))
    return (await this.#resync?.send({ ...call, ...(port !== undefined && { port }) })) ?? {}
  }

  async shut(): Promise<void> {
    await this.#watch?.close()
    await this.#door?.close()
    await this.#resync?.close()
    this.#watch = this.#door = this.#resync = this.#link = undefined
  }

  #look({ address: own }: Link, sockets: Sockets, group: { address: number; port: number }): PnpWatch {
    const { log, now, pace = usualPnpPace } = this.#parts
    return new PnpWatch({
      device: this.#site.interface,
      own,
      listen: async hear => {
        const udp = await sockets.udp({ name: 'pnp probe', port: 0, hearsBroadcasts: false })
        return openPnpEar({ udp, own, group, mac: this.#invented, hear, log })
      },
      log,
      now,
      pace,
    })
  }
}
