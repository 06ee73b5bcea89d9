/** Files put where they are served: whoever looks sees all of them or none, also after a power cut. */

import { chmod, constants, copyFile, cp, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface NewFile {
  readonly name: string // a single segment
  readonly bytes: Buffer
}

const readable = 0o755 // for the service, whatever the umask of who adds

/** Older remains are those of a run that was killed: placing takes a second at most. */
const abandoned = 60_000 // ms

/**
 * Puts files into the folder `name` below `parent`, beside what is there. A new folder appears in one rename; one that was
 * there is exchanged for a copy with the new files. Between those two renames it is away for some microseconds;
 * a run killed just then is mended by the next. Rejects with one sentence when another run is at work.
 */
export async function placeInFolder(
  parent: string,
  name: string,
  files: readonly NewFile[],
  now: number,
): Promise<void> {
  const [final, fresh, old] = [join(parent, name), join(parent, `.${name}.new`), join(parent, `.${name}.old`)]
  await makeFolder(parent)
  await takeTurn(fresh, now)
  try {
    if (!(await exists(final)) && (await exists(old))) await rename(old, final)
    await rm(old, { recursive: true, force: true })
    const isThere = await exists(final)
    if (isThere && !(await lstat(final)).isDirectory()) throw new Error(`${final} is no folder, but a link or a file`)
    if (isThere) await cp(final, fresh, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    for (const file of files) await writeDurably(join(fresh, file.name), file.bytes)
    await chmod(fresh, readable)
    await sync(fresh)
    if (isThere) await exchange(final, fresh, old)
    else await rename(fresh, final)
    await sync(parent)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

/** Copies `source` to `target` in one rename; what was there under that name is replaced. `size`: bytes it must have. */
export async function placeCopy(source: string, target: string, size: number): Promise<void> {
  const folder = dirname(target)
  const fresh = `${folder}/.${target.slice(folder.length + 1)}.new`
  await makeFolder(folder)
  try {
    await rm(fresh, { force: true })
    await copyFile(source, fresh, constants.COPYFILE_EXCL)
    await chmod(fresh, 0o644)
    const copied = (await lstat(fresh)).size
    if (copied !== size) throw new Error(`${source} changed while it was copied: ${copied} bytes instead of ${size}`)
    await sync(fresh)
    await rename(fresh, target)
    await sync(folder)
  } finally {
    await rm(fresh, { force: true })
  }
}

async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true })
  if (made !== undefined) await chmod(path, readable)
}

async function takeTurn(fresh: string, now: number): Promise<void> {
  const stats = await lstat(fresh).catch(() => undefined)
  if (stats !== undefined && now - stats.mtimeMs > abandoned) await rm(fresh, { recursive: true, force: true })
  try {
    await mkdir(fresh)
  } catch {
    throw new Error(`${fresh} cannot be made; if it is there and nobody else is adding files, remove it`)
  }
}

async function exchange(final: string, fresh: string, old: string): Promise<void> {
  await rename(final, old)
  try {
    await rename(fresh, final)
  } catch (error) {
    await rename(old, final)
    throw error
  }
  await rm(old, { recursive: true, force: true })
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  await rm(path, { force: true }) // a link of that name is replaced, not followed
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(bytes)
    await file.chmod(0o644)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined
}
