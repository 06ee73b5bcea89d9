/**
 * A hundred thousand mutated SIP messages through the whole Plug & Play door. Prints the rate, what became of them, and the heap
 * before and after; exit 1 when anything is thrown, or when the heap has grown by more than 8 MiB.
 * Run: `node --import=@tapjs/typescript/import test/bench/pnp-mutations.ts [COUNT [SEED]]`; some 10 seconds.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { openPnp } from '../../src/doors/pnp.js'
import { snom } from '../../src/snom/vendor.js'
import { dialects, subscribeText } from '../sip/dialects.js'
import { torture } from '../sip/torture.js'
import { some } from '../some.js'
import { MemoryUdp } from '../tftp/udp.js'

const count = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? 66)
const growthAllowed = 8 * 1024 * 1024 // bytes: 4,096 answers and 2,048 NOTIFYs, and the compiler's ups and downs

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

const address = '192.168.66.21'
const originals = [
  ...dialects.map(one => Buffer.from(subscribeText(one, { address, port: one.port, id: '7' }), 'latin1')),
  ...torture.map(({ text }) => Buffer.from(text, 'latin1')),
]
/** What parsers trip over, put in place of a byte. */
const words = ['\r\n', '\n ', '"', '<', '>', ';', ',', '%', '\0', ': ', '\\', 'SIP/2.0', '99999999999', '\xff'].map(
  word => Buffer.from(word, 'latin1'),
)
const random = noise(seed)

/** A copy with a few places changed, sometimes cut. The dialects, which lead furthest in, come most often. */
function mutate(): Buffer {
  let copy = some(originals[random() % (random() % 3 === 0 ? originals.length : dialects.length)])
  for (let changes = random() % 6; changes > 0; changes -= 1) {
    const at = random() % copy.length
    const word = random() % 2 === 0 ? some(words[random() % words.length]) : Buffer.from([random() & 255])
    copy = Buffer.concat([copy.subarray(0, at), word, copy.subarray(at + (random() % 4))])
  }
  return random() % 8 === 0 ? copy.subarray(0, random() % copy.length) : copy
}

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
const heap = (): number => {
  collect()
  return process.memoryUsage().heapUsed
}

const silent = () => undefined
const udp = new MemoryUdp()
udp.keeps = false
let faults = 0
let now = 0
const door = openPnp({
  udp,
  own: some(parseIpv4('192.168.66.1')),
  rules: {
    settingsUrl: 'http://192.168.66.1/settings?mac={mac}',
    generalBase: 'http://192.168.66.1',
    unknown: 'answer',
    vendors: new Map([['yealink', 'http://192.168.66.1/$mac']]),
    isListed: mac => mac.endsWith('34'),
    redirectionOf: () => undefined,
    recognises: snom.recognises,
    phoneType: snom.phoneType,
    holderOf: () => undefined,
  },
  log: {
    debug: silent,
    info: silent,
    warn: silent,
    error: fields => {
      faults += 1
      process.stderr.write(`${JSON.stringify(fields)}\n`)
    },
  },
  now: () => now,
})

function work(times: number): void {
  for (let index = 0; index < times; index += 1) {
    now += 10
    udp.deliver({ bytes: mutate(), address: 0xc0a84200 + (random() & 0xffff), port: 5060 })
  }
}

work(Math.min(count, 20_000)) // the compiler is done, and the tables are full after these
const before = heap()
const started = performance.now()
work(count)
const seconds = (performance.now() - started) / 1000
const after = heap()
const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1)
process.stdout.write(
  `${count} messages in ${seconds.toFixed(1)} s: ${Math.round(count / seconds)}/s; ${faults} faults\n`,
)
process.stdout.write(`${[...door.counters].map(([what, times]) => `${what} ${times}`).join(', ')}\n`)
process.stdout.write(`${udp.count} datagrams sent; heap ${mebibytes(before)} -> ${mebibytes(after)} MiB\n`)
await door.close()
process.exitCode = faults > 0 || after - before > growthAllowed ? 1 : 0
