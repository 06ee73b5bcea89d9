#!/usr/bin/env node
/** The process: its arguments, streams, signals and exit code. Nothing else touches them. */

import { runCommandLine } from './command-line.js'

/** Who stops reading (`option66 leases list | head`) is no failure of ours. */
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await runCommandLine(process.argv.slice(2), {
  isTerminal: process.stdout.isTTY === true,
  passed: passedSockets(),
  residentMemory: () => process.memoryUsage.rss(),
  input: process.stdin,
  ...(process.stderr.isTTY === true && { progress: text => void process.stderr.write(text) }),
  write: text => {
    process.stdout.write(text)
  },
  complain: text => {
    process.stderr.write(text)
  },
  untilStopped,
})

/** Sockets that systemd passed, by name; the first is descriptor 3 (sd_listen_fds(3)). */
function passedSockets(): ReadonlyMap<string, number> {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = process.env
  if (LISTEN_PID !== String(process.pid)) return new Map()
  const names = (LISTEN_FDNAMES ?? '').split(':').slice(0, Number(LISTEN_FDS))
  return new Map(names.map((name, index) => [name, 3 + index]))
}

function untilStopped(reload: () => void): Promise<void> {
  process.on('SIGHUP', reload)
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve())
  })
}
