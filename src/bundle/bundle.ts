/** Everything a phone can fetch, behind one question. HTTP, HTTPS and TFTP are doors to this. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'

/** Who asks, and through which door; both shape the answer. */
export interface Asker {
  readonly door: 'http' | 'https' | 'tftp'
  readonly baseUrl: string // the door, host and port through which it was asked: http://192.168.66.1:8080
  readonly address: Ipv4 // the asker's own
  readonly userAgent?: string
  readonly certified?: Mac // the phone that a certificate proves it to be: its files are open to it, no other phone's
}

/** A document rendered from the inventory. */
export interface Rendered {
  readonly kind: 'rendered'
  readonly bytes: Buffer
  readonly etag: string // quoted, as in the header
  readonly type: string // Content-Type
  readonly mac?: Mac // whose document it is
  readonly withheld: number // secrets left out, because this asker may not know them
  readonly redirected?: Redirected // to another server
  readonly isContainer?: true // it names other documents, and tells nothing itself
}

/** Where a document sends its phone, and who said so. */
export interface Redirected {
  readonly url: string // {mac} may stand in it for the phone to fill in
  readonly by: 'registry' | 'inventory'
}

/** A file of www/ or tftproot/. */
export interface Shelved {
  readonly kind: 'shelved'
  readonly root: string // absolute
  readonly path: string // below root, in the spelling on disk, with /
  readonly size: number // bytes
  /** The whole file, one Buffer shared by all who hold it. Rejects when the file has gone or memory for it is spent. */
  read(): Promise<Buffer>
}

/** There may be such a file, but not for this asker. */
export interface Refused {
  readonly kind: 'refused'
  readonly reason: string // in a word, for the timeline
  readonly mac?: Mac // who asks
}

export type Found = Rendered | Shelved | Refused

export interface Bundle {
  /** `name` is a path with query as it came, decoded once: `/snom370.htm`, `settings?mac=000413261234`. */
  find(name: string, asker: Asker): Promise<Found | undefined>
}
