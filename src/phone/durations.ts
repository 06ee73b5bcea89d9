/** Durations of one kind, and how they are spread. No I/O. */

export interface Spread {
  readonly count: number
  readonly p50: number // ms, as the others
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export class Durations {
  readonly #all: number[] = [] // ms; 8 bytes for each document of each phone, so 10 MB for 100,000 phones

  add(ms: number): void {
    this.#all.push(ms)
  }

  get spread(): Spread {
    const sorted = Float64Array.from(this.#all).sort()
    // the smallest value that so large a part of all does not exceed
    const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0
    return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) ?? 0 }
  }
}
