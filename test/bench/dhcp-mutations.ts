/**
 * A million mutated datagrams through decoder, server and encoder. Prints the rate, what became of them, and the heap before and
 * after; exit 1 when anything is thrown, or when the heap has grown by more than 8 MiB.
 * Run: `node --import=@tapjs/typescript/import test/bench/dhcp-mutations.ts [COUNT [SEED]]`; some 15 seconds.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { decodeMessage, MalformedMessage } from '../../src/dhcp/decode.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import { makeServer, say, type Words } from '../dhcp/talk.js'

const count = Number(process.argv[2] ?? 1_000_000)
const seed = Number(process.argv[3] ?? 66)
const growthAllowed = 8 * 1024 * 1024 // bytes: 4,096 offers and the seats of a /24 and its journal of leases, and the compiler's ups and downs

/** mulberry32: 32 bits of noise that are the same for the same seed. */
function noise(state: number): () => number {
  let at = state
  return () => {
    at = (at + 0x6d2b79f5) | 0
    let mixed = Math.imul(at ^ (at >>> 15), at | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

const asked = { 55: [1, 3, 6, 12, 15, 42, 66, 67, 120], 60: [...Buffer.from('snom370')], 61: [1, 0, 4, 19, 38, 0, 1] }
const seeds: readonly Words[] = [
  { type: 'discover', options: asked },
  {
    type: 'discover',
    giaddr: '198.51.100.1',
    options: { ...asked, 82: [1, 2, 7, 7, 5, 4, 198, 51, 100, 1, 11, 4, 198, 51, 100, 1] },
  },
  { type: 'request', options: { ...asked, 50: '192.0.2.100', 54: '192.0.2.1' } },
  { type: 'request', options: { 50: '192.0.2.100' } },
  { type: 'request', ciaddr: '192.0.2.100' },
  { type: 'release', ciaddr: '192.0.2.100', options: { 54: '192.0.2.1' } },
  { type: 'decline', options: { 50: '192.0.2.100', 54: '192.0.2.1' } },
  { type: 'inform', ciaddr: '192.0.2.50', options: asked },
]
const originals = seeds.map(words => encodeMessage(say(words)))
const random = noise(seed)

/** A copy with a few bytes changed, sometimes cut, sometimes longer. */
function mutate(): Buffer {
  const original = originals[random() % originals.length] ?? Buffer.alloc(0)
  const copy = Buffer.concat([original, Buffer.alloc(random() % 8 === 0 ? random() % 300 : 0, random() & 255)])
  for (let changes = random() % 10; changes > 0; changes -= 1) {
    // half of the changes among the options, where the parser has most to do
    const at = random() % 2 === 0 ? 240 + (random() % 80) : random() % copy.length
    copy[at] = random() & 255
  }
  return random() % 4 === 0 ? copy.subarray(0, random() % copy.length) : copy
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

const outcomes = new Map<string, number>()
const server = makeServer({ pool: '192.0.2.2 - 192.0.2.254', plan: { rapidCommit: true } })

function outcome(datagram: Buffer, now: number): string {
  try {
    const answer = server.answer(decodeMessage(datagram), now)
    if (answer.kind === 'reply') encodeMessage(answer.message)
    return answer.kind === 'silence' ? answer.reason : answer.kind
  } catch (error) {
    if (error instanceof MalformedMessage) return error.defect
    throw error
  }
}

function work(times: number): void {
  for (let index = 0; index < times; index += 1) {
    const what = outcome(mutate(), index * 10)
    outcomes.set(what, (outcomes.get(what) ?? 0) + 1)
  }
}

work(Math.min(count, 50_000)) // the compiler is done after these
const before = heap()
const started = performance.now()
work(count)
const seconds = (performance.now() - started) / 1000
const after = heap()
const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)
process.stdout.write(
  `${count} datagrams in ${seconds.toFixed(1)} s: ${Math.round(count / seconds)}/s; nothing thrown\n`,
)
process.stdout.write(`${[...outcomes].map(([what, times]) => `${what} ${times}`).join(', ')}\n`)
process.stdout.write(`heap ${mebibytes(before)} -> ${mebibytes(after)} MiB\n`)
process.exitCode = after - before > growthAllowed ? 1 : 0
