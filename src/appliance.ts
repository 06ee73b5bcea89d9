/** The appliance: builds, opens and closes everything. What one door needs of another part, it is given here. */

import { formatIpv4, type Ipv4 } from './address/ipv4.js'
import type { Mac } from './address/mac.js'
import type { Bundle } from './bundle/bundle.js'
import { createBundle } from './bundle/create-bundle.js'
import { createSharedBytes } from './bundle/shared-bytes.js'
import { openShelf } from './bundle/shelf.js'
import type { Site } from './config/site.js'
import type { Lease, LeaseStore } from './dhcp/lease.js'
import { createDocumentWatch, type DocumentWatch } from './document-watch.js'
import { openHttp } from './doors/http.js'
import { type Libc, loadLibc } from './doors/libc.js'
import type { Link } from './doors/link.js'
import type { Log } from './doors/log.js'
import { openSockets, type Sockets } from './doors/sockets.js'
import { openTftp } from './doors/tftp.js'
import { reservationsOf } from './fleet/inventory.js'
import { Leasing } from './leasing.js'
import { LinkWatch } from './link-watch.js'
import type { RivalPace } from './rival-watch.js'
import { describeDoors, doorUrl } from './server-plan.js'
import { boundAtStart, keepBound } from './site-change.js'
import { openLeaseStore } from './store/lease-store.js'

export interface Surroundings {
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly passed: ReadonlyMap<string, number> // sockets from systemd, by door
  readonly rivalPace?: RivalPace // of the looks for other DHCP servers
}

interface Door {
  close(): Promise<void>
}

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
  readonly #leasing: Leasing
  readonly #watch: LinkWatch
  readonly #documentWatch: DocumentWatch
  #passed: ReadonlyMap<string, number>
  #holder: (address: Ipv4) => Mac | undefined
  #doors: Door[] = []

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
    this.#libc = libc
    this.#passed = surroundings.passed
    this.#holder = reservationsOf(site.inventory).holder
    this.#leasing = new Leasing(site, { ...surroundings, store, leases })
    this.#documentWatch = createDocumentWatch(surroundings.log)
    this.#bundle = this.#makeBundle()
    this.#watch = new LinkWatch({
      device: site.interface,
      address: site.address,
      open: link => this.#open(link),
      shut: () => this.#shut(),
      log: surroundings.log,
    })
  }

  /** Opens the doors when the interface is there, and goes on looking: it may come later, or come back as another. */
  start(): Promise<void> {
    return this.#watch.start()
  }

  async close(): Promise<void> {
    await this.#watch.close()
    await this.#store.close()
  }

  /** Another configuration, from now on. What sockets and files are bound to stays until the next start, and that is said. */
  use(site: Site): void {
    for (const key of boundAtStart(this.#site, site)) {
      this.#surroundings.log.warn({}, `a change of ${key} takes effect at the next start`)
    }
    this.#site = keepBound(this.#site, site)
    this.#holder = reservationsOf(site.inventory).holder
    this.#leasing.use(this.#site)
  }

  #makeBundle(): Bundle {
    const { http, tftp, state } = this.#site
    const { log } = this.#surroundings
    const bytes = createSharedBytes()
    return createBundle({
      inventory: () => this.#site.inventory,
      www: openShelf(http?.root ?? tftp?.root ?? state, { bytes }),
      tftproot: openShelf(tftp?.root ?? state, { bytes }),
      holderOf: address => this.#holderOf(address),
      tftpSecrets: tftp?.secrets ?? false,
      warn: text => log.warn({}, text),
      inspect: inspected => this.#documentWatch.look(inspected),
    })
  }

  async #open(link: Link): Promise<void> {
    const { interface: device } = this.#site
    const { address } = link
    const sockets = openSockets({ device, address, libc: this.#libc, passed: this.#passed })
    this.#passed = new Map() // they are bound to the device that was there at the start
    this.#doors.push({ close: () => this.#leasing.shut() })
    await this.#leasing.open(link, sockets)
    await this.#openTftp(link, sockets)
    await this.#openHttp(link, sockets)
    const doors = describeDoors(this.#site, this.#leasing.isServing)
    this.#surroundings.log.info({ interface: device, address: formatIpv4(address), doors }, 'serving')
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

  /** The phone behind an address: by its lease, else by its reservation. */
  #holderOf(address: Ipv4): Mac | undefined {
    return this.#leasing.leaseAt(address)?.mac ?? this.#holder(address)
  }

  async #shut(): Promise<void> {
    const doors = this.#doors
    this.#doors = []
    await Promise.all(doors.map(door => door.close()))
  }
}
