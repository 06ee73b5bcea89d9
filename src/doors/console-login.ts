/** Who may use the console: an account's password or one of its keys (RFC 4252 §7 and §8). */

import type { Attempts } from './attempts.js'
import { Budget } from './budget.js'
import { type Client, type Login, provenBy } from './console-ssh.js'
import { pause } from './console-until.js'
import type { Log } from './log.js'
import { nobodysHash, type PasswordCheck } from './password.js'

export interface Account {
  readonly name: string
  readonly password?: string // a PHC string
  readonly keys: readonly string[] // lines of an authorized_keys file, without options
  readonly url?: string // settings server of its phones, until it sets another
}

export interface LoginPlan {
  readonly accounts: () => readonly Account[]
  readonly attempts: Attempts
  readonly verify: PasswordCheck
  readonly log: Log
  readonly now: () => number // ms
}

/** Of one connection; OpenSSH's client asks three times for a password, and offers each key its agent has. */
const mostPasswords = 3
const mostOthers = 20

/** A wrong password is answered no sooner, so that nobody hears by the time taken whether there is such a user. */
const refusalTime = 1_000 // ms

/** Lines of the log a second for all who guess; the counters count the rest. */
const linesPerSecond = 5

export type Logins = ReturnType<typeof createLogins>

/** `from`: the client's address. */
export function createLogins({ accounts, attempts, verify, log, now }: LoginPlan) {
  const lines = new Budget(linesPerSecond)
  const accountOf = (name: string) => accounts().find(account => account.name === name)

  /** Resolves with the account when it is in; never, when it is not. */
  function admit(client: Client, from: string, closed: AbortSignal): Promise<Account> {
    const tried = { passwords: 0, others: 0 }
    return new Promise(resolve => {
      client.on('authentication', login => {
        // What was sent ahead of our answers is not heard.
        if (closed.aborted || tried.passwords >= mostPasswords || tried.others >= mostOthers) return void client.end()
        tried[login.method === 'password' ? 'passwords' : 'others'] += 1
        decide(login, from, closed)
          .then(account => {
            if (account !== undefined) resolve(account)
            else if (tried.passwords >= mostPasswords) client.end()
          })
          .catch((error: unknown) => {
            client.end()
            if (!closed.aborted) log.error({ door: 'console', from, error: String(error) }, 'a login failed')
          })
      })
    })
  }

  async function decide(login: Login, from: string, closed: AbortSignal): Promise<Account | undefined> {
    if (login.method === 'publickey') return decideKey(login, from)
    if (login.method === 'password') return decidePassword(login, from, closed)
    login.reject(['publickey', 'password'])
    return undefined
  }

  function decideKey(login: Extract<Login, { method: 'publickey' }>, from: string): Account | undefined {
    const account = accountOf(login.username)
    const proofs = new Set((account?.keys ?? []).map(line => provenBy(line, login)))
    if (account !== undefined && proofs.has('proven')) {
      login.accept()
      return account
    }
    if (proofs.has('claimed')) {
      login.accept() // no more than "go on and sign"
      return undefined
    }
    if (login.signature !== undefined) refused(login, from)
    login.reject(['publickey', 'password'])
    return undefined
  }

  async function decidePassword(
    login: Extract<Login, { method: 'password' }>,
    from: string,
    closed: AbortSignal,
  ): Promise<Account | undefined> {
    const delay = () => attempts.delayFor(from, login.username)
    for (let wait = delay(); wait > 0 && !closed.aborted; wait = delay()) {
      await pause(wait, closed)
    }
    if (closed.aborted) return undefined
    const began = now()
    const account = accountOf(login.username)
    const isRight = await verify(login.password, account?.password ?? nobodysHash)
    if (isRight && account?.password !== undefined) {
      attempts.passed(from, login.username)
      login.accept()
      return account
    }
    attempts.failed(from, login.username)
    refused(login, from)
    await pause(refusalTime - Math.max(0, now() - began), closed)
    login.reject(['publickey', 'password'])
    return undefined
  }

  function refused({ username, method }: Login, from: string): void {
    const user = username.slice(0, 32).replaceAll(/[^\x20-\x7e]/g, '?')
    if (lines.take(now())) log.info({ door: 'console', from, user, method }, 'login refused')
  }

  return { admit }
}
