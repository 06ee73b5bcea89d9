/** So many a second, and no more. No I/O. */

export class Budget {
  readonly #perSecond: number
  #second = Number.NEGATIVE_INFINITY // when the running second began, in milliseconds
  #spent = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Takes one, or tells that this second's are gone. `now` in milliseconds. */
  take(now: number): boolean {
    if (!(now - this.#second < 1000)) {
      this.#second = now
      this.#spent = 0
    }
    if (this.#spent >= this.#perSecond) return false
    this.#spent++
    return true
  }
}
