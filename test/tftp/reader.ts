/** The client's side of a read, as RFC 1350 and RFC 7440 tell it, for tests: packets in, block numbers to acknowledge out. */

import type { Packet } from '../../src/tftp/packet.js'

export class Reader {
  readonly #blksize: number
  readonly #windowsize: number
  readonly #parts: Buffer[] = []
  #block = 0 // the last one in sequence
  #inWindow = 0
  isDone = false

  constructor(blksize: number, windowsize: number) {
    this.#blksize = blksize
    this.#windowsize = windowsize
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts)
  }

  /** The last block in sequence, as it stands in an ACK; also what to send again when nothing comes. */
  get acknowledges(): number {
    return this.#block % 65536
  }

  /** The block to acknowledge now, if any. */
  receive(packet: Packet): number | undefined {
    if (packet.op === 'OACK') return this.#block === 0 ? 0 : undefined
    if (packet.op !== 'DATA') throw new Error(`a reader is sent ${packet.op}`)
    if (this.isDone || packet.block !== (this.#block + 1) % 65536) return this.#acknowledge()
    this.#parts.push(Buffer.from(packet.bytes))
    this.#block++
    this.#inWindow++
    this.isDone = packet.bytes.length < this.#blksize
    return this.isDone || this.#inWindow === this.#windowsize ? this.#acknowledge() : undefined
  }

  /** Also out of sequence: there the sender is to begin again (RFC 7440 §4). */
  #acknowledge(): number {
    this.#inWindow = 0
    return this.acknowledges
  }
}
