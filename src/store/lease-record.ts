/** A lease as JSON on one line, and back with every field checked. No I/O. */

import { formatIpv4, parseIpv4 } from '../address/ipv4.js'
import { parseMac } from '../address/mac.js'
import type { Lease } from '../dhcp/lease.js'

const longestName = 128 // UTF-16 units of 64 characters

/** `{"address":"192.168.66.100","state":"bound","client":"hw:01000413261234",…}` */
export function encodeLease(lease: Lease): string {
  const { client, hostname, vendorClass, start, end } = lease
  // What the decoder would refuse must not be acknowledged either.
  if (!isTime(start) || !isTime(end) || !isClient(client) || !isName(hostname) || !isName(vendorClass)) {
    throw new Error(`not a lease that can be kept: ${JSON.stringify(lease)}`)
  }
  // By hand: this runs for every ACK, and JSON.stringify of the whole takes four times as long.
  let text = `{"address":"${formatIpv4(lease.address)}","state":"${lease.state}","client":"${client}"`
  if (lease.mac !== undefined) text += `,"mac":"${lease.mac}"`
  if (hostname !== undefined) text += `,"hostname":${JSON.stringify(hostname)}`
  if (vendorClass !== undefined) text += `,"vendorClass":${JSON.stringify(vendorClass)}`
  return `${text},"start":${start},"end":${end}}`
}

/** Undefined when it is no lease. Fields that are not known here are passed over, for a later version's sake. */
export function decodeLease(text: string): Lease | undefined {
  const fields = parseObject(text)
  if (fields === undefined) return undefined
  const { state, client, mac, hostname, vendorClass, start, end } = fields
  const address = typeof fields.address === 'string' ? parseIpv4(fields.address) : undefined
  if (address === undefined || !isState(state) || !isClient(client) || !isTime(start) || !isTime(end)) return undefined
  if (!isName(hostname) || !isName(vendorClass)) return undefined
  const parsedMac = typeof mac === 'string' ? parseMac(mac) : undefined
  if (mac !== undefined && parsedMac === undefined) return undefined
  return {
    address,
    state,
    client,
    ...(parsedMac !== undefined && { mac: parsedMac }),
    ...(hostname !== undefined && { hostname }),
    ...(vendorClass !== undefined && { vendorClass }),
    start,
    end,
  }
}

type Fields = Partial<Record<keyof Lease, unknown>>

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function isState(value: unknown): value is Lease['state'] {
  return value === 'bound' || value === 'released' || value === 'declined'
}

function isClient(value: unknown): value is string {
  return typeof value === 'string' && /^(?:id|hw):[0-9a-f]*$/i.test(value)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isName(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value.length <= longestName)
}
