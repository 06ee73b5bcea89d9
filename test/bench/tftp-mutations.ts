/**
 * A million broken datagrams against the TFTP decoder, and as many against the door. Prints the rate and the heap before
 * and after; exit 1 when anything is thrown, or when the heap has grown by more than 4 MiB.
 * Run: `node --import=@tapjs/typescript/import test/bench/tftp-mutations.ts [COUNT [SEED]]`; some 20 seconds.
 */

import { mock } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openTftp } from '../../src/doors/tftp.js'
import type { Datagram } from '../../src/doors/udp.js'
import { decodePacket, encodePacket, MalformedPacket, type Packet } from '../../src/tftp/packet.js'
import { some } from '../some.js'
import { MemoryUdp } from '../tftp/udp.js'

const growthAllowed = 4 * 1024 * 1024 // bytes: the compiler's own ups and downs; one leaked kilobyte a thousand datagrams is 1 MiB
const batch = 64 // datagrams a wake-up
const batchTime = 100 // milliseconds on the door's clock, so that transfers also grow old

const count = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? 66)

const option = (name: string, value: string) => [name, value] as const
const models: readonly Packet[] = [
  { op: 'RRQ', file: 'snom370.htm', mode: 'octet', options: [] },
  { op: 'RRQ', file: 'snom370.htm', mode: 'netascii', options: [option('tsize', '0'), option('blksize', '8')] },
  { op: 'RRQ', file: 'firmware.bin', mode: 'octet', options: [option('blksize', '1428'), option('windowsize', '16')] },
  { op: 'RRQ', file: 'slow', mode: 'octet', options: [option('timeout', '3'), option('tsize', '0')] },
  { op: 'RRQ', file: 'broken', mode: 'octet', options: [] },
  { op: 'WRQ', file: 'snom370.htm', mode: 'mail', options: [] },
  { op: 'DATA', block: 1, bytes: Buffer.alloc(512, 'x') },
  { op: 'ERROR', code: 0, message: 'Transfer aborted' },
  { op: 'OACK', options: [option('blksize', '1428')] },
  ...[0, 0, 1, 1, 1, 2, 2, 3, 16, 65535].map(block => ({ op: 'ACK', block }) as const),
]
const seeds = models.map(encodePacket)

const files = new Map([
  ['snom370.htm', Buffer.from('<settings>\n</settings>\n'.repeat(50))],
  ['firmware.bin', Buffer.alloc(200_000, 1)],
  ['slow', Buffer.alloc(600)],
])

process.exitCode = [await run('decoder', decodeAll), await run('door', serveAll)].includes(false) ? 1 : 0

async function run(title: string, attack: (count: number, random: Random) => Promise<string>): Promise<boolean> {
  await attack(Math.min(count, 50_000), randomOf(seed + 1)) // the compiler's share
  const before = heap()
  const start = performance.now()
  const outcome = await attack(count, randomOf(seed))
  const seconds = (performance.now() - start) / 1000
  const after = heap()
  const isFlat = after - before <= growthAllowed
  const rate = Math.round(count / seconds).toLocaleString('en')
  say(`${title}: ${count.toLocaleString('en')} datagrams in ${seconds.toFixed(1)} s, ${rate}/s`)
  say(`  heap ${mebi(before)} before, ${mebi(after)} after: ${isFlat ? 'flat' : 'GROWN'}; ${outcome}`)
  return isFlat && !outcome.includes('THROWN')
}

async function decodeAll(rounds: number, random: Random): Promise<string> {
  let refused = 0
  let thrown = 0
  for (let round = 0; round < rounds; round++) {
    try {
      decodePacket(mutate(random))
    } catch (error) {
      if (error instanceof MalformedPacket) refused++
      else thrown++
    }
  }
  return `${refused} refused, ${thrown === 0 ? 'nothing else thrown' : `${thrown} THROWN`}`
}

/** 64 hosts of 16 ports each; half of all datagrams go to port 69. */
async function serveAll(rounds: number, random: Random): Promise<string> {
  mock.timers.enable({ apis: ['setTimeout'] })
  const requests = new MemoryUdp()
  const transfers = new MemoryUdp()
  requests.keeps = false
  transfers.keeps = false
  let now = 0
  let lines = 0
  const log = {
    debug: () => void lines++,
    info: () => void lines++,
    warn: () => void lines++,
    error: () => void lines++,
  }
  const door = openTftp({ requests, transfers, bundle: { find }, baseUrl: '', mtu: 1500, log, now: () => now })
  let thrown = 0
  for (let round = 0; round < rounds; round += batch) {
    const datagrams = Array.from({ length: Math.min(batch, rounds - round) }, () => datagram(random))
    try {
      if (random(2) === 0) requests.deliver(...datagrams)
      else transfers.deliver(...datagrams)
      now += batchTime
      mock.timers.tick(batchTime)
    } catch {
      thrown++
    }
    await new Promise(resolve => setImmediate(resolve))
  }
  const counts = Object.entries(door.counters).filter(([, times]) => times > 0)
  await door.close()
  mock.timers.reset()
  const faults = door.counters.fault + thrown
  const all = counts.map(([reason, times]) => `${reason} ${times}`).join(', ')
  return `${lines} lines, ${transfers.count} sent, ${faults === 0 ? 'nothing thrown' : `${faults} THROWN`}\n  ${all}`
}

async function find(name: string) {
  if (name === 'broken') throw new Error('broken')
  if (name === 'slow') await new Promise(resolve => setImmediate(resolve))
  const bytes = files.get(name)
  return bytes && { kind: 'rendered' as const, bytes, etag: '', type: '', withheld: 0 }
}

function datagram(random: Random): Datagram {
  return { bytes: mutate(random), address: 0xc0a84200 + random(64), port: 1024 + random(16) }
}

/** One in four goes unharmed, so that there are transfers to be disturbed. */
function mutate(random: Random): Buffer {
  const bytes = Buffer.from(some(seeds[random(seeds.length)]))
  if (random(4) === 0) return bytes
  for (let times = 1 + random(4); times > 0 && bytes.length > 0; times--) {
    bytes[random(bytes.length)] = random(4) === 0 ? 0 : random(256)
  }
  switch (random(6)) {
    case 0:
      return bytes.subarray(0, random(bytes.length + 1))
    case 1:
      return Buffer.concat([bytes, Buffer.alloc(random(1500), random(256))])
    case 2:
      return Buffer.concat([bytes.subarray(0, random(bytes.length + 1)), some(seeds[random(seeds.length)])])
    default:
      return bytes
  }
}

/** A whole number from 0 up to below `limit`. */
type Random = (limit: number) => number

/** Marsaglia's xorshift32: the same numbers for the same seed. */
function randomOf(start: number): Random {
  let state = start | 1
  return limit => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

function heap(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function mebi(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
