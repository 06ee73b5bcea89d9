/**
 * The status door over a fake desk, to look at the page without an appliance:
 *
 * `TS_NODE_TRANSPILE_ONLY=true node --import=@isaacs/ts-node-temp-fork-for-pr-2009/import test/status/serve-fake.ts`, with
 * `[--port 8066] [--phones 24] [--password secret] [--boots 30] [--page dist/status]`; `--boots`: a minute. Says `ready PORT`, and ends with its standard input or on a signal.
 */

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hashPassword } from '../../src/doors/password.js'
import { openStatus } from '../../src/doors/status.js'
import { fakeDesk } from '../doors/fake-desk.js'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8066' },
    phones: { type: 'string', default: '24' },
    password: { type: 'string' },
    boots: { type: 'string', default: '30' },
    page: { type: 'string', default: join(import.meta.dirname, '../../dist/status') },
  },
})

const desk = fakeDesk({ phones: Number(values.phones) })
const hash = values.password === undefined ? undefined : await hashPassword(values.password)
const say = () => {}
const door = await openStatus({
  listeners: [{ host: '127.0.0.1', port: Number(values.port) }],
  desk,
  site: () => 'Lab 1',
  version: '0.0.0',
  password: () => hash,
  pageFolder: values.page,
  metrics: { text: async () => '' },
  log: { debug: say, info: say, warn: say, error: (fields, text) => process.stderr.write(`${text} ${fields.error}\n`) },
  now: Date.now,
})
process.stdout.write(`ready ${door.port}\n`)

const steps = 7 // of one boot
const ticksPerSecond = 4
const perTick = (Number(values.boots) * steps) / 60 / ticksPerSecond
let due = 0
const boots = setInterval(() => {
  due += perTick
  if (due >= 1) desk.advance(Math.floor(due))
  due %= 1
}, 1000 / ticksPerSecond)

const end = (): void => {
  clearInterval(boots)
  void door.close()
}
process.stdin.resume().once('end', end)
process.once('SIGTERM', end).once('SIGINT', end)
