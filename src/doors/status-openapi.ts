/** The OpenAPI document, made of the routes' own schemas. */

import fastifySwagger from '@fastify/swagger'
import type { FastifyInstance } from './web-server.js'

const description =
  'What the status page and the commands of option66 ask for. Rights: on loopback without a password none are needed; ' +
  'else HTTP Basic with any user name, or the cookie that signing in gives. What changes something wants the header ' +
  'x-option66 (any value) from programs that are no browser.'

/** Before the routes, for it listens as they are added. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'option66', description, version },
      components: {
        securitySchemes: {
          password: { type: 'http', scheme: 'basic' },
          session: { type: 'apiKey', in: 'cookie', name: 'option66' },
        },
      },
      security: [{ password: [] }, { session: [] }],
    },
  })
}

export function addOpenApiRoute(app: FastifyInstance): void {
  const answer = { type: 'object', additionalProperties: true }
  const schema = { tags: ['site'], summary: 'This document', response: { 200: answer } }
  app.get('/openapi.json', { schema }, async () => app.swagger())
}
