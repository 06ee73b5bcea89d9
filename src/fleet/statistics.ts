/** What went on in the last 24 hours, minute by minute, for the plots of the page. No I/O. */

export interface Series {
  readonly step: number // ms
  readonly at: readonly number[] // begin of each step, ms since 1970
  readonly leases: readonly number[] // bound at the end of the step
  readonly requests: readonly number[] // within the step
  readonly boots: readonly number[] // ended well within the step
}

const step = 60_000 // ms
const length = 24 * 60 // steps

/** A ring: a step that is overwritten was 24 hours ago. */
export class Statistics {
  readonly #leases = new Uint32Array(length)
  readonly #requests = new Uint32Array(length)
  readonly #boots = new Uint32Array(length)
  #first: number | undefined // number of the oldest step
  #last = 0 // number of the latest step, counted from 1970

  /** One message or document asked for. */
  request(at: number): void {
    this.#count(this.#requests, at)
  }

  /** One boot that ended well. */
  boot(at: number): void {
    this.#count(this.#boots, at)
  }

  /** So many leases are bound now. To be told about once a minute. */
  leases(bound: number, at: number): void {
    const place = this.#placeOf(at)
    if (place !== undefined) this.#leases[place] = bound
  }

  read(now: number): Series {
    this.#placeOf(now)
    const series = { step, at: [] as number[], leases: [] as number[], requests: [] as number[], boots: [] as number[] }
    for (let at = this.#first ?? this.#last; at <= this.#last; at += 1) {
      const place = at % length
      series.at.push(at * step)
      series.leases.push(this.#leases[place] ?? 0)
      series.requests.push(this.#requests[place] ?? 0)
      series.boots.push(this.#boots[place] ?? 0)
    }
    return series
  }

  #count(column: Uint32Array, at: number): void {
    const place = this.#placeOf(at)
    if (place !== undefined) column[place] = (column[place] ?? 0) + 1
  }

  /** Undefined for what lies before the ring. Steps that nothing was told of are empty; leases stay as they were. */
  #placeOf(at: number): number | undefined {
    const wanted = Math.floor(at / step)
    if (this.#first === undefined) this.#first = this.#last = wanted
    if (wanted - this.#last >= length) {
      this.#fill(wanted - length)
      this.#last = wanted - length
    }
    while (this.#last < wanted) this.#open(this.#last + 1)
    this.#first = Math.max(this.#first, this.#last - length + 1)
    return wanted < this.#first ? undefined : wanted % length
  }

  #open(next: number): void {
    const [place, before] = [next % length, this.#last % length]
    this.#leases[place] = this.#leases[before] ?? 0
    this.#requests[place] = 0
    this.#boots[place] = 0
    this.#last = next
  }

  /** After more than a day of nothing. */
  #fill(last: number): void {
    this.#leases.fill(this.#leases[this.#last % length] ?? 0)
    this.#requests.fill(0)
    this.#boots.fill(0)
    this.#first = last - length + 1
  }
}
