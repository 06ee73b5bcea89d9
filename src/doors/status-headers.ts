/** What the status door tells every browser: no foreign code, no frame, no sniffing, nothing kept. */

import fastifyHelmet from '@fastify/helmet'
import type { FastifyInstance } from './web-server.js'

/** CSP level 3: the page is scripts, styles and images of its own, and asks nobody but this door. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

const permissions = 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=(), clipboard-read=()'

export async function addSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    hsts: false, // it would hold for the phones' http door on the same host too
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', permissions)
    reply.header('cache-control', 'no-store') // the page's own files say otherwise
  })
}
