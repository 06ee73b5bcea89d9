/** One document by its URL, over HTTP, HTTPS or TFTP, as an old phone fetches it. */

import { performance } from 'node:perf_hooks'
import type { Connections } from './connections.js'
import { getHttp } from './http.js'
import { codeOf, Hang } from './step.js'
import { getTftp } from './tftp.js'

/** Who fetches, and how much patience and memory it has. */
export interface Asker {
  readonly userAgent: string
  readonly address?: string // the own address to fetch from; default: the system's choice
  readonly connections: Connections
  readonly timeLimit: number // ms for one document
  readonly sizeLimit: number // bytes
  readonly resumes: boolean // takes up a broken download where it broke, by Range
  readonly discards: boolean // keeps no bytes, for nobody looks at them
}

export interface Answer {
  readonly status: string // `200`, `404`, `DATA`, `ERROR 1 File not found`
  readonly bytes?: Buffer // only where the document was found; empty where it was discarded
  readonly length?: number // bytes that came
  readonly notes?: readonly string[] // what an installer should know about the way it came
}

export interface Fetched extends Answer {
  readonly ms: number
}

/** Rejects with Hang where a phone would wait for ever or be left with half a document. */
export async function fetchDocument(url: string, asker: Asker): Promise<Fetched> {
  const began = performance.now()
  try {
    const answer = await getByScheme(url, asker)
    return { ...answer, ms: performance.now() - began }
  } catch (error) {
    // What is left is the system's: a name that does not resolve, characters that no request can carry.
    throw error instanceof Hang ? error : new Hang(url, `cannot be asked for (${codeOf(error)})`)
  }
}

async function getByScheme(url: string, asker: Asker): Promise<Answer> {
  if (!URL.canParse(url)) throw new Hang(url, 'is no URL; expected http://host/name or tftp://host/name')
  const { protocol } = new URL(url)
  if (protocol === 'http:' || protocol === 'https:') return await getHttp(url, asker)
  if (protocol === 'tftp:') return await getTftp(url, asker)
  throw new Hang(url, `the virtual phone speaks http, https and tftp, not ${protocol.slice(0, -1)}`)
}
