/** A console over a registry on disk, in a process that a test kills: prints its port, and ends on SIGTERM. */

import { join } from 'node:path'
import { openConsole } from '../../src/doors/console.js'
import { openRedirections } from '../../src/redirections.js'
import { testLog } from './ssh.js'

const [folder, accounts] = process.argv.slice(2)
if (folder === undefined || accounts === undefined) throw new Error('no test: expected a folder and accounts')
const log = testLog()
const redirections = await openRedirections({ folder, log, now: Date.now })
const door = await openConsole({
  listen: { host: '127.0.0.1', port: 0 },
  hostKey: { file: join(folder, 'ssh_host_ed25519_key'), isOurs: true },
  accounts: () => JSON.parse(accounts),
  redirections,
  targets: redirections,
  log,
  now: Date.now,
})
process.stdout.write(`${door.port}\n`)
