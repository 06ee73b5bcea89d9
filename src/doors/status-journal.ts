/** What the status door counts and says: every change once with who asked for it, strangers' mischief within a budget. */

import type { ServerResponse } from 'node:http'
import { Budget } from './budget.js'
import type { Log } from './log.js'

const none = {
  requests: 0,
  answered: 0, // 2xx, 3xx
  unauthorized: 0, // 401
  forbidden: 0, // 403: another site, a false name
  'not found': 0, // 404
  limited: 0, // 429, 503
  refused: 0, // any other 4xx
  failed: 0, // 500
  aborted: 0, // the client went before its answer was whole
  malformed: 0, // no HTTP
  dropped: 0, // connections above a limit
  'signed in': 0,
  'wrong password': 0,
  'streams opened': 0,
  'streams dropped': 0, // readers too slow
}

export type StatusCounters = Record<keyof typeof none, number>

/** Lines a second for what strangers can cause. */
const oddLines = 5

/** Characters of a stranger's text in a log line. */
const maxText = 128

export interface About {
  readonly address: string
  readonly method: string
  readonly url: string
}

export class StatusJournal {
  readonly counters: StatusCounters = { ...none }
  readonly #log: Log
  readonly #now: () => number
  readonly #odd = new Budget(oddLines)

  constructor(log: Log, now: () => number) {
    this.#log = log
    this.#now = now
  }

  count(counter: keyof StatusCounters): void {
    this.counters[counter] += 1
  }

  /** Opens the entry of one request; it is written when the response closes. */
  open(response: ServerResponse, about: About): void {
    this.count('requests')
    response.once('close', () => {
      const { statusCode: status, writableFinished } = response
      this.count(writableFinished ? counterOf(status) : 'aborted')
      const isChange = !['GET', 'HEAD', 'OPTIONS'].includes(about.method)
      const fields = { door: 'status', ...about, url: shorten(about.url), status }
      if (isChange && status < 400) this.#log.info(fields, 'changed')
      else if (status >= 400 && this.#odd.take(this.#now())) this.#log.debug(fields, 'refused')
    })
  }

  signedIn(address: string, isRight: boolean): void {
    this.count(isRight ? 'signed in' : 'wrong password')
    if (isRight) this.#log.info({ door: 'status', address }, 'signed in')
    else if (this.#odd.take(this.#now())) this.#log.warn({ door: 'status', address }, 'wrong password')
  }

  failed(error: unknown): void {
    const text = error instanceof Error ? error.stack : undefined
    if (this.#odd.take(this.#now())) {
      this.#log.error({ door: 'status', error: text ?? String(error) }, 'a request failed')
    }
  }
}

function counterOf(status: number): keyof StatusCounters {
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'not found'
    case 429:
    case 503:
      return 'limited'
    default:
      return status < 400 ? 'answered' : status < 500 ? 'refused' : 'failed'
  }
}

/** Controls go: one request stays one line on a terminal too. */
function shorten(text: string): string {
  return text.slice(0, maxText).replaceAll(/\p{Cc}/gu, '?')
}
