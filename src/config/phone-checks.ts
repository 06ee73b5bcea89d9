/** Phones of an inventory against its groups and models, each other, and the subnets of the site. No I/O. */

import { formatIpv4, type Ipv4 } from '../address/ipv4.js'
import { formatSubnet, type Subnet, subnetHolds } from '../address/subnet.js'
import type { Phone } from '../fleet/phone.js'
import type { Path, Report } from './finding.js'
import { nearest } from './nearest.js'

/** A phone and the place it was read from. */
export interface PlacedPhone {
  readonly phone: Phone
  readonly path: Path
  readonly report: Report
}

type Names = ReadonlyMap<string, unknown>

/** What a phone names must exist, and what it has reserved must be its own. */
export function checkPhones(phones: readonly PlacedPhone[], models: Names, groups: Names): void {
  const holders = new Map<Ipv4, PlacedPhone>()
  for (const placed of phones) {
    checkGroups(placed, groups)
    checkModel(placed, models)
    const { address } = placed.phone
    if (address === undefined) continue
    const holder = holders.get(address)
    if (holder === undefined) holders.set(address, placed)
    else refuseAddress(placed, 'duplicate-reservation', takenBy(address, holder))
  }
}

/** Reservations must be addresses of a subnet that a phone can have. `own`: the appliance's address. */
export function checkReservations(
  phones: readonly PlacedPhone[],
  subnets: readonly { readonly subnet: Subnet; readonly router?: Ipv4 | undefined }[],
  own: Ipv4 | undefined,
): void {
  const names = subnets.map(({ subnet }) => formatSubnet(subnet)).join(', ')
  for (const placed of phones) {
    const { address } = placed.phone
    if (address === undefined) continue
    const shown = `address ${formatIpv4(address)}`
    const home = subnets.find(({ subnet }) => subnetHolds(subnet, address))
    if (home === undefined)
      refuseAddress(placed, 'reservation-outside-subnets', `${shown} lies in no subnet; expected one of ${names}`)
    else if (isEnd(home.subnet, address)) {
      refuseAddress(
        placed,
        'reservation-unusable',
        `${shown} is the network or broadcast address of ${formatSubnet(home.subnet)}`,
      )
    } else if (address === own)
      refuseAddress(placed, 'reservation-own-address', `${shown} is this appliance's own; choose another`)
    else if (address === home.router)
      refuseAddress(placed, 'reservation-router', `${shown} is the router's; choose another`)
  }
}

/** The network or broadcast address; a /31 or /32 has neither (RFC 3021). */
export function isEnd(subnet: Subnet, address: Ipv4): boolean {
  return subnet.prefix < 31 && (address === subnet.network || address === subnet.broadcast)
}

function takenBy(address: Ipv4, { phone, path, report }: PlacedPhone): string {
  return `address ${formatIpv4(address)} is reserved for phone ${phone.mac} already (${report.lineOf(path)}); choose another`
}

function refuseAddress(placed: PlacedPhone, rule: string, message: string): void {
  placed.report.error(rule, [...placed.path, 'address'], message)
}

function checkGroups({ phone, path, report }: PlacedPhone, groups: Names): void {
  for (const [position, group] of phone.groups.entries()) {
    if (group === '' || groups.has(group)) continue
    const meant = nearest(group, groups.keys())
    const remedy = meant === undefined ? 'add it to groups' : `did you mean ${meant}?`
    report.error('unknown-group', [...path, 'groups', position], `group ${group} does not exist; ${remedy}`)
  }
}

function checkModel({ phone: { model }, path, report }: PlacedPhone, models: Names): void {
  if (model === undefined || /^snom/i.test(model) || models.has(model.toLowerCase())) return
  const meant = nearest(model, models.keys())
  const remedy =
    meant === undefined ? 'expected a type such as snom370, or an entry in models' : `did you mean ${meant}?`
  report.warning('unknown-model', [...path, 'model'], `model ${model} is not known; ${remedy}`)
}
