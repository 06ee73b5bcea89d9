/**
 * Requests a second through the HTTP door, its load in a process of its own: a rendered document and a miss, by
 * keep-alive and with a new connection each, and an 8 MiB file. Prints one line each; some 15 seconds.
 * Run: `npx tsc --outDir .tap/bench && node .tap/bench/test/bench/http-rate.js`.
 */

import { fork } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseMac } from '../../src/address/mac.js'
import { createBundle } from '../../src/bundle/create-bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { openHttp } from '../../src/doors/http.js'
import type { Layer } from '../../src/fleet/phone.js'
import { some } from '../some.js'

const seconds = 2.5
const clients = 64

interface Load {
  readonly port: number
  readonly path: string
  readonly keepAlive: boolean
}

interface Result {
  readonly requests: number
  readonly bytes: number
  readonly seconds: number
  readonly p99: number // ms
  readonly statuses: string
}

if (process.send === undefined) await serveAndReport()
else process.once('message', (load: Load) => void run(load).then(result => process.send?.(result)))

async function serveAndReport(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'http-rate-'))
  await mkdir(join(root, 'firmware'))
  await writeFile(join(root, 'firmware', 'image.bin'), Buffer.alloc(8 * 1024 * 1024, 7))
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const quotas = { requestsPerSecond: 1e9, connectionsPerAddress: 1e9 }
  const door = await openHttp({
    ...{ listen: { host: '127.0.0.1', port: 0 }, bundle: site(root), log: silent, now: () => performance.now() },
    ...quotas,
  })
  for (const path of ['/snom370/000413260001.xml', '/snom370.htm', '/absent.htm', '/firmware/image.bin']) {
    for (const keepAlive of [true, false]) await report({ port: door.port, path, keepAlive })
  }
  await door.close()
  await rm(root, { recursive: true })
}

/** A phone whose document has some 4 KiB. */
function site(root: string) {
  const mac = some(parseMac('000413260001'))
  const settings = Array.from({ length: 75 }, (_, n) => ({
    name: `setting_${n}`,
    flag: '$' as const,
    value: `value ${n}`,
  }))
  const nothing: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }
  const phone = { mac, model: 'snom370', groups: [], layer: { ...nothing, settings } }
  const inventory = { defaults: nothing, models: new Map(), groups: new Map(), phones: new Map([[mac, phone]]) }
  const shelf = openShelf(root)
  return createBundle({
    inventory: () => inventory,
    www: shelf,
    tftproot: shelf,
    holderOf: () => mac,
    tftpSecrets: false,
  })
}

async function report(load: Load): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url))
  const before = process.cpuUsage()
  const result = await new Promise<Result>((resolve, reject) => {
    child.once('error', reject)
    child.once('message', (message: Result) => resolve(message))
    child.send(load)
  })
  const cpu = process.cpuUsage(before)
  child.disconnect()
  const rate = Math.round(result.requests / result.seconds)
  const each = Math.round((cpu.user + cpu.system) / result.requests)
  const flow = Math.round(result.bytes / result.seconds / 1e6)
  const way = load.keepAlive ? 'keep-alive' : 'new connection each'
  const line = `${load.path} ${way}: ${rate} requests/s, ${each} µs CPU, p99 ${result.p99.toFixed(1)} ms, ${flow} MB/s`
  process.stdout.write(`${line}, status ${result.statuses}\n`)
}

async function run({ port, path, keepAlive }: Load): Promise<Result> {
  const start = performance.now()
  const until = start + seconds * 1000
  const times: number[] = []
  const statuses = new Set<string>()
  let bytes = 0
  const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/4.0 (compatible; snom370-SIP 7.3.30 1.1.3-u)\r\n`
  const request = `${head}Connection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`

  /** One connection: asks, waits for the whole answer, and asks again as long as it may. */
  function client(): Promise<void> {
    return new Promise((resolve, reject) => {
      let missing = -1
      let asked = performance.now()
      const socket = connect(port, '127.0.0.1', () => socket.write(request))
      socket.once('error', reject)
      socket.once('close', () => resolve())
      socket.on('data', chunk => {
        bytes += chunk.length
        if (missing < 0) {
          const text = chunk.toString('latin1')
          statuses.add(text.slice(9, 12))
          missing = Number(/content-length: (\d+)/i.exec(text)?.[1]) + text.indexOf('\r\n\r\n') + 4
        }
        missing -= chunk.length
        if (missing > 0) return
        times.push(performance.now() - asked)
        if (!keepAlive || performance.now() > until) return socket.end()
        missing = -1
        asked = performance.now()
        socket.write(request)
      })
    })
  }

  async function again(): Promise<void> {
    do await client()
    while (performance.now() < until)
  }

  await Promise.all(Array.from({ length: clients }, again))
  times.sort((a, b) => a - b)
  const p99 = times[Math.floor(times.length * 0.99)] ?? 0
  return {
    requests: times.length,
    bytes,
    seconds: (performance.now() - start) / 1000,
    p99,
    statuses: [...statuses].join(),
  }
}
