/** Datagrams in and out of one interface: batched system calls where the platform has them, plain dgram elsewhere. */

import type { Ipv4 } from '../address/ipv4.js'

export interface Datagram {
  readonly bytes: Buffer // valid only until the callback returns: copy what must stay
  readonly address: Ipv4 // the sender's, or the receiver's on the way out
  readonly port: number
}

export interface Udp {
  readonly port: number
  /** All that one wake-up of the event loop found, in order of arrival. */
  receive(callback: (datagrams: readonly Datagram[]) => void): void
  /** Sends all, in order; a datagram the kernel refuses is counted, never thrown. The bytes are free again on return. */
  send(datagrams: readonly Datagram[]): void
  /** Datagrams the kernel refused so far. */
  readonly refused: number
  close(): Promise<void>
}
