/** Whole files in memory, one Buffer shared by all who read the same file at the same time. */

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

export interface SharedBytes {
  /**
   * The file at that absolute path. Rejects when it is gone, no plain file, changes under the read, or when the
   * limit would be passed.
   */
  read(path: string): Promise<Buffer>
  /** Bytes of the Buffers somebody still holds, or that the collector has not met yet. */
  readonly live: number
}

/**
 * Room for the largest images of several models at once (22 MB for a snom720) on a box of 1 GiB. What nobody holds
 * any longer is given back: it lies in the kernel's page cache anyway.
 */
const defaultLimit = 256 * 1024 * 1024

interface Held {
  readonly bytes: WeakRef<Buffer>
}

/** `limit`: bytes in all. */
export function createSharedBytes(limit = defaultLimit): SharedBytes {
  const held = new Map<string, Held>() // by path and state of the file
  const underway = new Map<string, Promise<Buffer>>()
  let live = 0

  const forgotten = new FinalizationRegistry<{ key: string; size: number }>(({ key, size }) => {
    live -= size
    if (held.get(key)?.bytes.deref() === undefined) held.delete(key)
  })

  async function load(key: string, file: FileHandle, size: number): Promise<Buffer> {
    if (live + size > limit) {
      throw new Error(`no memory for ${size} bytes more: files in use take ${live} of ${limit} bytes`)
    }
    live += size // before the first await, so that two files read at once cannot both squeeze in
    try {
      const bytes = await readWhole(file, size)
      held.set(key, { bytes: new WeakRef(bytes) })
      forgotten.register(bytes, { key, size })
      return bytes
    } catch (error) {
      live -= size
      throw error
    }
  }

  async function read(path: string): Promise<Buffer> {
    // Never waits on a FIFO, never follows a link: the shelf has resolved all of them.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const { size, mtimeMs, ctimeMs, ino, dev } = await plainFile(file)
      const key = `${path} ${dev}:${ino} ${size} ${mtimeMs} ${ctimeMs}`
      const known = held.get(key)?.bytes.deref()
      if (known !== undefined) return known
      const loading = underway.get(key) ?? load(key, file, size).finally(() => underway.delete(key))
      underway.set(key, loading)
      return await loading
    } finally {
      await file.close()
    }
  }

  return {
    read,
    get live() {
      return live
    },
  }
}

async function plainFile(file: FileHandle) {
  const stats = await file.stat()
  if (!stats.isFile()) throw new Error('not a plain file')
  return stats
}

/** Exactly `size` bytes: a file cut or grown meanwhile is no file a phone should install. */
async function readWhole(file: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await file.read(bytes, filled, size - filled, filled)
    if (bytesRead === 0) throw new Error(`file shrank to ${filled} bytes while ${size} were being read`)
    filled += bytesRead
  }
  const after = await file.stat()
  if (after.size !== size) throw new Error(`file grew to ${after.size} bytes while ${size} were being read`)
  return bytes
}
