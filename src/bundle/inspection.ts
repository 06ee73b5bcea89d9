/** Hands freshly rendered documents to whoever checks them, one now and then, so that answers do not wait for it. */

import type { Mac } from '../address/mac.js'
import type { Asker } from './bundle.js'

/** A document as it goes out, and what is known of its reader. It may hold secrets. */
export interface Inspected {
  readonly name: string // below the door's URL: snom370/000413261234.xml
  readonly bytes: Buffer
  readonly door: Asker['door']
  readonly type?: string // phone type
  readonly version?: string // firmware
  readonly mac?: Mac // whose document it is
}

/** A boot storm renders thousands at once; those beyond go unchecked, as nothing waits for this. */
const maxWaiting = 2_000

/** A check takes some 2 ms, so that this leaves nine tenths of a processor to the phones. */
const pause = 20 // ms

/** `later` runs a function after a while. What `inspect` throws is not caught. */
export function createInspection(
  inspect: ((inspected: Inspected) => void) | undefined,
  later: (next: () => void) => void = next => setTimeout(next, pause).unref(),
): (inspected: Inspected) => void {
  const waiting: Inspected[] = []

  function next(): void {
    const inspected = waiting.shift()
    if (waiting.length > 0) later(next)
    if (inspected !== undefined) inspect?.(inspected)
  }

  return inspected => {
    if (inspect === undefined || waiting.length >= maxWaiting) return
    waiting.push(inspected)
    if (waiting.length === 1) later(next)
  }
}
