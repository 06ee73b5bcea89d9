/** What each phone fetched last under each name: the documents themselves, so that a change since then can be shown. No I/O. */

import type { Mac } from '../address/mac.js'
import type { Asker, Bundle, Found } from '../bundle/bundle.js'

export interface Fetched {
  readonly name: string // as asked
  readonly at: number // ms since 1970
  readonly bytes: Buffer
}

/** A dozen documents each for 5,000 phones; they are the very Buffers that were sent, most of them shared by all phones. */
const mostDocuments = 60_000
const mostBytes = 64 * 1024 * 1024 // were each of them a phone's own

export class LastFetched {
  readonly #now: () => number
  readonly #documents = new Map<string, Fetched>() // by phone and name; oldest first
  #bytes = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** The same bundle, looked at. `phoneOf`: who asks for a document that is everybody's. */
  over(bundle: Bundle, phoneOf: (asker: Asker) => Mac | undefined): Bundle {
    return {
      find: async (name, asker) => {
        const found = await bundle.find(name, asker)
        this.#keep(name, found, phoneOf(asker))
        return found
      },
    }
  }

  /** By name, however it is spelled. Gone after a restart. */
  of(mac: Mac, name: string): Fetched | undefined {
    return this.#documents.get(keyOf(mac, name))
  }

  #keep(name: string, found: Found | undefined, asking: Mac | undefined): void {
    if (found?.kind !== 'rendered') return
    const mac = asking ?? found.mac
    if (mac === undefined) return
    const key = keyOf(mac, name)
    this.#drop(key)
    this.#documents.set(key, { name, at: this.#now(), bytes: found.bytes })
    this.#bytes += found.bytes.length
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size <= mostDocuments && this.#bytes <= mostBytes) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#documents.get(key)?.bytes.length ?? 0
    this.#documents.delete(key)
  }
}

function keyOf(mac: Mac, name: string): string {
  return `${mac} ${askedName(name)}`
}

/** A phone may write its MAC with colons: settings?mac=00:04:13:26:00:01. */
export function askedName(name: string): string {
  const spelled = /(?:[\da-f]{2}[:-]){5}[\da-f]{2}/g
  return name
    .replace(/^\/+/, '')
    .toLowerCase()
    .replaceAll('%3a', ':')
    .replaceAll(spelled, mac => mac.replaceAll(/[:-]/g, ''))
}
