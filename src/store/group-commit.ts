/** All that wait while one write and fdatasync are under way go into the next; the order of calls is kept. */

import { diskProblem } from './disk-error.js'
import type { JournalFile } from './journal-file.js'
import { journalLine } from './journal-line.js'
import { type Key, keepLast, type Records, type Report } from './records.js'

// More than the fastest storm brings in a second: a disk that lags by this much stands still, and clients ask again.
const mostWaiting = 65_536 // records
const spareLines = 1000 // superseded lines that are not worth a rewrite, however few are live

interface Waiting<Value> {
  readonly values: readonly Value[]
  readonly text: string // their lines
  resolve(): void
  reject(error: Error): void
}

export class GroupCommit<Value> {
  readonly #file: JournalFile
  readonly #records: Records<Value>
  readonly #live: Map<Key, Value> // acknowledged, and nothing else
  readonly #report: Report
  #waiting: Waiting<Value>[] = []
  #waitingCount = 0 // records
  #committing: Promise<void> | undefined
  #compactAfter = 0 // lines; put off when a compaction failed
  #closed = false

  constructor(file: JournalFile, records: Records<Value>, live: Map<Key, Value>, report: Report) {
    this.#file = file
    this.#records = records
    this.#live = live
    this.#report = report
  }

  async append(values: readonly Value[]): Promise<void> {
    const { path } = this.#file
    if (this.#closed) throw new Error(`${path} is closed`)
    if (this.#waitingCount + values.length > mostWaiting) {
      throw new Error(`the disk does not keep up: ${this.#waitingCount} records wait to be written to ${path}`)
    }
    let text = ''
    for (const value of values) text += journalLine(this.#records.encode(value))
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ values, text, resolve, reject })
      this.#waitingCount += values.length
      this.#committing ??= this.#commitAll()
    })
  }

  /** After all that waits is decided. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#committing
    const failure = await this.#mend() // what was refused shall not be there after the next start
    if (failure !== undefined) this.#report(failure.message)
    await this.#file.close()
  }

  /** Writes the file anew where that is due. A failure is reported; what is on disk goes on to count. */
  async compact(): Promise<void> {
    const due = Math.max(this.#compactAfter, 2 * this.#live.size + spareLines)
    if (this.#file.sound && this.#file.lines <= due) return
    this.#compactAfter = 0
    try {
      await this.#file.rewrite(this.#lines())
    } catch (error) {
      this.#compactAfter = this.#file.lines + this.#live.size + spareLines
      this.#report(diskProblem(error).message)
    }
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const trouble = await this.#mend() // takes a turn at least, in which all that is saved at once joins the group
      const group = this.#waiting
      this.#waiting = []
      this.#waitingCount = 0
      const failure = trouble ?? (await this.#commit(group))
      for (const { resolve, reject } of group) failure === undefined ? resolve() : reject(failure)
      if (failure === undefined) await this.compact()
    }
    this.#committing = undefined
  }

  async #commit(group: readonly Waiting<Value>[]): Promise<Error | undefined> {
    const lines = group.reduce((sum, { values }) => sum + values.length, 0)
    try {
      await this.#file.append(group.map(({ text }) => text).join(''), lines)
    } catch (error) {
      return diskProblem(error)
    }
    for (const { values } of group) for (const value of values) keepLast(this.#live, this.#records, value)
    return undefined
  }

  async #mend(): Promise<Error | undefined> {
    if (this.#file.sound) return undefined
    try {
      await this.#file.mend(() => this.#lines())
    } catch (error) {
      return diskProblem(error)
    }
    this.#report(`${this.#file.path} was mended after a failed write; saving goes on`)
    return undefined
  }

  *#lines(): Generator<string> {
    for (const value of this.#live.values()) yield journalLine(this.#records.encode(value))
  }
}
