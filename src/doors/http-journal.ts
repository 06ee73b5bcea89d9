/** What the HTTP door says and counts of each request, once its answer has left or its connection is gone. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseIpv4 } from '../address/ipv4.js'
import { formatMac, type Mac } from '../address/mac.js'
import type { Door, Fact, Note } from '../fleet/fact.js'
import { parseName } from '../snom/names.js'
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
  note(response: ServerResponse, found: Remark): void
}

export interface About {
  readonly address: string
  readonly url: string // as it came
  /** A header of the answer, asked for when it has left. */
  readonly header: (name: string) => unknown
}

export interface Remark {
  readonly mac?: Mac
  readonly withheld: number
  readonly isContainer?: true // the document names others
  readonly refusal?: string // in a word, where the status does not tell: certificate-mismatch
}

/** Characters of a stranger's text in a log line. */
const maxText = 128

/** Lines a second for what phones do not do: names that do not exist, refusals. The counters see all of them. */
const oddLines = 20

/** `note`, where it is given, hears of every request; `now` is any clock, facts carry the time of day. */
export function createHttpJournal(log: Log, now: () => number, note?: Note): HttpJournal {
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
  const remarks = new Map<ServerResponse, Remark>() // of open responses; a WeakMap costs the collector too much here

  function write({ request, response, about, milliseconds, sent }: Closed): void {
    const { statusCode: status, writableFinished: whole } = response
    const remark = remarks.get(response)
    remarks.delete(response)
    counters[whole ? counterOf(status) : 'aborted'] += 1
    note?.(factOf({ request, response, about, milliseconds, sent }, remark))
    if ((status >= 400 || !whole) && !odd.take(now())) return
    const level = whole && status >= 400 && status !== 404 ? 'debug' : 'info'
    if (log.leavesOut?.(level) === true) return
    const bytes = bodyLength(request, response, about)
    const fields = { door: doorOf(request), address: about.address, file: shorten(about.url), bytes, milliseconds }
    const all = { ...fields, status, ...whose(request, remark) }
    if (!whole) log.info(all, 'GET broken off')
    else if (level === 'info') log.info(all, request.method ?? '')
    else log.debug(all, 'refused')
  }

  function open(request: IncomingMessage, response: ServerResponse, about: About): void {
    counters.requests += 1
    const since = now()
    const { socket } = request // of the response it is gone at the end
    const before = socket.bytesWritten
    response.once('close', () => {
      const milliseconds = Math.max(0, Math.round((now() - since) * 10) / 10) // the clock may be set back
      write({ request, response, about, milliseconds, sent: socket.bytesWritten - before })
    })
  }

  return {
    counters,
    count: counter => {
      counters[counter] += 1
    },
    open,
    note: (response, found) => {
      if (!response.destroyed) remarks.set(response, found) // else its entry is written already
    },
  }
}

/** A request whose answer has left, or whose connection is gone. */
interface Closed {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly about: About
  readonly milliseconds: number
  readonly sent: number // bytes on the connection, header and all
}

/** Bytes of the body as the header names them. */
function bodyLength(request: IncomingMessage, response: ServerResponse, { header }: About): number {
  const hasBody = request.method !== 'HEAD' && response.statusCode !== 304
  return hasBody ? Number(header('content-length') ?? 0) : 0
}

function factOf({ request, response, about, milliseconds, sent }: Closed, remark: Remark | undefined): Fact {
  const { statusCode, writableFinished: isWhole } = response
  const door = doorOf(request)
  const name = shorten(about.url)
  const agent = request.headers['user-agent']
  const address = parseIpv4(about.address)
  const mac = remark?.mac ?? parseName(about.url)?.mac ?? macOfAgent(agent)
  const common = {
    at: Date.now(),
    ...(mac !== undefined && { mac }),
    ...(address !== undefined && { address }),
    ...(agent !== undefined && { agent: shorten(agent) }),
  }
  if (remark?.refusal !== undefined || isRefusal(statusCode)) {
    return { ...common, kind: 'refused', door, name, reason: remark?.refusal ?? refusalOf(statusCode) }
  }
  const total = bodyLength(request, response, about)
  const bytes = isWhole ? total : Math.max(0, Math.min(total, sent - usualHeader))
  const withheld = remark?.withheld ?? 0
  const status = String(statusCode)
  const answer = { name, status, bytes, total: wholeLength(about) ?? total, milliseconds, isWhole }
  const particulars = { ...(withheld > 0 && { withheld }), ...(remark?.isContainer && { isContainer: true as const }) }
  return { ...common, kind: 'fetched', door, ...answer, ...particulars }
}

/** Of a range the length of all: `bytes 0-99/12345` (RFC 9110 §14.4). */
function wholeLength({ header }: About): number | undefined {
  const length = /\/(\d{1,15})$/.exec(String(header('content-range') ?? ''))?.[1]
  return length === undefined ? undefined : Number(length)
}

function doorOf({ socket }: IncomingMessage): Door {
  return 'encrypted' in socket ? 'https' : 'http'
}

/** Of an answer that was broken off nobody knows the header's length any more. */
const usualHeader = 300 // bytes

/** What is no answer about a document. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 404 && status !== 416
}

function refusalOf(status: number): string {
  return status === 429 ? 'rate-limited' : `status ${status}`
}

/** The document's phone; where the document is everybody's, the phone that says it asks. */
function whose(request: IncomingMessage, remark: Remark | undefined): Fields {
  const agent = request.headers['user-agent']
  const mac = remark?.mac ?? macOfAgent(agent)
  return {
    ...(mac !== undefined && { mac: formatMac(mac) }),
    ...(agent !== undefined && { agent: shorten(agent) }),
    ...(remark !== undefined && remark.withheld > 0 && { withheld: remark.withheld }),
  }
}

function macOfAgent(agent: string | undefined): Mac | undefined {
  return agent === undefined ? undefined : parseUserAgent(agent).mac
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
