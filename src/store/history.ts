/**
 * The facts of all phones beyond one run: gathered, and written each second without waiting for the disk. What a power
 * cut takes is the last seconds of a story, and no lease.
 */

import { join } from 'node:path'
import type { Fact } from '../fleet/fact.js'
import { type Disk, realDisk } from './disk.js'
import { diskProblem } from './disk-error.js'
import { encodeFact } from './fact-record.js'
import { HistorySegments } from './history-segments.js'
import { journalLine } from './journal-line.js'
import type { Report } from './records.js'

export interface HistoryOrder {
  readonly mostBytes?: number // on disk, in all; default 64 MiB: three boots of 5,000 phones
  readonly mostAge?: number // ms; default 30 days
  readonly now: () => number // ms since 1970
  readonly disk?: Disk
}

export interface History {
  /** Costs no waiting, and never throws: what the disk does not take is lost, and that is said once. */
  append(fact: Fact): void
  /** How many facts were lost since the start. */
  readonly lost: number
  /** When all that was appended is written. */
  close(): Promise<void>
}

const usual = { mostBytes: 64 * 1024 * 1024, mostAge: 30 * 86_400_000 }
const flushBytes = 64 * 1024
const flushInterval = 1000 // ms
const mostWaiting = 4 * 1024 * 1024 // bytes, but for the last line: two seconds of the worst, while the disk takes none
const mostPerSecond = 2 * 1024 * 1024 // bytes: 6,000 facts, more than a storm brings; a stranger shall not wash out all the rest

/** `folder`: of the state; the files lie in `history` there. Never rejects. Read `facts` before the first append. */
export async function openHistory(
  folder: string,
  order: HistoryOrder,
  report: Report,
): Promise<{ readonly history: History; readonly facts: AsyncIterable<Fact> }> {
  const { now, disk = realDisk, mostBytes = usual.mostBytes, mostAge = usual.mostAge } = order
  const files = new HistorySegments({ folder: join(folder, 'history'), mostBytes, mostAge, now, disk, report })
  await files.find()
  return { history: new Writer(files, now, report), facts: files.read() }
}

class Writer implements History {
  readonly #files: HistorySegments
  readonly #now: () => number
  readonly #report: Report
  #waiting: string[] = []
  #waitingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #isFailing = false
  #isClosed = false
  #second = 0
  #spent = 0 // bytes in that second
  #lostSince = 0 // facts, since it was last said
  lost = 0

  constructor(files: HistorySegments, now: () => number, report: Report) {
    this.#files = files
    this.#now = now
    this.#report = report
  }

  append(fact: Fact): void {
    if (this.#isClosed) return
    if (!this.#hasRoom()) {
      this.#lose(1, 'more come in a second than are written')
      return
    }
    const line = journalLine(encodeFact(fact))
    this.#spent += line.length
    this.#waiting.push(line)
    this.#waitingBytes += line.length
    if (this.#waitingBytes >= flushBytes) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), flushInterval).unref()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#flush()
    await this.#writing
    await this.#files.close().catch(error => this.#report(diskProblem(error).message))
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      try {
        await this.#files.append(Buffer.from(lines.join('')))
        this.#recover()
      } catch (error) {
        this.#lose(lines.length, diskProblem(error).message)
      }
    }
  }

  /** Said once, until writing goes on. */
  #lose(count: number, why: string): void {
    this.lost += count
    this.#lostSince += count
    if (this.#isFailing) return
    this.#isFailing = true
    this.#report(`facts of the history of phones are lost: ${why}`)
  }

  #recover(): void {
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#report(`the history of phones is written again; ${this.#lostSince} facts were lost`)
    this.#lostSince = 0
  }

  /** Asked before the fact is put into words, which costs as much as all else that a storm asks of us. */
  #hasRoom(): boolean {
    const now = this.#now()
    if (Math.abs(now - this.#second) >= 1000) {
      this.#second = now
      this.#spent = 0
    }
    return this.#spent < mostPerSecond && this.#waitingBytes < mostWaiting
  }
}
