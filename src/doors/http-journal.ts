/** What the HTTP door says and counts of each request, once its answer has left or its connection is gone. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { formatMac, type Mac } from '../address/mac.js'
import { parseUserAgent } from '../snom/user-agent.js'
import { Budget } from './budget.js'
import type { Fields, Log } from './log.js'

export interface HttpCounters {
  requests: number
  answered: number // 200, 206, 304
  notFound: number // 404
  refused: number // 429, 405, 414, 400, 416
  failed: number // 500
  aborted: number // the client went before its answer was whole
  malformed: number // no HTTP at all, or too slow with it
  dropped: number // connections above a limit
}

export interface HttpJournal {
  readonly counters: Readonly<HttpCounters>
  count(counter: 'malformed' | 'dropped'): void
  /** Opens the entry of one request; it is written when the response closes. */
  open(request: IncomingMessage, response: ServerResponse, about: About): void
  /** What became known of that response on its way. */
  note(response: ServerResponse, found: Note): void
}

export interface About {
  readonly address: string
  readonly url: string // as it came
  /** A header of the answer, asked for when it has left. */
  readonly header: (name: string) => unknown
}

export interface Note {
  readonly mac?: Mac
  readonly withheld: number
}

/** Characters of a stranger's text in a log line. */
const maxText = 128

/** Lines a second for what phones do not do: names that do not exist, refusals. The counters see all of them. */
const oddLines = 20

export function createHttpJournal(log: Log, now: () => number): HttpJournal {
  const counters = {
    requests: 0,
    answered: 0,
    notFound: 0,
    refused: 0,
    failed: 0,
    aborted: 0,
    malformed: 0,
    dropped: 0,
  }
  const odd = new Budget(oddLines)
  const notes = new Map<ServerResponse, Note>() // of open responses; a WeakMap costs the collector too much here

  function write(request: IncomingMessage, response: ServerResponse, fields: Fields): void {
    const { statusCode: status, writableFinished: whole } = response
    const note = notes.get(response)
    notes.delete(response)
    counters[whole ? counterOf(status) : 'aborted'] += 1
    if ((status >= 400 || !whole) && !odd.take(now())) return
    const all = { ...fields, status, ...whose(request, note) }
    if (!whole) log.info(all, 'GET broken off')
    else if (status < 400 || status === 404) log.info(all, request.method ?? '')
    else log.debug(all, 'refused')
  }

  function open(request: IncomingMessage, response: ServerResponse, { address, url, header }: About): void {
    counters.requests += 1
    const since = now()
    response.once('close', () => {
      const milliseconds = Math.round((now() - since) * 10) / 10
      const hasBody = request.method !== 'HEAD' && response.statusCode !== 304
      const bytes = hasBody ? Number(header('content-length') ?? 0) : 0
      write(request, response, { door: 'http', address, file: shorten(url), bytes, milliseconds })
    })
  }

  return {
    counters,
    count: counter => {
      counters[counter] += 1
    },
    open,
    note: (response, found) => {
      if (!response.destroyed) notes.set(response, found) // else its entry is written already
    },
  }
}

/** The document's phone; where the document is everybody's, the phone that says it asks. */
function whose(request: IncomingMessage, note: Note | undefined): Fields {
  const agent = request.headers['user-agent']
  const mac = note?.mac ?? (agent === undefined ? undefined : parseUserAgent(agent).mac)
  return {
    ...(mac !== undefined && { mac: formatMac(mac) }),
    ...(agent !== undefined && { agent: shorten(agent) }),
    ...(note !== undefined && note.withheld > 0 && { withheld: note.withheld }),
  }
}

function counterOf(status: number): 'answered' | 'notFound' | 'refused' | 'failed' {
  if (status < 400) return 'answered'
  if (status === 404) return 'notFound'
  return status < 500 ? 'refused' : 'failed'
}

/** Controls go: one request stays one line on a terminal too. */
function shorten(text: string): string {
  return text.slice(0, maxText).replaceAll(/\p{Cc}/gu, '?')
}
