/** A folder whose files are served as they are, www/ or tftproot/. No name leads out of it. */

import { realpathSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { Shelved } from './bundle.js'
import { createFolders } from './folders.js'
import { createSharedBytes, type SharedBytes } from './shared-bytes.js'

export interface Shelf {
  readonly root: string // absolute
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

  /** Where the name leads. A link is followed at once, so that no folder outside is ever looked into. */
  function locate(name: string): string | undefined {
    let path = base
    for (const segment of segmentsOf(name) ?? []) {
      const entry = folders.entry(path, segment)
      if (entry === undefined) return undefined
      path = join(path, entry.spelling)
      if (!entry.isLink) continue
      path = realpathSync(path)
      if (below(realpathSync(base), path) === undefined) return undefined
    }
    return path === base ? undefined : path
  }

  async function shelve(path: string): Promise<Shelved | undefined> {
    const [rootOnDisk, real] = await Promise.all([realpath(base), realpath(path)])
    const inside = below(rootOnDisk, real)
    const stats = inside === undefined ? undefined : await stat(real)
    if (inside === undefined || !stats?.isFile()) return undefined
    return { kind: 'shelved', root: rootOnDisk, path: inside, size: stats.size, read: () => bytes.read(real) }
  }

  async function find(name: string): Promise<Shelved | undefined> {
    try {
      const path = locate(name)
      return path === undefined ? undefined : await shelve(path)
    } catch (error) {
      return orMissing(error)
    }
  }

  function has(name: string): boolean {
    try {
      return locate(name) !== undefined
    } catch (error) {
      return orMissing(error) ?? false
    }
  }

  return { root: base, find, has }
}

/** Removed meanwhile, a link in a circle or into nothing, a folder we may not read: to a stranger, not found. */
function orMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error) return undefined
  throw error
}

/** The path from the root on, with /. Undefined outside, and for dot files: a link would serve them in disguise. */
function below(root: string, path: string): string | undefined {
  const from = root === sep ? root : `${root}${sep}`
  if (!path.startsWith(from)) return undefined
  const segments = path.slice(from.length).split(sep)
  return segments.some(segment => segment.startsWith('.')) ? undefined : segments.join('/')
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
