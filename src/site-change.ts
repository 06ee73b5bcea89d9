/** What of a new configuration can hold at once, and what must wait for the next start. No I/O. */

import type { Site } from './config/site.js'

/** Names of the keys that differ and cannot change while sockets are open. */
export function boundAtStart(before: Site, after: Site): string[] {
  const bound = ({ interface: device, address, state, http, tftp, dhcp }: Site) => {
    return { interface: device, address, state, http, tftp, 'dhcp.port': dhcp?.port }
  }
  const old = Object.entries(bound(before))
  const next = new Map<string, unknown>(Object.entries(bound(after)))
  return old.flatMap(([key, value]) => (JSON.stringify(value) === JSON.stringify(next.get(key)) ? [] : [key]))
}

/** The new site, but for those keys. */
export function keepBound(before: Site, after: Site): Site {
  const { address: _address, http: _http, tftp: _tftp, dhcp: _dhcp, ...rest } = after
  const { interface: device, address, state, http, tftp, dhcp } = before
  return {
    ...rest,
    interface: device,
    state,
    ...(address !== undefined && { address }),
    ...(http && { http }),
    ...(tftp && { tftp }),
    ...(dhcp && { dhcp: after.dhcp === undefined ? dhcp : { ...after.dhcp, port: dhcp.port } }),
  }
}
