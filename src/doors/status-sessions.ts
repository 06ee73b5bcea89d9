/** Who has signed in on the status page: tokens that only the browser knows, their digests here. */

import { createHash, randomBytes } from 'node:crypto'

export interface Session {
  readonly digest: string // of the token
  readonly hash: string // the password's, as it was then: another password ends the session
  readonly since: number // ms
}

/** Operators of a site with all their browsers; the one that was idle longest makes room. */
const mostSessions = 256

/** A working day with its night; and a week, however busy. In milliseconds. */
export const longestIdle = 12 * 3_600_000
export const longestLife = 7 * 24 * 3_600_000

export class Sessions {
  readonly #lastAt = new Map<string, { readonly session: Session; readonly at: number }>() // oldest use first
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#lastAt.size
  }

  /** The token for the cookie: 256 random bits, base64url. */
  open(hash: string): string {
    const token = randomBytes(32).toString('base64url')
    const [oldest = ''] = this.#lastAt.keys()
    if (this.#lastAt.size >= mostSessions) this.#lastAt.delete(oldest)
    const session = { digest: digestOf(token), hash, since: this.#now() }
    this.#lastAt.set(session.digest, { session, at: session.since })
    return token
  }

  /** The session of that token, which counts as used now. */
  find(token: string, hash: string): Session | undefined {
    const session = this.#lastAt.get(digestOf(token))?.session
    if (session === undefined || !this.isOpen(session, hash)) return undefined
    this.#lastAt.delete(session.digest)
    this.#lastAt.set(session.digest, { session, at: this.#now() })
    return session
  }

  /** Whether it still holds, without using it. `hash`: of the password as it is now. */
  isOpen({ digest, hash: then, since }: Session, hash: string | undefined): boolean {
    const now = this.#now()
    const at = this.#lastAt.get(digest)?.at
    const isGood = at !== undefined && then === hash && now - at < longestIdle && now - since < longestLife
    if (!isGood) this.#lastAt.delete(digest)
    return isGood
  }

  close({ digest }: Session): void {
    this.#lastAt.delete(digest)
  }
}

/** Looked up by digest: how long that takes tells nothing about a token. */
function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
