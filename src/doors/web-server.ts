/** Where fastify comes in: the framework of every door that speaks HTTP. */

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

export type { FastifyInstance, FastifyReply, FastifyRequest }

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly isPublic?: boolean // nobody has to sign in for it
  }
}

/** A server of its own for one door; nothing is shared between two. */
export const createWebServer = fastify
