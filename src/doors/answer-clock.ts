/** How long phones waited for their answers: from the last message of each to what it was told. No I/O. */

import type { Mac } from '../address/mac.js'
import type { Fact } from '../fleet/fact.js'

/** Phones between a message and its answer; the one that waits longest is forgotten. */
const mostWaiting = 4096

/** An answer that took longer belongs to another message, in milliseconds. */
const longestAnswer = 60_000

type Moment = Pick<Fact, 'mac' | 'at'>

export class AnswerClock {
  readonly #since = new Map<Mac, number>() // ms; the one that waits longest first

  start({ mac, at }: Moment): void {
    if (mac === undefined) return
    this.#since.delete(mac)
    this.#since.set(mac, at)
    if (this.#since.size <= mostWaiting) return
    const [oldest] = this.#since.keys()
    if (oldest !== undefined) this.#since.delete(oldest)
  }

  /** Milliseconds; undefined where no message is known that this could answer. */
  stop({ mac, at }: Moment): number | undefined {
    const start = mac === undefined ? undefined : this.#since.get(mac)
    if (mac === undefined || start === undefined) return undefined
    this.#since.delete(mac)
    const milliseconds = at - start
    return milliseconds >= 0 && milliseconds <= longestAnswer ? milliseconds : undefined
  }
}
