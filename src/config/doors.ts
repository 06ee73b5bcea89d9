/** From the sections of the doors to what each is opened with. No I/O. */

import { resolve } from 'node:path'
import type { AccountSection, HttpsSection, PnpSection, RedirectionSection } from './door-schema.js'
import type { Account, HttpsSite, PnpSite, RedirectionSite, Site } from './site.js'
import type { SiteFile } from './site-schema.js'

/** `beside`: the folder that relative file names begin in. */
export function toDoors(whole: SiteFile, beside: string): Pick<Site, 'https' | 'pnp' | 'redirection' | 'status'> {
  const { https, pnp, redirection, status } = whole
  return {
    ...(https && { https: toHttps(https, beside) }),
    ...(pnp && { pnp: toPnp(pnp) }),
    ...(redirection && { redirection: toRedirection(redirection, beside) }),
    ...(status && { status: toStatus(status) }),
  }
}

function toHttps(section: HttpsSection, beside: string): HttpsSite {
  const { port, certificate, key, 'client-ca': clientCa, 'old-tls': oldTls } = section
  return {
    port,
    ...(certificate !== undefined && { certificate: resolve(beside, certificate) }),
    ...(key !== undefined && { key: resolve(beside, key) }),
    ...(clientCa !== undefined && { clientCa: resolve(beside, clientCa) }),
    oldTls,
  }
}

function toPnp({ port, group, url, unknown, vendors }: PnpSection): PnpSite {
  const named = Object.entries(vendors ?? {})
  return {
    port,
    group,
    ...(typeof url === 'string' && { url }),
    unknown,
    vendors: new Map(named.map(([name, target]) => [name.toLowerCase(), target])),
  }
}

function toRedirection({ ssh, xmlrpc, accounts, paths }: RedirectionSection, beside: string): RedirectionSite {
  const hostKey = ssh ? ssh['host-key'] : undefined
  return {
    ...(ssh && { ssh: { port: ssh.port, ...(hostKey !== undefined && { hostKey: resolve(beside, hostKey) }) } }),
    xmlrpc,
    accounts: (accounts ?? []).map(toAccount),
    paths: paths ?? [],
  }
}

function toAccount({ name, password, keys, url }: AccountSection): Account {
  return { name, ...(password !== undefined && { password }), keys: keys ?? [], ...(url !== undefined && { url }) }
}

function toStatus(section: Exclude<SiteFile['status'], false | undefined>): NonNullable<Site['status']> {
  const { address, port, password } = section
  return { address, port, ...(password !== undefined && { password }) }
}
