/** Which firmware image the inventory wants on a phone. Each request asks, so nothing is merged here. No I/O. */

import type { Mac } from '../address/mac.js'
import type { Inventory, Phone } from '../fleet/phone.js'
import type { Asked } from '../snom/names.js'

/** With a `mac` it is that phone's own choice, else that of its type. */
export interface Image {
  readonly file: string // below www/firmware/; or a version, of which there may be an image for each type
  readonly mac?: Mac
}

/**
 * The image a document leads to. A phone's own documents name its own choice only: what its type has was said in
 * the general ones.
 */
export function chooseImage(inventory: Inventory, asked: Asked, type: string | undefined): Image | undefined {
  if (type === undefined) return undefined
  const phone = asked.mac === undefined ? undefined : inventory.phones.get(asked.mac)
  const own = phone === undefined ? undefined : ownFirmware(inventory, phone)
  if (phone !== undefined && own !== undefined) return { file: own, mac: phone.mac }
  const isGeneral = asked.mac === undefined || asked.kind === 'everything'
  const file = isGeneral ? generalFirmware(inventory, type) : undefined
  return file === undefined ? undefined : { file }
}

/** The image a phone shall have in the end: its own choice, else that of its type. `mac`: where it is known. */
export function expectedImage(inventory: Inventory, type: string, mac: Mac | undefined): string | undefined {
  const phone = mac === undefined ? undefined : inventory.phones.get(mac)
  return (phone && ownFirmware(inventory, phone)) ?? generalFirmware(inventory, type)
}

function generalFirmware(inventory: Inventory, type: string): string | undefined {
  return inventory.models.get(type.toLowerCase())?.firmware ?? inventory.defaults.firmware
}

/** The last group that names one wins over those before it, the phone over all. */
function ownFirmware(inventory: Inventory, phone: Phone): string | undefined {
  const group = phone.groups.findLast(name => inventory.groups.get(name)?.firmware !== undefined)
  return phone.layer.firmware ?? inventory.groups.get(group ?? '')?.firmware
}
