/** What the appliance asks of a phone vendor; snom/ answers it. No I/O. */

import type { Mac } from '../address/mac.js'

export interface Vendor {
  /** Whether a DHCP client is one of this vendor's phones: by option 60 (vendor class) or hardware address. */
  recognises(mac: Mac | undefined, vendorClass: string | undefined): boolean
  /** The phone type, as in option 60: snom370. Undefined where neither tells. */
  phoneType(mac: Mac | undefined, vendorClass: string | undefined): string | undefined
  /** The file a phone of that type is sent to first: snom370.htm */
  bootfile(phoneType: string): string
}
