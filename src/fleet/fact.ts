/** What a door saw or did, as the timeline of a phone keeps it: one fact a message, request or decision. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'

/** Texts come from strangers: cut to `mostText` characters and free of controls, but otherwise as they came. */
export const mostText = 160

/** Codes of option 55 that are kept: phones ask for about ten. */
export const mostAsks = 64

export type Fact = Happening & {
  readonly at: number // ms since 1970
  readonly mac?: Mac // of the phone, where the message or the lease tells
  readonly address?: Ipv4 // of the phone
}

export type Door = 'http' | 'https' | 'tftp'

export type Happening =
  | {
      readonly kind: 'discover' | 'request'
      readonly vendorClass?: string // option 60
      readonly hostname?: string // option 12
      readonly asks: readonly number[] // option 55, the first of them: at most `mostAsks`
      readonly state?: string // of the client that sends a REQUEST: selecting, init-reboot, renewing, inform …
      readonly relay?: Ipv4
    }
  | { readonly kind: 'offer' }
  | {
      readonly kind: 'ack'
      readonly state: string // of the client: selecting, init-reboot, renewing, rebinding, inform …
      readonly settingsUrl?: string // options 66 and 67 as they were sent; undefined: neither was
    }
  | { readonly kind: 'nak' }
  | { readonly kind: 'released' | 'declined' }
  | {
      readonly kind: 'unanswered'
      readonly door: 'dhcp'
      readonly reason: string // as the DHCP server says it: pool-full, not-served …; not-saved: the disk refused
      readonly server?: Ipv4 // of other-server: the one that the phone took
    }
  | {
      readonly kind: 'subscribe'
      readonly vendor?: string // of the Event header
      readonly model?: string
      readonly version?: string
    }
  | { readonly kind: 'pnp-answered'; readonly url: string } // 200 and the first NOTIFY left
  | { readonly kind: 'pnp-refused'; readonly reason: string }
  | { readonly kind: 'notify-ended'; readonly status?: number } // the phone's answer; undefined: none came
  | {
      readonly kind: 'fetched'
      readonly door: Door
      readonly name: string // path and query as asked
      readonly status: string // HTTP status; TFTP: DATA, or `ERROR 1 File not found`
      readonly bytes: number // that left
      readonly total?: number // of the whole file; of an image broken off: more than bytes
      readonly milliseconds: number
      readonly isWhole: boolean // to its last byte
      readonly agent?: string // User-Agent
      readonly withheld?: number // secrets left out
      readonly isContainer?: true // one of ours: it names other documents, and tells nothing itself
    }
  | {
      readonly kind: 'refused'
      readonly door: Door | 'pnp'
      readonly name: string
      readonly reason: string // rate-limited, certificate-mismatch, bad option …
      readonly agent?: string
    }
  | { readonly kind: 'redirected'; readonly url: string; readonly by: 'registry' | 'inventory' }
  | { readonly kind: 'resync'; readonly status?: number } // the phone's answer to NOTIFY check-sync

/** A door tells; it must not wait for it, and it never throws. */
export type Note = (fact: Fact) => void
