/** Folder listings, kept as long as the folder does not change, so that the usual miss costs one stat. */

import { type Dirent, readdirSync, statSync } from 'node:fs'

export interface Folders {
  /** The entry's spelling on disk: the same spelling first, else without regard to case; never a dot file. */
  spelling(folder: string, name: string): string | undefined
}

interface Listing {
  readonly stamp: string
  readonly exact: ReadonlySet<string>
  readonly folded: ReadonlyMap<string, string>
}

/** Folders kept. www/ has a handful; strangers cannot make any, only ask for those there are. */
const limit = 256

/** Younger changes may not show in the mtime yet: its clock ticks every few milliseconds, on some disks every 2 s. */
const settled = 2_500 // ms

/** `now`: epoch milliseconds, to compare with the times of files. */
export function createFolders(now: () => number = Date.now): Folders {
  const listings = new Map<string, Listing>()

  // Synchronous on purpose: one stat of a cached folder takes some 2 µs, a trip through the thread pool fifty.
  function listingOf(folder: string): Listing | undefined {
    const stats = statSync(folder, { throwIfNoEntry: false })
    if (!stats?.isDirectory()) return undefined
    const stamp = `${stats.dev}:${stats.ino} ${stats.mtimeMs} ${stats.ctimeMs}`
    const kept = listings.get(folder)
    if (kept?.stamp === stamp) return kept
    const listing = list(stamp, readdirSync(folder, { withFileTypes: true }))
    if (now() - stats.mtimeMs > settled) {
      if (listings.size >= limit) listings.clear()
      listings.set(folder, listing)
    }
    return listing
  }

  function spelling(folder: string, name: string): string | undefined {
    const listing = listingOf(folder)
    if (listing === undefined) return undefined
    return listing.exact.has(name) ? name : listing.folded.get(name.toLowerCase())
  }

  return { spelling }
}

/** Of names that differ in case only the first in order is found, unless the asker's spelling is exact. */
function list(stamp: string, entries: readonly Dirent[]): Listing {
  const names = entries.filter(isServed).map(entry => entry.name)
  const folded = new Map(
    names
      .toSorted()
      .toReversed()
      .map(name => [name.toLowerCase(), name]),
  )
  return { stamp, exact: new Set(names), folded }
}

/** Links are resolved later. FIFOs, sockets and devices are never opened. */
function isServed(entry: Dirent): boolean {
  return !entry.name.startsWith('.') && (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
}
