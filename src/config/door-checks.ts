/** The doors of a site against each other: ports, URLs, accounts, paths. No I/O. */

import { formatIpv4, type Ipv4 } from '../address/ipv4.js'
import { operator } from '../redirect/redirections.js'
import { parseName } from '../snom/names.js'
import type { AccountSection, PnpSection, RedirectionSection } from './door-schema.js'
import type { Path, Report } from './finding.js'
import type { Loose } from './schema.js'
import type { SiteFile } from './site-schema.js'

type SiteParts = Loose<SiteFile>

/** Checks what could be read. */
export function checkDoors(site: SiteParts, report: Report): void {
  checkPorts(site, report)
  if (site.https) checkPair(site.https, report)
  if (site.pnp) checkPnp(site.pnp, site, report)
  if (site.redirection) checkRedirection(site.redirection, site, report)
  if (site.status) checkStatus(site.status, report)
}

interface Port {
  readonly of: string // whose it is, in the words of a message
  readonly protocol: 'TCP' | 'UDP'
  readonly port: number | undefined
  readonly path: Path
}

function checkPorts(site: SiteParts, report: Report): void {
  const taken = new Map<string, string>()
  for (const { of, protocol, port, path } of portsOf(site)) {
    const key = `${protocol} ${port}`
    const holder = taken.get(key)
    if (port === undefined) continue
    if (holder === undefined) taken.set(key, of)
    else report.error('port-taken', path, `port ${port} is ${holder} already (${protocol}); choose another`)
  }
}

/** In the order in which they are blamed: the first keeps its port. */
function portsOf({ dhcp, http, https, tftp, pnp, redirection, status, address }: SiteParts): readonly Port[] {
  const ports: Port[] = []
  const add = (of: string, protocol: Port['protocol'], port: number | undefined, ...path: string[]): void => {
    ports.push({ of, protocol, port, path })
  }
  if (dhcp) {
    add("the DHCP server's", 'UDP', dhcp.port, 'dhcp', 'port')
    const isHeard = dhcp.rival !== 'ignore' && dhcp.port !== undefined
    if (isHeard) add("the DHCP clients', where rivals are heard,", 'UDP', (dhcp.port ?? 0) + 1, 'dhcp', 'port')
  }
  if (tftp) add("the TFTP door's", 'UDP', tftp.port, 'tftp', 'port')
  if (pnp) add("Plug & Play's", 'UDP', pnp.port, 'pnp', 'port')
  if (http) add("the HTTP door's", 'TCP', http.port, 'http', 'port')
  if (https) add("the HTTPS door's", 'TCP', https.port, 'https', 'port')
  const ssh = redirection === false ? undefined : redirection?.ssh
  if (ssh) add("the console's", 'TCP', ssh.port, 'redirection', 'ssh', 'port')
  // elsewhere than on our own address it meets nobody
  if (status && (status.address === address || status.address === 0))
    add("the status page's", 'TCP', status.port, 'status', 'port')
  return ports
}

function checkPair(
  { certificate, key }: { certificate?: string | undefined; key?: string | undefined },
  report: Report,
) {
  if (certificate !== undefined && key === undefined) {
    report.error(
      'certificate-without-key',
      ['https', 'certificate'],
      'certificate stands without key; add key: the file of its private key',
    )
  }
  if (key !== undefined && certificate === undefined) {
    report.error(
      'key-without-certificate',
      ['https', 'key'],
      'key stands without certificate; add certificate: its file, or leave both out and one is made',
    )
  }
}

function checkPnp(pnp: Loose<PnpSection>, { http, https, tftp }: SiteParts, report: Report): void {
  if ((pnp.url === undefined || pnp.url === null) && !http && !https && !tftp) {
    report.error(
      'pnp-url',
      ['pnp'],
      'pnp has no URL to tell, for http, https and tftp are closed; open one, or add url',
      'key',
    )
  }
  const seen = new Set<string>()
  for (const name of Object.keys(pnp.vendors ?? {})) {
    const path = ['pnp', 'vendors', name]
    if (seen.has(name.toLowerCase())) {
      report.error('duplicate-vendor', path, `vendor ${name} stands here twice; upper and lower case are one`, 'key')
    }
    seen.add(name.toLowerCase())
  }
}

function checkRedirection(redirection: Loose<RedirectionSection>, site: SiteParts, report: Report): void {
  const accounts = redirection.accounts ?? []
  for (const word of ['ssh', 'xmlrpc'] as const) {
    if (!redirection[word] || accounts.length > 0) continue
    const message = `${word} without accounts lets nobody in; add accounts, or close it`
    report.error('no-accounts', ['redirection', word], message, 'key')
  }
  if (redirection.xmlrpc) checkXmlrpc(accounts, site, report)
  checkAccounts(accounts, report)
  checkPaths(redirection.paths ?? [], report)
}

function checkXmlrpc(accounts: readonly (Loose<AccountSection> | undefined)[], site: SiteParts, report: Report): void {
  const path = ['redirection', 'xmlrpc']
  const isLocal = site.interface === 'lo' || (site.address !== undefined && isLoopback(site.address))
  if (!site.https && !(site.http && isLocal)) {
    const message = 'xmlrpc sends passwords and goes over HTTPS alone, which is closed; add a section https'
    report.error('xmlrpc-closed', path, message, 'key')
  }
  if (accounts.length > 0 && accounts.every(account => account !== undefined && !('password' in account))) {
    report.warning('xmlrpc-no-password', path, 'xmlrpc wants a password, and no account has one: nobody gets in', 'key')
  }
}

function checkAccounts(accounts: readonly (Loose<AccountSection> | undefined)[], report: Report): void {
  const seen = new Set<string>()
  for (const [index, account] of accounts.entries()) {
    const path = ['redirection', 'accounts', index]
    const name = account?.name
    if (account === undefined || name === undefined) continue
    if (seen.has(name.toLowerCase())) {
      const message = `account ${name} stands here twice; upper and lower case are one`
      report.error('duplicate-account', [...path, 'name'], message)
    }
    seen.add(name.toLowerCase())
    if (name.toLowerCase() === operator) {
      report.error(
        'account-name',
        [...path, 'name'],
        `${operator} owns what is registered without an account; name it otherwise`,
      )
    }
    if (!hasCredentials(account)) {
      report.error('no-credentials', path, `account ${name} has neither password nor keys; add one of them`)
    }
  }
}

/** What is there and could not be read has a finding of its own. */
function hasCredentials(account: Loose<AccountSection>): boolean {
  const { keys = ['unread'] } = account
  return 'password' in account || ('keys' in account && keys !== null && keys.length > 0)
}

function checkPaths(paths: readonly (string | undefined)[], report: Report): void {
  const seen = new Set<string>()
  for (const [index, written] of paths.entries()) {
    const place = ['redirection', 'paths', index]
    const path = written?.toLowerCase()
    if (path === undefined) continue
    if (seen.has(path)) report.error('duplicate-path', place, `path ${written} stands here twice; keep one`)
    seen.add(path)
    const owner = ownerOf(path)
    if (owner !== undefined) report.error('path-taken', place, `path ${written} is ${owner}; it needs no entry here`)
  }
}

/** What answers at that path already, whatever its query. */
function ownerOf(written: string): string | undefined {
  const mac = '000413000000'
  const path = written.replace(/\?.*/, '').replaceAll('{mac}', mac)
  if (/^\/(?:firmware|lang)(?:\/|$)/.test(path)) return 'in a folder of www'
  if (/^\/xmlrpc\/?$/.test(path)) return 'where XML-RPC is served'
  return parseName(`${path}?mac=${mac}`) === undefined ? undefined : 'served to all phones as it is'
}

function checkStatus(
  { address, password }: { address?: Ipv4 | undefined; password?: string | undefined },
  report: Report,
): void {
  if (address === undefined || isLoopback(address) || password !== undefined) return
  const message =
    `status is open to the network at ${formatIpv4(address)} without a password; ` +
    'add password: a hash made by `option66 password`'
  report.error('status-open', ['status', 'address'], message)
}

function isLoopback(address: Ipv4): boolean {
  return address >>> 24 === 127
}
