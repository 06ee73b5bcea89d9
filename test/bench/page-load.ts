/**
 * The list of 5,000 phones in Debian's Chromium while 2,000 boots a minute stream in: time until the first row and
 * until all is loaded, elements in the document, and, from the browser's own tracing, the frames of ten seconds of
 * scrolling and the tasks of its main thread. Prints a few lines; some 30 seconds. Needs `npm run build:page`. Run:
 * `TS_NODE_TRANSPILE_ONLY=true node --import=@isaacs/ts-node-temp-fork-for-pr-2009/import test/bench/page-load.ts`
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { noBrowser, openBrowser, openPage } from '../status/browser.js'
import {
  cpuSeconds,
  elements,
  frames,
  heap,
  idle,
  load,
  memory,
  say,
  scroll,
  scrolling,
  tasks,
  traced,
} from './page-trace.js'

const phones = 5_000
const bootsPerMinute = 2_000

const missing = noBrowser()
if (missing !== false) throw new Error(missing)

const server = spawn(
  process.execPath,
  [
    ...process.execArgv,
    'test/status/serve-fake.ts',
    '--port',
    '0',
    '--phones',
    `${phones}`,
    '--boots',
    `${bootsPerMinute}`,
  ],
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
const [ready] = await once(createInterface(server.stdout), 'line')
const origin = `http://127.0.0.1:${String(ready).split(' ')[1]}`
const browser = await openBrowser()
try {
  const { page, misdeeds } = await openPage(browser, origin)
  await load(page, origin, phones)
  const cpuBefore = cpuSeconds(server.pid)
  const trace = await traced(browser, () => scroll(page))
  frames(trace)
  tasks(trace)
  say(
    `server: ${(((cpuSeconds(server.pid) - cpuBefore) * 100_000) / scrolling).toFixed(0)} % of a core, ${memory(server.pid)} MB resident`,
  )
  say(`after scrolling: ${await elements(page)} elements, ${await heap(page)} MB of JavaScript heap`)
  await idle(browser, page)
  if (misdeeds.length > 0) throw new Error(misdeeds.join('\n'))
} finally {
  await browser.close()
  server.stdin.end()
}
