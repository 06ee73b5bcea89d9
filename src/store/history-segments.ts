/** The files of the history: appended to, never changed, and the oldest deleted when there is too much or it is too old. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Fact } from '../fleet/fact.js'
import { type Disk, makeFolder, writeAll } from './disk.js'
import { diskProblem } from './disk-error.js'
import { decodeFact } from './fact-record.js'
import { longestLine, nameLines, readLines } from './journal-line.js'
import type { Report } from './records.js'

export interface SegmentParts {
  readonly folder: string
  readonly mostBytes: number // of all files
  readonly mostAge: number // ms
  readonly now: () => number // ms since 1970
  readonly disk: Disk
  readonly report: Report
}

interface Segment {
  readonly number: number
  readonly path: string
  bytes: number
  lastAt: number // ms since 1970: when it was last written
}

/** What is deleted at once is an eighth of all. */
const segments = 8

const form = /^(\d{8,15})\.facts$/

export class HistorySegments {
  readonly #parts: SegmentParts
  #segments: Segment[] = [] // oldest first; the last one is written to
  #handle: Awaited<ReturnType<Disk['open']>> | undefined
  #isTorn = false // junk may follow the last segment's length

  constructor(parts: SegmentParts) {
    this.#parts = parts
  }

  /** Finds what is there; nothing is open yet. Never rejects. */
  async find(): Promise<void> {
    const { folder, report } = this.#parts
    try {
      const names = await readdir(folder)
      for (const name of names) {
        const number = Number(form.exec(name)?.[1] ?? Number.NaN)
        if (!Number.isSafeInteger(number)) continue
        const path = join(folder, name)
        const { size, mtimeMs } = await stat(path)
        this.#segments.push({ number, path, bytes: size, lastAt: mtimeMs })
      }
      this.#segments.sort((one, other) => one.number - other.number)
      this.#isTorn = true
      await this.#trim()
    } catch (error) {
      if (!isMissing(error)) report(`the history of phones cannot be read: ${diskProblem(error).message}`)
    }
  }

  /** All that can be read, oldest first, as it lies there when reading begins. Damage is reported. Never throws. */
  async *read(): AsyncGenerator<Fact> {
    const oldest = this.#parts.now() - this.#parts.mostAge
    for (const { path } of [...this.#segments]) {
      for (const fact of await this.#readOne(path)) if (fact.at >= oldest) yield fact
    }
  }

  /** Rejects when the disk does not take it; then nothing of it counts. */
  async append(bytes: Buffer): Promise<void> {
    const segment = await this.#current()
    try {
      if (this.#handle !== undefined) await writeAll(this.#handle, bytes, segment.bytes)
    } catch (error) {
      this.#isTorn = true
      throw error
    }
    segment.bytes += bytes.length
    segment.lastAt = this.#parts.now()
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #readOne(path: string): Promise<readonly Fact[]> {
    const { disk, report } = this.#parts
    try {
      const handle = await disk.open(path, 'r')
      try {
        const reading = await readLines(handle, decodeFact)
        if (reading.torn) report(`${path}: its last line was torn and is dropped`)
        else if (reading.damaged > 0) report(`${path}: ${nameLines(reading)} cannot be read and are passed over`)
        return reading.values
      } finally {
        await handle.close()
      }
    } catch (error) {
      report(`a part of the history of phones is passed over: ${diskProblem(error).message}`)
      return []
    }
  }

  /** The segment that takes the next lines, open, and sound to its end. */
  async #current(): Promise<Segment> {
    const { folder, mostBytes, disk } = this.#parts
    let last = this.#segments.at(-1)
    if (last === undefined || last.bytes >= mostBytes / segments) {
      await this.close()
      await makeFolder(disk, folder)
      const number = (last?.number ?? 0) + 1
      last = { number, path: join(folder, `${String(number).padStart(8, '0')}.facts`), bytes: 0, lastAt: 0 }
      this.#handle = await disk.open(last.path, 'wx+', 0o640)
      this.#isTorn = false
      this.#segments.push(last)
      await this.#trim()
    }
    this.#handle ??= await disk.open(last.path, 'r+')
    if (this.#isTorn) await this.#cut(last)
    return last
  }

  /** What follows the last line feed is no whole line: a later line would be lost with it. */
  async #cut(segment: Segment): Promise<void> {
    const handle = this.#handle
    if (handle === undefined) return
    const from = Math.max(0, segment.bytes - longestLine)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(longestLine), 0, longestLine, from)
    const end = buffer.subarray(0, Math.min(bytesRead, segment.bytes - from)).lastIndexOf(0x0a)
    segment.bytes = from + end + 1
    await handle.truncate(segment.bytes)
    this.#isTorn = false
  }

  /** Never the one that is written to. */
  async #trim(): Promise<void> {
    const { mostBytes, mostAge, now, disk } = this.#parts
    let total = this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
    while (this.#segments.length > 1) {
      const [oldest] = this.#segments
      if (oldest === undefined) return
      const isOld = now() - oldest.lastAt > mostAge
      if (!isOld && total <= mostBytes * (1 - 1 / segments)) return
      await disk.remove(oldest.path)
      total -= oldest.bytes
      this.#segments.shift()
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
