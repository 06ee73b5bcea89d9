/** The listening side of the HTTP door: where it listens, who may connect, how it ends. */

import type { Server } from 'node:http'
import { isIPv6, type Socket } from 'node:net'

/** A socket that already listens (systemd's), or where to listen; port 0: any free one. */
export type Listen = { readonly fd: number } | { readonly host: string; readonly port: number }

export type Scheme = 'http' | 'https'

/** All phones of a large site at once; a connection costs some 20 KiB. */
const maxConnections = 2048

/** Every phone of a site switched on at once; the kernel cuts it down to net.core.somaxconn. */
const backlog = 4096

/** How long running answers may take to finish when the door closes, in milliseconds. */
const farewell = 5_000

/** How often they are looked for then, in milliseconds. */
const farewellLook = 50

/** Resolves with the port; rejects with one sentence when the address is not to be had. */
export async function listen(server: Server, where: Listen, scheme: Scheme): Promise<number> {
  const name = 'fd' in where ? `file descriptor ${where.fd}` : `${where.host}:${where.port}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(new Error(`${scheme}: cannot listen on ${name}: ${remedy(error, scheme)}`, { cause: error })),
    )
    server.listen('fd' in where ? { fd: where.fd } : { ...where, backlog }, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function remedy(error: Error & { readonly code?: string }, scheme: Scheme): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `another program listens there; stop it, or set another ${scheme}.port`
    case 'EACCES':
      return `ports below 1024 need the right to bind them; start by systemd, or set ${scheme}.port to 1024 or above`
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address; correct `address` or `interface`'
    default:
      return error.message
  }
}

/**
 * Keeps one address from taking all connections. `dropped` is called for each that is turned away. Gives the open ones,
 * among them those that are still shaking hands, which the server itself does not know.
 */
export function limitConnections(server: Server, perAddress: number, dropped: () => void): ReadonlySet<Socket> {
  const open = new Map<string, number>() // never more entries than connections
  const sockets = new Set<Socket>()
  server.maxConnections = maxConnections
  server.on('drop', dropped)
  server.on('error', dropped) // of accept(2), when there is no file descriptor or memory left: the next one may fare better
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    if (count > perAddress) {
      dropped()
      socket.destroy()
      return
    }
    open.set(address, count)
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
  })
  return sockets
}

/** Ends idle connections at once, and each other one when its answer is out. */
export async function endConnections(
  server: Server,
  sockets: ReadonlySet<Socket>,
  close: () => Promise<unknown>,
): Promise<void> {
  const looks = setInterval(() => server.closeIdleConnections(), farewellLook)
  const deadline = setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, farewell)
  // A server that it has not made itself, fastify leaves open.
  const closed = Promise.all([new Promise(resolve => server.close(resolve)), close()])
  server.closeIdleConnections()
  await closed
  clearInterval(looks)
  clearTimeout(deadline)
}

/** The client's address as text; IPv4 in its own form where it comes mapped into IPv6 (RFC 4291 §2.5.5.2). */
export function clientAddress(socket: Socket): string {
  return unmapped(socket.remoteAddress)
}

/** The URL of this door as the client reached it: `http://192.168.66.1`, with the port unless it is the usual one. */
export function reachedUrl(socket: Socket, scheme: Scheme): string {
  const address = unmapped(socket.localAddress)
  const host = isIPv6(address) ? `[${address}]` : address
  return `${scheme}://${host}${socket.localPort === usualPorts[scheme] ? '' : `:${socket.localPort}`}`
}

const usualPorts = { http: 80, https: 443 }

function unmapped(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
