/** A folder whose files are served as they are, www/ or tftproot/. No name leads out of it. */

import { realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Shelved } from './bundle.js'
import { createFolders } from './folders.js'
import { createSharedBytes, type SharedBytes } from './shared-bytes.js'

export interface Shelf {
  /** The file of that name below the root, leading slashes optional; undefined for all that is no file there. */
  find(name: string): Promise<Shelved | undefined>
  /** Whether an entry of that name is there, by a look at the folder alone. */
  has(name: string): boolean
}

export interface ShelfOptions {
  readonly bytes?: SharedBytes // one for all shelves of a process, to bound their memory together
  readonly now?: () => number // epoch milliseconds
}

/** Longer names and deeper folders are nobody's files, only somebody's attempt. */
const maxName = 512 // characters
const maxDepth = 8 // segments

/** The root may come to exist later. */
export function openShelf(root: string, options: ShelfOptions = {}): Shelf {
  const base = resolve(root)
  const bytes = options.bytes ?? createSharedBytes()
  const folders = createFolders(options.now)

  /** The name as spelled on disk, without a look at what links point at. */
  function spelled(name: string): string | undefined {
    const segments = segmentsOf(name)
    if (segments === undefined) return undefined
    let path = base
    for (const segment of segments) {
      const spelling = folders.spelling(path, segment)
      if (spelling === undefined) return undefined
      path = join(path, spelling)
    }
    return path
  }

  async function shelve(path: string): Promise<Shelved | undefined> {
    const [rootOnDisk, real] = await Promise.all([realpath(base), realpath(path)])
    const below = `${rootOnDisk === sep ? '' : rootOnDisk}${sep}`
    if (!real.startsWith(below)) return undefined
    const inside = real.slice(below.length)
    // A link to a dot file would serve it under another name.
    if (inside.split(sep).some(segment => segment.startsWith('.'))) return undefined
    const stats = await stat(real)
    if (!stats.isFile()) return undefined
    const found = { root: rootOnDisk, path: inside.replaceAll(sep, '/'), size: stats.size }
    return { kind: 'shelved', ...found, read: () => bytes.read(real) }
  }

  async function find(name: string): Promise<Shelved | undefined> {
    try {
      const path = spelled(name)
      return path === undefined ? undefined : await shelve(path)
    } catch (error) {
      // Removed meanwhile, a link in a circle or into nothing, a folder we may not read: not found, to a stranger.
      if (error instanceof Error && 'code' in error) return undefined
      throw error
    }
  }

  return { find, has: name => spelled(name) !== undefined }
}

/** Undefined when no file can have that name. Names arrive decoded, so `%2e` is three characters and no dot. */
function segmentsOf(name: string): string[] | undefined {
  if (name.length > maxName) return undefined
  const segments = name.replace(/^\/+/, '').split('/')
  return segments.length <= maxDepth && segments.every(isSegment) ? segments : undefined
}

/** No empty segment, no dot file (so neither `.` nor `..`), no backslash, NUL or other control, 255 bytes at most. */
function isSegment(segment: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
  return /^[^.\\\0-\x1f\x7f][^\\\0-\x1f\x7f]*$/.test(segment) && Buffer.byteLength(segment) <= 255
}
