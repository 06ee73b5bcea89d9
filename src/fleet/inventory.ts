/** Questions to an inventory, each answered without a search. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import { emptyLayer } from './layers.js'
import type { Inventory } from './phone.js'

export const emptyInventory: Inventory = {
  defaults: emptyLayer,
  models: new Map(),
  groups: new Map(),
  phones: new Map(),
}

/** Built once for an inventory: who has which address reserved. */
export interface Reservations {
  /** The address reserved for a phone. */
  of(mac: Mac): Ipv4 | undefined
  /** The phone that an address is reserved for. */
  holder(address: Ipv4): Mac | undefined
  readonly size: number
}

export function reservationsOf(inventory: Inventory): Reservations {
  const holders = new Map<Ipv4, Mac>()
  for (const phone of inventory.phones.values()) {
    if (phone.address !== undefined) holders.set(phone.address, phone.mac)
  }
  return {
    of: mac => inventory.phones.get(mac)?.address,
    holder: address => holders.get(address),
    size: holders.size,
  }
}
