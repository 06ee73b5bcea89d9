/** The sections of a site against each other: doors, ports, options, subnets, reservations. No I/O. */

import { checkDoors } from './door-checks.js'
import type { Report } from './finding.js'
import { readOptions } from './option-values.js'
import { checkReservations, type PlacedPhone } from './phone-checks.js'
import type { Loose } from './schema.js'
import type { DhcpSection, SiteFile } from './site-schema.js'
import { checkSubnets } from './subnet-checks.js'

type SiteParts = Loose<SiteFile>

/** Checks what could be read, so that one mistake does not hide another. */
export function checkSite(site: SiteParts, phones: readonly PlacedPhone[], report: Report): void {
  const dhcp = site.dhcp === false ? undefined : site.dhcp
  if (dhcp !== undefined) {
    checkSettingsUrl(site, dhcp, report)
    checkOptions(dhcp, report)
    checkDhcpSubnets(dhcp, site, phones, report)
    if (dhcp.clients === 'listed' && phones.length === 0) {
      report.warning(
        'nobody-served',
        ['dhcp', 'clients'],
        'clients listed, but the inventory lists no phone: nobody gets an address',
      )
    }
  }
  checkDoors(site, report)
  if (!dhcp && !site.http && !site.https && !site.tftp && !site.pnp) {
    report.warning('nothing-served', [], 'dhcp, http, https, tftp and pnp are all closed: nothing is served')
  }
}

/** An option 66 of the operator's own stands in for the door. */
function checkSettingsUrl(site: SiteParts, dhcp: Loose<DhcpSection>, report: Report): void {
  const door = dhcp['settings-url']
  const path = ['dhcp', 'settings-url']
  if (door !== undefined && !site[door] && !namesServer(dhcp)) {
    report.error(
      'settings-url-closed',
      path,
      `settings-url ${door} names a door that is closed; add a section ${door}, or name another door`,
    )
  }
}

function namesServer(dhcp: Loose<DhcpSection>): boolean {
  const keys = Object.keys(dhcp.options ?? {})
  return keys.includes('66') || keys.includes('tftp-server-name')
}

function checkOptions(dhcp: Loose<DhcpSection>, report: Report): void {
  readOptions(dhcp.options ?? {}, ['dhcp', 'options'], report)
  for (const [index, subnet] of (dhcp.subnets ?? []).entries()) {
    readOptions(subnet?.options ?? {}, ['dhcp', 'subnets', index, 'options'], report)
  }
}

function checkDhcpSubnets(
  dhcp: Loose<DhcpSection>,
  site: SiteParts,
  phones: readonly PlacedPhone[],
  report: Report,
): void {
  const subnets = dhcp.subnets ?? []
  const path = ['dhcp', 'subnets']
  if (subnets.length === 0) {
    report.error('missing-key', path, 'subnets is missing or empty; expected at least one subnet to lease addresses in')
  }
  checkSubnets(subnets, site.address, path, report)
  const known = subnets.flatMap(parts =>
    parts?.subnet === undefined ? [] : [{ subnet: parts.subnet, router: parts.router }],
  )
  // With a subnet missing, a reservation in it would be blamed for nothing.
  if (known.length > 0 && known.length === subnets.length) checkReservations(phones, known, site.address)
}
