/** Who may in at the status door: by session cookie, by HTTP Basic with the password, or by being on this machine. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Attempts } from './attempts.js'
import { type PasswordCheck, verifyPassword } from './password.js'
import { type Session, Sessions } from './status-sessions.js'

export type Verdict =
  /** `isStill` tells later whether that holds yet: streams outlive sessions and passwords. */
  { readonly kind: 'in'; readonly session?: Session; readonly isStill: () => boolean } | { readonly kind: 'out' } | Wait

export type Trial = { readonly kind: 'passed'; readonly token: string } | { readonly kind: 'failed' } | Wait

interface Wait {
  readonly kind: 'wait'
  readonly milliseconds: number
}

export interface Credentials {
  readonly address: string
  readonly token?: string | undefined // of the cookie
  readonly authorization?: string | undefined
}

/** A verification takes 32 MiB and 0.1 s of a core; so many at once, and one for each address. */
const mostVerifications = 4

/** Characters; more is nobody's password, and only work. */
const longestPassword = 256

export class Access {
  readonly sessions: Sessions
  readonly #password: () => string | undefined // hash
  readonly #check: PasswordCheck
  readonly #attempts: Attempts
  readonly #running = new Map<string, { readonly digest: Buffer; readonly passes: Promise<boolean> }>() // by address
  readonly #key = randomBytes(32)
  #proven: Buffer | undefined // digest of the password that passed last, so that a scrape does not cost 0.1 s

  constructor(password: () => string | undefined, now: () => number, check: PasswordCheck = verifyPassword) {
    this.#password = password
    this.#check = check
    this.#attempts = new Attempts(now)
    this.sessions = new Sessions(now)
  }

  get failures(): number {
    return this.#attempts.failures
  }

  async admit({ address, token, authorization }: Credentials): Promise<Verdict> {
    const hash = this.#password()
    const isStill = (): boolean => this.#password() === hash
    if (hash === undefined) return { kind: 'in', isStill }
    const session = token === undefined ? undefined : this.sessions.find(token, hash)
    if (session !== undefined) {
      return { kind: 'in', session, isStill: () => this.sessions.isOpen(session, this.#password()) }
    }
    const password = basicPassword(authorization)
    if (password === undefined) return { kind: 'out' }
    const result = await this.#try(address, password, hash)
    if (typeof result === 'object') return result
    return result ? { kind: 'in', isStill } : { kind: 'out' }
  }

  async signIn(address: string, password: string): Promise<Trial> {
    const hash = this.#password()
    if (hash === undefined) return { kind: 'failed' }
    const result = await this.#try(address, password, hash)
    if (typeof result === 'object') return result
    return result ? { kind: 'passed', token: this.sessions.open(hash) } : { kind: 'failed' }
  }

  async #try(address: string, password: string, hash: string): Promise<boolean | Wait> {
    const milliseconds = this.#attempts.delayFor(address)
    if (milliseconds > 0) return { kind: 'wait', milliseconds }
    if (password.length > longestPassword) return false
    const digest = createHmac('sha256', this.#key).update(`${hash}\0${password}`).digest()
    if (this.#proven !== undefined && timingSafeEqual(this.#proven, digest)) return true
    const running = this.#running.get(address)
    if (running !== undefined && timingSafeEqual(running.digest, digest)) return running.passes
    if (running !== undefined || this.#running.size >= mostVerifications) return { kind: 'wait', milliseconds: 1000 }
    const passes = this.#verify(address, password, hash, digest).finally(() => this.#running.delete(address))
    this.#running.set(address, { digest, passes })
    return passes
  }

  async #verify(address: string, password: string, hash: string, digest: Buffer): Promise<boolean> {
    const passes = await this.#check(password, hash)
    if (passes) {
      this.#attempts.passed(address)
      this.#proven = digest
    } else this.#attempts.failed(address)
    return passes
  }
}

/** RFC 7617 §2: base64 of `user:password`; the user may be any. */
function basicPassword(authorization = ''): string | undefined {
  const encoded = /^basic +([\w+/=-]+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : text.slice(colon + 1)
}
