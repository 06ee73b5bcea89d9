/** The few calls on files that durability hangs on, in one place so that a test can let each of them fail. */

import { access, constants, type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskError } from './disk-error.js'

export interface Disk {
  open(path: string, flags: string, mode?: number): Promise<FileHandle>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
}

export const realDisk: Disk = { open, rename, remove: path => rm(path, { force: true }) }

/** All bytes at that place of the file; a short write is continued (write(2) may stop early on a full disk). */
export async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    if (bytesWritten === 0) throw new Error('the file takes no more bytes')
    done += bytesWritten
  }
}

/** Makes names in that folder durable: a new or renamed file is there after a power cut only once this is done. */
export async function syncFolder(disk: Disk, folder: string): Promise<void> {
  const handle = await disk.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The folder is there afterwards, made with mode 0750 where it was missing, and we may write in it. */
export async function makeFolder(disk: Disk, folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o750 }).catch(error => {
    throw diskError('make the folder', folder, error)
  })
  if (made === undefined) return checkFolder(folder)
  let path = folder
  do {
    path = dirname(path)
    await syncFolder(disk, path)
  } while (path.length >= made.length)
}

async function checkFolder(folder: string): Promise<void> {
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const { uid, mode } = await stat(folder)
    throw diskError('write in', `${folder} (owned by user ${uid}, mode ${(mode & 0o7777).toString(8)})`, error)
  }
}
