/** The desk of the running appliance: what an operator asks is gathered from its parts, what he orders goes to them. */

import { formatIpv4, type Ipv4, parseIpv4 } from '../address/ipv4.js'
import { formatMac, type Mac } from '../address/mac.js'
import { type Desk, Impossible } from '../api/desk.js'
import type {
  Adopted,
  AdoptOrder,
  DocumentView,
  FindingView,
  HealthView,
  InventoryView,
  LeasesView,
  LeaseView,
  PhoneLine,
  PhoneView,
  RedirectionView,
  RedirectOrder,
  Resynced,
  ResyncOrder,
  SettingsView,
  ShelvesView,
  StatisticsView,
} from '../api/shapes.js'
import { adoptPhone } from '../config/adopt.js'
import type { Site, SiteReading } from '../config/site.js'
import { writeInventory } from '../config/write-inventory.js'
import type { Lease } from '../dhcp/lease.js'
import type { DocumentFinding } from '../document-watch.js'
import { settingsBase, settingsDoor } from '../door-urls.js'
import type { Leasing } from '../leasing.js'
import type { Observation } from '../observation.js'
import type { PlugAndPlay } from '../plug-and-play.js'
import { operator } from '../redirect/redirections.js'
import type { DurableRedirections } from '../redirections.js'
import { phoneTypeOfMac } from '../snom/phone-type.js'
import { hideSecrets } from './hide-secrets.js'
import { poolUse } from './pools.js'
import type { Asking, Preview } from './preview.js'
import { lookAtShelves } from './shelves.js'

export interface DeskParts {
  readonly site: () => Site
  readonly address: () => Ipv4 | undefined // ours on the phones' LAN, while the interface is there
  readonly reading: () => SiteReading // the last one, accepted or not
  readonly take: (reading: SiteReading) => void // a new one
  readonly observation: Observation
  readonly leasing: Leasing
  readonly plugAndPlay: PlugAndPlay
  readonly redirections: DurableRedirections
  readonly preview: Preview
  readonly documentFindings: () => readonly DocumentFinding[]
  readonly health: () => Promise<HealthView>
  readonly now: () => number // ms since 1970
}

export class ApplianceDesk implements Desk {
  readonly #parts: DeskParts
  #adopting: Promise<unknown> = Promise.resolve()

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  phones(): readonly PhoneLine[] {
    return this.#parts.observation.lines()
  }

  phone(mac: Mac): PhoneView | undefined {
    const view = this.#parts.observation.view(mac)
    if (view === undefined) return undefined
    const lease = this.#leaseOf(mac)
    const redirection = this.#parts.redirections.find(mac)
    return {
      ...view,
      ...(lease !== undefined && { lease: { address: formatIpv4(lease.address), end: lease.end } }),
      ...(redirection !== undefined && { redirection }),
    }
  }

  settings(mac: Mac): SettingsView | undefined {
    if (this.#parts.observation.line(mac) === undefined) return undefined
    return this.#parts.preview.settings(mac, this.#typeOf(mac))
  }

  async documents(mac: Mac): Promise<readonly DocumentView[] | undefined> {
    const asking = this.#asking(mac)
    return asking && this.#parts.preview.documents(asking)
  }

  async findingsOf(mac: Mac): Promise<readonly FindingView[] | undefined> {
    const asking = this.#asking(mac)
    return asking && this.#parts.preview.findings(asking)
  }

  /** Of the configuration and the inventory as they were read last, and of the documents as they were served last. */
  async findings(): Promise<readonly FindingView[]> {
    const served = this.#parts.documentFindings().map(({ document, place, severity, rule, message }) => {
      return { file: document, ...place, severity, rule, message }
    })
    return [...this.#parts.reading().findings, ...served]
  }

  leases(): LeasesView {
    const { leasing, site, now } = this.#parts
    const leases = [...leasing.leases()]
    const pools = poolUse(site().dhcp?.subnets ?? [], leases, now())
    return { leases: leases.toSorted((a, b) => a.address - b.address).map(leaseView), pools }
  }

  async release(address: string): Promise<void> {
    const parsed = parseIpv4(address)
    if (parsed === undefined) throw new Impossible('invalid', `${address} is no IPv4 address`)
    if (!(await this.#parts.leasing.release(parsed))) {
      throw new Impossible('missing', `nobody leases ${address} now; option66 leases list shows who leases what`)
    }
  }

  async inventory(): Promise<InventoryView> {
    const { inventory } = this.#parts.site()
    const [, ...files] = this.#parts.reading().files
    return {
      files: [{ file: files.join(', '), text: writeInventory(hideSecrets(inventory)) }],
      models: [...inventory.models.keys()],
      groups: [...inventory.groups.keys()],
      phones: inventory.phones.size,
    }
  }

  /** One after the other: two at once would each write the file as it was before. */
  adopt(mac: Mac, order: AdoptOrder): Promise<Adopted> {
    const adopting = this.#adopting.then(() => this.#adopt(mac, order))
    this.#adopting = adopting.catch(() => undefined)
    return adopting
  }

  async #adopt(mac: Mac, { address, ...order }: AdoptOrder): Promise<Adopted> {
    const { site, reading, take } = this.#parts
    const reserved = address === undefined || address === '' ? undefined : parseIpv4(address)
    if (address && reserved === undefined) throw new Impossible('invalid', `address ${address} is no IPv4 address`)
    const phone = { ...order, ...(reserved !== undefined && { address: reserved }) }
    const adopted = await adoptPhone({ configuration: site().file, files: reading().files, mac, phone })
    take(adopted.reading)
    return { file: adopted.file, line: adopted.line }
  }

  redirections(): readonly RedirectionView[] {
    return this.#parts.redirections.list()
  }

  async redirect(mac: Mac, { url, owner }: RedirectOrder, from: string): Promise<RedirectionView> {
    const { redirections, site } = this.#parts
    const accounts = (site().redirection?.accounts ?? []).map(({ name }) => name)
    const known = redirections.find(mac)?.owner
    const name = owner ?? known ?? (accounts.length === 1 ? accounts[0] : undefined) ?? operator
    if (name !== operator && !accounts.includes(name)) {
      throw new Impossible('invalid', `${name} is no account; expected ${[...accounts, operator].join(', ')}`)
    }
    const outcome = await redirections.register(name, mac, url, { door: 'api', from })
    const registered = redirections.find(mac)
    if (outcome === 'Ok' && registered !== undefined) return registered
    const isOthers = outcome === 'Error:owned_by_other_user'
    throw new Impossible(isOthers ? 'conflict' : 'invalid', `${formatMac(mac)} is not registered: ${outcome}`)
  }

  async dismiss(mac: Mac, from: string): Promise<void> {
    const outcome = await this.#parts.redirections.deregister(undefined, mac, { door: 'api', from })
    if (outcome !== 'Ok') throw new Impossible('missing', `${formatMac(mac)} is not in the registry`)
  }

  shelves(): Promise<ShelvesView> {
    const { http, tftp, inventory } = this.#parts.site()
    const www = http?.root ?? tftp?.root
    return www === undefined ? Promise.resolve({ firmware: [], languages: [] }) : lookAtShelves(www, inventory)
  }

  async resync(mac: Mac, { reboot = false }: ResyncOrder): Promise<Resynced> {
    const address = this.#leaseOf(mac)?.address ?? this.#parts.observation.addressOf(mac)
    if (address === undefined) {
      throw new Impossible(
        'conflict',
        `nobody knows the address of ${formatMac(mac)}: it has no lease, and was not seen`,
      )
    }
    const { status } = await this.#parts.plugAndPlay.resync({ address, mac, isReboot: reboot })
    return {
      isAnswered: status !== undefined,
      ...(status !== undefined && { status }),
      text: resyncText(address, status),
    }
  }

  health(): Promise<HealthView> {
    return this.#parts.health()
  }

  statistics(): StatisticsView {
    return this.#parts.observation.statistics()
  }

  watch(changed: (lines: readonly PhoneLine[]) => void): () => void {
    return this.#parts.observation.watch(changed)
  }

  /** By the address it was seen at, else by a look through all. */
  #leaseOf(mac: Mac): Lease | undefined {
    const { leasing, observation, now } = this.#parts
    const address = observation.addressOf(mac)
    const lease = address === undefined ? undefined : leasing.leaseAt(address)
    if (lease?.mac === mac) return lease
    for (const one of leasing.leases()) if (one.mac === mac && one.state === 'bound' && one.end > now()) return one
    return undefined
  }

  #typeOf(mac: Mac): string | undefined {
    return this.#parts.observation.line(mac)?.model ?? phoneTypeOfMac(mac)
  }

  /** Undefined for a phone of which nothing is known, or while no door has anything for phones. */
  #asking(mac: Mac): Asking | undefined {
    const { observation, site, address } = this.#parts
    const view = observation.view(mac)
    const [door, own] = [settingsDoor(site()), address() ?? site().address ?? 0]
    const baseUrl = settingsBase(site(), own)
    if (view === undefined || door === undefined || baseUrl === undefined) return undefined
    const cameAt = (name: string): number | undefined => observation.cameAt(mac, name)
    const { method } = view.line
    return { mac, type: this.#typeOf(mac), agent: view.said.agent, method, cameAt, door, baseUrl }
  }
}

function leaseView({ address, mac, state, hostname, vendorClass, start, end }: Lease): LeaseView {
  return {
    address: formatIpv4(address),
    ...(mac !== undefined && { mac }),
    state,
    ...(hostname !== undefined && { hostname }),
    ...(vendorClass !== undefined && { vendorClass }),
    start,
    end,
  }
}

function resyncText(address: Ipv4, status: number | undefined): string {
  const phone = formatIpv4(address)
  if (status === undefined) return `${phone} did not answer: is it on, and does it hear SIP on port 5060?`
  if (status < 300) return `${phone} understood, and reads its settings again`
  return `${phone} refused with ${status}: look at its settings challenge_checksync and filter_registrar`
}
