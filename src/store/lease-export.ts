/** Leases in the files of other DHCP servers, for a move or a comparison. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import { formatMac } from '../address/mac.js'
import type { Lease } from '../dhcp/lease.js'

const infinite = 0xff_ff_ff_ff // seconds (RFC 2131 §3.3)

/** A memfile of Kea (v4, the columns of 2.2 that later versions read too). What has run out or was released is left out. */
export function keaLeases(leases: readonly Lease[], now: number, subnetId: number): string {
  const head =
    'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n'
  const line = (lease: Lease) => {
    const { hardware, id } = identity(lease)
    const declined = lease.state === 'declined' // Kea keeps such an address under nobody's name
    const who = declined ? ['', ''] : [hardware?.colons ?? '', id ?? '']
    const name = declined ? '' : hostLabel(lease)
    const times = [Math.min(seconds(lease.end - lease.start), infinite), seconds(lease.end)]
    return `${[formatIpv4(lease.address), ...who, ...times, subnetId, 0, 0, name, declined ? 1 : 0, ''].join(',')}\n`
  }
  return head + current(leases, now).map(line).join('')
}

/** A lease file of dnsmasq: expiry, hardware address, address, name, client identifier. Declined addresses have no place there. */
export function dnsmasqLeases(leases: readonly Lease[], now: number): string {
  const line = (lease: Lease) => {
    const { hardware, id } = identity(lease)
    const end = seconds(lease.end - lease.start) >= infinite ? 0 : seconds(lease.end)
    const type = hardware === undefined ? '00-' : hardware.type === '01' ? '' : `${hardware.type}-`
    const address = type + (hardware?.colons ?? '')
    return `${end} ${address} ${formatIpv4(lease.address)} ${hostLabel(lease) || '*'} ${id ?? '*'}\n`
  }
  const bound = current(leases, now).filter(lease => lease.state === 'bound')
  return bound.map(line).join('')
}

function current(leases: readonly Lease[], now: number): Lease[] {
  return leases.filter(lease => lease.state !== 'released' && lease.end > now).sort((a, b) => a.address - b.address)
}

interface Hardware {
  readonly type: string // htype in two hexadecimal digits
  readonly colons: string
}

function identity(lease: Lease): { hardware: Hardware | undefined; id: string | undefined } {
  const key = lease.client.slice(3).toLowerCase()
  const id = lease.client.startsWith('id:') ? colons(key) : undefined
  if (lease.mac !== undefined) return { hardware: { type: '01', colons: formatMac(lease.mac) }, id }
  if (id !== undefined || key.length < 4) return { hardware: undefined, id }
  return { hardware: { type: key.slice(0, 2), colons: colons(key.slice(2)) }, id }
}

function colons(hex: string): string {
  return hex.replaceAll(/..(?!$)/g, '$&:')
}

function seconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000))
}

// Both files know only names that are labels (RFC 1123 §2.1); a blank or comma would begin the next field.
function hostLabel(lease: Lease): string {
  const name = lease.hostname ?? ''
  return /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(name) ? name : ''
}
