/** Signing in and out at the status door, and the hook before every route that asks for it. */

import fastifyCookie from '@fastify/cookie'
import { SessionView, SignIn } from '../api/shapes.js'
import type { Access, Verdict } from './status-access.js'
import type { Caller } from './status-caller.js'
import type { StatusJournal } from './status-journal.js'
import { about } from './status-schema.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from './web-server.js'

export interface SessionParts {
  readonly access: Access
  readonly needsPassword: () => boolean
  readonly site: () => string
  readonly callerOf: (request: FastifyRequest) => Caller
  readonly journal: StatusJournal
}

const cookieName = 'option66'

export async function addCookies(app: FastifyInstance): Promise<void> {
  await app.register(fastifyCookie)
}

/** By socket file, cookie or password, in this order. */
export async function admit(access: Access, caller: Caller, request: FastifyRequest): Promise<Verdict> {
  if (caller.isOwner) return { kind: 'in', isStill: () => true }
  const { authorization } = request.headers
  return access.admit({ address: caller.address, token: request.cookies[cookieName], authorization })
}

export function addSession(app: FastifyInstance, parts: SessionParts): void {
  const { access, needsPassword, site, callerOf, journal } = parts
  const view = (isSignedIn: boolean): SessionView => ({
    needsPassword: needsPassword(),
    isSignedIn,
    ...(isSignedIn && { site: site() }), // a stranger need not know where he is
  })
  const config = { isPublic: true }

  app.get(
    '/session',
    { config, schema: about('session', 'Whether you are in', SessionView) },
    async (request, reply) => {
      const verdict = await admit(access, callerOf(request), request)
      return verdict.kind === 'wait' ? wait(reply, verdict.milliseconds) : view(verdict.kind === 'in')
    },
  )

  app.post<{ Body: { password: string } }>(
    '/session',
    { config, schema: about('session', 'Sign in', SessionView, SignIn) },
    async (request, reply) => {
      const caller = callerOf(request)
      if (caller.isOwner || !needsPassword()) return view(true)
      const trial = await access.signIn(caller.address, request.body.password)
      if (trial.kind === 'wait') return wait(reply, trial.milliseconds)
      journal.signedIn(caller.address, trial.kind === 'passed')
      if (trial.kind === 'failed') return reply.code(401).send({ error: 'that is not the password' })
      reply.setCookie(cookieName, trial.token, cookiePlan(caller))
      return view(true)
    },
  )

  app.delete('/session', { config, schema: about('session', 'Sign out', SessionView) }, async (request, reply) => {
    const caller = callerOf(request)
    const verdict = await admit(access, caller, request)
    if (verdict.kind === 'in' && verdict.session !== undefined) access.sessions.close(verdict.session)
    reply.clearCookie(cookieName, cookiePlan(caller))
    return view(!needsPassword())
  })
}

/** RFC 6265bis §4.1: gone with the browser, out of reach of scripts and of other sites. */
function cookiePlan({ isEncrypted }: Caller) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isEncrypted } as const
}

export function wait(reply: FastifyReply, milliseconds: number): FastifyReply {
  const seconds = Math.ceil(milliseconds / 1000)
  return reply
    .code(429)
    .header('retry-after', seconds)
    .send({ error: `too many attempts; try again in ${seconds} s` })
}
