/** The appliance: builds, opens and closes everything. What one door needs of another part, it is given here. */

import { setTimeout as delay } from 'node:timers/promises'
import { formatIpv4, type Ipv4 } from './address/ipv4.js'
import type { Mac } from './address/mac.js'
import type { Bundle } from './bundle/bundle.js'
import { createBundle } from './bundle/create-bundle.js'
import { createSharedBytes } from './bundle/shared-bytes.js'
import { openShelf } from './bundle/shelf.js'
import type { Site } from './config/site.js'
import type { Lease, LeaseStore } from './dhcp/lease.js'
import { deafToProbe, type Rival } from './dhcp/rival.js'
import { Server } from './dhcp/server.js'
import { createDocumentWatch } from './document-watch.js'
import { DhcpDoor } from './doors/dhcp.js'
import { openHttp } from './doors/http.js'
import { type Libc, loadLibc } from './doors/libc.js'
import { findLink, isSameLink, type Link } from './doors/link.js'
import type { Log } from './doors/log.js'
import { inventMac, openRivalEar, type RivalEar } from './doors/rival.js'
import { openSockets, type Sockets } from './doors/sockets.js'
import { openTftp } from './doors/tftp.js'
import type { Udp } from './doors/udp.js'
import { reservationsOf } from './fleet/inventory.js'
import { type RivalPace, RivalWatch, usualPace } from './rival-watch.js'
import { describeDoors, doorUrl, serverPlan } from './server-plan.js'
import { boundAtStart, keepBound } from './site-change.js'
import { openLeaseStore } from './store/lease-store.js'

export interface Surroundings {
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly passed: ReadonlyMap<string, number> // sockets from systemd, by door
  readonly rivalPace?: RivalPace // of the looks for other DHCP servers
}

const linkInterval = 1000 // ms between two looks at the interface

/** Rejects with one sentence when the state folder or a socket cannot be had. */
export async function openAppliance(site: Site, surroundings: Surroundings): Promise<Appliance> {
  const report = (text: string): void => surroundings.log.warn({}, text)
  const { store, leases } = await openLeaseStore(site.state, report)
  const appliance = new Appliance(site, surroundings, store, leases, await loadLibc())
  await appliance.start().catch(async (error: unknown) => {
    await appliance.close()
    throw error
  })
  return appliance
}

export class Appliance {
  #site: Site
  readonly #surroundings: Surroundings
  readonly #store: LeaseStore
  readonly #libc: Libc | undefined
  readonly #bundle: Bundle
  readonly #closing = new AbortController()
  readonly #probeMac = inventMac()
  #watching: Promise<void> = Promise.resolve()
  #passed: ReadonlyMap<string, number>
  #holder: (address: Ipv4) => Mac | undefined
  #stored: readonly Lease[] // until the first server has them
  #server: Server | undefined
  #dhcp: DhcpDoor | undefined
  #rivals: RivalWatch | undefined
  #doors: Pick<Udp, 'close'>[] = []
  #link: Link | undefined // whose doors are open
  #obstacle = '' // that kept them closed at the last try

  constructor(
    site: Site,
    surroundings: Surroundings,
    store: LeaseStore,
    leases: readonly Lease[],
    libc: Libc | undefined,
  ) {
    this.#site = site
    this.#surroundings = surroundings
    this.#store = store
    this.#stored = leases
    this.#libc = libc
    this.#passed = surroundings.passed
    this.#holder = reservationsOf(site.inventory).holder
    const bytes = createSharedBytes()
    this.#bundle = createBundle({
      inventory: () => this.#site.inventory,
      www: openShelf(site.http?.root ?? site.tftp?.root ?? site.state, { bytes }),
      tftproot: openShelf(site.tftp?.root ?? site.state, { bytes }),
      holderOf: address => this.#holderOf(address),
      tftpSecrets: site.tftp?.secrets ?? false,
      warn: text => surroundings.log.warn({}, text),
      inspect: createDocumentWatch(surroundings.log),
    })
  }

  /** Opens the doors when the interface is there, and goes on looking: it may come later, or come back as another. */
  async start(): Promise<void> {
    const { interface: device, address } = this.#site
    const link = await findLink(device, address)
    if (link === undefined) {
      const wanted = address === undefined ? 'an IPv4 address' : formatIpv4(address)
      this.#surroundings.log.warn({ interface: device }, `waiting for ${device} to be up with ${wanted}`)
    } else await this.#open(link)
    this.#watching = this.#watch()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#watching
    await this.#closeDoors()
    await this.#store.close()
  }

  /** Another configuration, from now on. What sockets and files are bound to stays until the next start, and that is said. */
  use(site: Site): void {
    for (const key of boundAtStart(this.#site, site)) {
      this.#surroundings.log.warn({}, `a change of ${key} takes effect at the next start`)
    }
    this.#site = keepBound(this.#site, site)
    this.#holder = reservationsOf(site.inventory).holder
    const server = this.#link === undefined ? undefined : this.#makeServer(this.#link)
    if (server !== undefined) this.#dhcp?.use(server)
    this.#rivals?.use(this.#site.dhcp?.rival ?? 'ignore')
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      await delay(linkInterval, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      const link = await findLink(this.#site.interface, this.#site.address)
      if (link === undefined || isSameLink(link, this.#link)) continue
      await this.#reopen(link)
    }
  }

  /** Tried again at each look until it succeeds; each reason is said once. */
  async #reopen(link: Link): Promise<void> {
    const wasOpen = this.#link !== undefined
    const { log } = this.#surroundings
    const fields = { interface: this.#site.interface }
    try {
      await this.#closeDoors()
      await this.#open(link)
      this.#obstacle = ''
      log.info(fields, wasOpen ? 'the interface is another now: doors opened anew' : 'the interface is there')
    } catch (error) {
      await this.#closeDoors()
      const obstacle = messageOf(error)
      if (obstacle !== this.#obstacle) log.error(fields, `doors stay closed, and are tried again: ${obstacle}`)
      this.#obstacle = obstacle
    }
  }

  async #open(link: Link): Promise<void> {
    const { log } = this.#surroundings
    const { interface: device } = this.#site
    const { address } = link
    const sockets = openSockets({ device, address, libc: this.#libc, passed: this.#passed })
    this.#passed = new Map() // they are bound to the device that was there at the start
    await this.#openDhcp(link, sockets)
    await this.#openTftp(link, sockets)
    await this.#openHttp(link, sockets)
    this.#link = link
    log.info(
      { interface: device, address: formatIpv4(address), doors: describeDoors(this.#site, this.#rivals) },
      'serving',
    )
  }

  /** The socket is there from the start, so that a taken port is found at once; what comes before the door opens is dropped. */
  async #openDhcp(link: Link, sockets: Sockets): Promise<void> {
    const { dhcp } = this.#site
    if (this.#makeServer(link) === undefined || dhcp === undefined) return
    const udp = await sockets.udp({ name: 'dhcp', port: dhcp.port, hearsBroadcasts: true })
    const rivals = this.#watchRivals(link, sockets, dhcp.port, () => this.#answerDhcp(udp))
    // whoever may open the door goes first; the door still answers those who wait for the disk
    this.#doors.push({ close: () => rivals.close().then(() => (this.#dhcp ?? udp).close()) })
    this.#rivals = rivals
    rivals.use(dhcp.rival)
  }

  #watchRivals({ address }: Link, sockets: Sockets, serverPort: number, serve: () => void): RivalWatch {
    const { log, now, rivalPace = usualPace } = this.#surroundings
    const listen = async (hear: (rival: Rival) => void): Promise<RivalEar> => {
      const udp = await sockets.udp({ name: 'rival', port: serverPort + 1, hearsBroadcasts: true, isShared: true })
      return openRivalEar({ udp, own: address, serverPort, mac: this.#probeMac, hear, log })
    }
    return new RivalWatch({ device: this.#site.interface, own: address, listen, serve, log, now, pace: rivalPace })
  }

  #answerDhcp(udp: Udp): void {
    const { log, now } = this.#surroundings
    if (this.#server !== undefined)
      this.#dhcp = new DhcpDoor({ udp, server: this.#server, store: this.#store, log, now })
  }

  async #openTftp({ address, mtu }: Link, sockets: Sockets): Promise<void> {
    const { tftp } = this.#site
    if (tftp === undefined) return
    const { log, now } = this.#surroundings
    const requests = await sockets.udp({ name: 'tftp', port: tftp.port, hearsBroadcasts: false })
    const transfers = await sockets
      .udp({ name: 'tftp transfers', port: 0, hearsBroadcasts: false })
      .catch(async error => {
        await requests.close()
        throw error
      })
    const baseUrl = doorUrl('tftp', address, tftp.port)
    this.#doors.push(openTftp({ requests, transfers, bundle: this.#bundle, baseUrl, mtu, log, now }))
  }

  async #openHttp({ address }: Link, sockets: Sockets): Promise<void> {
    const { http } = this.#site
    if (http === undefined) return
    const { log, now } = this.#surroundings
    const listen = sockets.tcp({ name: 'http', port: http.port })
    const baseUrl = doorUrl('http', address, http.port)
    this.#doors.push(await openHttp({ listen, bundle: this.#bundle, baseUrl, log, now }))
  }

  /** A fresh server for the site as it is now, with the leases of the last one. */
  #makeServer(link: Link): Server | undefined {
    const { dhcp } = this.#site
    if (dhcp === undefined) return undefined
    const leases = this.#server?.leases() ?? this.#stored
    this.#server = new Server(deafToProbe(serverPlan(this.#site, dhcp, link.address), this.#probeMac), leases)
    this.#stored = []
    return this.#server
  }

  /** The phone behind an address: by its lease, else by its reservation. */
  #holderOf(address: Ipv4): Mac | undefined {
    return this.#server?.leaseAt(address, this.#surroundings.now())?.mac ?? this.#holder(address)
  }

  async #closeDoors(): Promise<void> {
    const doors = this.#doors
    this.#doors = []
    this.#rivals = undefined
    await Promise.all(doors.map(door => door.close()))
    this.#dhcp = undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
