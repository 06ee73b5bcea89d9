/** The appliance: builds, opens and closes everything. What one door needs of another part, it is given here. */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatIpv4, type Ipv4 } from './address/ipv4.js'
import type { Mac } from './address/mac.js'
import type { Asker } from './bundle/bundle.js'
import type { Site, SiteReading } from './config/site.js'
import { ApplianceDesk } from './desk/desk.js'
import { lookAtHealth } from './desk/health.js'
import { LastFetched } from './desk/last-fetched.js'
import { poolUse } from './desk/pools.js'
import { Preview } from './desk/preview.js'
import { createDocumentWatch, type DocumentWatch } from './document-watch.js'
import { type Libc, loadLibc } from './doors/libc.js'
import type { Log } from './doors/log.js'
import { createMetrics, type Metrics } from './doors/metrics.js'
import { createPasswordCheck } from './doors/password.js'
import { openStatus, type StatusDoor } from './doors/status.js'
import { reservationsOf } from './fleet/inventory.js'
import { LanDoors, type OpenDoor } from './lan-doors.js'
import { Leasing } from './leasing.js'
import { LinkWatch } from './link-watch.js'
import { Observation } from './observation.js'
import { PlugAndPlay } from './plug-and-play.js'
import type { PnpPace } from './pnp-watch.js'
import type { RivalPace } from './rival-watch.js'
import { openSiteBundle } from './site-bundle.js'
import { boundAtStart, keepBound } from './site-change.js'
import { openStores, type Stores } from './stores.js'

export interface Surroundings {
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly passed: ReadonlyMap<string, number> // sockets from systemd, by door
  readonly version: string // of option66
  readonly residentMemory: () => number // bytes
  readonly rivalPace?: RivalPace // of the looks for other DHCP servers
  readonly pnpPace?: PnpPace // and for other Plug & Play servers
}

/** A reading of the configuration that holds. */
export type Accepted = SiteReading & { readonly site: Site }

const pageFolder = fileURLToPath(new URL('./status', import.meta.url))

/** Rejects with one sentence when the state folder or a socket cannot be had. */
export async function openAppliance(reading: Accepted, surroundings: Surroundings): Promise<Appliance> {
  const { log, now } = surroundings
  const stores = await openStores(reading.site.state, log, now)
  const appliance = new Appliance(reading, surroundings, stores, await loadLibc())
  await appliance.start(stores.facts).catch(async (error: unknown) => {
    await appliance.close()
    throw error
  })
  return appliance
}

export class Appliance {
  readonly #surroundings: Surroundings
  readonly #stores: Stores
  readonly #startedAt: number
  readonly #leasing: Leasing
  readonly #plugAndPlay: PlugAndPlay
  readonly #lanDoors: LanDoors
  readonly #observation: Observation
  readonly #metrics: Metrics
  readonly #documentWatch: DocumentWatch
  readonly #desk: ApplianceDesk
  readonly #verify = createPasswordCheck() // one at a time, whatever the door
  readonly #watch: LinkWatch
  #site: Site
  #reading: SiteReading & { readonly at: number }
  #holder: (address: Ipv4) => Mac | undefined
  #status: StatusDoor | undefined

  constructor(reading: Accepted, surroundings: Surroundings, stores: Stores, libc: Libc | undefined) {
    const { site } = reading
    const { log, now, rivalPace, pnpPace } = surroundings
    const { redirections } = stores
    this.#site = site
    this.#startedAt = now()
    this.#reading = { ...reading, at: this.#startedAt }
    this.#surroundings = surroundings
    this.#stores = stores
    this.#holder = reservationsOf(site.inventory).holder
    this.#documentWatch = createDocumentWatch(log)
    this.#metrics = this.#makeMetrics()
    this.#observation = this.#makeObservation()
    const { note } = this.#observation
    const { leaseStore: store, leases } = stores
    this.#leasing = new Leasing(site, { store, leases, log, now, note, ...(rivalPace && { rivalPace }) })
    const redirectionOf = (mac: Mac) => redirections.find(mac)
    const others = { holderOf: (address: Ipv4) => this.#holderOf(address), redirectionOf }
    this.#plugAndPlay = new PlugAndPlay(site, { others, log, now, note, ...(pnpPace && { pace: pnpPace }) })
    const lastFetched = new LastFetched(now)
    const address = () => this.#watch.link?.address
    const served = openSiteBundle({
      ...others,
      ...{ site: () => this.#site, address, log },
      documentWatch: this.#documentWatch,
    })
    const bundle = lastFetched.over(served, asker => this.#phoneOf(asker))
    this.#lanDoors = new LanDoors({
      ...{ site: () => this.#site, bundle, redirections, note, log, now, libc, passed: surroundings.passed },
      ...{ leasing: this.#leasing, plugAndPlay: this.#plugAndPlay, verify: this.#verify },
    })
    this.#desk = this.#makeDesk(new Preview({ site: () => this.#site, address, lastFetched, redirectionOf }))
    this.#watch = new LinkWatch({
      device: site.interface,
      address: site.address,
      open: link => this.#lanDoors.open(link),
      shut: () => this.#lanDoors.shut(),
      log,
    })
  }

  /** The configuration, then the inventory, as they were read last. */
  get files(): readonly string[] {
    return this.#reading.files
  }

  /** Opens the doors when the interface is there, and goes on looking: it may come later, or come back as another. */
  async start(facts: Stores['facts']): Promise<void> {
    await this.#observation.restore(facts)
    await this.#openStatus()
    await this.#watch.start()
  }

  async close(): Promise<void> {
    await this.#status?.close()
    await this.#watch.close()
    this.#observation.close()
    await this.#stores.close()
  }

  /**
   * What was read of the configuration: a good one holds from now on, a bad one is only shown. What sockets and files are
   * bound to stays until the next start, and that is said.
   */
  take(reading: SiteReading): void {
    const { log, now } = this.#surroundings
    const { site } = reading
    this.#reading = { ...reading, at: now() }
    if (site === undefined) return
    for (const key of boundAtStart(this.#site, site)) {
      log.warn({}, `a change of ${key} takes effect at the next start`)
    }
    this.#site = keepBound(this.#site, site)
    this.#holder = reservationsOf(site.inventory).holder
    this.#leasing.use(this.#site)
    this.#plugAndPlay.use(this.#site)
  }

  #makeObservation(): Observation {
    const { now } = this.#surroundings
    return new Observation({
      site: () => this.#site,
      holderOf: address => this.#holderOf(address),
      isLeasedTo: (address, mac) => this.#leasing.leaseAt(address)?.mac === mac,
      boundLeases: () => this.#leasing.countBound(),
      keep: fact => this.#stores.history.append(fact),
      measure: fact => this.#metrics.observe(fact),
      now,
    })
  }

  #makeMetrics(): Metrics {
    const { version, now } = this.#surroundings
    return createMetrics({
      version,
      doors: () => this.#openDoors(),
      pools: () => poolUse(this.#site.dhcp?.subnets ?? [], this.#leasing.leases(), now()),
      phones: () => this.#observation.lines(),
    })
  }

  #makeDesk(preview: Preview): ApplianceDesk {
    const { log, now, version, residentMemory } = this.#surroundings
    const address = () => this.#watch.link?.address
    const common = {
      site: () => this.#site,
      address,
      reading: () => this.#reading,
      leasing: this.#leasing,
      plugAndPlay: this.#plugAndPlay,
    }
    const doors = () => this.#openDoors()
    const lines = () => this.#observation.lines()
    const about = { ...common, doors, lines, version, residentMemory, startedAt: this.#startedAt }
    return new ApplianceDesk({
      ...common,
      take: reading => {
        log.info({ file: this.#site.file }, 'a phone was adopted into the inventory')
        this.take(reading)
      },
      observation: this.#observation,
      redirections: this.#stores.redirections,
      preview,
      documentFindings: () => this.#documentWatch.findings(),
      health: () => lookAtHealth(about),
      now,
    })
  }

  /** Page, API and metrics, whether or not the phones' interface is there; for commands of this machine by a Unix socket. */
  async #openStatus(): Promise<void> {
    const { status, state } = this.#site
    const { log, now, version, passed } = this.#surroundings
    const fd = passed.get('status')
    const here = status && (fd === undefined ? { host: formatIpv4(status.address), port: status.port } : { fd })
    this.#status = await openStatus({
      listeners: [{ path: join(state, 'api.sock') }, ...(here === undefined ? [] : [here])],
      desk: this.#desk,
      site: () => this.#site.site,
      version,
      password: () => this.#site.status?.password,
      check: this.#verify,
      pageFolder,
      metrics: this.#metrics,
      log,
      now,
    })
  }

  #openDoors(): readonly OpenDoor[] {
    const { status } = this.#site
    const counters = this.#status?.counters
    const own = status === undefined || counters === undefined ? [] : [{ name: 'status', port: status.port, counters }]
    return [...this.#lanDoors.doors, ...own]
  }

  /** The phone behind an address: by its lease, else by its reservation. */
  #holderOf(address: Ipv4): Mac | undefined {
    return this.#leasing.leaseAt(address)?.mac ?? this.#holder(address)
  }

  #phoneOf({ address, certified }: Asker): Mac | undefined {
    return certified ?? this.#holderOf(address)
  }
}
