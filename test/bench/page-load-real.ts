/**
 * The same as page-load.ts with the appliance itself: 5,000 phones in its inventory, of which 2,000 a minute boot by
 * `option66 storm` while the list is open. Prints a few lines; some 60 seconds. Needs `npm run build`. Run:
 * `TS_NODE_TRANSPILE_ONLY=true node --import=@isaacs/ts-node-temp-fork-for-pr-2009/import test/bench/page-load-real.ts`
 */

import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { start } from '../commands/site.js'
import { ask, openAppliance } from '../status/appliance.js'
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
const bootsPerSecond = 33
const storming = 50 // seconds
const firstMac = 0x00_04_13_80_00_00

const missing = noBrowser()
if (missing !== false) throw new Error(missing)

const ends: (() => unknown)[] = []
const t = { teardown: (end: () => unknown): void => void ends.unshift(end) }
const appliance = await openAppliance(t, { phones: text => text + manyPhones() })
const { origin, base, program } = appliance
const { pid } = program.child
const browser = await openBrowser()
ends.unshift(() => browser.close())
try {
  say(`before the storm: ${memory(pid)} MB resident`)
  const storm = start(
    t,
    ...['-c', appliance.file, 'storm', '--model', 'snom320', '--via', `${base}/settings?mac={mac}`, '--json'],
    ...[
      '--phones',
      `${bootsPerSecond * storming}`,
      '--rate',
      `${bootsPerSecond}`,
      '--mac',
      firstMac.toString(16).padStart(12, '0'),
    ],
  )
  const ended = once(storm.child, 'close')
  await delay(3_000)
  const alone = cpuSeconds(pid)
  await delay(5_000)
  say(`server with the storm alone: ${share(alone, 5_000)} of a core`)
  const { page, misdeeds } = await openPage(browser, origin)
  await load(page, origin, phones)
  const before = cpuSeconds(pid)
  const trace = await traced(browser, () => scroll(page))
  say(`server: ${share(before, scrolling)} of a core, ${memory(pid)} MB resident`)
  frames(trace)
  tasks(trace)
  say(`after scrolling: ${await elements(page)} elements, ${await heap(page)} MB of JavaScript heap`)
  await idle(browser, page)
  await ended
  const { booted, hung, seconds, milliseconds } = JSON.parse(storm.output)
  say(
    `storm: ${booted} booted, ${hung} hang, in ${seconds.toFixed(1)} s; whole boot ${JSON.stringify(milliseconds.boot)}`,
  )
  const began = performance.now()
  await ask(origin, 'phones')
  say(`the whole list: ${(performance.now() - began).toFixed(0)} ms; ${memory(pid)} MB resident at the end`)
  if (misdeeds.length > 0) throw new Error(misdeeds.join('\n'))
} finally {
  for (const end of ends) await end()
}

function share(since: number, time: number): string {
  return `${(((cpuSeconds(pid) - since) * 100_000) / time).toFixed(0)} %`
}

function manyPhones(): string {
  const entry = (_: unknown, n: number): string => {
    const mac = (firstMac + n).toString(16).padStart(12, '0')
    const identity = `{user: "${1000 + n}", name: Desk ${n}, password: Kettle-${n}-Quiet, registrar: pbx.lab.example}`
    return `  "${mac}":\n    model: snom320\n    name: Desk ${n}\n    groups: [reception]\n    identities: [${identity}]\n`
  }
  return `\n${Array.from({ length: phones }, entry).join('')}`
}
