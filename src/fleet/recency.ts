/** Histories in the order in which they changed: a change costs the same however many there are. No I/O. */

import type { PhoneHistory } from './phone-history.js'

export class Recency {
  #newest: PhoneHistory | undefined
  #oldest: PhoneHistory | undefined

  get oldest(): PhoneHistory | undefined {
    return this.#oldest
  }

  /** It has changed just now. */
  touch(history: PhoneHistory, revision: number): void {
    history.revision = revision
    if (this.#newest === history) return
    history.order?.remove(history)
    history.order = this
    history.older = this.#newest
    if (this.#newest !== undefined) this.#newest.newer = history
    this.#newest = history
    this.#oldest ??= history
  }

  remove(history: PhoneHistory): void {
    if (history.order !== this) return
    if (this.#newest === history) this.#newest = history.older
    if (this.#oldest === history) this.#oldest = history.newer
    if (history.newer !== undefined) history.newer.older = history.older
    if (history.older !== undefined) history.older.newer = history.newer
    history.newer = history.older = history.order = undefined
  }

  /** Newest first. */
  *since(revision: number): Iterable<PhoneHistory> {
    let history = this.#newest
    while (history !== undefined && history.revision > revision) {
      yield history
      history = history.older
    }
  }
}
