/** From the configuration of a site to what its DHCP server is to serve. */

import { type Ipv4, ipv4Bytes } from './address/ipv4.js'
import type { DhcpSite, DhcpSubnet, Site } from './config/site.js'
import { option } from './dhcp/message.js'
import type { ServerPlan, SubnetPlan } from './dhcp/plan.js'
import { doorUrl } from './door-urls.js'
import { admit } from './fleet/admission.js'
import { reservationsOf } from './fleet/inventory.js'
import { snom } from './snom/vendor.js'

/** `address`: the server's own, on the phones' LAN. */
export function serverPlan(site: Site, dhcp: DhcpSite, address: Ipv4): ServerPlan {
  const reservations = reservationsOf(site.inventory)
  const isReserved = (asked: Ipv4) => asked === address || reservations.holder(asked) !== undefined
  const admission = { clients: dhcp.clients, settingsUrl: settingsUrl(site, dhcp, address) }
  return {
    address,
    port: dhcp.port,
    leaseTime: dhcp.leaseTime,
    authoritative: dhcp.authoritative,
    rapidCommit: dhcp.rapidCommit,
    subnets: dhcp.subnets.map(subnet => subnetPlan(subnet, dhcp, isReserved)),
    client: (mac, vendorClass) => admit(admission, site.inventory, snom, mac, vendorClass),
  }
}

/** Undefined when that door is closed: then nothing is said about settings. */
function settingsUrl(site: Site, dhcp: DhcpSite, address: Ipv4): string | undefined {
  const door = site[dhcp.settingsUrl]
  return door === undefined ? undefined : doorUrl(dhcp.settingsUrl, address, door.port)
}

function subnetPlan(from: DhcpSubnet, dhcp: DhcpSite, isReserved: SubnetPlan['isReserved']): SubnetPlan {
  const { subnet, pool, router, dns, ntp, domain } = from
  const mask = ipv4Bytes(subnet.mask)
  const standard = new Map<number, Buffer>([
    [option.subnetMask, mask],
    [option.broadcastAddress, ipv4Bytes(subnet.broadcast)],
  ])
  if (router !== undefined) standard.set(option.router, ipv4Bytes(router))
  if (dns.length > 0) standard.set(option.domainNameServer, Buffer.concat(dns.map(ipv4Bytes)))
  if (ntp.length > 0) standard.set(option.ntpServers, Buffer.concat(ntp.map(ipv4Bytes)))
  if (domain !== undefined) standard.set(option.domainName, Buffer.from(domain))
  // a client without a mask guesses one by the old classes, and is wrong
  const forced = new Map<number, Buffer>([[option.subnetMask, mask], ...dhcp.options, ...from.options])
  return { subnet, ranges: pool, isReserved, standard, forced }
}
