/** Subnets, pools and routers of a site against each other and against the appliance's own address. No I/O. */

import { formatIpv4, type Ipv4 } from '../address/ipv4.js'
import { formatRange, formatSubnet, type Range, rangeHolds, type Subnet, subnetHolds } from '../address/subnet.js'
import type { Path, Report } from './finding.js'
import { isEnd } from './phone-checks.js'
import type { Loose } from './schema.js'
import type { SubnetSection } from './site-schema.js'

type SubnetParts = Loose<SubnetSection> | undefined

interface PlacedRange {
  readonly range: Range
  readonly path: Path
}

// Free addresses are kept in memory.
const mostInPool = 1_048_576 // addresses, a /12

/** `own`: the appliance's address, where the file says it. */
export function checkSubnets(subnets: readonly SubnetParts[], own: Ipv4 | undefined, path: Path, report: Report): void {
  const ranges: PlacedRange[] = []
  for (const [index, parts] of subnets.entries()) {
    const place = [...path, index]
    const here = placedRanges(parts?.pool, [...place, 'pool'])
    ranges.push(...here)
    if (parts?.subnet === undefined) continue
    for (const one of here) checkRange(one, parts.subnet, own, report)
    checkRouter(parts.router, parts.subnet, here, place, report)
    checkServers(parts, here, place, report)
    checkSize(here, [...place, 'pool'], report)
  }
  checkOverlap(ranges, report)
  checkNeighbours(subnets, path, report)
  checkOwn(subnets, own, report)
}

function placedRanges(pool: Range | readonly (Range | undefined)[] | undefined, path: Path): readonly PlacedRange[] {
  if (pool === undefined) return []
  if ('first' in pool) return [{ range: pool, path }]
  return pool.flatMap((range, index) => (range === undefined ? [] : [{ range, path: [...path, index] }]))
}

function checkRange({ range, path }: PlacedRange, subnet: Subnet, own: Ipv4 | undefined, report: Report): void {
  const shown = `pool ${formatRange(range)}`
  const name = formatSubnet(subnet)
  const firstInside = subnetHolds(subnet, range.first)
  if (!firstInside || !subnetHolds(subnet, range.last)) {
    const how = firstInside || subnetHolds(subnet, range.last) ? 'reaches out of' : 'lies outside'
    report.error('pool-outside-subnet', path, `${shown} ${how} subnet ${name}`)
    return
  }
  if (isEnd(subnet, range.first)) {
    report.error(
      'pool-unusable',
      path,
      `${shown} holds the network address of ${name}; begin at ${formatIpv4(range.first + 1)}`,
    )
  }
  if (isEnd(subnet, range.last)) {
    report.error(
      'pool-unusable',
      path,
      `${shown} holds the broadcast address of ${name}; end at ${formatIpv4(range.last - 1)}`,
    )
  }
  if (own !== undefined && rangeHolds(range, own)) {
    report.error(
      'pool-own-address',
      path,
      `${shown} holds this appliance's own address ${formatIpv4(own)}; leave it out`,
    )
  }
}

function checkRouter(
  router: Ipv4 | undefined,
  subnet: Subnet,
  ranges: readonly PlacedRange[],
  path: Path,
  report: Report,
): void {
  if (router === undefined) return
  const shown = `router ${formatIpv4(router)}`
  const pool = ranges.find(({ range }) => rangeHolds(range, router))
  const place = [...path, 'router']
  if (!subnetHolds(subnet, router)) {
    report.error(
      'router-outside-subnet',
      place,
      `${shown} lies outside subnet ${formatSubnet(subnet)}; phones cannot reach it`,
    )
  } else if (isEnd(subnet, router)) {
    report.error('router-unusable', place, `${shown} is the network or broadcast address of ${formatSubnet(subnet)}`)
  } else if (pool !== undefined) {
    report.error(
      'router-in-pool',
      place,
      `${shown} lies in pool ${formatRange(pool.range)}, so that a phone could get it`,
    )
  }
}

function checkServers(parts: Loose<SubnetSection>, ranges: readonly PlacedRange[], path: Path, report: Report): void {
  for (const word of ['dns', 'ntp'] as const) {
    for (const server of [parts[word] ?? []].flat()) {
      const pool = server === undefined ? undefined : ranges.find(({ range }) => rangeHolds(range, server))
      if (server === undefined || pool === undefined) continue
      const message = `${word} ${formatIpv4(server)} lies in pool ${formatRange(pool.range)}, so that a phone could get it`
      report.warning('server-in-pool', [...path, word], message)
    }
  }
}

function checkSize(ranges: readonly PlacedRange[], path: Path, report: Report): void {
  const size = ranges.reduce((sum, { range }) => sum + range.last - range.first + 1, 0)
  if (size > mostInPool) report.error('pool-too-large', path, `pool holds ${size} addresses; at most ${mostInPool}`)
}

function checkOverlap(ranges: readonly PlacedRange[], report: Report): void {
  const ordered = ranges.toSorted((a, b) => a.range.first - b.range.first || a.range.last - b.range.last)
  let before: PlacedRange | undefined
  for (const one of ordered) {
    if (before !== undefined && one.range.first <= before.range.last) {
      report.error(
        'pool-overlap',
        one.path,
        `pool ${formatRange(one.range)} overlaps pool ${formatRange(before.range)}`,
      )
    }
    if (before === undefined || one.range.last > before.range.last) before = one
  }
}

/** Two subnets overlap only when one holds the other's network address. */
function checkNeighbours(subnets: readonly SubnetParts[], path: Path, report: Report): void {
  for (const [index, parts] of subnets.entries()) {
    const here = parts?.subnet
    if (here === undefined) continue
    const other = subnets.slice(0, index).find(({ subnet } = {}) => {
      return subnet !== undefined && (subnetHolds(subnet, here.network) || subnetHolds(here, subnet.network))
    })?.subnet
    if (other === undefined) continue
    report.error(
      'subnet-overlap',
      [...path, index, 'subnet'],
      `subnet ${formatSubnet(here)} overlaps subnet ${formatSubnet(other)}`,
    )
  }
}

function checkOwn(subnets: readonly SubnetParts[], own: Ipv4 | undefined, report: Report): void {
  const known = subnets.flatMap(parts => (parts?.subnet === undefined ? [] : [parts.subnet]))
  if (own === undefined || known.length === 0) return
  const home = known.find(subnet => subnetHolds(subnet, own))
  if (home === undefined) {
    const message = `address ${formatIpv4(own)} lies in no subnet; phones are reached through relays only`
    report.warning('address-outside-subnets', ['address'], message)
  } else if (isEnd(home, own)) {
    report.error(
      'address-unusable',
      ['address'],
      `address ${formatIpv4(own)} is the network or broadcast address of ${formatSubnet(home)}`,
    )
  }
}
