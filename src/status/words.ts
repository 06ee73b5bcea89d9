/** Numbers as words: times, spans, sizes and addresses as the page writes them. No I/O. */

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const dayLong = 24 * hour

const two = (n: number): string => String(n).padStart(2, '0')

/** `00:04:13:26:12:34` */
export function colons(mac: string): string {
  return mac.toLowerCase().replaceAll(/..(?!$)/g, '$&:')
}

/** `14:03:12`, where the reader is. */
export function clock(at: number): string {
  const time = new Date(at)
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
}

/** `14:03:12.045` */
export function clockToMillisecond(at: number): string {
  return `${clock(at)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`
}

/** `2026-01-31` */
export function day(at: number): string {
  const time = new Date(at)
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
}

/** The clock alone today, else with its day. */
export function moment(at: number, now = Date.now()): string {
  return day(at) === day(now) ? clock(at) : `${day(at)} ${clock(at)}`
}

/** `0.42 s`, `12.3 s`, `2 min 5 s`, `5 min`, `3 h 4 min`, `2 d 3 h` */
export function span(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 10 * second) return `${(ms / second).toFixed(2)} s`
  if (ms < 99.95 * second) return `${(ms / second).toFixed(1)} s`
  if (ms < hour) return both(ms, minute, 'min', second, 's')
  return ms < dayLong ? both(ms, hour, 'h', minute, 'min') : both(ms, dayLong, 'd', hour, 'h')
}

function both(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small)
  return `${Math.floor(ms / large)} ${largeUnit}${rest === 0 ? '' : ` ${rest} ${smallUnit}`}`
}

/** The same for a narrow place, in seconds or as m:ss or h:mm: `.42`, `12.3`, `2:05`, `3h04` */
export function shortSpan(milliseconds: number): string {
  const ms = Math.max(0, milliseconds)
  if (ms < 10 * second) return (ms / second).toFixed(2)
  if (ms < 99.95 * second) return (ms / second).toFixed(1)
  if (ms < hour) return `${Math.floor(ms / minute)}:${two(Math.floor((ms % minute) / second))}`
  return `${Math.floor(ms / hour)}h${two(Math.floor((ms % hour) / minute))}`
}

/** `812 B`, `3.3 MB`: powers of ten, as disks and lines are sold. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = bytes < 1_000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1_000 ** power
  return `${power === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`
}

/** `5,000` */
export function thousands(n: number): string {
  return n.toLocaleString('en')
}

/** `1 phone`, `5,000 phones` */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${thousands(n)} ${n === 1 ? noun : plural}`
}
