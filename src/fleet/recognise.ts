/** What the timeline asks about words that phones use; snom/ knows the answers. No I/O. */

import type { Mac } from '../address/mac.js'

export interface Named {
  readonly kind: 'container' | 'settings' | 'firmware' | 'everything' | 'languages' | 'language' | 'image'
  readonly type?: string // phone type: snom370
  readonly mac?: Mac // whose document it is
  readonly version?: string // of an image
  readonly by?: 'redirection' | 'fixed' // the path stands in the firmware of all, or of an OEM's phones
}

export interface Recognise {
  /** By hardware address or option 60 (vendor class). */
  isPhone(mac: Mac | undefined, vendorClass: string | undefined): boolean
  /** The phone type that option 60 or a Plug & Play model names. */
  typeOfClass(text: string): string | undefined
  typeOfMac(mac: Mac): string | undefined
  agent(text: string): { readonly type?: string; readonly version?: string; readonly mac?: Mac }
  /** Undefined for a name that is none of ours. */
  name(name: string): Named | undefined
  /** Below 0 when the first version comes before the second. */
  compareVersions(first: string, second: string): number
}
