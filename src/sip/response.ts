/** Responses to requests (RFC 3261 §8.2.6), and where they go (§18.2.2). No I/O. */

import { encodeMessage } from './encode.js'
import type { Endpoint } from './endpoint.js'
import { type Header, headerOf, headersOf, type Request } from './message.js'
import { parseNameAddr } from './name-addr.js'
import { markVia, parseVia, responseTarget, splitVias } from './via.js'

export interface Outgoing {
  readonly bytes: Buffer
  readonly to: Endpoint
}

export interface Reply {
  readonly status: number
  readonly reason: string
  readonly headers?: readonly Header[]
}

/** Undefined when no Via tells the way back. `tag`: ours, for To. Never to another address than the request came from. */
export function respond(request: Request, reply: Reply, source: Endpoint, tag: string): Outgoing | undefined {
  const [top = '', ...others] = splitVias(headersOf(request, 'via'))
  const via = parseVia(top)
  if (via === undefined) return undefined
  const headers: Header[] = [
    ['Via', markVia(top, via, source)],
    ...others.map((value): Header => ['Via', value]),
    ...echo(request, 'From', 'from'),
    ...taggedTo(request, tag),
    ...echo(request, 'Call-ID', 'call-id'),
    ...echo(request, 'CSeq', 'cseq'),
    ...(reply.headers ?? []),
  ]
  const bytes = encodeMessage({ status: reply.status, reason: reply.reason, headers })
  return { bytes, to: responseTarget(via, source) }
}

/** The To of our answers, which is the From of our requests: theirs, with our tag (RFC 3261 §8.2.6.2). */
export function withTag(to: string, tag: string): string {
  return parseNameAddr(to)?.parameters.has('tag') ? to : `${to};tag=${tag}`
}

function taggedTo(request: Request, tag: string): Header[] {
  return echo(request, 'To', 'to').map(([name, value]) => [name, withTag(value, tag)])
}

function echo(request: Request, written: string, name: string): Header[] {
  const value = headerOf(request, name)
  return value === undefined ? [] : [[written, value]]
}
