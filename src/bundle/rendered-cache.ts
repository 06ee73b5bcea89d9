/** Documents rendered before, as long as the inventory they were made from stands. No I/O. */

import type { Inventory } from '../fleet/phone.js'
import type { Rendered } from './bundle.js'

export interface RenderedCache {
  /** The document kept under that key, else the one made now. */
  get(inventory: Inventory, key: string, make: () => Rendered | undefined): Rendered | undefined
}

/** Two documents each for 10,000 phones, at the usual 2 KiB; a key is short beside its document. */
const maxDocuments = 20_000
const maxBytes = 64 * 1024 * 1024

export function createRenderedCache(): RenderedCache {
  let made: Inventory | undefined
  const documents = new Map<string, Rendered>()
  let bytes = 0

  function forget(): void {
    documents.clear()
    bytes = 0
  }

  /** The oldest goes: in a boot storm every document is asked for once, so age is as good a measure as use. */
  function keep(key: string, document: Rendered): void {
    documents.set(key, document)
    bytes += document.bytes.length
    for (const [oldest, { bytes: gone }] of documents) {
      if (documents.size <= maxDocuments && bytes <= maxBytes) return
      documents.delete(oldest)
      bytes -= gone.length
    }
  }

  function get(inventory: Inventory, key: string, make: () => Rendered | undefined): Rendered | undefined {
    if (inventory !== made) forget()
    made = inventory
    const known = documents.get(key)
    if (known !== undefined) return known
    const document = make()
    if (document !== undefined) keep(key, document)
    return document
  }

  return { get }
}
