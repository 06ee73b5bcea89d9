/** The routes of the API that change something. */

import { formatIpv4, parseIpv4 } from '../address/ipv4.js'
import { type Desk, Impossible } from '../api/desk.js'
import { Adopted, AdoptOrder, RedirectionView, RedirectOrder, Resynced, ResyncOrder } from '../api/shapes.js'
import { about, aboutPhone, type MacParams, macOf } from './status-schema.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from './web-server.js'

interface AddressParams {
  readonly address: string
}

const addressParams = {
  type: 'object',
  required: ['address'],
  properties: { address: { type: 'string', maxLength: 15, description: 'IPv4 address' } },
}

/** An order without a body is the usual one. */
const allowEmpty = async (request: FastifyRequest): Promise<void> => {
  request.body ??= {}
}

/** `whoAsks`: for the audit line. */
export function addOrders(app: FastifyInstance, desk: Desk, whoAsks: (request: FastifyRequest) => string): void {
  app.post<{ Params: MacParams; Body: ResyncOrder }>(
    '/phones/:mac/resync',
    {
      preValidation: allowEmpty,
      schema: aboutPhone('phones', 'Ask it to fetch its settings anew', Resynced, ResyncOrder),
    },
    async ({ params, body }) => desk.resync(macOf(params), body),
  )
  app.post<{ Params: MacParams; Body: AdoptOrder }>(
    '/phones/:mac/adopt',
    { preValidation: allowEmpty, schema: aboutPhone('phones', 'Write it into the inventory', Adopted, AdoptOrder) },
    async ({ params, body }) => desk.adopt(macOf(params), body),
  )
  app.put<{ Params: MacParams; Body: RedirectOrder }>(
    '/redirections/:mac',
    { schema: aboutPhone('redirections', 'Send it to another settings server', RedirectionView, RedirectOrder) },
    async request => desk.redirect(macOf(request.params), request.body, whoAsks(request)),
  )
  app.delete<{ Params: MacParams }>(
    '/redirections/:mac',
    { schema: aboutPhone('redirections', 'Take it out of the registry') },
    async (request, reply) => nothing(reply, desk.dismiss(macOf(request.params), whoAsks(request))),
  )
  app.delete<{ Params: AddressParams }>(
    '/leases/:address',
    { schema: { ...about('leases', 'Release the lease'), params: addressParams } },
    async ({ params }, reply) => nothing(reply, desk.release(addressOf(params))),
  )
}

async function nothing(reply: FastifyReply, done: Promise<void>): Promise<FastifyReply> {
  await done
  return reply.code(204).send()
}

function addressOf({ address }: AddressParams): string {
  const parsed = parseIpv4(address)
  if (parsed !== undefined) return formatIpv4(parsed)
  throw new Impossible('invalid', `${address} is no IPv4 address; expected four numbers, as in 192.168.66.101`)
}
