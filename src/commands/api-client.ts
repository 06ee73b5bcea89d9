/** Asks the running appliance through the Unix socket in its state folder; who may open the file needs no password. */

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'

export interface ApiAnswer {
  readonly status: number
  readonly body: unknown // parsed JSON; undefined: none
}

/** The name of the socket in the state folder. */
export const apiSocket = 'api.sock'

/** A resync waits for the phone, and a check for thousands of documents. */
const patience = 60_000 // ms

/** The lines of some ten thousand phones. */
const longestAnswer = 64 * 1024 * 1024 // bytes

/**
 * `path` below `/api/v1/`: `phones/000413261234/resync`. Undefined: no appliance runs with that state folder.
 * Rejects, in a sentence for the operator, when it runs and cannot be asked.
 */
export async function callApi(
  stateFolder: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<ApiAnswer | undefined> {
  const socketPath = join(stateFolder, apiSocket)
  const headers = { host: 'localhost', ...(body !== undefined && { 'content-type': 'application/json' }) }
  const options = { socketPath, method, path: `/api/v1/${path}`, headers, agent: false, timeout: patience }
  const asking = request(options)
  asking.once('timeout', () => asking.destroy(new Error(`no answer within ${patience / 1000} s`)))
  asking.end(body === undefined ? undefined : JSON.stringify(body))
  try {
    const [response]: IncomingMessage[] = await once(asking, 'response')
    return response && { status: response.statusCode ?? 0, body: parse(await textOf(response)) }
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw new Error(`the appliance cannot be asked through ${socketPath}: ${remedy(error)}`, { cause: error })
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > longestAnswer) throw new Error('its answer is longer than 64 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text)
}

/** No socket there, or one that an appliance left behind when it was killed. */
function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(codeOf(error))
}

function remedy(error: unknown): string {
  if (codeOf(error) === 'EACCES') return 'run the command as the user of the appliance, or as root'
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
