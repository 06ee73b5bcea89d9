/** Who guesses passwords waits, longer with each guess: counted by the address it comes from. No I/O. */

/** A person mistypes; only then it starts to cost. */
const freeFailures = 3

const firstDelay = 1_000 // ms; twice that after each further failure
const longestDelay = 60_000 // ms; a whole site may sit behind one address

/** After this long without a failure all is forgotten, in milliseconds. */
const memory = 15 * 60_000

/** Addresses remembered; the one that failed longest ago is forgotten first. */
const mostKeys = 4096

interface Failed {
  readonly count: number
  readonly at: number // ms, the last time
}

export class Attempts {
  readonly #now: () => number
  readonly #failed = new Map<string, Failed>()
  #failures = 0

  /** `now` in milliseconds, from any point in time. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Of all keys, since the start. */
  get failures(): number {
    return this.#failures
  }

  /** Milliseconds until that key may try (again), to be let in as that account where there are several; 0: now. */
  delayFor(key: string, account?: string): number {
    return Math.max(this.#delayOf(key), account === undefined ? 0 : this.#delayOf(pairOf(key, account)))
  }

  failed(key: string, account?: string): void {
    this.#failures += 1
    this.#fail(key)
    if (account !== undefined) this.#fail(pairOf(key, account))
  }

  /** What was guessed for other accounts stays: nobody gets new guesses by his own password. */
  passed(key: string, account?: string): void {
    this.#failed.delete(key)
    if (account !== undefined) this.#failed.delete(pairOf(key, account))
  }

  #delayOf(key: string): number {
    const failed = this.#known(key)
    if (failed === undefined || failed.count < freeFailures) return 0
    const delay = Math.min(longestDelay, firstDelay * 2 ** (failed.count - freeFailures))
    return Math.min(delay, Math.max(0, failed.at + delay - this.#now())) // a clock set back makes nobody wait longer
  }

  #fail(key: string): void {
    const count = (this.#known(key)?.count ?? 0) + 1
    this.#failed.delete(key)
    this.#failed.set(key, { count, at: this.#now() })
    if (this.#failed.size <= mostKeys) return
    const [oldest = ''] = this.#failed.keys()
    this.#failed.delete(oldest)
  }

  #known(key: string): Failed | undefined {
    const failed = this.#failed.get(key)
    if (failed === undefined || this.#now() - failed.at <= memory) return failed
    this.#failed.delete(key)
    return undefined
  }
}

const longestAccount = 64 // characters; what is longer is none of ours

function pairOf(key: string, account: string): string {
  return `${key} ${account.slice(0, longestAccount)}`
}
