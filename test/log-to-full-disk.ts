/** Run by log.test.ts with a standard output that takes nothing: logs, waits, and closes. */

import { setTimeout as delay } from 'node:timers/promises'
import { openLog } from '../src/log.js'

const log = openLog({ level: 'info', format: 'json' }, Date.now)
for (let round = 0; round < 3; round += 1) {
  log.info({ round }, 'DHCPACK')
  await delay(50)
}
log.close()
process.stderr.write('closed')
