/** Where the status door listens: on the network, and on a Unix socket for the commands of this machine. */

import { once } from 'node:events'
import { chmod, lstat, mkdtemp, rename, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { inTurn } from './in-turn.js'

/** A Unix socket by its path, a socket that already listens, or where to listen (port 0: any free one; with or without TLS). */
export type Place =
  | { readonly path: string }
  | { readonly fd: number }
  | { readonly host: string; readonly port: number; readonly tls?: { readonly cert: string; readonly key: string } }

export interface Listening {
  readonly port: number // 0: none
  close(): Promise<void>
}

/** Characters of a header: a cookie, a password and what browsers add. */
const maxHeader = 16 * 1024 // bytes

/** How long a client may take, in milliseconds; a stream of events says something more often than `silence`. */
const patience = { headers: 10_000, request: 20_000, keepAlive: 15_000, silence: 60_000, look: 2_000 }

/** Operators, scrapers and scripts; not the fleet. */
const maxConnections = 512
const mostPerAddress = 64

/** How long running answers may take to finish when the door closes, in milliseconds. */
const farewell = 2_000

/** `turnedAway`: a connection above a limit, or one that speaks no HTTP. Rejects with one sentence. */
export async function listenAt(
  place: Place,
  answer: RequestListener,
  turnedAway: (why: 'dropped' | 'malformed') => void,
): Promise<Listening> {
  const server = serverFor(place, inTurn(answer))
  server.maxConnections = maxConnections
  server.setTimeout(patience.silence)
  server.on('drop', () => turnedAway('dropped'))
  server.on('error', () => turnedAway('dropped')) // of accept(2), when there is no file descriptor or memory left
  server.on('clientError', (_error: Error, socket: Duplex) => {
    turnedAway('malformed')
    if (socket.writable) socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    socket.destroy()
  })
  if ('path' in place) await listenAtPath(server, place.path)
  else {
    limitPerAddress(server, () => turnedAway('dropped'))
    await listen(server, place)
  }
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, close: () => end(server, 'path' in place ? place.path : undefined) }
}

function serverFor(place: Place, answer: RequestListener): Server {
  const options = {
    maxHeaderSize: maxHeader,
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    keepAliveTimeout: patience.keepAlive,
    connectionsCheckingInterval: patience.look,
  }
  if ('tls' in place && place.tls !== undefined) return createTlsServer({ ...options, ...place.tls }, answer)
  return createServer(options, answer)
}

async function listen(server: Server, where: { fd: number } | { host: string; port: number } | { path: string }) {
  const listening = once(server, 'listening')
  server.listen('host' in where ? { host: where.host, port: where.port } : where)
  await listening.catch((error: Error & { readonly code?: string }) => {
    const name = 'path' in where ? where.path : 'fd' in where ? `file descriptor ${where.fd}` : addressOf(where)
    throw new Error(`status: cannot listen on ${name}: ${remedy(error)}`, { cause: error })
  })
}

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`
}

function remedy(error: Error & { readonly code?: string }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program listens there; stop it, or set another status.port'
    case 'EACCES':
      return 'ports below 1024 need the right to bind them; set status.port to 1024 or above'
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address; correct status.address'
    default:
      return error.message
  }
}

/** unix(7): sun_path has 108 bytes, the last of them NUL; it is bound in a folder of its own first. */
const folderPrefix = '.s-'
const longestPath = 107 - '/.s-XXXXXX'.length // bytes

export function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > longestPath
}

/** Bound in a folder that only we can enter and moved from there, so that at no time anybody else may connect. */
async function listenAtPath(server: Server, path: string): Promise<void> {
  await refuseIfTaken(path)
  const folder = await mkdtemp(join(dirname(path), folderPrefix))
  try {
    const made = join(folder, basename(path))
    await listen(server, { path: made })
    await chmod(made, 0o600)
    await rename(made, path)
  } catch (error) {
    server.close()
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function refuseIfTaken(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined)
  if (there === undefined) return
  if (!there.isSocket()) throw new Error(`status: ${path} is there and is no socket; move it away`)
  if (await isHeard(path)) throw new Error(`status: another program listens on ${path}; stop it`)
}

async function isHeard(path: string): Promise<boolean> {
  const socket = connect(path)
  const outcome = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return outcome
}

/** Keeps one address from taking all connections. */
function limitPerAddress(server: Server, dropped: () => void): void {
  const open = new Map<string, number>() // never more entries than connections
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    if (count > mostPerAddress) {
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

async function end(server: Server, path: string | undefined): Promise<void> {
  const deadline = setTimeout(() => server.closeAllConnections(), farewell)
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  await closed
  clearTimeout(deadline)
  if (path !== undefined) await rm(path, { force: true })
}
