/** One connection to the console, from its first byte to its end: nobody stays for nothing, and nobody makes us hoard. */

import type { Socket } from 'node:net'
import { type Dialog, longestLine } from '../redirect/dialog.js'
import { prompt } from '../redirect/help.js'
import { LineEditor } from './console-editor.js'
import type { Account, Logins } from './console-login.js'
import { runCommand, runPipe, runTerminal, type Surroundings } from './console-session.js'
import { acceptSsh, type Channel, type Client, type SessionRequests } from './console-ssh.js'
import { until } from './console-until.js'
import type { Log } from './log.js'

export interface ConnectionPlan {
  readonly hostKey: string
  readonly logins: Logins
  readonly dialogFor: (account: Account, from: string) => Dialog
  readonly idleLimit: number // ms
  readonly log: Log
  readonly count: (what: 'logins' | 'sessions') => void
}

/** To say the password in; a client that only connects holds its place no longer than this either. */
const loginTime = 60_000 // ms

/** For a client that is told to go. */
const farewell = 1_000 // ms

/** OpenSSH's client opens one, and more only where connections are shared. */
const mostSessions = 4

/** Bytes of one connection. A day of typing, or 50,000 registrations from a pipe; ssh2 keeps no count of its own. */
const mostReceived = 4 * 1024 * 1024

/** The longest list is 1.3 MB; beyond, the client does not read. */
const mostUnsent = 8 * 1024 * 1024

export class Connection {
  readonly #plan: ConnectionPlan
  readonly #socket: Socket
  readonly #from: string
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout
  #client: Client | undefined
  #sessions = 0

  /** Takes the socket over. */
  constructor(plan: ConnectionPlan, socket: Socket, from: string) {
    this.#plan = plan
    this.#socket = socket
    this.#from = from
    this.#timer = setTimeout(() => this.end(), loginTime)
    socket.setNoDelay(true)
    socket.once('close', () => {
      clearTimeout(this.#timer)
      this.#closing.abort()
    })
    acceptSsh(plan.hostKey, client => this.#welcome(client))(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', () => {
      if (socket.bytesRead > mostReceived || socket.writableLength > mostUnsent) socket.destroy()
    })
  }

  /** Lets what is under way reach the client, for a second. */
  end(): void {
    if (this.#client === undefined) this.#socket.destroy()
    this.#client?.end()
    clearTimeout(this.#timer)
    if (!this.#closing.signal.aborted) this.#timer = setTimeout(() => this.#socket.destroy(), farewell)
  }

  #welcome(client: Client): void {
    const { log, logins } = this.#plan
    this.#client = client
    client.on('error', error => {
      log.debug({ door: 'console', from: this.#from, error: error.message.slice(0, 200) }, 'a connection failed')
      this.end()
    })
    void logins.admit(client, this.#from, this.#closing.signal).then(account => this.#admit(client, account))
  }

  #admit(client: Client, account: Account): void {
    const { log, count, idleLimit } = this.#plan
    clearTimeout(this.#timer)
    if (this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => this.end(), idleLimit)
    count('logins')
    log.info({ door: 'console', from: this.#from, account: account.name }, 'logged in')
    client.on('session', (accept, reject) => {
      if (this.#sessions >= mostSessions) return reject()
      this.#sessions += 1
      count('sessions')
      this.#serve(accept(), account)
    })
  }

  /** A shell or one command; all else that a session may ask for is refused because nobody listens to it. */
  #serve(session: SessionRequests, account: Account): void {
    const surroundings = this.#surroundings(session, account)
    let editor: LineEditor | undefined
    session.on('pty', (accept, _reject, { cols }) => {
      editor ??= new LineEditor(prompt, longestLine)
      editor.resize(cols)
      accept?.()
    })
    session.on('window-change', (accept, _reject, { cols }) => {
      editor?.resize(cols)
      accept?.()
    })
    session.on('shell', accept => {
      const terminal = editor
      this.#run(accept(), channel =>
        terminal === undefined ? runPipe(channel, surroundings) : runTerminal(channel, terminal, surroundings),
      )
    })
    session.on('exec', (accept, _reject, { command }) => {
      const lineEnd = editor === undefined ? '\n' : '\r\n'
      this.#run(accept(), channel => runCommand(channel, command, lineEnd, surroundings))
    })
  }

  #surroundings(session: SessionRequests, account: Account): Surroundings {
    const ended = new AbortController()
    session.once('close', () => {
      this.#sessions -= 1
      ended.abort()
    })
    const closed = AbortSignal.any([this.#closing.signal, ended.signal])
    return {
      dialog: this.#plan.dialogFor(account, this.#from),
      closed,
      taken: () => this.#taken(closed),
      touch: () => this.#timer.refresh(),
    }
  }

  /** `channel` is undefined, against its type, where the session runs something already. */
  #run(channel: Channel | undefined, run: (channel: Channel) => Promise<void>): void {
    if (channel === undefined) return
    run(channel).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error)
      this.#plan.log.debug({ door: 'console', from: this.#from, error: text.slice(0, 200) }, 'a session broke off')
      channel.close()
    })
  }

  async #taken(closed: AbortSignal): Promise<void> {
    const socket = this.#socket
    if (!socket.writableNeedDrain) return
    await until(done => {
      socket.once('drain', done)
      return () => socket.off('drain', done)
    }, closed)
  }
}
