/** The Udp of tests: one over a loopback socket, one that only keeps what is sent. */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { formatIpv4, type Ipv4, parseIpv4 } from '../../src/address/ipv4.js'
import type { Datagram, Udp } from '../../src/doors/udp.js'

export const loopback: Ipv4 = 0x7f000001

/** An ephemeral port of 127.0.0.1. Everything that has come is handed over in one batch. */
export async function loopbackUdp(): Promise<Udp & { batches: number }> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  let refused = 0
  const udp = {
    port: socket.address().port,
    batches: 0, // calls of send
    receive(callback: (datagrams: readonly Datagram[]) => void) {
      socket.on('message', (bytes, { address, port }) => {
        callback([{ bytes, address: parseIpv4(address) ?? 0, port }])
      })
    },
    send(datagrams: readonly Datagram[]) {
      udp.batches++
      for (const { bytes, address, port } of datagrams) {
        socket.send(Buffer.from(bytes), port, formatIpv4(address), error => {
          if (error) refused++
        })
      }
    },
    get refused() {
      return refused
    },
    close: () => new Promise<void>(resolve => socket.close(() => resolve())),
  }
  return udp
}

/** No socket: the test delivers, and looks at what was sent. */
export class MemoryUdp implements Udp {
  readonly port = 69
  readonly refused = 0
  isClosed = false
  /** One list for each call of send, in copies. */
  sent: Datagram[][] = []
  /** Off: what is sent is only counted. */
  keeps = true
  count = 0 // datagrams sent
  #callback: (datagrams: readonly Datagram[]) => void = () => {}

  receive(callback: (datagrams: readonly Datagram[]) => void): void {
    this.#callback = callback
  }

  /** In one wake-up. */
  deliver(...datagrams: Datagram[]): void {
    this.#callback(datagrams)
  }

  send(datagrams: readonly Datagram[]): void {
    this.count += datagrams.length
    if (!this.keeps) return
    this.sent.push(datagrams.map(datagram => ({ ...datagram, bytes: Buffer.from(datagram.bytes) })))
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}
