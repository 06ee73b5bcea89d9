/** The transfers in flight on one socket, and the one timer that keeps all of them going. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Agreement } from '../tftp/options.js'
import { decodePacket, encodePacket, errorCode, MalformedPacket, type Packet } from '../tftp/packet.js'
import type { Source } from '../tftp/source.js'
import { Transfer } from '../tftp/transfer.js'
import { Budget } from './budget.js'
import type { Ledger } from './tftp-ledger.js'
import { Outbox } from './tftp-outbox.js'
import { type Admission, type Entry, keyOf, type TableLimits, TransferTable } from './tftp-table.js'
import type { Datagram, Udp } from './udp.js'

export type Handle = (packet: Packet, datagram: Datagram, now: number) => void

const strayAnswers = 50 // a second: whoever sends more is not helped by our ERRORs
const remembered = 1024 // clients just served or refused, whose last packets may still be under way
const shortestNap = 20 // milliseconds: how finely retransmissions are timed
const readingPatience = 60_000 // milliseconds for the bundle; the client has given up by then

export class Transfers {
  readonly #udp: Udp
  readonly #ledger: Ledger
  readonly #now: () => number
  readonly #table: TransferTable
  readonly #outbox: Outbox
  readonly #strays = new Budget(strayAnswers)
  readonly #ended = new Set<number>() // keys, in order of their end
  #timer: NodeJS.Timeout | undefined // set while there is something to wait for
  #wakes = Number.POSITIVE_INFINITY // when the timer goes off
  #flush: NodeJS.Immediate | undefined

  constructor(udp: Udp, limits: TableLimits, ledger: Ledger, now: () => number) {
    this.#udp = udp
    this.#ledger = ledger
    this.#now = now
    this.#table = new TransferTable(limits)
    this.#outbox = new Outbox(udp)
    const onPacket: Handle = (packet, datagram, at) => this.#onPacket(packet, datagram, at)
    udp.receive(datagrams => this.each(datagrams, onPacket))
  }

  /** Handles all that came in one wake-up, and sends what it draws in one call. Nothing escapes. */
  each(datagrams: readonly Datagram[], handle: Handle): void {
    const now = this.#now()
    for (const datagram of datagrams) {
      try {
        handle(decodePacket(datagram.bytes), datagram, now)
      } catch (error) {
        if (!(error instanceof MalformedPacket)) this.#ledger.fault(error, now)
        else this.#ledger.strange('malformed', datagram.address, datagram.port, now, error.message)
      }
    }
    this.#outbox.flush()
  }

  at(address: Ipv4, port: number): Entry | undefined {
    return this.#table.at(address, port)
  }

  has(entry: Entry): boolean {
    return this.#table.has(entry)
  }

  admit(entry: Entry, now: number): Admission['kind'] {
    const admission = this.#table.admit(entry)
    if (admission.kind !== 'admitted') return admission.kind
    if (admission.displaced) this.#ledger.ended('displaced', admission.displaced, now)
    this.#wakeBy(deadlineOf(entry), now)
    return 'admitted'
  }

  /** The answer to an admitted request. */
  begin(entry: Entry, source: Source, agreement: Agreement, now: number): void {
    entry.agreement = agreement
    entry.transfer = new Transfer(source, agreement)
    entry.transfer.start(now, this.#outbox.to(entry.address, entry.port))
    this.#wakeBy(entry.transfer.deadline, now)
    this.#flushSoon()
  }

  /** Nothing happens where the entry has gone already. */
  remove(entry: Entry): void {
    this.#table.remove(entry)
    if (this.#table.size > 0) return
    clearTimeout(this.#timer)
    this.#wakes = Number.POSITIVE_INFINITY
  }

  /** The other answer, whether the request was admitted or not. */
  refuse(entry: Entry, code: number, message: string): void {
    this.remove(entry)
    this.#remember(keyOf(entry.address, entry.port)) // tftp-hpa acknowledges an ERROR
    this.#sendError(entry.address, entry.port, code, message)
  }

  /** Tells every client, and closes the socket. */
  async close(): Promise<void> {
    const now = this.#now()
    for (const entry of this.#table.entries()) {
      this.refuse(entry, errorCode.notDefined, 'Server is closing')
      this.#ledger.ended('closed', entry, now)
    }
    this.#outbox.flush()
    clearImmediate(this.#flush)
    await this.#udp.close()
  }

  #onPacket(packet: Packet, { address, port }: Datagram, now: number): void {
    const entry = this.#table.at(address, port)
    if (!entry) {
      this.#onStray(packet, address, port, now)
      return
    }
    const { transfer } = entry
    if (!transfer?.receive(packet, now, this.#outbox.to(address, port))) {
      this.#ledger.strange('out of turn', address, port, now, packet.op)
    } else if (transfer.isOver) {
      this.#finish(entry, transfer, now, packet.op === 'ERROR' ? `${packet.code} ${packet.message}` : '')
    } else {
      this.#wakeBy(transfer.deadline, now)
    }
  }

  /**
   * RFC 1350 §4: an unknown TID draws ERROR 5 and disturbs nobody else. Never in answer to an ERROR, or two servers would talk
   * for ever; nor to a client that we have just served or refused, since its next request may leave from the same port.
   */
  #onStray(packet: Packet, address: Ipv4, port: number, now: number): void {
    const hasJustEnded = this.#ended.has(keyOf(address, port))
    this.#ledger.strange(hasJustEnded ? 'afterwards' : 'unknown TID', address, port, now, packet.op)
    if (hasJustEnded || packet.op === 'ERROR' || !this.#strays.take(now)) return
    this.#sendError(address, port, errorCode.unknownTransferId, 'Unknown transfer ID')
  }

  #finish(entry: Entry, { state }: Transfer, now: number, said = ''): void {
    this.remove(entry)
    if (state !== 'silent') this.#remember(keyOf(entry.address, entry.port))
    if (state === 'delivered' || state === 'unacknowledged') this.#ledger.finished(state, entry, now)
    else if (state === 'aborted' || state === 'silent') this.#ledger.ended(state, entry, now, said)
  }

  #sendError(address: Ipv4, port: number, code: number, message: string): void {
    this.#outbox.to(address, port).put(encodePacket({ op: 'ERROR', code, message }))
    this.#flushSoon()
  }

  #remember(key: number): void {
    this.#ended.delete(key)
    this.#ended.add(key)
    if (this.#ended.size <= remembered) return
    for (const oldest of this.#ended) {
      this.#ended.delete(oldest)
      return
    }
  }

  #wakeBy(deadline: number, now: number): void {
    if (deadline >= this.#wakes) return
    clearTimeout(this.#timer)
    this.#wakes = Math.max(deadline, now + shortestNap)
    this.#timer = setTimeout(() => this.#tick(), this.#wakes - now)
  }

  /** Sends again what is due, and sleeps until the next deadline of all. */
  #tick(): void {
    const now = this.#now()
    this.#wakes = Number.POSITIVE_INFINITY
    let next = Number.POSITIVE_INFINITY
    for (const entry of this.#table.entries()) {
      this.#tickOne(entry, now)
      if (this.has(entry)) next = Math.min(next, deadlineOf(entry))
    }
    this.#outbox.flush()
    if (next < Number.POSITIVE_INFINITY) this.#wakeBy(next, now)
  }

  #tickOne(entry: Entry, now: number): void {
    const { transfer, address, port } = entry
    if (transfer) {
      transfer.tick(now, this.#outbox.to(address, port))
      if (transfer.isOver) this.#finish(entry, transfer, now)
    } else if (now >= deadlineOf(entry)) {
      this.remove(entry)
      this.#ledger.refused('late', entry, now)
    }
  }

  /** What leaves outside a wake-up waits for its neighbours: a storm's files are found together. */
  #flushSoon(): void {
    this.#flush ??= setImmediate(() => {
      this.#flush = undefined
      this.#outbox.flush()
    })
  }
}

function deadlineOf(entry: Entry): number {
  return entry.transfer?.deadline ?? entry.asked + readingPatience
}
