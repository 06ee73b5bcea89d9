/** A network that loses, doubles, delays and reorders, on a clock of its own. */

import type { Packet } from '../../src/tftp/packet.js'
import type { Transfer } from '../../src/tftp/transfer.js'
import { Mailbox } from './mailbox.js'
import type { Reader } from './reader.js'

/** What befalls one packet. */
export interface Fate {
  readonly isLost: boolean
  readonly delays: readonly number[] // milliseconds; one copy each
}

interface Event {
  readonly at: number // milliseconds
  readonly run: () => void
}

const readerTimeout = 1000 // milliseconds
/** A sender that gives up after five tries cannot be asked to bear more between two steps forward. */
const mostTrouble = 4

export class Network {
  readonly #transfer: Transfer
  readonly #reader: Reader
  readonly #fates: readonly Fate[]
  readonly #mailbox = new Mailbox()
  readonly #events: Event[] = []
  #now = 0
  #used = 0
  #trouble = 0 // packets lost or late since the transfer last moved forward
  #heard = 0
  #readerWakes = readerTimeout
  /** DATA packets that were sent. */
  data = 0

  constructor(transfer: Transfer, reader: Reader, fates: readonly Fate[]) {
    this.#transfer = transfer
    this.#reader = reader
    this.#fates = fates
  }

  /** Until the transfer is over. */
  run(): void {
    this.#transfer.start(0, this.#mailbox)
    this.#post()
    while (!this.#transfer.isOver) this.#step()
  }

  #step(): void {
    const event = this.#events[0]
    const next = Math.min(event?.at ?? Number.POSITIVE_INFINITY, this.#transfer.deadline, this.#readerWakes)
    this.#now = Math.max(this.#now, next)
    if (event && event.at <= next) {
      this.#events.shift()
      event.run()
    } else if (this.#readerWakes <= next) {
      this.#acknowledge(this.#reader.acknowledges)
    } else {
      this.#transfer.tick(this.#now, this.#mailbox)
    }
    this.#post()
  }

  #post(): void {
    for (const packet of this.#mailbox.take()) {
      if (packet.op === 'DATA') this.data++
      this.#carry(() => this.#toReader(packet))
    }
  }

  #toReader(packet: Packet): void {
    const block = this.#reader.receive(packet)
    this.#readerWakes = this.#now + readerTimeout
    if (block !== undefined) this.#acknowledge(block)
  }

  #acknowledge(block: number): void {
    this.#readerWakes = this.#reader.isDone ? Number.POSITIVE_INFINITY : this.#now + readerTimeout
    this.#carry(() => this.#toSender(block))
  }

  #toSender(block: number): void {
    this.#transfer.receive({ op: 'ACK', block }, this.#now, this.#mailbox)
    if (this.#transfer.heard > this.#heard) this.#trouble = 0
    this.#heard = this.#transfer.heard
  }

  #carry(run: () => void): void {
    const fate = this.#fates[this.#used++ % this.#fates.length] ?? { isLost: false, delays: [1] }
    const isTrouble = fate.isLost || Math.min(...fate.delays) >= readerTimeout
    if (isTrouble && this.#trouble >= mostTrouble) {
      this.#schedule(this.#now + 1, run)
      return
    }
    if (isTrouble) this.#trouble++
    if (!fate.isLost) for (const delay of fate.delays) this.#schedule(this.#now + delay, run)
  }

  #schedule(at: number, run: () => void): void {
    const place = this.#events.findIndex(event => event.at > at)
    this.#events.splice(place < 0 ? this.#events.length : place, 0, { at, run })
  }
}
