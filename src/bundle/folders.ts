/** Folder listings, kept as long as the folder does not change, so that the usual miss costs one stat a turn. */

import { type Dirent, readdirSync, statSync } from 'node:fs'

export interface Folders {
  /** The entry of that name: the same spelling first, else without regard to case; never a dot file. */
  entry(folder: string, name: string): Entry | undefined
}

export interface Entry {
  readonly spelling: string // on disk
  readonly isLink: boolean
}

interface Listing {
  readonly stamp: string
  readonly exact: ReadonlyMap<string, Entry>
  readonly folded: ReadonlyMap<string, Entry>
}

/** Folders kept. www/ has a handful; strangers cannot make any, only ask for those there are. */
const limit = 256

/** Younger changes may not show in the mtime yet: its clock ticks every few milliseconds, on some disks every 2 s. */
const settled = 2_500 // ms

/** `now`: epoch milliseconds, to compare with the times of files. */
export function createFolders(now: () => number = Date.now): Folders {
  const listings = new Map<string, Listing>()
  const seen = new Map<string, Listing | undefined>() // a look counts for the whole turn of the event loop

  function listingOf(folder: string): Listing | undefined {
    if (seen.size === 0) setImmediate(() => seen.clear())
    if (!seen.has(folder)) seen.set(folder, look(folder))
    return seen.get(folder)
  }

  // Synchronous on purpose: a stat takes some 5 µs, a trip through the thread pool ten times that.
  function look(folder: string): Listing | undefined {
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

  function entry(folder: string, name: string): Entry | undefined {
    const listing = listingOf(folder)
    return listing?.exact.get(name) ?? listing?.folded.get(name.toLowerCase())
  }

  return { entry }
}

/** Of names that differ in case only the first in order is found, unless the asker's spelling is exact. */
function list(stamp: string, found: readonly Dirent[]): Listing {
  const exact = new Map<string, Entry>()
  const folded = new Map<string, Entry>()
  for (const dirent of found.filter(isServed).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const entry = { spelling: dirent.name, isLink: dirent.isSymbolicLink() }
    const lower = dirent.name.toLowerCase()
    exact.set(dirent.name, entry)
    if (!folded.has(lower)) folded.set(lower, entry)
  }
  return { stamp, exact, folded }
}

/** Links are resolved later. FIFOs, sockets and devices are never opened. */
function isServed(entry: Dirent): boolean {
  return !entry.name.startsWith('.') && (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
}
