/** Run by log.test.ts: 600 lines in one second, of which each asks for room first, and one in the next second. */

import { openLog } from '../src/log.js'

let now = 1000 // ms
const log = openLog({ level: 'info', format: 'json' }, () => now)
for (let number = 1; number <= 600; number += 1) {
  if (log.leavesOut?.('info') !== true) log.info({ number }, 'DHCPACK')
  if (log.leavesOut?.('debug') !== true) log.debug({ number }, 'never written')
}
now = 2000
log.info({ number: 601 }, 'DHCPACK')
log.close()
