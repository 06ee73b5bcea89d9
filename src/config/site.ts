/** The site: option66.yaml and the inventory it names, read, checked and converted. */

import { hostname } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ipv4 } from '../address/ipv4.js'
import type { Range, Subnet } from '../address/subnet.js'
import type { Inventory } from '../fleet/phone.js'
import { checkDoorFiles } from './door-files.js'
import { toDoors } from './doors.js'
import { arrangeFindings, type Finding, hasError, type Report, reportOn } from './finding.js'
import { checkFolders, type Folders } from './folders.js'
import { gatherInventory } from './inventory.js'
import { readOptions } from './option-values.js'
import { type Loose, readTree } from './schema.js'
import { checkSite } from './site-checks.js'
import { type DhcpSection, type SiteFile, type SubnetSection, siteSchema } from './site-schema.js'
import { loadYaml } from './source.js'

export interface Site {
  readonly file: string // as it was named
  readonly site: string
  readonly interface: string
  readonly address?: Ipv4 // undefined: the first of the interface
  readonly state: string // absolute
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format?: 'json' | 'pretty' }
  readonly dhcp?: DhcpSite
  readonly http?: { readonly port: number; readonly root: string } // root: absolute
  readonly https?: HttpsSite
  readonly tftp?: { readonly port: number; readonly root: string; readonly secrets: boolean } // root: absolute
  readonly pnp?: PnpSite
  readonly redirection?: RedirectionSite
  readonly status?: { readonly address: Ipv4; readonly port: number; readonly password?: string } // password: hash
  readonly inventory: Inventory
}

export interface DhcpSite {
  readonly port: number // clients are answered on the next one
  readonly clients: 'phones' | 'listed' | 'all'
  readonly leaseTime: number // seconds
  readonly authoritative: boolean
  readonly rapidCommit: boolean
  readonly rival: 'refuse' | 'warn' | 'ignore'
  readonly settingsUrl: 'http' | 'https' | 'tftp'
  readonly options: ReadonlyMap<number, Buffer> // by code
  readonly subnets: readonly DhcpSubnet[]
}

export interface DhcpSubnet {
  readonly subnet: Subnet
  readonly pool: readonly Range[]
  readonly router?: Ipv4
  readonly dns: readonly Ipv4[]
  readonly ntp: readonly Ipv4[]
  readonly domain?: string
  readonly options: ReadonlyMap<number, Buffer> // by code
}

/** Paths are absolute; without them the appliance makes a certificate of its own. */
export interface HttpsSite {
  readonly port: number
  readonly certificate?: string // path, with `key` or not at all
  readonly key?: string // path
  readonly clientCa?: string // path; certificates of phones are asked for
  readonly oldTls: boolean // TLS 1.0 and 1.1 too
}

export interface PnpSite {
  readonly port: number
  readonly group: Ipv4 // multicast
  readonly url?: string // undefined: our own settings URL
  readonly unknown: 'answer' | 'ignore' // a phone that the inventory does not list
  readonly vendors: ReadonlyMap<string, string> // URL by vendor name in lower case; may hold {mac}
}

export interface RedirectionSite {
  readonly ssh?: { readonly port: number; readonly hostKey?: string } // hostKey: path, absolute
  readonly xmlrpc: boolean
  readonly accounts: readonly Account[]
  readonly paths: readonly string[] // of OEM firmware; may hold {mac}
}

export interface Account {
  readonly name: string
  readonly password?: string // hash in PHC form: $scrypt$ln=15,r=8,p=1$salt$hash
  readonly keys: readonly string[] // OpenSSH public keys, as in authorized_keys
  readonly url?: string // where its phones go at first
}

/** What the file leaves to its surroundings. */
export interface SiteFacts {
  readonly hostname?: string // default of `site`
  readonly home?: string // where relative roots begin; default: the folder of this package
  readonly texts?: ReadonlyMap<string, string> // of files as they might become, by the name the site has for each
}

export interface SiteReading {
  readonly site?: Site // where no finding is an error
  readonly findings: readonly Finding[]
  readonly files: readonly string[] // the configuration, then the inventory, as named in findings
}

const packageFolder = fileURLToPath(new URL('../..', import.meta.url))

/** Never rejects. */
export async function readSite(file: string, facts: SiteFacts = {}): Promise<SiteReading> {
  const findings: Finding[] = []
  const source = await loadYaml(file, findings, facts.texts)
  if (source.tree === undefined) return { findings, files: [file] }
  const report = reportOn(file, source.locate, findings)
  const { whole, parts, mistakes } = readTree(siteSchema, source.tree)
  for (const { rule, path, message, end } of mistakes) report.error(rule, path, message, end)
  const named = [parts?.phones ?? []].flat().flatMap(name => (name === undefined ? [] : [besides(file, name)]))
  const { inventory, phones } = await gatherInventory(named, findings, facts.texts)
  const files = [file, ...named]
  if (parts !== undefined) checkSite(parts, phones, report)
  const places: Places = { beside: dirname(file), home: facts.home ?? packageFolder }
  await checkFolders(foldersOf(parts ?? {}, places), report)
  await checkDoorFiles(parts ?? {}, resolve(places.beside), report)
  const sorted = arrangeFindings(findings, files)
  if (whole === undefined || hasError(sorted)) return { findings: sorted, files }
  return { site: toSite(whole, file, foldersOf(whole, places), facts, inventory, report), findings: sorted, files }
}

/** A name in a file is relative to that file; told the way the file itself was named. */
function besides(file: string, name: string): string {
  return isAbsolute(name) ? name : join(dirname(file), name)
}

/** Where relative names begin. */
interface Places {
  readonly beside: string
  readonly home: string
}

function foldersOf({ state, http, tftp }: Loose<SiteFile>, { beside, home }: Places): Folders {
  return {
    state: resolve(beside, state ?? ''),
    http: http ? resolve(home, http.root ?? '') : '',
    tftp: tftp ? resolve(home, tftp.root ?? '') : '',
  }
}

function toSite(
  whole: SiteFile,
  file: string,
  folders: Folders,
  facts: SiteFacts,
  inventory: Inventory,
  report: Report,
): Site {
  const { http, tftp, dhcp, address } = whole
  const { level, format } = whole.log
  return {
    file,
    site: whole.site ?? facts.hostname ?? hostname(),
    interface: whole.interface,
    ...(address !== undefined && { address }),
    state: folders.state,
    log: { level, ...(format !== undefined && { format }) },
    ...(dhcp && { dhcp: toDhcp(dhcp, report) }),
    ...(http && { http: { port: http.port, root: folders.http } }),
    ...(tftp && { tftp: { port: tftp.port, root: folders.tftp, secrets: tftp.secrets } }),
    ...toDoors(whole, resolve(dirname(file))),
    inventory,
  }
}

function toDhcp(dhcp: DhcpSection, report: Report): DhcpSite {
  return {
    port: dhcp.port,
    clients: dhcp.clients,
    leaseTime: dhcp['lease-time'],
    authoritative: dhcp.authoritative,
    rapidCommit: dhcp['rapid-commit'],
    rival: dhcp.rival,
    settingsUrl: dhcp['settings-url'],
    options: readOptions(dhcp.options ?? {}, ['dhcp', 'options'], report),
    subnets: (dhcp.subnets ?? []).map((subnet, index) => toSubnet(subnet, index, report)),
  }
}

function toSubnet(section: SubnetSection, index: number, report: Report): DhcpSubnet {
  const { subnet, pool, router, dns, ntp, domain, options } = section
  return {
    subnet,
    pool: [pool ?? []].flat(),
    ...(router !== undefined && { router }),
    dns: [dns ?? []].flat(),
    ntp: [ntp ?? []].flat(),
    ...(domain !== undefined && { domain }),
    options: readOptions(options ?? {}, ['dhcp', 'subnets', index, 'options'], report),
  }
}
