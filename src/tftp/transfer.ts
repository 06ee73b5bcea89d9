/** One read transfer, the sender's side (RFC 1350, 2347, 7440; RFC 1123 §4.2.3). No I/O. */

import type { Agreement } from './options.js'
import { dataHeader, encodePacket, type Packet, writeDataHeader } from './packet.js'
import type { Source } from './source.js'

/**
 * - offered: the OACK is out, ACK 0 has not come
 * - sending: DATA is out
 * - delivered: the last block is acknowledged
 * - unacknowledged: all is sent, and nobody answers any more; clients may leave out the last ACK
 * - silent: the client fell silent before
 * - aborted: the client sent ERROR
 */
export type State = 'offered' | 'sending' | 'delivered' | 'unacknowledged' | 'silent' | 'aborted'

/** Where packets go. What was reserved is sent only when it is committed. */
export interface Outlet {
  /** Room for one packet of at most `size` bytes; starts at index 0 of the buffer and is good until `commit`. */
  reserve(size: number): Buffer
  commit(size: number): void
}

/** RFC 1123 §4.2.3.2 asks for exponential backoff. 1, 3, 7, 15 and 31 seconds after the first sending outlive a rebooting switch. */
const mostTries = 5
/** Nobody waits longer for a file: a phone has asked anew by then. */
const longestSilence = 60_000 // milliseconds

/** Times are milliseconds of any one clock. Call `start` once, then `receive` and, at `deadline`, `tick`. */
export class Transfer {
  readonly #source: Source
  readonly #agreement: Agreement
  #state: State
  #base = 0 // blocks acknowledged; counts on past 65535
  #sent = 0 // the highest block sent
  #last = Number.POSITIVE_INFINITY // the number of the last block, once it was read
  #recovered = -1 // the highest block sent when a window was last begun again
  #heard = 0 // when the client last got us further
  #tries = 0
  #deadline = Number.POSITIVE_INFINITY
  /** Where block base + 1 + i begins. */
  readonly #places: number[] = [0]
  /** Blocks and OACKs sent again. */
  retransmitted = 0

  constructor(source: Source, agreement: Agreement) {
    this.#source = source
    this.#agreement = agreement
    this.#state = agreement.acknowledged.length > 0 ? 'offered' : 'sending'
  }

  get state(): State {
    return this.#state
  }

  /** When `tick` is due; Infinity once the transfer is over. */
  get deadline(): number {
    return this.#deadline
  }

  get isOver(): boolean {
    return this.#state !== 'offered' && this.#state !== 'sending'
  }

  /** Whether the last block is out. */
  get isAllSent(): boolean {
    return this.#sent === this.#last
  }

  /** Whether something was sent again since the client last got us further. */
  get isUnanswered(): boolean {
    return this.#tries > 0
  }

  /** Bytes of the file that the client has acknowledged. */
  get bytes(): number {
    return this.#source.offsetOf(this.#places[0] ?? 0)
  }

  /** When the client last got us further. */
  get heard(): number {
    return this.#heard
  }

  start(now: number, out: Outlet): void {
    this.#progress(now)
    if (this.#state === 'offered') this.#offer(out)
    else this.#fill(out)
  }

  /** False where the packet has no place in this transfer and was passed over. */
  receive(packet: Packet, now: number, out: Outlet): boolean {
    if (this.isOver) return false
    if (packet.op === 'ERROR') {
      this.#end('aborted') // RFC 1350 §7
      return true
    }
    if (packet.op !== 'ACK') return false
    return this.#state === 'offered' ? this.#accept(packet.block, now, out) : this.#advance(packet.block, now, out)
  }

  tick(now: number, out: Outlet): void {
    if (now < this.#deadline) return
    if (this.#tries >= mostTries || now - this.#heard >= this.#patience) {
      this.#end(this.isAllSent ? 'unacknowledged' : 'silent')
      return
    }
    this.#tries++
    this.#deadline = Math.min(now + this.#interval, this.#heard + this.#patience)
    if (this.#state === 'sending') {
      this.#restart(out)
      return
    }
    this.retransmitted++
    this.#offer(out)
  }

  /** RFC 2347: ACK 0 accepts the OACK, and no DATA leaves before it. */
  #accept(block: number, now: number, out: Outlet): boolean {
    if (block !== 0) return false
    this.#state = 'sending'
    this.#progress(now)
    this.#fill(out)
    return true
  }

  #advance(block: number, now: number, out: Outlet): boolean {
    const steps = (block - this.#base) & 0xffff // block numbers wrap, windows are far smaller
    if (steps === 0) return this.#repeat(out)
    if (steps > this.#sent - this.#base) return false
    this.#base += steps
    this.#places.splice(0, steps)
    this.#progress(now)
    if (this.#base === this.#last) this.#end('delivered')
    else if (this.#base < this.#sent) this.#restart(out)
    else this.#fill(out)
    return true
  }

  /**
   * A duplicate ACK. In lock-step it never sends anything: answering it would double every packet to the end of the file
   * (Sorcerer's Apprentice, RFC 1123 §4.2.3.1). In a window it is also how a client says that the first block was lost
   * (RFC 7440 §4), so the window begins again, but once: the ACKs that this window itself may draw are not heard again.
   */
  #repeat(out: Outlet): boolean {
    if (this.#agreement.windowsize === 1 || this.#base <= this.#recovered) return false
    this.#restart(out)
    return true
  }

  /** RFC 7440 §4: the next window begins after the last block acknowledged. */
  #restart(out: Outlet): void {
    this.#recovered = this.#sent
    this.retransmitted += this.#sent - this.#base
    this.#sent = this.#base
    this.#places.length = 1
    this.#fill(out)
  }

  #fill(out: Outlet): void {
    const end = Math.min(this.#base + this.#agreement.windowsize, this.#last)
    this.#source.place = this.#places[this.#sent - this.#base] ?? 0
    while (this.#sent < end && this.#sent < this.#last) {
      this.#sent++
      const packet = out.reserve(dataHeader + this.#agreement.blksize)
      writeDataHeader(packet, 0, this.#sent)
      const length = this.#source.read(packet, dataHeader, this.#agreement.blksize)
      out.commit(dataHeader + length)
      this.#places.push(this.#source.place)
      if (length < this.#agreement.blksize) this.#last = this.#sent // RFC 1350 §6; perhaps an empty one
    }
  }

  #offer(out: Outlet): void {
    const oack = encodePacket({ op: 'OACK', options: this.#agreement.acknowledged })
    oack.copy(out.reserve(oack.length))
    out.commit(oack.length)
  }

  #progress(now: number): void {
    this.#heard = now
    this.#tries = 0
    this.#deadline = now + this.#interval
  }

  #end(state: State): void {
    this.#state = state
    this.#deadline = Number.POSITIVE_INFINITY
  }

  get #interval(): number {
    return this.#agreement.timeout * 1000 * 2 ** this.#tries
  }

  /** A client that asked for long timeouts is re-asked at least once. */
  get #patience(): number {
    return Math.max(longestSilence, 2 * this.#agreement.timeout * 1000)
  }
}
