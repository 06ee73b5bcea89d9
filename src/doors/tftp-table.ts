/** The transfers in flight, by client address and port, within limits. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Agreement } from '../tftp/options.js'
import type { Request } from '../tftp/packet.js'
import type { Transfer } from '../tftp/transfer.js'

/** One request and, once its file is read, its transfer. */
export interface Entry {
  readonly address: Ipv4
  readonly port: number
  readonly request: Request
  readonly wire: string // the request as it came, one character a byte, to know it again
  readonly asked: number // milliseconds
  mac?: Mac
  withheld?: number // secrets left out of the document
  isContainer?: true // it names other documents
  total?: number // bytes of the file
  agreement?: Agreement
  transfer?: Transfer
}

export interface TableLimits {
  readonly transfers: number
  readonly perClient: number
}

/** `displaced` had to make room. */
export type Admission =
  | { readonly kind: 'admitted'; readonly displaced?: Entry }
  | { readonly kind: 'full' | 'client full' }

export class TransferTable {
  readonly #limits: TableLimits
  readonly #entries = new Map<number, Entry>()
  readonly #clients = new Map<Ipv4, Entry[]>()

  constructor(limits: TableLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  /** In order of arrival; an entry may be removed while they are walked through. */
  entries(): Iterable<Entry> {
    return this.#entries.values()
  }

  at(address: Ipv4, port: number): Entry | undefined {
    return this.#entries.get(keyOf(address, port))
  }

  has(entry: Entry): boolean {
    return this.at(entry.address, entry.port) === entry
  }

  /**
   * A phone that lost our answer asks again from a new port, and its old ports stand open until they time out. So a client at
   * its limit displaces the transfer of its own that is silent for longest; where all of them go on, it is refused.
   */
  admit(entry: Entry): Admission {
    const own = this.#clients.get(entry.address) ?? []
    const displaced = own.length >= this.#limits.perClient ? longestSilent(own) : undefined
    if (displaced) this.remove(displaced)
    else if (own.length >= this.#limits.perClient) return { kind: 'client full' }
    else if (this.#entries.size >= this.#limits.transfers) return { kind: 'full' }
    this.#entries.set(keyOf(entry.address, entry.port), entry)
    this.#clients.set(entry.address, [...(this.#clients.get(entry.address) ?? []), entry])
    return displaced ? { kind: 'admitted', displaced } : { kind: 'admitted' }
  }

  remove(entry: Entry): void {
    if (!this.has(entry)) return
    this.#entries.delete(keyOf(entry.address, entry.port))
    const others = (this.#clients.get(entry.address) ?? []).filter(other => other !== entry)
    if (others.length > 0) this.#clients.set(entry.address, others)
    else this.#clients.delete(entry.address)
  }
}

/** Address and port in one number below 2^48. */
export function keyOf(address: Ipv4, port: number): number {
  return address * 65536 + port
}

function longestSilent(entries: readonly Entry[]): Entry | undefined {
  return entries
    .filter(entry => entry.transfer?.isUnanswered)
    .reduce<Entry | undefined>((first, entry) => (heard(entry) < heard(first) ? entry : first), undefined)
}

function heard(entry: Entry | undefined): number {
  return entry?.transfer?.heard ?? Number.POSITIVE_INFINITY
}
