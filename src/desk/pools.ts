/** How full the pools are. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import { rangeHolds, subnetHolds } from '../address/subnet.js'
import type { LeasesView } from '../api/shapes.js'
import type { DhcpSubnet } from '../config/site.js'
import type { Lease } from '../dhcp/lease.js'

type Pool = LeasesView['pools'][number]

/** Leases that run at `now` (ms since 1970), of the addresses that a subnet gives to anybody; reservations are beside that. */
export function poolUse(subnets: readonly DhcpSubnet[], leases: Iterable<Lease>, now: number): Pool[] {
  const running = [...leases].filter(({ state, end }) => state === 'bound' && end > now)
  return subnets.map(({ subnet, pool }) => {
    const inPool = ({ address }: Lease) =>
      subnetHolds(subnet, address) && pool.some(range => rangeHolds(range, address))
    return {
      subnet: `${formatIpv4(subnet.network)}/${subnet.prefix}`,
      size: pool.reduce((sum, { first, last }) => sum + last - first + 1, 0),
      used: running.filter(inPool).length,
    }
  })
}
