/** The HTTP door: GET and HEAD in, files of the bundle out. Range and conditional requests are the libraries' work. */

import type { Server } from 'node:http'
import fastifyEtag from '@fastify/etag'
import fastifyStatic from '@fastify/static'
import { parseIpv4, unspecified } from '../address/ipv4.js'
import type { Bundle, Rendered, Shelved } from '../bundle/bundle.js'
import { createHttpJournal, type HttpCounters, type HttpJournal } from './http-journal.js'
import { clientAddress, endConnections, type Listen, limitConnections, listen, reachedUrl } from './http-listener.js'
import { refuse, statusOf, turnAway } from './http-refusal.js'
import type { Log } from './log.js'
import { createRequestBudget } from './request-budget.js'
import { createWebServer, type FastifyInstance, type FastifyReply, type FastifyRequest } from './web-server.js'

export interface HttpOptions {
  readonly listen: Listen
  readonly bundle: Bundle
  readonly baseUrl?: string // default: the address and port by which each request came in
  readonly log: Log
  readonly now: () => number // milliseconds, from any point in time
  readonly requestsPerSecond?: number // for each address, twice that at once; default 200
  readonly connectionsPerAddress?: number // default 256
}

export interface HttpDoor {
  readonly port: number
  readonly counters: Readonly<HttpCounters>
  /** Takes no more requests, lets running answers finish for 5 seconds, then cuts them off. */
  close(): Promise<void>
}

/** Phones send some 300 bytes of header, and names below 128. */
const maxHeader = 8 * 1024 // bytes
const maxUrl = 1024 // characters

/** How long a client may take, in milliseconds. Phones send their request in one segment. */
const patience = { headers: 10_000, request: 15_000, keepAlive: 15_000, silence: 30_000, look: 2_000 }

/** Rejects with one sentence when it cannot listen there. */
export async function openHttp(options: HttpOptions): Promise<HttpDoor> {
  const journal = createHttpJournal(options.log, options.now)
  const app = build(options, journal)
  await app.ready()
  limitConnections(app.server, options.connectionsPerAddress ?? 256, () => journal.count('dropped'))
  const port = await listen(app.server, options.listen)
  return { port, counters: journal.counters, close: () => endConnections(app.server, () => app.close()) }
}

function build(options: HttpOptions, journal: HttpJournal): FastifyInstance<Server> {
  const app = createWebServer({
    http: {
      maxHeaderSize: maxHeader,
      requireHostHeader: false, // some old phones send HTTP/1.1 without a Host
      headersTimeout: patience.headers,
      connectionsCheckingInterval: patience.look,
    },
    requestTimeout: patience.request,
    keepAliveTimeout: patience.keepAlive,
    connectionTimeout: patience.silence,
    // Names are the bundle's business, not the router's: there is one route, and the name is in originalUrl.
    rewriteUrl: () => '/',
    clientErrorHandler: (error, socket) => {
      journal.count('malformed')
      turnAway(error, socket)
    },
  })
  app.register(fastifyStatic, { serve: false, cacheControl: false, dotfiles: 'ignore', index: false })
  app.register(fastifyEtag)
  admit(app, options, journal)
  app.setNotFoundHandler((_request, reply) => end(reply, 404))
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error)
    if (status === 500) options.log.error({ door: 'http', error: String(error) }, 'a request failed')
    return end(reply, status)
  })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/',
    handler: (request, reply) => answer(options, journal, request, reply),
  })
  return app
}

/** Decides before anything is read beyond the header. */
function admit(app: FastifyInstance<Server>, options: HttpOptions, journal: HttpJournal): void {
  const perSecond = options.requestsPerSecond ?? 200
  const budget = createRequestBudget(perSecond, perSecond * 2)
  app.addHook('onRequest', (request, reply, done) => {
    const address = clientAddress(request.raw.socket)
    const url = request.originalUrl
    journal.open(request.raw, reply.raw, { address, url, header: name => reply.getHeader(name) })
    if (!budget.take(address, options.now())) end(reply, 429, { 'retry-after': '1' })
    else if (request.method !== 'GET' && request.method !== 'HEAD') end(reply, 405, { allow: 'GET, HEAD' })
    else if (url.length > maxUrl) end(reply, 414)
    else done()
  })
}

async function answer(options: HttpOptions, journal: HttpJournal, request: FastifyRequest, reply: FastifyReply) {
  const name = decodeName(request.originalUrl)
  if (name === undefined) return end(reply, 400)
  const { socket } = request.raw
  const agent = request.headers['user-agent']
  const found = await options.bundle.find(name, {
    door: 'http',
    baseUrl: options.baseUrl ?? reachedUrl(socket),
    address: parseIpv4(clientAddress(socket)) ?? unspecified,
    ...(agent !== undefined && { userAgent: agent }),
  })
  if (found === undefined) return end(reply, 404)
  if (found.kind === 'rendered') journal.note(reply.raw, found)
  return send(reply, found)
}

/** A phone asks anew at each boot; what lies between must ask too, since the answer depends on who asks. */
function send(reply: FastifyReply, found: Rendered | Shelved): FastifyReply {
  reply.header('x-content-type-options', 'nosniff').header('cache-control', 'private, no-cache')
  if (found.kind === 'shelved') return reply.sendFile(found.path, found.root)
  return reply.header('etag', found.etag).header('content-type', found.type).send(found.bytes)
}

/** Past the libraries' hooks: no ETag, no conditions. */
function end(reply: FastifyReply, status: number, headers?: Readonly<Record<string, string>>): FastifyReply {
  reply.hijack()
  refuse(reply.raw, status, headers)
  return reply
}

/** Decoded once. Undefined when that fails: bad escapes, or bytes that are no UTF-8. */
function decodeName(url: string): string | undefined {
  try {
    return decodeURIComponent(url.replace(/^https?:\/\/[^/]*/i, ''))
  } catch {
    return undefined
  }
}
