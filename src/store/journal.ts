/**
 * An append-only file of changes of which the last one of each key counts; what was acknowledged survives a power cut.
 *
 * One checksummed line a change, group commit, and a file written anew beside itself and renamed when superseded lines
 * outnumber the live ones.
 */

import type { FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Disk, makeFolder, realDisk } from './disk.js'
import { diskError, errorCode } from './disk-error.js'
import { GroupCommit } from './group-commit.js'
import { JournalFile, temporaryPath } from './journal-file.js'
import { nameLines, type Reading, readLines } from './journal-line.js'
import { lockFile } from './lock.js'
import { type Key, latest, type Records, type Report } from './records.js'

export interface Journal<Value> {
  /** Resolves when all are on disk, in that order; rejects when they may not be, and then none of them counts. */
  append(values: readonly Value[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens or makes the journal and holds it alone until `close`. `values` is the last of each key, the longest unchanged
 * first. What was found damaged, and what goes wrong beside any append, goes to `report`, a sentence each.
 */
export async function openJournal<Value>(
  folder: string,
  records: Records<Value>,
  report: Report,
  disk: Disk = realDisk,
): Promise<{ journal: Journal<Value>; values: Value[] }> {
  const path = resolve(folder, records.file)
  await makeFolder(disk, resolve(folder))
  const lock = await lockFile(resolve(folder), records.file)
  const file = new JournalFile(disk, path)
  try {
    await disk.remove(temporaryPath(path)) // of a rewrite that did not come to its end
    const live = await recover(file, records, report, disk)
    const commits = new GroupCommit(file, records, live, report)
    await commits.compact()
    const close = () => commits.close().finally(() => lock.release())
    return { journal: { append: values => commits.append(values), close }, values: [...live.values()] }
  } catch (error) {
    await file.close()
    await lock.release()
    throw error
  }
}

/** The same without a claim and without a change, while a writer may be at work; no file means no record. */
export async function readJournal<Value>(folder: string, records: Records<Value>, report: Report): Promise<Value[]> {
  const path = resolve(folder, records.file)
  const handle = await openExisting(realDisk, path, 'r')
  if (handle === undefined) return []
  const reading = await readLines(handle, records.decode)
    .catch(error => {
      throw diskError('read', path, error)
    })
    .finally(() => handle.close())
  // A torn last line may just be under way.
  if (reading.damaged > 0 && !reading.torn) report(`${path}: ${nameLines(reading)} cannot be read and are left out`)
  return [...latest(reading.values, records).values()]
}

/** What counts of the file, which is sound afterwards, or left to be written anew. */
async function recover<Value>(
  file: JournalFile,
  records: Records<Value>,
  report: Report,
  disk: Disk,
): Promise<Map<Key, Value>> {
  const handle = await openExisting(disk, file.path, 'r+')
  if (handle === undefined) {
    await file.rewrite([])
    return new Map()
  }
  try {
    const reading = await readLines(handle, records.decode).catch(error => {
      throw diskError('read', file.path, error)
    })
    await settle(file, handle, reading, report)
    return latest(reading.values, records)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function settle(file: JournalFile, handle: FileHandle, reading: Reading<unknown>, report: Report): Promise<void> {
  if (reading.damaged > 0 && !reading.torn) {
    const copy = await file.keepCopy()
    report(`${file.path}: ${nameLines(reading)} cannot be read and are left out; the file as it was is kept as ${copy}`)
    return handle.close()
  }
  if (reading.torn) report(`${file.path}: the last line, number ${nameLines(reading)}, is incomplete and is dropped`)
  await file.resume(handle, reading)
}

async function openExisting(disk: Disk, path: string, flags: string): Promise<FileHandle | undefined> {
  try {
    return await disk.open(path, flags)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw diskError('open', path, error)
  }
}
