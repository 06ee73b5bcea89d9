/** The listening side of the HTTP door: where it listens, who may connect, how it ends. */

import type { Server } from 'node:http'
import { isIPv6, type Socket } from 'node:net'

/** A socket that already listens (systemd's), or where to listen; port 0: any free one. */
export type Listen = { readonly fd: number } | { readonly host: string; readonly port: number }

/** All phones of a large site at once; a connection costs some 20 KiB. */
const maxConnections = 2048

/** Every phone of a site switched on at once; the kernel cuts it down to net.core.somaxconn. */
const backlog = 4096

/** How long running answers may take to finish when the door closes, in milliseconds. */
const farewell = 5_000

/** How often they are looked for then, in milliseconds. */
const farewellLook = 50

/** Resolves with the port; rejects with one sentence when the address is not to be had. */
export async function listen(server: Server, where: Listen): Promise<number> {
  const name = 'fd' in where ? `file descriptor ${where.fd}` : `${where.host}:${where.port}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(new Error(`http: cannot listen on ${name}: ${remedy(error)}`, { cause: error })),
    )
    server.listen('fd' in where ? { fd: where.fd } : { ...where, backlog }, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function remedy(error: Error & { readonly code?: string }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program listens there; stop it, or set another http.port'
    case 'EACCES':
      return 'ports below 1024 need the right to bind them; start by systemd, or set http.port to 1024 or above'
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address; correct `address` or `interface`'
    default:
      return error.message
  }
}

/** Keeps one address from taking all connections. `dropped` is called for each that is turned away. */
export function limitConnections(server: Server, perAddress: number, dropped: () => void): void {
  const open = new Map<string, number>() // never more entries than connections
  server.maxConnections = maxConnections
  server.on('drop', dropped)
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    if (count > perAddress) {
      dropped()
      socket.destroy()
      return
    }
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
  })
}

/** Ends idle connections at once, and each other one when its answer is out. */
export async function endConnections(server: Server, close: () => Promise<void>): Promise<void> {
  const looks = setInterval(() => server.closeIdleConnections(), farewellLook)
  const deadline = setTimeout(() => server.closeAllConnections(), farewell)
  const closed = close()
  server.closeIdleConnections()
  await closed
  clearInterval(looks)
  clearTimeout(deadline)
}

/** The client's address as text; IPv4 in its own form where it comes mapped into IPv6 (RFC 4291 §2.5.5.2). */
export function clientAddress(socket: Socket): string {
  return unmapped(socket.remoteAddress)
}

/** The URL of this door as the client reached it: `http://192.168.66.1`, with the port unless it is 80. */
export function reachedUrl(socket: Socket): string {
  const address = unmapped(socket.localAddress)
  const host = isIPv6(address) ? `[${address}]` : address
  return socket.localPort === 80 ? `http://${host}` : `http://${host}:${socket.localPort}`
}

function unmapped(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
