/** Times, counts and lists as a person says them. No I/O. */

const second = 1000 // ms
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** `40 s`, `12 min`, `3 h`, `2 days` */
export function duration(ms: number): string {
  if (ms < second) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 2 * minute) return `${Math.round(ms / second)} s`
  if (ms < 2 * hour) return `${Math.round(ms / minute)} min`
  return ms < 2 * day ? `${Math.round(ms / hour)} h` : `${Math.round(ms / day)} days`
}

/** `for the third time` */
export function ordinal(number: number): string {
  return ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth'][number] ?? `${number}th`
}

/** `1 password`, `3 passwords` */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** `412 bytes`, `12 kB`, `3.3 MB` */
export function size(bytes: number): string {
  if (bytes < 10_000) return counted(bytes, 'byte')
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

export function percent(part: number, whole: number | undefined): string {
  return whole === undefined || whole <= 0 ? 'some point' : `${Math.floor((Math.min(part, whole) * 100) / whole)} %`
}
