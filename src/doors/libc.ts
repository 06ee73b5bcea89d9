/** The few system calls that Node does not offer, by koffi: sockets bound to a device, and datagrams in batches. */

import { arch, platform } from 'node:os'
import { formatIpv4, type Ipv4 } from '../address/ipv4.js'

/** Where a socket is to listen. `address` 0.0.0.0 hears broadcasts too, of that device alone. */
export interface Place {
  readonly device: string
  readonly address: Ipv4
  readonly port: number
}

export interface Libc {
  /** A bound, non-blocking UDP socket that may broadcast. @throws SocketError */
  udpSocket(place: Place, isShared: boolean): number
  /** A listening TCP socket. @throws SocketError */
  tcpListener(place: Place): number
  /** Undefined where the layout of the structures is not the known one (32-bit machines). */
  readonly batch: Batch | undefined
}

/** `vector` is an array of `struct mmsghdr`; the result is the number of messages done, or -1. */
export interface Batch {
  recvmmsg(fd: number, vector: Buffer, count: number): number
  sendmmsg(fd: number, vector: Buffer, count: number): number
  /** Where the buffer's memory is; the buffer must outlive every use of it. */
  addressOf(buffer: Buffer): bigint
  /** Whether the last call failed because the socket has no room now. */
  isFull(): boolean
}

export class SocketError extends Error {
  readonly code: string // EACCES, EADDRINUSE, ENODEV …

  constructor(call: string, code: string, place: Place) {
    super(`${call} for ${formatIpv4(place.address)}:${place.port} on ${place.device}: ${code}`)
    this.code = code
  }
}

/** Undefined where koffi has no binary for this machine, or the system is not Linux. */
export async function loadLibc(): Promise<Libc | undefined> {
  if (platform() !== 'linux') return undefined
  const koffi = await import('koffi').then(
    module => module.default,
    () => undefined,
  )
  return koffi === undefined ? undefined : bindLibc(koffi)
}

type Koffi = typeof import('koffi')['default']

// Linux, <bits/socket.h> and <asm-generic/socket.h>
const inet = 2
const stream = 1
const datagram = 2
const closeOnExec = 0o2000000
const nonBlocking = 0o4000
const socketLevel = 1
const reuseAddress = 2
const broadcast = 6
const bindToDevice = 25
const backlog = 1024 // connections of a boot storm that wait to be accepted

function bindLibc(koffi: Koffi): Libc {
  const libc = koffi.load(null)
  const socket = libc.func('int socket(int, int, int)')
  const setsockopt = libc.func('int setsockopt(int, int, int, const void *, uint32_t)')
  const bind = libc.func('int bind(int, const void *, uint32_t)')
  const listen = libc.func('int listen(int, int)')
  const close = libc.func('int close(int)')

  const open = (type: number, place: Place, options: readonly number[]): number => {
    const fd: number = socket(inet, type | closeOnExec | nonBlocking, 0)
    const one = Buffer.from([1, 0, 0, 0])
    const device = Buffer.from(`${place.device}\0`)
    const steps: [string, () => number][] = [
      ['socket', () => fd],
      ...options.map((name): [string, () => number] => ['setsockopt', () => setsockopt(fd, socketLevel, name, one, 4)]),
      ['SO_BINDTODEVICE', () => setsockopt(fd, socketLevel, bindToDevice, device, device.length)],
      ['bind', () => bind(fd, socketAddress(place), 16)],
      ['listen', () => (type === stream ? listen(fd, backlog) : 0)],
    ]
    for (const [call, step] of steps) {
      if (step() >= 0) continue
      const code = errorName(koffi)
      if (fd >= 0) close(fd)
      throw new SocketError(call, code, place)
    }
    return fd
  }
  return {
    udpSocket: (place, isShared) => open(datagram, place, isShared ? [broadcast, reuseAddress] : [broadcast]),
    tcpListener: place => open(stream, place, [reuseAddress]),
    batch: arch() === 'x64' || arch() === 'arm64' ? bindBatch(koffi, libc) : undefined,
  }
}

function bindBatch(koffi: Koffi, libc: ReturnType<Koffi['load']>): Batch {
  const recvmmsg = libc.func('int recvmmsg(int, void *, uint, int, void *)')
  const sendmmsg = libc.func('int sendmmsg(int, void *, uint, int)')
  const memmove = libc.func('void *memmove(void *, void *, size_t)') // gives back the address of its first argument
  return {
    recvmmsg: (fd, vector, count) => recvmmsg(fd, vector, count, 0, null),
    sendmmsg: (fd, vector, count) => sendmmsg(fd, vector, count, 0),
    addressOf: buffer => BigInt(koffi.address(memmove(buffer, buffer, 0))),
    isFull: () => ['EAGAIN', 'ENOBUFS', 'EWOULDBLOCK'].includes(errorName(koffi)),
  }
}

/** struct sockaddr_in */
function socketAddress(place: Place): Buffer {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16LE(inet, 0)
  bytes.writeUInt16BE(place.port, 2)
  bytes.writeUInt32BE(place.address, 4)
  return bytes
}

function errorName(koffi: Koffi): string {
  const errno = koffi.errno()
  return Object.entries(koffi.os.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`
}
