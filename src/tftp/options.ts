/** TFTP options: what a client asks and what it gets (RFC 2347, 2348, 2349, 7440). No I/O. */

import type { Option } from './packet.js'

/** What the server knows when it answers. */
export interface Terms {
  readonly size: number // bytes of the file
  readonly netascii: boolean
  readonly mtu: number // bytes, of the interface
}

export interface Agreement {
  readonly kind: 'agreed'
  readonly blksize: number // bytes
  readonly windowsize: number // blocks
  readonly timeout: number // seconds before the first retransmission
  readonly acknowledged: readonly Option[] // for the OACK; none: the first DATA is the answer
}

/** To be told with ERROR 8. */
export interface Refusal {
  readonly kind: 'refused'
  readonly reason: string
}

/** RFC 1350: what holds where nothing is asked. */
export const plain: Agreement = { kind: 'agreed', blksize: 512, windowsize: 1, timeout: 1, acknowledged: [] }

const smallestBlksize = 8 // RFC 2348
const largestBlksize = 65464 // RFC 2348
const headers = 32 // bytes: IPv4 20, UDP 8, TFTP 4. A larger block would travel in fragments
// A window of 64 blocks of 1468 bytes fits Linux's default receive buffer; more only makes one loss dearer (RFC 7440 §5).
const largestWindowsize = 64

/** Only what was asked is ever acknowledged; an option that is unknown, unreadable or repeated is passed over (RFC 2347). */
export function negotiate(asked: readonly Option[], terms: Terms): Agreement | Refusal {
  const agreed = { ...plain, acknowledged: [] as Option[] }
  const seen = new Set<string>()
  for (const [spelling, text] of asked) {
    const name = spelling.toLowerCase() // RFC 2347: names are case-insensitive
    const value = parseNumber(text)
    if (value === undefined || seen.has(name)) continue // "an option may only be specified once": the first one counts
    seen.add(name)
    if (name === 'blksize' && value < smallestBlksize) return { kind: 'refused', reason: 'blksize must be at least 8' }
    const answer = answerOption(name, value, terms)
    if (answer === undefined) continue
    if (name === 'blksize' || name === 'windowsize' || name === 'timeout') agreed[name] = answer
    agreed.acknowledged.push([spelling, String(answer)])
  }
  return agreed
}

/** The value to acknowledge; undefined leaves the option out. */
function answerOption(name: string, value: number, terms: Terms): number | undefined {
  switch (name) {
    case 'blksize':
      return Math.min(value, largestBlksize, Math.max(terms.mtu - headers, smallestBlksize))
    case 'timeout': // RFC 2349: acknowledged with the same value or not at all
      return 1 <= value && value <= 255 ? value : undefined
    case 'tsize':
      // In netascii the octets on the wire are not those of the file, and clients disagree on which of them tsize counts.
      // Left out rather than refused: a phone that always asks for it still gets its file.
      return terms.netascii ? undefined : terms.size
    case 'windowsize': // RFC 7440 §3: a server may answer with less
      return 1 <= value && value <= 65535 ? Math.min(value, largestWindowsize) : undefined
    default:
      return undefined
  }
}

/** RFC 2347 writes numbers in decimal ASCII; ten digits hold more than any option means. */
function parseNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
