/** How the status door says no: a status and one sentence, never what went wrong inside. */

import { Impossible } from '../api/desk.js'

const statuses = { missing: 404, conflict: 409, invalid: 400 } as const

const sentences: Readonly<Record<number, string>> = {
  413: 'the body is longer than 16 KiB',
  414: 'the path is too long',
  415: 'a body has to be application/json',
}

/** What the desk says is for the operator; what the framework says of a request, too; all else is a fault of ours. */
export function refusalOf(error: unknown): readonly [status: number, text: string] {
  if (error instanceof Impossible) return [statuses[error.reason], error.message]
  const status = statusOf(error)
  if (status === 500) return [500, 'a fault of option66 itself; its log says more']
  return [status, sentences[status] ?? (error instanceof Error ? error.message : 'the request cannot be read')]
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}
