/** Whom the DHCP server serves, and where it sends them: `clients: phones | listed | all`. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Inventory } from './phone.js'
import type { Vendor } from './vendor.js'

export type Clients = 'phones' | 'listed' | 'all'

export interface Admitted {
  readonly reservation: Ipv4 | undefined
  /** What a phone is sent to; undefined for what is no phone. `file` where the phone type is known. */
  readonly boot: { readonly server: string | undefined; readonly file: string | undefined } | undefined
}

export interface Admission {
  readonly clients: Clients
  readonly settingsUrl: string | undefined // of the open door: http://192.168.66.1
}

/** Undefined: not ours to serve. A phone is who the vendor recognises, and whom the inventory lists. */
export function admit(
  { clients, settingsUrl }: Admission,
  inventory: Inventory,
  vendor: Vendor,
  mac: Mac | undefined,
  vendorClass: string | undefined,
): Admitted | undefined {
  const listed = mac === undefined ? undefined : inventory.phones.get(mac)
  const isPhone = listed !== undefined || vendor.recognises(mac, vendorClass)
  if (clients === 'listed' && listed === undefined) return undefined
  if (clients === 'phones' && !isPhone) return undefined
  if (!isPhone) return { reservation: undefined, boot: undefined }
  // what the phone says it is, then what the site says, then what its MAC block says
  const type = vendor.phoneType(undefined, vendorClass) ?? listed?.model ?? vendor.phoneType(mac, undefined)
  const file = type === undefined ? undefined : vendor.bootfile(type)
  return { reservation: listed?.address, boot: { server: settingsUrl, file } }
}
