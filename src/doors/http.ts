/** The HTTP and HTTPS doors: GET and HEAD in, files of the bundle out. Range and conditions are the libraries' work. */

import type { Server } from 'node:http'
import fastifyEtag from '@fastify/etag'
import fastifyStatic from '@fastify/static'
import { parseIpv4, unspecified } from '../address/ipv4.js'
import type { Asker, Bundle, Rendered, Shelved } from '../bundle/bundle.js'
import type { Note } from '../fleet/fact.js'
import { parseUserAgent } from '../snom/user-agent.js'
import { createHttpJournal, type HttpCounters, type HttpJournal } from './http-journal.js'
import {
  clientAddress,
  endConnections,
  type Listen,
  limitConnections,
  listen,
  reachedUrl,
  type Scheme,
} from './http-listener.js'
import { refuse, statusOf, turnAway } from './http-refusal.js'
import { type Credentials, certifiedMac, createHttpServer, replaceCertificate, type TlsOptions } from './http-server.js'
import type { Log } from './log.js'
import { longestPost, type PostBox } from './post.js'
import { createRequestBudget } from './request-budget.js'
import { createWebServer, type FastifyInstance, type FastifyReply, type FastifyRequest } from './web-server.js'

export interface HttpOptions {
  readonly listen: Listen
  readonly bundle: Bundle
  readonly baseUrl?: string // default: the address and port by which each request came in
  readonly tls?: TlsOptions // then it is an HTTPS door
  readonly posts?: readonly PostBox[] // by http, for clients on this machine alone
  readonly log: Log
  readonly now: () => number // milliseconds, from any point in time
  readonly note?: Note
  readonly requestsPerSecond?: number // for each address, twice that at once; default 200
  readonly connectionsPerAddress?: number // default 256
}

export interface HttpDoor {
  readonly port: number
  readonly counters: Readonly<HttpCounters>
  /** For the connections to come. Throws one sentence where it cannot serve: then the old one goes on. */
  useCertificate(credentials: Credentials): void
  /** Takes no more requests, lets running answers finish for 5 seconds, then cuts them off. */
  close(): Promise<void>
}

/** Phones ask for names below 128. */
const maxUrl = 1024 // characters

/** Rejects with one sentence when it cannot listen there. */
export async function openHttp(options: HttpOptions): Promise<HttpDoor> {
  const { log, now, note, tls } = options
  const journal = createHttpJournal(log, now, note)
  const app = build(options, journal)
  await app.ready()
  const dropped = () => journal.count('dropped')
  const sockets = limitConnections(app.server, options.connectionsPerAddress ?? 256, dropped)
  const port = await listen(app.server, options.listen, schemeOf(options))
  return {
    port,
    counters: journal.counters,
    useCertificate: credentials => {
      if (tls !== undefined) replaceCertificate(app.server, { ...credentials, oldTls: tls.oldTls })
    },
    close: () => endConnections(app.server, sockets, () => app.close()),
  }
}

function build(options: HttpOptions, journal: HttpJournal): FastifyInstance<Server> {
  const app = createWebServer({
    serverFactory: listener => createHttpServer(listener, options.tls),
    bodyLimit: longestPost,
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
    if (status === 500) options.log.error({ door: schemeOf(options), error: String(error) }, 'a request failed')
    return end(reply, status)
  })
  app.route({
    method: ['GET', 'HEAD'],
    url: '/',
    handler: (request, reply) => answer(options, journal, request, reply),
  })
  app.removeAllContentTypeParsers() // nothing is read for anybody but the post box, and that as it comes
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.post('/', (request, reply) => answerPost(options, request, reply))
  return app
}

function schemeOf({ tls }: HttpOptions): Scheme {
  return tls === undefined ? 'http' : 'https'
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
    else if (url.length > maxUrl) end(reply, 414)
    else if (request.method === 'GET' || request.method === 'HEAD') done()
    else if (request.method !== 'POST' || postBox(options, url) === undefined) end(reply, 405, { allow: 'GET, HEAD' })
    else if (options.tls === undefined && !isLoopback(address)) end(reply, 403)
    else done()
  })
}

function postBox({ posts = [] }: HttpOptions, url: string): PostBox | undefined {
  const path = url.split('?', 1)[0] ?? ''
  return posts.find(box => box.takes(path))
}

/** RFC 1122 §3.2.1.3 (g), RFC 4291 §2.5.3 */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

async function answerPost(options: HttpOptions, { raw, body, originalUrl }: FastifyRequest, reply: FastifyReply) {
  const posted = await postBox(options, originalUrl)?.answer({
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    contentType: raw.headers['content-type'] ?? '',
    authorization: raw.headers.authorization ?? '',
    address: clientAddress(raw.socket),
  })
  if (posted === undefined) return end(reply, 404)
  const length = Buffer.byteLength(posted.body)
  reply.header('content-length', length).hijack() // past the libraries: an ETag of it serves nobody
  if (raw.socket.destroyed) return reply
  reply.raw.writeHead(posted.status, { ...posted.headers, 'content-length': length }).end(posted.body)
  return reply
}

async function answer(options: HttpOptions, journal: HttpJournal, request: FastifyRequest, reply: FastifyReply) {
  const name = decodeName(request.originalUrl)
  if (name === undefined) return end(reply, 400)
  const found = await options.bundle.find(name, askerOf(options, request))
  if (found === undefined) return end(reply, 404)
  if (found.kind === 'refused') {
    journal.note(reply.raw, { ...(found.mac !== undefined && { mac: found.mac }), withheld: 0, refusal: found.reason })
    return end(reply, 403)
  }
  if (found.kind === 'rendered') {
    journal.note(reply.raw, found)
    if (found.redirected !== undefined) noteRedirection(options, request, found)
  }
  return send(reply, found)
}

function askerOf(options: HttpOptions, { raw }: FastifyRequest): Asker {
  const { socket } = raw
  const agent = raw.headers['user-agent']
  const certified = options.tls?.clientCa === undefined ? undefined : certifiedMac(socket)
  const scheme = schemeOf(options)
  return {
    door: scheme,
    baseUrl: options.baseUrl ?? reachedUrl(socket, scheme),
    address: parseIpv4(clientAddress(socket)) ?? unspecified,
    ...(agent !== undefined && { userAgent: agent }),
    ...(certified !== undefined && { certified }),
  }
}

function noteRedirection(options: HttpOptions, { raw }: FastifyRequest, { mac: own, redirected }: Rendered): void {
  const address = parseIpv4(clientAddress(raw.socket))
  const mac = own ?? parseUserAgent(raw.headers['user-agent'] ?? '').mac
  const whose = { ...(mac !== undefined && { mac }), ...(address !== undefined && { address }) }
  if (redirected !== undefined) options.note?.({ kind: 'redirected', at: Date.now(), ...whose, ...redirected })
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
