/** What the server remembers of an address, and where it is kept (RFC 2131 §2.1). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'

export interface Lease {
  readonly address: Ipv4
  readonly state: 'bound' | 'released' | 'declined'
  readonly client: string // client key in hexadecimal: 'id:' + option 61, else 'hw:' + htype and chaddr
  readonly mac?: Mac | undefined // chaddr, where it is Ethernet
  readonly hostname?: string | undefined // option 12 as the client said it, cleaned, at most 64 characters
  readonly vendorClass?: string | undefined // option 60, cleaned, at most 64 characters
  readonly start: number // ms since 1970: when this state began
  readonly end: number // ms since 1970: when a bound lease runs out, or a declined address is free again
}

export interface LeaseStore {
  /** Resolves when all of them are on disk, in that order; rejects when they may not be, and then none of them counts. */
  save(leases: readonly Lease[]): Promise<void>
  close(): Promise<void>
}
