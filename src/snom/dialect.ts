/** Which form of setting file a phone's firmware reads. No I/O. */

import { isBefore } from './firmware-version.js'

/**
 * `plain`: lines of `key!: value`, all that firmware before 7.1.8 reads surely. `v7`: XML with the tags function-keys
 * and phone-book. `v8`: functionKeys, tbook and e="2".
 */
export type Dialect = 'plain' | 'v7' | 'v8'

/**
 * The dialect of a firmware version such as `7.3.30`. Where the version is unknown (TFTP has no User-Agent) the 3xx
 * get v7, which their firmware 8 understands too, and all others, which never had firmware 7, get v8.
 */
export function dialectOf(type: string, version: string | undefined): Dialect {
  // DECT bases count their versions anew: an M900 with 05.20 is younger than any desk phone with 7.
  if (/^snomM\d/i.test(type)) return 'v8'
  // Their last firmware was a 6, or older.
  if (/^snom[12]\d\d$/i.test(type)) return 'plain'
  if (version === undefined) return /^snom3\d\d$/i.test(type) ? 'v7' : 'v8'
  if (isBefore(version, '7.1.8')) return 'plain'
  return isBefore(version, '8') ? 'v7' : 'v8'
}
