/** What of a new configuration can hold at once, and what must wait for the next start. No I/O. */

import type { RedirectionSite, Site } from './config/site.js'

/** Names of the keys that differ and cannot change while sockets are open. */
export function boundAtStart(before: Site, after: Site): string[] {
  const old = Object.entries(bound(before))
  const next = new Map<string, unknown>(Object.entries(bound(after)))
  return old.flatMap(([key, value]) => (JSON.stringify(value) === JSON.stringify(next.get(key)) ? [] : [key]))
}

/** The new site, but for those keys. */
export function keepBound(before: Site, after: Site): Site {
  const { address: _address, http: _http, https: _https, tftp: _tftp, dhcp: _dhcp, ...others } = after
  const { pnp: _pnp, redirection: _redirection, status: _status, ...rest } = others
  const { interface: device, address, state, http, https, tftp, dhcp, pnp } = before
  const redirection = keepRedirection(before.redirection, after.redirection)
  const status = keepStatus(before.status, after.status)
  return {
    ...rest,
    interface: device,
    state,
    ...(address !== undefined && { address }),
    ...(http && { http }),
    ...(https && { https }),
    ...(tftp && { tftp }),
    ...(dhcp && { dhcp: after.dhcp === undefined ? dhcp : { ...after.dhcp, port: dhcp.port } }),
    ...(pnp && { pnp: after.pnp === undefined ? pnp : { ...after.pnp, port: pnp.port, group: pnp.group } }),
    ...(redirection && { redirection }),
    ...(status && { status }),
  }
}

function bound({ interface: device, address, state, http, https, tftp, dhcp, pnp, redirection, status }: Site) {
  return {
    interface: device,
    address,
    state,
    http,
    https,
    tftp,
    'dhcp.port': dhcp?.port,
    'pnp.port': pnp?.port,
    'pnp.group': pnp?.group,
    'redirection.ssh': redirection?.ssh,
    'redirection.xmlrpc': redirection?.xmlrpc ?? false,
    'status.address': status?.address,
    'status.port': status?.port,
  }
}

/** Accounts and paths are asked for each time: who is taken out cannot sign in any more, though the console listens on. */
function keepRedirection(before: Site['redirection'], after: Site['redirection']): RedirectionSite | undefined {
  if (before === undefined && after === undefined) return undefined
  return {
    ...(before?.ssh && { ssh: before.ssh }),
    xmlrpc: before?.xmlrpc ?? false,
    accounts: after?.accounts ?? [],
    paths: after?.paths ?? [],
  }
}

/** A page that is open to the network keeps its password until it is shut, though the new configuration has none. */
function keepStatus(before: Site['status'], after: Site['status']): Site['status'] {
  if (before === undefined || after === undefined) return before
  const { address, port } = before
  const isOpen = address >>> 24 !== 127
  const password = after.password ?? (isOpen ? before.password : undefined)
  return { address, port, ...(password !== undefined && { password }) }
}
