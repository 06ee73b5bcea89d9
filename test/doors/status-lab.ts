/** A status door to try: over a fake desk, on the network and on a Unix socket, with a clock that the test moves. */

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Fields } from '../../src/doors/log.js'
import { openStatus, type StatusDoor, type StatusOptions } from '../../src/doors/status.js'
import { type FakeDesk, fakeDesk } from './fake-desk.js'

export interface StatusLab {
  readonly door: StatusDoor
  readonly desk: FakeDesk
  readonly folder: string // of api.sock
  readonly lines: { readonly level: string; readonly fields: Fields; readonly text: string }[]
  /** Milliseconds since 1970; moves when the test says so. */
  readonly clock: { now: number }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: unknown
}

export const pageFiles = {
  'index.html': '<!doctype html><script type="module" src="./assets/page-1.js"></script>',
  assets: { 'page-1.js': 'export {}', 'page-1.css': 'body {}', 'page-1.map': 'nobody asks for it' },
}

export async function openLab(t: Test, parts: Partial<StatusOptions> = {}): Promise<StatusLab> {
  const folder = await mkdtemp(join(tmpdir(), 'option66-')) // short: the name of a socket has 107 bytes
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const clock = { now: Date.UTC(2026, 0, 1) }
  const desk = fakeDesk({ now: () => clock.now })
  const lines: StatusLab['lines'] = []
  const say = (level: string) => (fields: Fields, text: string) => void lines.push({ level, fields, text })
  const door = await openStatus({
    listeners: [{ host: '127.0.0.1', port: 0 }, { path: join(folder, 'api.sock') }],
    desk,
    site: () => 'Lab 1',
    version: '1.2.3',
    password: () => undefined,
    pageFolder: t.testdir(pageFiles),
    metrics: { text: async () => '# HELP up Always 1.\n# TYPE up gauge\nup 1\n' },
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    now: () => clock.now,
    ...parts,
  })
  t.teardown(() => door.close())
  return { door, desk, folder, lines, clock }
}

export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown // text as it is, all else as JSON
  readonly from?: string // local address
}

/** Asks as nobody but a test does: any Host, any Sec-Fetch-Site, from any loopback address. */
export async function ask({ door }: StatusLab, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = question
  const bytes = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const type = bytes === undefined ? {} : { 'content-type': 'application/json' }
  const where = { host: '127.0.0.1', port: door.port, localAddress: from, agent: false as const }
  const asking = request({ ...where, method, path, headers: { ...type, ...headers } })
  asking.end(bytes)
  const [response] = await once(asking, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  const isJson = String(response.headers['content-type']).startsWith('application/json')
  return { status: response.statusCode, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

/** The header that a program sends with a change. */
export const mark = { 'x-option66': '1' }

export function basic(password: string, user = 'curl'): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}
