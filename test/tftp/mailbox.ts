/** What a transfer sends, kept for a test to look at. */

import { decodePacket, type Packet } from '../../src/tftp/packet.js'
import type { Outlet } from '../../src/tftp/transfer.js'

export class Mailbox implements Outlet {
  #room = Buffer.alloc(0)
  #packets: Packet[] = []

  reserve(size: number): Buffer {
    this.#room = Buffer.alloc(size)
    return this.#room
  }

  commit(size: number): void {
    this.#packets.push(decodePacket(this.#room.subarray(0, size)))
  }

  /** All since the last call. */
  take(): Packet[] {
    const packets = this.#packets
    this.#packets = []
    return packets
  }

  /** The block numbers of all since the last call. */
  blocks(): number[] {
    return this.take().flatMap(packet => (packet.op === 'DATA' ? [packet.block] : []))
  }
}
