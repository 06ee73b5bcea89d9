/** A file of lines that is sound up to a known length, or has to be mended before the next write. */

import { copyFile, type FileHandle, link, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Disk, syncFolder, writeAll } from './disk.js'
import { diskError, errorCode } from './disk-error.js'

const linesAtOnce = 500 // of a rewrite, between two turns of the event loop: about a millisecond's work

/**
 * torn: junk may follow the sound length; cutting it off is enough.
 * doubtful: a sync failed. Linux then counts the pages as clean though they are not on disk, so a later success proves
 * nothing about them: only a new file, written from memory, does.
 */
type State = 'sound' | 'torn' | 'doubtful'

export interface Extent {
  readonly length: number // bytes that are sound
  readonly lines: number
}

export class JournalFile {
  readonly path: string
  readonly #disk: Disk
  #handle: FileHandle | undefined
  #state: State = 'doubtful'
  #length = 0
  #lines = 0

  constructor(disk: Disk, path: string) {
    this.#disk = disk
    this.path = path
  }

  get lines(): number {
    return this.#lines
  }

  get sound(): boolean {
    return this.#state === 'sound'
  }

  /** Goes on with a file that was read; what follows its sound length is cut off. */
  async resume(handle: FileHandle, extent: Extent): Promise<void> {
    this.#take(handle, extent)
    try {
      await this.#cut()
      await handle.datasync() // what the last run wrote and nobody acknowledged counts from here on
    } catch (error) {
      throw diskError('write', this.path, error)
    }
  }

  /** Resolves when the text is on disk. After a rejection `mend` comes before the next append. */
  async append(text: string, lines: number): Promise<void> {
    if (this.#handle === undefined || this.#state !== 'sound') throw new Error(`${this.path} was not mended`)
    const bytes = Buffer.from(text)
    try {
      await writeAll(this.#handle, bytes, this.#length)
    } catch (error) {
      this.#state = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(errorCode(error) ?? '') ? 'torn' : 'doubtful'
      throw diskError('write', this.path, error)
    }
    try {
      await this.#handle.datasync()
    } catch (error) {
      this.#state = 'doubtful'
      throw diskError('sync', this.path, error)
    }
    this.#length += bytes.length
    this.#lines += lines
  }

  /** Nothing to do while sound. `live` gives the lines of all that counts. */
  async mend(live: () => Iterable<string>): Promise<void> {
    if (this.#state === 'torn') {
      try {
        await this.#cut()
      } catch {
        this.#state = 'doubtful' // a rewrite mends that too
      }
    }
    if (this.#state === 'doubtful') await this.rewrite(live())
  }

  /** Puts a new file with these lines in the old one's place. A rejection leaves the old one as it was, or doubtful. */
  async rewrite(lines: Iterable<string>): Promise<void> {
    const temporary = temporaryPath(this.path)
    try {
      await this.#disk.remove(temporary)
      const [handle, extent] = await this.#write(temporary, lines)
      this.#state = 'doubtful' // until the folder is synced nobody knows which of the two a power cut leaves
      await this.#replace(temporary, handle, extent)
      await syncFolder(this.#disk, dirname(this.path))
      this.#state = 'sound'
    } catch (error) {
      throw diskError('write', this.path, error)
    }
  }

  /** Keeps the file as it is now under another name: a link costs no space, and a rewrite leaves it alone. */
  async keepCopy(): Promise<string> {
    const copy = `${this.path}.damaged`
    try {
      await this.#disk.remove(copy)
      await link(this.path, copy).catch(() => copyFile(this.path, copy))
      return copy
    } catch (error) {
      throw diskError('keep the damaged file as', copy, error)
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  #take(handle: FileHandle, extent: Extent): void {
    this.#handle = handle
    this.#length = extent.length
    this.#lines = extent.lines
  }

  async #cut(): Promise<void> {
    await this.#handle?.truncate(this.#length)
    this.#state = 'sound'
  }

  async #write(path: string, lines: Iterable<string>): Promise<[FileHandle, Extent]> {
    const handle = await this.#disk.open(path, 'wx', 0o640)
    try {
      await ownAsFolder(handle, dirname(path))
      const extent = await writeLines(handle, lines)
      await handle.sync()
      return [handle, extent]
    } catch (error) {
      await handle.close()
      await this.#disk.remove(path)
      throw error
    }
  }

  async #replace(temporary: string, handle: FileHandle, extent: Extent): Promise<void> {
    try {
      await this.#disk.rename(temporary, this.path)
    } catch (error) {
      await handle.close()
      throw error
    }
    const old = this.#handle
    this.#take(handle, extent)
    await old?.close()
  }
}

/** Where a rewrite works; what a crash leaves there is removed at the next start. */
export function temporaryPath(path: string): string {
  return `${path}.new`
}

async function writeLines(handle: FileHandle, lines: Iterable<string>): Promise<Extent> {
  let [length, count] = [0, 0]
  let slice: string[] = []
  const flush = async () => {
    const bytes = Buffer.from(slice.join(''))
    await writeAll(handle, bytes, length)
    length += bytes.length
    count += slice.length
    slice = []
  }
  for (const line of lines) {
    slice.push(line)
    if (slice.length === linesAtOnce) await flush()
  }
  await flush()
  return { length, lines: count }
}

// A run as root, by hand, must not leave a file that the service cannot open afterwards.
async function ownAsFolder(handle: FileHandle, folder: string): Promise<void> {
  const [file, { uid, gid }] = await Promise.all([handle.stat(), stat(folder)])
  if (file.uid === 0 && uid !== 0) await handle.chown(uid, gid)
}
