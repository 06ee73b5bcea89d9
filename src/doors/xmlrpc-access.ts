/** Which account a request of XML-RPC is from: HTTP Basic (RFC 7617), guesses slowed down. */

import { createHmac, randomBytes } from 'node:crypto'
import type { Attempts } from './attempts.js'
import { nobodysHash, type PasswordCheck } from './password.js'

export type Admission =
  | { readonly kind: 'admitted'; readonly account: string }
  | { readonly kind: 'denied'; readonly name?: string } // name: as it was given
  | { readonly kind: 'later'; readonly wait: number } // ms

export interface AccessOptions {
  /** As the configuration has them now. `password`: a hash; without one there is no way in here. */
  readonly accounts: () => readonly { readonly name: string; readonly password?: string }[]
  readonly check: PasswordCheck
  readonly attempts: Pick<Attempts, 'delayFor' | 'failed' | 'passed'>
  readonly now: () => number // ms
}

/** A script registers thousands of phones, a call each: it pays for the hash once in this time, in milliseconds. */
const memory = 5 * 60_000
const mostKnown = 64 // accounts at work at the same time

/** Requests that wait for a hash to be computed: some seconds' worth. */
const mostWaiting = 32

export type Access = (authorization: string, address: string) => Promise<Admission>

export function createAccess({ accounts, check, attempts, now }: AccessOptions): Access {
  const secret = randomBytes(32)
  const known = new Map<string, number>() // until when, by what was given and what it was compared with
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0

  function isKnown(mark: string): boolean {
    return (known.get(mark) ?? 0) > now()
  }

  function remember(mark: string): void {
    known.delete(mark)
    known.set(mark, now() + memory)
    const [oldest] = known.keys()
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest)
  }

  /** In its turn, so that of many guesses sent at once all but the first few find the door shut. */
  async function prove({ name, password }: Credentials, hash: string, mark: string, address: string) {
    if (isKnown(mark)) return admitted(name)
    const wait = attempts.delayFor(address, name)
    if (wait > 0) return { kind: 'later', wait } as const
    if (!(await check(password, hash))) {
      attempts.failed(address, name)
      return { kind: 'denied', name } as const
    }
    attempts.passed(address, name)
    remember(mark)
    return admitted(name)
  }

  return async (authorization, address) => {
    const credentials = readBasic(authorization)
    if (credentials === undefined) return { kind: 'denied' }
    const { name } = credentials
    const hash = accounts().find(account => account.name === name)?.password ?? nobodysHash
    const mark = createHmac('sha256', secret).update(`${hash}\n${authorization}`).digest('base64')
    if (isKnown(mark)) return admitted(name)
    if (waiting >= mostWaiting) return { kind: 'later', wait: 1000 }
    waiting += 1
    const turn = last
      .then(() => prove(credentials, hash, mark, address))
      .finally(() => {
        waiting -= 1
      })
    last = turn.catch(() => undefined)
    return turn
  }
}

interface Credentials {
  readonly name: string
  readonly password: string
}

/** RFC 7617 §2: the name ends at the first colon. */
function readBasic(authorization: string): Credentials | undefined {
  const token = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1]
  const text = token === undefined ? '' : Buffer.from(token, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 1 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) }
}

function admitted(account: string): Admission {
  return { kind: 'admitted', account }
}
