/**
 * Leases a second that become durable, in groups of a size and with many saves at once; beside it what the device does
 * without us: append and fdatasync of the same bytes, one after the other. Prints a line each; some 15 seconds.
 * Run: `npx tsc --outDir .tap/bench && node .tap/bench/test/bench/journal-rate.js [FOLDER]`, FOLDER on the disk to measure.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { journalLine } from '../../src/store/journal-line.js'
import { encodeLease } from '../../src/store/lease-record.js'
import { openLeaseStore } from '../../src/store/lease-store.js'
import { lease } from '../store/lease-store-contract.js'

const duration = 1.5 // seconds, of each figure
const addresses = 16_384
const ready = Array.from({ length: addresses }, (_, i) =>
  lease(i, 1_700_000_000_000, { hostname: `snom370-${i}`, vendorClass: 'snom370' }),
)

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'option66-bench-'))
try {
  for (const group of [1, 32, 64]) await device(group)
  for (const [group, saves] of [
    [1, 1],
    [1, 64],
    [1, 1000],
    [32, 1],
    [64, 1],
    [64, 8],
    [64, 64],
  ] as const) {
    await journal(group, saves)
  }
  encoding()
} finally {
  rmSync(folder, { recursive: true })
}

async function device(group: number): Promise<void> {
  const bytes = Buffer.from(
    next(0, group)
      .map(one => journalLine(encodeLease(one)))
      .join(''),
  )
  const handle = await open(join(folder, 'device'), 'w')
  const times = await measure(1, async () => {
    await handle.write(bytes)
    await handle.datasync()
  })
  await handle.close()
  print(`write + fdatasync of ${bytes.length} bytes (${group} leases)`, group, times)
}

/** `saves` callers, each of which saves `group` leases, waits, and saves again. */
async function journal(group: number, saves: number): Promise<void> {
  const { store } = await openLeaseStore(join(folder, `${group}-${saves}`), text => process.stderr.write(`${text}\n`))
  let at = 0
  const before = process.cpuUsage()
  const times = await measure(saves, () => {
    at = (at + group) % (addresses - group)
    return store.save(next(at, group))
  })
  const { user, system } = process.cpuUsage(before)
  await store.close()
  const cost = (user + system) / (times.length * group)
  print(`journal, saves of ${group}, ${saves} at once, ${cost.toFixed(1)} µs of CPU a lease`, group, times)
}

function next(at: number, group: number) {
  return ready.slice(at, at + group)
}

async function measure(callers: number, call: () => Promise<void>): Promise<number[]> {
  const times: number[] = [] // ms
  const end = performance.now() + duration * 1000
  const run = async () => {
    for (let now = performance.now(); now < end; ) {
      await call()
      const then = performance.now()
      times.push(then - now)
      now = then
    }
  }
  await Promise.all(Array.from({ length: callers }, run))
  return times.sort((a, b) => a - b)
}

function encoding(): void {
  const start = process.cpuUsage()
  for (const one of ready) journalLine(encodeLease(one))
  const { user, system } = process.cpuUsage(start)
  process.stdout.write(`encoding one lease: ${((user + system) / addresses).toFixed(2)} µs of CPU\n`)
}

function print(what: string, group: number, times: readonly number[]): void {
  const at = (part: number) => (times[Math.floor(part * (times.length - 1))] ?? 0).toFixed(2)
  const rate = Math.round((times.length * group) / duration)
  process.stdout.write(`${what}: ${rate} leases/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms\n`)
}
