/** The log where it can go wrong: floods, secrets, and a standard output that takes nothing. */

import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const skip = existsSync('/dev/full') ? false : 'needs /dev/full'

t.test('a full disk behind standard output neither ends the process nor holds it at its end', { skip }, async t => {
  const full = openSync('/dev/full', 'w')
  const program = fileURLToPath(new URL('log-to-full-disk.ts', import.meta.url))
  const child = spawnSync(process.execPath, [...process.execArgv, program], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  })
  closeSync(full)
  t.match(child, { stderr: 'closed', status: 0 })
})

t.test('a line that was not put together for want of room is counted as left out', async t => {
  const program = fileURLToPath(new URL('log-flood.ts', import.meta.url))
  const { stdout } = spawnSync(process.execPath, [...process.execArgv, program], { encoding: 'utf8', timeout: 20_000 })
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const numbers = lines.flatMap(({ number }) => (number === undefined ? [] : [number]))
  t.strictSame(numbers, [...Array.from({ length: 500 }, (_, index) => index + 1), 601])
  t.match(
    lines.find(({ level }) => level === 40),
    { lines: 100, msg: /left out/ },
  )
})
