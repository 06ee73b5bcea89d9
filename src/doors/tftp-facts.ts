/** Transfers and refused requests as facts for the timeline of a phone. */

import { type Mac, parseMac } from '../address/mac.js'
import { type Fact, mostText } from '../fleet/fact.js'
import { parseName } from '../snom/names.js'
import type { Entry } from './tftp-table.js'

/** A transfer that has ended; `end` where that was before its last block. `now` on the clock of the entry. */
export function transferFact(entry: Entry, now: number, end?: string): Fact {
  const { transfer, total, withheld, isContainer } = entry
  const isWhole = end === undefined
  return {
    kind: 'fetched',
    ...whose(entry),
    status: isWhole ? 'DATA' : `DATA, ${end}`,
    // what a client never acknowledged may have come all the same: all of it was sent
    bytes: isWhole ? (total ?? 0) : (transfer?.bytes ?? 0),
    ...(total !== undefined && { total }),
    milliseconds: Math.max(0, Math.round(now - entry.asked)),
    isWhole,
    ...(withheld !== undefined && { withheld }),
    ...(isContainer && { isContainer }),
  }
}

/** A request that led to no transfer; `answer` as it was sent: ERROR 1 File not found */
export function refusedFact(entry: Entry, reason: string, answer: string, now: number): Fact {
  if (!/^(?:not found|bad name|unreadable)$/.test(reason)) {
    return { kind: 'refused', ...whose(entry), reason: answer === '' ? reason : `${reason}: ${answer}` }
  }
  const nothing = { bytes: 0, milliseconds: Math.max(0, Math.round(now - entry.asked)), isWhole: true }
  return { kind: 'fetched', ...whose(entry), status: answer, ...nothing }
}

function whose({ address, request, mac }: Entry) {
  const own = mac ?? macOfName(request.file)
  const name = request.file.slice(0, mostText)
  return { at: Date.now(), ...(own !== undefined && { mac: own }), address, door: 'tftp', name } as const
}

function macOfName(file: string): Mac | undefined {
  return (
    parseName(file)?.mac ?? parseMac(/(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/i.exec(file.slice(0, mostText))?.[0] ?? '')
  )
}
