/** How a phone comes to its settings URL: it was typed in or stored, a lease points at it, or Plug & Play tells it. */

import { type Lease, obtainLease } from './dhcp.js'
import { type DhcpWire, openDhcpWire } from './dhcp-wire.js'
import { held, type Memory } from './memory.js'
import { type Identity, sendsVendorClass } from './model.js'
import { ownAddress } from './own-address.js'
import { askPlugAndPlay } from './pnp.js'
import { Hang, type Report } from './step.js'
import { type SettingsUrl, settingsUrl } from './urls.js'

export type Via =
  | {
      readonly kind: 'dhcp'
      readonly server?: string // default: broadcast
      readonly port?: number // the server's, default 67
      readonly clientPort?: number // default: port + 1
    }
  | {
      readonly kind: 'pnp'
      readonly group?: string // default 224.0.1.75
      readonly port?: number // default 5060
      readonly sipPort?: number // own; default: any
    }
  | { readonly kind: 'url'; readonly url: string } // typed in, or hard-coded in the firmware

export interface SearchOrder {
  readonly identity: Identity
  readonly via: Via
  readonly memory: Memory
  readonly address?: string // own
  readonly wire?: DhcpWire
  readonly think?: () => Promise<void>
  readonly timeLimit: number // ms for each answer
}

export interface Found {
  readonly pointer: SettingsUrl
  readonly lease?: Lease
}

/** `leased` is told of a lease even where it points nowhere. Rejects with Hang. */
export async function findSettings(order: SearchOrder, report: Report, leased: (lease: Lease) => void): Promise<Found> {
  const { via, memory } = order
  if (via.kind === 'url') return { pointer: { url: via.url, by: 'given' } }
  if (via.kind === 'pnp') return { pointer: { url: await subscribe(order, via, report), by: 'Plug & Play' } }
  const lease = await askForLease(order, via, report)
  leased(lease)
  // A stored setting_server comes before what the lease says.
  const stored = held(memory, 'setting_server')
  const pointer = stored === '' ? settingsUrl(lease.pointers) : { url: stored, by: 'setting_server, stored' }
  if (pointer === undefined) throw new Hang('ACK', 'brings no option 66: the phone knows no settings server')
  return { pointer, lease }
}

async function askForLease(order: SearchOrder, via: Via & { kind: 'dhcp' }, report: Report): Promise<Lease> {
  const { identity, address, timeLimit, think } = order
  const { server, port = 67, clientPort = port + 1 } = via
  const lan = { port, clientPort, ...(server && { server }), ...(address && { interfaceAddress: address }) }
  const vendorClass = sendsVendorClass(identity) ? { vendorClass: identity.phoneType } : {}
  const wire = order.wire ?? (await openDhcpWire(lan))
  try {
    return await obtainLease(wire, { mac: identity.mac, timeLimit, ...vendorClass, ...(think && { think }) }, report)
  } finally {
    if (order.wire === undefined) wire.close()
  }
}

async function subscribe(order: SearchOrder, via: Via & { kind: 'pnp' }, report: Report): Promise<string> {
  const { identity, timeLimit } = order
  const address = order.address ?? ownAddress() ?? '127.0.0.1'
  const { group = '224.0.1.75', port = 5060, sipPort = 0 } = via
  await order.think?.()
  return askPlugAndPlay({ identity, address, group, port, sipPort, timeLimit }, report)
}
