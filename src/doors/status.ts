/** The status door: page, API, stream of events and metrics, for operators and their programs. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createStatusApp, type StatusParts } from './status-app.js'
import { callerOn, owner } from './status-caller.js'
import { type StatusCounters, StatusJournal } from './status-journal.js'
import { isTooLong, type Listening, listenAt, type Place } from './status-listener.js'

export interface StatusOptions extends StatusParts {
  readonly listeners: readonly Place[]
}

export interface StatusDoor {
  readonly port: number // of the first listener on the network; 0: there is none
  readonly counters: Readonly<StatusCounters>
  close(): Promise<void>
}

/** Rejects with one sentence when it cannot listen at one of the places. */
export async function openStatus(options: StatusOptions): Promise<StatusDoor> {
  const journal = new StatusJournal(options.log, options.now)
  const app = await createStatusApp(options, journal)
  const open: Listening[] = []
  const close = async (): Promise<void> => {
    const closed = open.map(listening => listening.close())
    await app.close() // ends the streams; what still runs may finish
    await Promise.all(closed)
  }
  try {
    for (const place of options.listeners) {
      if ('path' in place && isTooLong(place.path)) {
        options.log.warn({ door: 'status' }, tooLong(place.path))
        continue
      }
      const answer = (request: IncomingMessage, response: ServerResponse): void => {
        app.answer(request, response, 'path' in place ? owner : callerOn(request.socket))
      }
      open.push(await listenAt(place, answer, why => journal.count(why)))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { port: open.find(({ port }) => port > 0)?.port ?? 0, counters: journal.counters, close }
}

/** Phones boot without it. */
function tooLong(path: string): string {
  return `${path} is too long a name for a socket (unix(7)), so no command reaches this appliance; choose a shorter \`state\` folder`
}
