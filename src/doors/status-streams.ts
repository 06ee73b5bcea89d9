/** The route of the event stream. */

import type { Desk } from '../api/desk.js'
import { HealthView, PhoneLine } from '../api/shapes.js'
import { type EventPace, Events, type Listener } from './status-events.js'
import type { StatusJournal } from './status-journal.js'
import { listOf, problems } from './status-schema.js'
import type { FastifyInstance, FastifyRequest } from './web-server.js'

export interface StreamParts {
  readonly desk: Desk
  readonly journal: StatusJournal
  readonly pace?: EventPace | undefined
  readonly listenerOf: (request: FastifyRequest) => Listener
}

const phoneLines = listOf(PhoneLine)

const schema = {
  tags: ['phones'],
  summary: 'Server-sent events: `phones` with the lines that changed, `health` now and then',
  description:
    'Open the stream first, then ask for the phones. Nothing is sent again: after a break ask for them anew.',
  response: {
    200: { description: 'a stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    ...problems,
  },
}

/** The returned function ends all streams. */
export function addStreams(app: FastifyInstance, { desk, journal, pace, listenerOf }: StreamParts): () => void {
  let events: Events | undefined // made with the first stream: there is no compiler before all routes are ready
  const writer = (schema: object) =>
    app.serializerCompiler?.({ schema, method: 'GET', url: '/events' }) ?? JSON.stringify
  const make = (): Events =>
    new Events({
      desk,
      writePhones: writer(phoneLines),
      writeHealth: writer(HealthView),
      failed: error => journal.failed(error),
      dropped: () => journal.count('streams dropped'),
      pace,
    })

  app.get('/events', { schema }, async (request, reply) => {
    events ??= make()
    const listener = listenerOf(request)
    if (!events.hasRoom(listener.address)) {
      return reply
        .code(503)
        .header('retry-after', 10)
        .send({ error: 'too many windows are open on this page; close some' })
    }
    journal.count('streams opened')
    reply.hijack()
    events.open(reply.raw, listener)
    return reply
  })
  return () => events?.close()
}
