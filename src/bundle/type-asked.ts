/** Which phone type a document is for. No I/O. */

import type { Mac } from '../address/mac.js'
import type { Inventory } from '../fleet/phone.js'
import type { Asked } from '../snom/names.js'
import { phoneTypeOfMac } from '../snom/phone-type.js'

/** What the phone says it is counts more than what the inventory thinks. */
export function typeAsked(
  inventory: Inventory,
  asked: Asked,
  told: string | undefined,
  holder: Mac | undefined,
): string | undefined {
  if (asked.kind === 'everything') return told ?? typeOfMac(inventory, asked.mac)
  if (asked.type !== undefined) return asked.type
  return told ?? (holder === undefined ? undefined : typeOfMac(inventory, holder))
}

export function typeOfMac(inventory: Inventory, mac: Mac): string | undefined {
  return inventory.phones.get(mac)?.model ?? phoneTypeOfMac(mac)
}
