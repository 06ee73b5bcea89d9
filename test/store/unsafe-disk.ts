/**
 * A disk that fails, or loses its power, at a chosen step, and that keeps only what was synced.
 *
 * Files are real ones in a folder; beside them stands what a power cut leaves: for each inode its bytes at the last sync
 * that went well, and for the folder its names at the last sync of it. A failed sync loses the pages it was for: as on
 * Linux they count as clean afterwards, and no later sync of that file writes them.
 */

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { type Disk, realDisk } from '../../src/store/disk.js'

export type Step = 'open' | 'write' | 'datasync' | 'sync' | 'truncate' | 'rename' | 'remove'

/** What happens at step number n (from 0): it works, fails with an error code, or the power goes and stays away. */
export type Fate = 'works' | 'ENOSPC' | 'EIO' | 'cut'

export interface UnsafeDisk extends Disk {
  readonly steps: readonly Step[] // so far
  /** Writes into `target` what a cut now may leave; `chance` gives numbers from 0 to below 1. */
  leave(target: string, chance: () => number): void
}

export function unsafeDisk(folder: string, fate: (n: number, step: Step) => Fate): UnsafeDisk {
  const steps: Step[] = []
  const synced = new Map<number, Buffer>() // by inode
  const lost = new Map<number, [from: number, to: number][]>()
  /** A file that was replaced counts until the folder is synced: held open, it keeps its inode from being used again. */
  const held: number[] = []
  let names = namesIn(folder)
  for (const [name, inode] of names) synced.set(inode, readFileSync(join(folder, name)))

  const begin = (step: Step) => {
    const fallen = fate(steps.length, step)
    steps.push(step)
    return fallen
  }
  const check = (step: Step) => {
    const fallen = begin(step)
    if (fallen !== 'works') throw failure(fallen, step)
  }

  const forget = (inode: number) => {
    synced.set(inode, Buffer.alloc(0))
    lost.delete(inode)
  }

  const wrap = async (path: string, handle: FileHandle): Promise<FileHandle> => {
    const { ino } = await handle.stat()
    const isFolder = path === folder
    if (!isFolder && !synced.has(ino)) synced.set(ino, Buffer.alloc(0))
    const sync = async (step: Step) => {
      const fallen = begin(step)
      if (isFolder && fallen === 'works') names = namesIn(folder)
      if (isFolder || fallen === 'cut') return fallen === 'works' ? undefined : Promise.reject(failure(fallen, step))
      const bytes = readFileSync(`/proc/self/fd/${handle.fd}`) // the handle itself may be for writing only
      const before = synced.get(ino) ?? Buffer.alloc(0)
      if (fallen !== 'works') {
        lost.set(ino, [...(lost.get(ino) ?? []), [before.length, bytes.length]])
        throw failure(fallen, step)
      }
      for (const [from, to] of lost.get(ino) ?? []) bytes.fill(0, from, to)
      synced.set(ino, bytes)
    }
    const write = async (bytes: Buffer, offset: number, length: number, position: number) => {
      const fallen = begin('write')
      if (fallen === 'works') return handle.write(bytes, offset, length, position)
      await handle.write(bytes, offset, Math.floor(length / 2), position)
      throw failure(fallen, 'write')
    }
    const truncate = async (length: number) => {
      check('truncate')
      await handle.truncate(length)
      const bytes = synced.get(ino)
      // What a truncation takes away is gone from the pages that a failed sync lost, too.
      if (bytes !== undefined && bytes.length > length) synced.set(ino, bytes.subarray(0, length))
    }
    const over = { write, truncate, datasync: () => sync('datasync'), sync: () => sync('sync') }
    return new Proxy(handle, {
      get: (target, name) => {
        if (name in over) return over[name as keyof typeof over]
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  return {
    steps,
    open: async (path, flags, mode) => {
      check('open')
      const handle = await realDisk.open(path, flags, mode)
      if (path !== folder) held.push(openSync(path, 'r'))
      if (flags === 'wx') forget((await handle.stat()).ino) // inodes of earlier disks are used again
      return wrap(path, handle)
    },
    rename: async (from, to) => {
      check('rename')
      await realDisk.rename(from, to)
    },
    remove: async path => {
      check('remove')
      await realDisk.remove(path)
    },
    leave: (target, chance) => {
      mkdirSync(target, { recursive: true })
      const now = namesIn(folder)
      const left = chance() < 0.5 ? names : now
      for (const [name, inode] of left) {
        const durable = synced.get(inode) ?? Buffer.alloc(0)
        const current = [...now].find(([, other]) => other === inode)
        const bytes = current === undefined ? durable : readFileSync(join(folder, current[0]))
        writeFileSync(join(target, name), partlyWritten(durable, bytes, chance))
      }
      for (const fd of held.splice(0)) closeSync(fd)
    },
  }
}

/** Of the bytes that were never synced any part may have reached the disk: none, a piece, holes. */
function partlyWritten(durable: Buffer, current: Buffer, chance: () => number): Buffer {
  const end = durable.length + Math.floor(chance() * 1.2 * Math.max(0, current.length - durable.length))
  const tail = Buffer.from(current.subarray(durable.length, end))
  if (chance() < 0.5) tail.fill(0, Math.floor(chance() * tail.length), Math.floor(chance() * tail.length))
  return Buffer.concat([durable, tail])
}

function namesIn(folder: string): Map<string, number> {
  const files = readdirSync(folder).filter(name => statSync(join(folder, name)).isFile())
  return new Map(files.map(name => [name, statSync(join(folder, name)).ino]))
}

function failure(fate: Fate, step: Step): Error {
  const code = fate === 'cut' ? 'ENODEV' : fate
  return Object.assign(new Error(`${code}: simulated, ${step}`), { code })
}
