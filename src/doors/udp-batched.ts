/**
 * Datagrams in batches: libuv wakes us with the first one, recvmmsg drains the rest, sendmmsg answers (recvmmsg(2), sendmmsg(2)).
 * What a wake-up costs is shared by all that waited; on a quiet LAN it is as good as plain dgram.
 */

import type { Socket } from 'node:dgram'
import type { Ipv4 } from '../address/ipv4.js'
import type { Batch } from './libc.js'
import type { Datagram, Udp } from './udp.js'
import { closeSocket, firstDatagram, isQueueFull, sendBySocket } from './udp-plain.js'

const slots = 64 // datagrams a system call
const rounds = 16 // calls a turn of the event loop, so that a flood leaves time for everything else
const slotSize = 2048 // bytes; longer than any DHCP message or TFTP block of an Ethernet, the rest is cut off

/** `source`: the address replies leave from, whatever else the interface has. */
export function batchedUdp(socket: Socket, fd: number, batch: Batch, source: Ipv4): Udp {
  const arriving = new Vector(batch, undefined)
  const leaving = new Vector(batch, source)
  let refused = 0
  let isClosed = false
  const refuse = (): void => {
    refused += 1
  }
  socket.on('error', refuse) // the device is down or gone; who watches the link opens us anew

  /** What the kernel has no room for now goes by libuv, which waits for room. */
  const sendSlowly = (datagram: Datagram): void => {
    if (isQueueFull(socket)) refused += 1
    else sendBySocket(socket, datagram, refuse)
  }
  const sendSome = (datagrams: readonly Datagram[]): void => {
    leaving.fill(datagrams)
    for (let from = 0; from < datagrams.length; ) {
      const sent = batch.sendmmsg(fd, leaving.from(from), datagrams.length - from)
      if (sent > 0) from += sent
      else if (batch.isFull()) {
        for (const datagram of datagrams.slice(from)) sendSlowly(datagram)
        return
      } else {
        refused += 1
        from += 1
      }
    }
  }
  return {
    port: socket.address().port,
    receive(callback) {
      let round = 0
      socket.on('message', (bytes, info) => {
        callback([firstDatagram(bytes, info)])
        // libuv hands over up to 32 messages a turn, and each would drain the socket anew
        if (round === 0) setImmediate(() => (round = 0))
        for (; round < rounds && !isClosed; round += 1) {
          arriving.reset()
          const datagrams = arriving.take(batch.recvmmsg(fd, arriving.headers, slots))
          if (datagrams.length === 0) return
          callback(datagrams)
        }
      })
    },
    send(datagrams) {
      if (isClosed) {
        refused += datagrams.length // the descriptor may be another's by now
        return
      }
      // what waits in libuv goes first
      if (socket.getSendQueueCount() > 0) {
        for (const datagram of datagrams) sendSlowly(datagram)
        return
      }
      const short = datagrams.filter(one => one.bytes.length <= slotSize)
      for (let from = 0; from < short.length; from += slots) sendSome(short.slice(from, from + slots))
      for (const datagram of datagrams) if (datagram.bytes.length > slotSize) sendSlowly(datagram)
    },
    get refused() {
      return refused
    },
    close() {
      isClosed = true
      return closeSocket(socket)
    },
  }
}

/**
 * 64 messages for one system call, in memory of our own that never moves. On 64-bit Linux:
 *
 *     struct mmsghdr (64)                       struct iovec (16)       struct sockaddr_in (16)
 *      0 msg_name        8 msg_namelen           0 iov_base              0 family
 *     16 msg_iov        24 msg_iovlen            8 iov_len               2 port
 *     32 msg_control    40 msg_controllen                                4 address
 *     48 msg_flags      56 msg_len
 */
class Vector {
  readonly headers = Buffer.alloc(slots * 64)
  readonly #names = Buffer.alloc(slots * 16)
  readonly #parts = Buffer.alloc(slots * 16)
  readonly #bytes = Buffer.alloc(slots * slotSize)
  readonly #control: Buffer

  constructor(batch: Batch, source: Ipv4 | undefined) {
    this.#control = source === undefined ? Buffer.alloc(0) : packetInformation(source)
    const [names, parts, bytes] = [this.#names, this.#parts, this.#bytes].map(memory => batch.addressOf(memory))
    const control = source === undefined ? 0n : batch.addressOf(this.#control)
    for (let slot = 0; slot < slots; slot += 1) {
      this.#parts.writeBigUInt64LE((bytes ?? 0n) + BigInt(slot * slotSize), slot * 16)
      this.#parts.writeUInt32LE(slotSize, slot * 16 + 8)
      this.headers.writeBigUInt64LE((names ?? 0n) + BigInt(slot * 16), slot * 64)
      this.headers.writeUInt32LE(16, slot * 64 + 8)
      this.headers.writeBigUInt64LE((parts ?? 0n) + BigInt(slot * 16), slot * 64 + 16)
      this.headers.writeUInt32LE(1, slot * 64 + 24)
      this.headers.writeBigUInt64LE(control, slot * 64 + 32)
      this.headers.writeUInt32LE(this.#control.length, slot * 64 + 40)
    }
  }

  /** The kernel wrote the lengths of the names; it must find room for them again. */
  reset(): void {
    for (let slot = 0; slot < slots; slot += 1) this.headers.writeUInt32LE(16, slot * 64 + 8)
  }

  /** The first `count` messages as datagrams; none when the call found none. */
  take(count: number): Datagram[] {
    const datagrams: Datagram[] = []
    for (let slot = 0; slot < count; slot += 1) {
      const length = Math.min(this.headers.readUInt32LE(slot * 64 + 56), slotSize)
      datagrams.push({
        bytes: this.#bytes.subarray(slot * slotSize, slot * slotSize + length),
        address: this.#names.readUInt32BE(slot * 16 + 4),
        port: this.#names.readUInt16BE(slot * 16 + 2),
      })
    }
    return datagrams
  }

  fill(datagrams: readonly Datagram[]): void {
    datagrams.forEach((datagram, slot) => {
      datagram.bytes.copy(this.#bytes, slot * slotSize)
      this.#parts.writeUInt32LE(datagram.bytes.length, slot * 16 + 8)
      this.#names.writeUInt16LE(2, slot * 16) // AF_INET
      this.#names.writeUInt16BE(datagram.port, slot * 16 + 2)
      this.#names.writeUInt32BE(datagram.address, slot * 16 + 4)
    })
  }

  /** The headers from that slot on. */
  from(slot: number): Buffer {
    return this.headers.subarray(slot * 64)
  }
}

/** Control message IP_PKTINFO: struct cmsghdr (16), then ifindex, ipi_spec_dst (the source to use), ipi_addr (ip(7)). */
function packetInformation(source: Ipv4): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeBigUInt64LE(28n, 0)
  bytes.writeUInt32LE(0, 8) // IPPROTO_IP
  bytes.writeUInt32LE(8, 12) // IP_PKTINFO
  bytes.writeUInt32BE(source, 20)
  return bytes
}
