/** The SSH console of the redirection registry: where it listens, who may connect, how it ends. */

import { createServer, type Server, type Socket } from 'node:net'
import type { Dialog } from '../redirect/dialog.js'
import type { Redirections, Targets } from '../redirect/redirections.js'
import { Attempts } from './attempts.js'
import { Connection, type ConnectionPlan } from './console-connection.js'
import { type HostKeyPlan, openHostKey } from './console-host-key.js'
import { type Account, createLogins } from './console-login.js'
import type { Log } from './log.js'
import { createPasswordCheck, type PasswordCheck } from './password.js'
import type { Listen } from './sockets.js'

export interface ConsoleOptions {
  readonly listen: Listen
  readonly hostKey: HostKeyPlan
  readonly accounts: () => readonly Account[] // asked at each login
  readonly redirections: Redirections
  readonly targets: Targets
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly idleLimit?: number // ms; default ten minutes
  readonly verify?: PasswordCheck // one for all doors of the process; default: its own
  readonly attempts?: Attempts // likewise
}

export interface ConsoleCounters {
  connections: number
  turnedAway: number // too many at once
  logins: number
  sessions: number
}

export interface ConsoleDoor {
  readonly port: number
  readonly counters: Readonly<ConsoleCounters & { readonly failures: number }>
  /** Takes nobody more, and sends who is there away within a second. */
  close(): Promise<void>
}

/** People, and scripts of a few partners; a connection may cost some megabytes at worst. */
const mostConnections = 64
const mostPerAddress = 8

const usualIdleLimit = 10 * 60_000 // ms

/** Rejects with one sentence when it cannot listen there, or has no host key. */
export async function openConsole(options: ConsoleOptions): Promise<ConsoleDoor> {
  const { log, now, accounts, attempts = new Attempts(now), verify = createPasswordCheck() } = options
  const counters: ConsoleCounters = { connections: 0, turnedAway: 0, logins: 0, sessions: 0 }
  const plan: ConnectionPlan = {
    hostKey: await openHostKey(options.hostKey, log),
    logins: createLogins({ accounts, attempts, verify, log, now }),
    dialogFor: dialogFor(options),
    idleLimit: options.idleLimit ?? usualIdleLimit,
    log,
    count: what => {
      counters[what] += 1
    },
  }
  const open = new Map<Connection, string>() // the address of each
  const server = createServer({ keepAlive: true, keepAliveInitialDelay: 30_000 }, socket => {
    accept(socket, open, plan, counters)
  })
  const port = await listenOn(server, options.listen)
  server.on('error', error => log.error({ door: 'console', error: error.message }, 'a connection cannot be taken'))
  return {
    port,
    get counters() {
      return { ...counters, failures: attempts.failures }
    },
    close: () => closeAll(server, open),
  }
}

function dialogFor({ redirections, targets }: ConsoleOptions) {
  return ({ name, url }: Account, from: string): Dialog => ({
    account: name,
    ...(url !== undefined && { firstTarget: url }),
    origin: { door: 'console', from },
    redirections,
    targets,
  })
}

function accept(socket: Socket, open: Map<Connection, string>, plan: ConnectionPlan, counters: ConsoleCounters): void {
  const from = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  const theirs = [...open.values()].filter(address => address === from).length
  if (open.size >= mostConnections || theirs >= mostPerAddress) {
    counters.turnedAway += 1
    socket.destroy()
    return
  }
  counters.connections += 1
  const connection = new Connection(plan, socket, from)
  open.set(connection, from)
  socket.once('close', () => open.delete(connection))
}

async function closeAll(server: Server, open: ReadonlyMap<Connection, string>): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve))
  for (const connection of open.keys()) connection.end()
  await closed
}

async function listenOn(server: Server, where: Listen): Promise<number> {
  const name = 'fd' in where ? `file descriptor ${where.fd}` : `${where.host}:${where.port}`
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => {
      reject(new Error(`console: cannot listen on ${name}: ${remedy(error)}`, { cause: error }))
    })
    server.listen('fd' in where ? { fd: where.fd } : where, resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function remedy(error: Error & { readonly code?: string }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program listens there; stop it, or set another redirection.ssh.port'
    case 'EACCES':
      return 'ports below 1024 need the right to bind them; set redirection.ssh.port to 1024 or above'
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address; correct `address` or `interface`'
    default:
      return error.message
  }
}
