/** The leases of a site while it runs: server, door and disk, and the look-out for another server before the door opens. */

import type { Ipv4 } from './address/ipv4.js'
import type { Site } from './config/site.js'
import type { Lease, LeaseStore } from './dhcp/lease.js'
import { deafToProbe, type Rival } from './dhcp/rival.js'
import { Server } from './dhcp/server.js'
import { DhcpDoor } from './doors/dhcp.js'
import type { Link } from './doors/link.js'
import type { Log } from './doors/log.js'
import { inventMac, openRivalEar, type RivalEar } from './doors/rival.js'
import type { Sockets } from './doors/sockets.js'
import type { Udp } from './doors/udp.js'
import type { Note } from './fleet/fact.js'
import { type HeardRival, type RivalPace, RivalWatch, usualPace } from './rival-watch.js'
import { serverPlan } from './server-plan.js'

export interface LeasingParts {
  readonly store: LeaseStore
  readonly leases: readonly Lease[] // as they were stored
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly note?: Note
  readonly rivalPace?: RivalPace
}

const none: ReadonlyMap<string, number> = new Map()

export class Leasing {
  readonly #parts: LeasingParts
  readonly #probeMac = inventMac()
  #site: Site
  #stored: readonly Lease[] // until the first server has them
  #server: Server | undefined
  #door: DhcpDoor | undefined
  #udp: Udp | undefined // while the door waits for the look-out
  #rivals: RivalWatch | undefined
  #link: Link | undefined

  constructor(site: Site, parts: LeasingParts) {
    this.#site = site
    this.#parts = parts
    this.#stored = parts.leases
  }

  get isServing(): boolean {
    return this.#rivals?.isServing ?? false
  }

  /** The lease that runs on the address now. */
  leaseAt(address: Ipv4): Lease | undefined {
    return this.#server?.leaseAt(address, this.#parts.now())
  }

  /** The last lease of every address, running or not. */
  leases(): Iterable<Lease> {
    return this.#server?.leases() ?? this.#stored
  }

  countBound(): number {
    const now = this.#parts.now()
    let count = 0
    for (const { state, end } of this.leases()) if (state === 'bound' && end > now) count += 1
    return count
  }

  /** Takes a running lease back, on disk too; its phone is told nothing. False when nobody has the address. */
  async release(address: Ipv4): Promise<boolean> {
    const lease = this.#server?.release(address, this.#parts.now())
    if (lease === undefined) return false
    await this.#parts.store.save([lease])
    return true
  }

  /** Other servers that were heard of late. */
  get rivals(): readonly HeardRival[] {
    return this.#rivals?.rivals ?? []
  }

  get hasSocket(): boolean {
    return this.#udp !== undefined
  }

  /** How often each thing happened, while the door is open. */
  get counters(): ReadonlyMap<string, number> {
    return this.#door?.counters ?? none
  }

  /** The socket is there from the start, so that a taken port is found at once; what comes before the door opens is dropped. */
  async open(link: Link, sockets: Sockets): Promise<void> {
    const { dhcp } = this.#site
    this.#link = link
    if (dhcp === undefined) return
    this.#makeServer(link)
    const udp = await sockets.udp({ name: 'dhcp', port: dhcp.port, hearsBroadcasts: true })
    const rivals = this.#watchRivals(link, sockets, dhcp.port, () => this.#answer(udp))
    this.#udp = udp
    this.#rivals = rivals
    rivals.use(dhcp.rival)
  }

  /** Another configuration, from now on; its port and interface are still the old ones. */
  use(site: Site): void {
    this.#site = site
    if (this.#link !== undefined) this.#makeServer(this.#link)
    if (this.#server !== undefined) this.#door?.use(this.#server)
    this.#rivals?.use(site.dhcp?.rival ?? 'ignore')
  }

  /** Whoever may open the door goes first; the door still answers those who wait for the disk. */
  async shut(): Promise<void> {
    await this.#rivals?.close()
    await (this.#door ?? this.#udp)?.close()
    this.#rivals = this.#door = this.#udp = this.#link = undefined
  }

  /** A fresh server for the site as it is now, with the leases of the last one. */
  #makeServer(link: Link): void {
    const { dhcp } = this.#site
    if (dhcp === undefined) return
    const leases = this.#server?.leases() ?? this.#stored
    this.#server = new Server(deafToProbe(serverPlan(this.#site, dhcp, link.address), this.#probeMac), leases)
    this.#stored = []
  }

  #watchRivals({ address }: Link, sockets: Sockets, serverPort: number, serve: () => void): RivalWatch {
    const { log, now, rivalPace = usualPace } = this.#parts
    const listen = async (hear: (rival: Rival) => void): Promise<RivalEar> => {
      const udp = await sockets.udp({ name: 'rival', port: serverPort + 1, hearsBroadcasts: true, isShared: true })
      return openRivalEar({ udp, own: address, serverPort, mac: this.#probeMac, hear, log })
    }
    return new RivalWatch({ device: this.#site.interface, own: address, listen, serve, log, now, pace: rivalPace })
  }

  #answer(udp: Udp): void {
    const { store, log, now, note } = this.#parts
    if (this.#server === undefined) return
    this.#door = new DhcpDoor({ udp, server: this.#server, store, log, now, ...(note && { note }) })
  }
}
