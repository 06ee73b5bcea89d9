/** What the TFTP door counts, and what it says about it: every fact once, and never more than a log can take. */

import { formatIpv4, type Ipv4 } from '../address/ipv4.js'
import { formatMac } from '../address/mac.js'
import type { Note } from '../fleet/fact.js'
import { Budget } from './budget.js'
import type { Fields, Log } from './log.js'
import { refusedFact, transferFact } from './tftp-facts.js'
import type { Entry } from './tftp-table.js'

const none = {
  requests: 0, // RRQ and WRQ that could be read
  delivered: 0,
  unacknowledged: 0, // all was sent, the last ACK never came
  silent: 0, // the client fell silent before
  aborted: 0, // ERROR from the client
  superseded: 0, // the same port asked for something else
  displaced: 0, // made room for a newer request of the same client
  closed: 0, // in flight when the door closed
  'not found': 0,
  'bad name': 0,
  refused: 0, // not for this client
  'bad mode': 0,
  'bad option': 0,
  write: 0, // WRQ
  full: 0,
  'client full': 0,
  unreadable: 0, // the bundle failed
  late: 0, // the bundle answered when nobody waited any more
  malformed: 0,
  'not a request': 0, // anything else on port 69
  'duplicate request': 0,
  'out of turn': 0, // duplicate ACKs, and packets that no reader sends
  afterwards: 0, // from a client whose transfer has just ended
  'unknown TID': 0,
  fault: 0, // our own: an exception while a datagram was handled
  unlogged: 0, // lines that were left out because of too many
}

export type Reason = keyof typeof none

const longestText = 128 // characters of a stranger's in a log line
// A storm of 1,000 phones is told in full; beyond that somebody is writing our log for us.
const finishedLines = 1000 // a second
const refusedLines = 20 // a second: names come from strangers
const strangeLines = 20 // a second, at debug
const faultLines = 5 // a second

export class Ledger {
  readonly counters: Record<Reason, number> = { ...none }
  readonly #log: Log
  readonly #note: Note | undefined
  readonly #finished = new Budget(finishedLines)
  readonly #refused = new Budget(refusedLines)
  readonly #strange = new Budget(strangeLines)
  readonly #faults = new Budget(faultLines)

  constructor(log: Log, note?: Note) {
    this.#log = log
    this.#note = note
  }

  /** The end of a transfer that went to its last block. */
  finished(reason: 'delivered' | 'unacknowledged', entry: Entry, now: number): void {
    this.#note?.(transferFact(entry, now))
    const fields = { ...transferFields(entry, now), acknowledged: reason === 'delivered' }
    if (this.#record(reason, this.#finished, now)) this.#log.info(fields, 'RRQ')
  }

  /** The end of a transfer before that. */
  ended(
    reason: 'silent' | 'aborted' | 'superseded' | 'displaced' | 'closed',
    entry: Entry,
    now: number,
    said = '',
  ): void {
    this.#note?.(transferFact(entry, now, reason))
    const fields = { ...transferFields(entry, now), ...(said && { said: said.slice(0, longestText) }) }
    if (this.#record(reason, this.#refused, now)) this.#log.info(fields, `RRQ ended: ${reason}`)
  }

  /** A request that led to no transfer. */
  refused(reason: Reason, entry: Entry, now: number, answer = ''): void {
    this.#note?.(refusedFact(entry, reason, answer, now))
    const { address, request } = entry
    const fields = { door: 'tftp', address: formatIpv4(address), file: request.file.slice(0, longestText) }
    if (this.#record(reason, this.#refused, now)) this.#log.info(fields, `${request.op} refused: ${reason}`)
  }

  /** A file that the bundle should have given and could not: the operator's to mend. */
  unreadable(entry: Entry, error: unknown, now: number): void {
    this.#note?.(refusedFact(entry, 'unreadable', 'ERROR 0 The file cannot be read', now))
    const { address, request } = entry
    const file = request.file.slice(0, longestText)
    const fields = { door: 'tftp', address: formatIpv4(address), file, error: messageOf(error) }
    if (this.#record('unreadable', this.#refused, now)) this.#log.warn(fields, 'RRQ refused: the file cannot be read')
  }

  /** A datagram that led to nothing. */
  strange(reason: Reason, address: Ipv4, port: number, now: number, what = ''): void {
    if (!this.#record(reason, this.#strange, now)) return
    const fields = {
      door: 'tftp',
      address: formatIpv4(address),
      port,
      ...(what && { what: what.slice(0, longestText) }),
    }
    this.#log.debug(fields, `datagram dropped: ${reason}`)
  }

  fault(error: unknown, now: number): void {
    const text = error instanceof Error ? error.stack : undefined
    if (this.#record('fault', this.#faults, now)) {
      this.#log.error(
        { door: 'tftp', error: text ?? messageOf(error) },
        'a datagram was dropped because of a fault of ours',
      )
    }
  }

  /** Counts, and tells whether there is room for a line. */
  #record(reason: Reason, lines: Budget, now: number): boolean {
    this.counters[reason]++
    const room = lines.take(now)
    if (!room) this.counters.unlogged++
    return room
  }
}

function transferFields(entry: Entry, now: number): Fields {
  const { address, request, agreement, transfer, mac, withheld, asked } = entry
  return {
    door: 'tftp',
    address: formatIpv4(address),
    file: request.file.slice(0, longestText),
    bytes: transfer?.bytes ?? 0,
    milliseconds: Math.round(now - asked),
    ...(agreement && { blksize: agreement.blksize, windowsize: agreement.windowsize }),
    retransmitted: transfer?.retransmitted ?? 0,
    ...(mac && { mac: formatMac(mac) }),
    ...(withheld && { withheld }),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
