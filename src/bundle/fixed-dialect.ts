/** The form of setting files that the inventory fixes for a phone. Each request asks, so nothing is merged here. No I/O. */

import type { Mac } from '../address/mac.js'
import type { Inventory } from '../fleet/phone.js'
import type { Dialect } from '../snom/dialect.js'

/** The phone's own, else that of its last group that names one, else that of its type. */
export function fixedDialect(inventory: Inventory, type: string, mac: Mac | undefined): Dialect | undefined {
  const phone = mac === undefined ? undefined : inventory.phones.get(mac)
  const group = phone?.groups.findLast(name => inventory.groups.get(name)?.dialect !== undefined) ?? ''
  const own = phone?.layer.dialect ?? inventory.groups.get(group)?.dialect
  return own ?? inventory.models.get(type.toLowerCase())?.dialect
}
