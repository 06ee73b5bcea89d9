/** The packets of one wake-up, gathered in one reused buffer and sent in one call. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Outlet } from '../tftp/transfer.js'
import type { Datagram, Udp } from './udp.js'

// Holds a window of 64 blocks of 1468 bytes for two clients, or one packet of any size UDP can carry. What does not fit goes
// out in a further call, so that a boot storm costs calls and not memory.
const room = 256 * 1024 // bytes
const longestBatch = 1024 // datagrams: what Linux takes in one sendmmsg

export class Outbox implements Outlet {
  readonly #udp: Udp
  readonly #room = Buffer.allocUnsafeSlow(room)
  readonly #batch: Datagram[] = []
  #used = 0
  #address: Ipv4 = 0
  #port = 0
  #reserved = this.#room

  constructor(udp: Udp) {
    this.#udp = udp
  }

  /** Whose the packets are that come next. */
  to(address: Ipv4, port: number): this {
    this.#address = address
    this.#port = port
    return this
  }

  reserve(size: number): Buffer {
    if (this.#used + size > room || this.#batch.length === longestBatch) this.flush()
    this.#reserved = this.#room.subarray(this.#used, this.#used + size)
    return this.#reserved
  }

  commit(size: number): void {
    const bytes = size === this.#reserved.length ? this.#reserved : this.#reserved.subarray(0, size)
    this.#batch.push({ bytes, address: this.#address, port: this.#port })
    this.#used += size
  }

  put(packet: Buffer): void {
    packet.copy(this.reserve(packet.length))
    this.commit(packet.length)
  }

  flush(): void {
    if (this.#batch.length === 0) return
    this.#udp.send(this.#batch)
    this.#batch.length = 0
    this.#used = 0
  }
}
