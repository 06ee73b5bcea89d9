/** IPv4 networks and ranges of addresses. No I/O. */

import { formatIpv4, type Ipv4, parseIpv4 } from './ipv4.js'

export interface Subnet {
  readonly network: Ipv4
  readonly prefix: number // bits, 0 to 32
  readonly mask: Ipv4
  readonly broadcast: Ipv4
}

/** Both ends included; `first` <= `last`. */
export interface Range {
  readonly first: Ipv4
  readonly last: Ipv4
}

/** `192.168.66.0/24`; undefined when it is no network address: `192.168.66.1/24` has host bits set. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text)
  const address = parseIpv4(match?.[1] ?? '')
  const prefix = Number(match?.[2])
  if (address === undefined || prefix > 32) return undefined
  const subnet = subnetOf(address, prefix)
  return subnet.network === address ? subnet : undefined
}

/** The network of that prefix length which holds the address. */
export function subnetOf(address: Ipv4, prefix: number): Subnet {
  const mask = prefix === 0 ? 0 : (0xff_ff_ff_ff << (32 - prefix)) >>> 0
  const network = (address & mask) >>> 0
  return { network, prefix, mask, broadcast: (network | ~mask) >>> 0 }
}

export function formatSubnet(subnet: Subnet): string {
  return `${formatIpv4(subnet.network)}/${subnet.prefix}`
}

export function subnetHolds(subnet: Subnet, address: Ipv4): boolean {
  return (address & subnet.mask) >>> 0 === subnet.network
}

/** `192.168.66.100 - 192.168.66.199`, or one address alone. */
export function parseRange(text: string): Range | undefined {
  const [from = '', to = from, ...rest] = text.split('-').map(part => part.trim())
  const first = parseIpv4(from)
  const last = parseIpv4(to)
  if (rest.length > 0 || first === undefined || last === undefined || first > last) return undefined
  return { first, last }
}

export function formatRange(range: Range): string {
  return `${formatIpv4(range.first)} - ${formatIpv4(range.last)}`
}

export function rangeHolds(range: Range, address: Ipv4): boolean {
  return range.first <= address && address <= range.last
}
