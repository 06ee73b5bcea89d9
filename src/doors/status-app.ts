/** The routes of the status door and what stands before them: rate, guard and rights; and how it says no. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Desk } from '../api/desk.js'
import type { Log } from './log.js'
import type { PasswordCheck } from './password.js'
import { createRequestBudget } from './request-budget.js'
import { Access, type Verdict } from './status-access.js'
import { type Caller, nobody } from './status-caller.js'
import type { EventPace, Listener } from './status-events.js'
import { type Asked, objection } from './status-guard.js'
import { addSecurityHeaders } from './status-headers.js'
import type { StatusJournal } from './status-journal.js'
import { addOpenApi, addOpenApiRoute } from './status-openapi.js'
import { addOrders } from './status-orders.js'
import { addPage } from './status-page.js'
import { refusalOf } from './status-refusal.js'
import { addCookies, addSession, admit, wait } from './status-session.js'
import { addStreams } from './status-streams.js'
import { addViews } from './status-views.js'
import { createWebServer, type FastifyInstance, type FastifyReply, type FastifyRequest } from './web-server.js'

export interface StatusParts {
  readonly desk: Desk
  readonly site: () => string // its name
  readonly version: string
  readonly password: () => string | undefined // its hash; undefined: only this machine may ask
  readonly check?: PasswordCheck // default: verifyPassword
  readonly pageFolder: string // of the built page
  readonly metrics: { text(): Promise<string> }
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly requestsPerSecond?: number // for each address, four times that at once; default 100
  readonly pace?: EventPace
}

export interface StatusApp {
  answer(request: IncomingMessage, response: ServerResponse, caller: Caller): void
  close(): Promise<void>
}

/** The longest order is an URL and some names. */
const maxBody = 16 * 1024 // bytes

interface Entrance {
  readonly parts: StatusParts
  readonly journal: StatusJournal
  readonly access: Access
  readonly callerOf: (request: FastifyRequest) => Caller
  readonly admitted: WeakMap<FastifyRequest, Verdict>
}

export async function createStatusApp(parts: StatusParts, journal: StatusJournal): Promise<StatusApp> {
  const { desk, password, pace, metrics } = parts
  const callers = new WeakMap<IncomingMessage, Caller>()
  const callerOf = (request: FastifyRequest): Caller => callers.get(request.raw) ?? nobody
  const admitted = new WeakMap<FastifyRequest, Verdict>()
  const access = new Access(password, parts.now, parts.check)
  const app = build(journal)
  await addSecurityHeaders(app)
  await addCookies(app)
  await addOpenApi(app, parts.version)
  guard(app, { parts, journal, access, callerOf, admitted })
  const listenerOf = (request: FastifyRequest): Listener => {
    const verdict = admitted.get(request)
    return { address: callerOf(request).address, isStill: () => verdict?.kind === 'in' && verdict.isStill() }
  }
  let endStreams = (): void => {}
  await app.register(
    async api => {
      addSession(api, { access, needsPassword: () => password() !== undefined, site: parts.site, callerOf, journal })
      addViews(api, desk)
      addOrders(api, desk, request => callerOf(request).address)
      endStreams = addStreams(api, { desk, journal, pace, listenerOf })
      addOpenApiRoute(api)
    },
    { prefix: '/api/v1' },
  )
  addMetrics(app, metrics)
  await addPage(app, parts.pageFolder)
  await app.ready()
  return {
    answer(request, response, caller) {
      callers.set(request, caller)
      app.routing(request, response)
    },
    close() {
      endStreams()
      return app.close()
    },
  }
}

function build(journal: StatusJournal): FastifyInstance {
  const app = createWebServer({
    bodyLimit: maxBody,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } }, // a misspelt word is told, not dropped
  })
  app.removeContentTypeParser('text/plain')
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {})
    else parse(request, String(body), done)
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'nothing has this name and method' }))
  app.setErrorHandler((error, _request, reply) => {
    const [status, text] = refusalOf(error)
    if (status === 500) journal.failed(error)
    return reply.code(status).send({ error: text })
  })
  return app
}

/** Before every route, in this order: the rate, where the request comes from, who asks. */
function guard(app: FastifyInstance, { parts, journal, access, callerOf, admitted }: Entrance): void {
  const perSecond = parts.requestsPerSecond ?? 100
  const budget = createRequestBudget(perSecond, perSecond * 4)
  app.addHook('onRequest', async (request, reply) => {
    const caller = callerOf(request)
    const { address } = caller
    journal.open(reply.raw, { address, method: request.method, url: request.url })
    if (!caller.isOwner) {
      if (!budget.take(address, parts.now())) return wait(reply, 1000)
      const why = objection(askedBy(request, address), parts.password() !== undefined)
      if (why !== undefined) return reply.code(403).send({ error: why })
    }
    if ('isPublic' in request.routeOptions.config || request.is404) return undefined
    const verdict = await admit(access, caller, request)
    admitted.set(request, verdict)
    if (verdict.kind === 'wait') return wait(reply, verdict.milliseconds)
    return verdict.kind === 'out' ? challenge(request, reply) : undefined
  })
}

/** RFC 9110 §11.6.1. Under /api/ the page asks, and a browser must not ask in its place: no scheme that it knows. */
function challenge(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const scheme = request.url.startsWith('/api/') ? 'Session' : 'Basic'
  reply.code(401).header('www-authenticate', `${scheme} realm="option66", charset="UTF-8"`)
  return reply.send({ error: 'sign in first: POST /api/v1/session, or HTTP Basic with the password' })
}

function askedBy({ method, headers }: FastifyRequest, remote: string): Asked {
  return {
    method,
    remote,
    host: headers.host,
    origin: headers.origin,
    fetchSite: textOf(headers['sec-fetch-site']),
    fetchMode: textOf(headers['sec-fetch-mode']),
    mark: textOf(headers['x-option66']),
  }
}

const textOf = (header: string | readonly string[] | undefined): string | undefined => header?.toString()

/** Prometheus text format 0.0.4. */
function addMetrics(app: FastifyInstance, metrics: StatusParts['metrics']): void {
  const schema = {
    tags: ['site'],
    summary: 'Metrics for Prometheus',
    response: { 200: { description: 'text format 0.0.4', content: { 'text/plain': { schema: { type: 'string' } } } } },
  }
  app.get('/metrics', { schema }, async (_request, reply) => {
    reply.type('text/plain; version=0.0.4; charset=utf-8').serializer(String)
    return metrics.text()
  })
}
