/** The TFTP door over loopback, with the clients that people have. Each is skipped where it is not installed. */

import { execFile, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { Fields } from '../../src/doors/log.js'
import { openTftp } from '../../src/doors/tftp.js'
import { decodePacket } from '../../src/tftp/packet.js'
import { some } from '../some.js'
import { loopbackUdp } from '../tftp/udp.js'

const run = promisify(execFile)
const MiB = 1024 * 1024
const limit = 60_000 // milliseconds for one client

const files = new Map<string, Buffer>([
  ['snom370.htm', Buffer.from('<?xml version="1.0" encoding="utf-8" ?>\n<settings>\n</settings>\n')],
  ['8MiB.bin', noise(8 * MiB)],
  ['65600-blocks.bin', noise(65_600 * 512)], // and an empty one: the file fills its last block
  ['lines.txt', Buffer.from('one\ntwo\r\nthree\rfour\n\n\r\r'.repeat(500))],
])

interface Fetch {
  readonly file: string
  readonly blksize?: number
  readonly windowsize?: number
}

/** A program, how it tells that it is the one we mean, and what it is called with to put `file` at `path`. */
interface Client {
  readonly program: string
  readonly package: string
  readonly probe: readonly [argument: string, says: RegExp]
  readonly call: (port: number, path: string, fetch: Fetch) => readonly string[]
}

const tftpHpa: Client = {
  program: 'tftp',
  package: 'tftp-hpa',
  probe: ['-V', /tftp-hpa/],
  call: (port, path, { file }) => ['-m', 'octet', '127.0.0.1', `${port}`, '-c', 'get', file, path],
}
const netascii: Client = {
  ...tftpHpa,
  call: (port, path, { file }) => ['-m', 'netascii', '127.0.0.1', `${port}`, '-c', 'get', file, path],
}
const atftp: Client = {
  program: 'atftp',
  package: 'atftp',
  probe: ['-V', /atftp/],
  call: (port, path, { file, blksize, windowsize }) => [
    ...['--get', '--remote-file', file, '--local-file', path],
    ...(blksize ? ['--option', `blksize ${blksize}`] : []),
    ...(windowsize ? ['--option', `windowsize ${windowsize}`] : []),
    ...['127.0.0.1', `${port}`],
  ],
}
const busybox: Client = {
  program: 'busybox',
  package: 'busybox',
  probe: ['--list', /^tftp$/m],
  call: (port, path, { file, blksize }) => [
    ...['tftp', '-g', '-r', file, '-l', path],
    ...(blksize ? ['-b', `${blksize}`] : []),
    ...['127.0.0.1', `${port}`],
  ],
}
const curl: Client = {
  program: 'curl',
  package: 'curl',
  probe: ['-V', /\btftp\b/],
  call: (port, path, { file, blksize }) => [
    ...['--silent', '--fail', '--output', path],
    ...(blksize ? ['--tftp-blksize', `${blksize}`] : []),
    `tftp://127.0.0.1:${port}/${file}`,
  ],
}

const both = ['snom370.htm', '8MiB.bin']
const fetches: readonly [Client, readonly Fetch[]][] = [
  [tftpHpa, [...both, '65600-blocks.bin'].map(file => ({ file }))],
  [netascii, [{ file: 'lines.txt' }]],
  [
    atftp,
    [
      ...both.flatMap(file =>
        [512, 1428].flatMap(blksize => [1, 16].map(windowsize => ({ file, blksize, windowsize }))),
      ),
      { file: '65600-blocks.bin', windowsize: 16 },
    ],
  ],
  [busybox, [...both.flatMap(file => [{ file }, { file, blksize: 1428 }]), { file: '65600-blocks.bin' }]],
  [curl, [...both.flatMap(file => [512, 1428].map(blksize => ({ file, blksize }))), { file: '65600-blocks.bin' }]],
]

for (const [client, list] of fetches) {
  const title = client === netascii ? 'tftp-hpa fetches netascii' : `${client.package} fetches`
  t.test(title, { skip: isInstalled(client) ? false : `needs ${client.package}` }, async t => {
    const place = await open(t)
    for (const fetch of list) await fetchAndCompare(t, client, place, fetch)
    await t.rejects(fetchMissing(client, place.port, join(t.testdir(), 'no')), 'a missing file is told at once')
    t.match(place.counters(), { fault: 0, unreadable: 0, 'unknown TID': 0, 'not found': 1 })
  })
}

t.test(
  'a session of tftp-hpa, which keeps its port',
  { skip: isInstalled(tftpHpa) ? false : 'needs tftp-hpa' },
  async t => {
    const place = await open(t)
    const [first, second] = ['first', 'second'].map(name => join(t.testdir(), name))
    const session = run('tftp', ['-m', 'octet', '127.0.0.1', `${place.port}`], { timeout: limit })
    session.child.stdin?.end(`get lines.txt ${first}\nget missing ${first}.no\nget snom370.htm ${second}\nquit\n`)
    await session
    t.ok((await readFile(some(first))).equals(some(files.get('lines.txt'))))
    t.ok((await readFile(some(second))).equals(some(files.get('snom370.htm'))), 'a miss does not spoil the next file')
    t.match(place.counters(), { requests: 3, delivered: 2, 'not found': 1, 'unknown TID': 0 })
  },
)

t.test('tftp2 fetches', async t => {
  const place = await open(t)
  for (const file of both) {
    const line = place.nextLine()
    t.ok((await fetchByTftp2(t, place.port, file)).equals(some(files.get(file))), file)
    t.match(await line, { file, blksize: 512, windowsize: 1, acknowledged: true })
  }
})

t.test('three malformed datagrams on each port leave a transfer as it is', async t => {
  const place = await open(t)
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  t.teardown(() => socket.close())
  await once(socket, 'listening')
  socket.send(Buffer.from('\0\x01snom370.htm\0octet\0', 'latin1'), place.port, '127.0.0.1')
  const [first, { port: tid }] = await once(socket, 'message')
  t.match(decodePacket(first), { op: 'DATA', block: 1 })
  for (const hex of ['', '0003ff', '00ff00000000']) {
    socket.send(Buffer.from(hex, 'hex'), place.port, '127.0.0.1')
    socket.send(Buffer.from(hex, 'hex'), tid, '127.0.0.1')
  }
  const stranger = createSocket('udp4').bind(0, '127.0.0.1')
  t.teardown(() => stranger.close())
  stranger.send(Buffer.from('00040001', 'hex'), tid, '127.0.0.1')
  const [told] = await once(stranger, 'message')
  t.match(decodePacket(told), { op: 'ERROR', code: 5 }, 'a stranger is told, the transfer goes on')
  socket.send(Buffer.from('00040001', 'hex'), tid, '127.0.0.1')
  await place.nextLine()
  t.match(place.counters(), { malformed: 6, delivered: 1, 'unknown TID': 1, fault: 0 })
})

async function fetchAndCompare(t: Test, client: Client, place: Place, fetch: Fetch): Promise<void> {
  const path = join(t.testdir(), 'fetched')
  const line = place.nextLine()
  await run(client.program, client.call(place.port, path, fetch), { timeout: limit })
  const bytes = await readFile(path)
  const { file, blksize = '', windowsize = '' } = fetch
  t.ok(bytes.equals(some(files.get(file))), `${file} ${blksize} ${windowsize}: ${bytes.length} bytes agree`)
  const { blksize: agreed, windowsize: window, retransmitted, milliseconds } = await line
  t.match({ agreed, window }, { ...(blksize && { agreed: blksize }), ...(windowsize && { window: windowsize }) })
  t.comment(`blksize ${agreed} windowsize ${window} ${milliseconds} ms, ${retransmitted} blocks again`)
}

/** tftp-hpa says that it got nothing, and ends with 0. */
async function fetchMissing({ program, call }: Client, port: number, path: string): Promise<void> {
  const { stdout, stderr } = await run(program, call(port, path, { file: 'missing' }), { timeout: limit })
  if (/not found/i.test(stdout + stderr)) throw new Error('not found')
}

interface Place {
  readonly port: number
  nextLine(): Promise<Fields>
  counters(): Readonly<Record<string, number>>
}

async function open(t: Test): Promise<Place> {
  const requests = await loopbackUdp()
  const transfers = await loopbackUdp()
  const waiting: ((fields: Fields) => void)[] = []
  const info = (fields: Fields) => {
    waiting.shift()?.(fields)
  }
  const bundle = {
    find: async (name: string) => {
      const bytes = files.get(name.replace(/^\//, ''))
      return bytes && { kind: 'rendered' as const, bytes, etag: '', type: '', withheld: 0 }
    },
  }
  const log = { debug() {}, info, warn: info, error: info }
  const baseUrl = `tftp://127.0.0.1:${requests.port}`
  const door = openTftp({ requests, transfers, bundle, baseUrl, mtu: 1500, log, now: () => performance.now() })
  t.teardown(() => door.close())
  return {
    port: requests.port,
    nextLine: () => new Promise(resolve => waiting.push(resolve)),
    counters: () => door.counters,
  }
}

interface Tftp2 {
  read(file: string, push: (bytes: Buffer) => void, done: () => void): Promise<void>
  close(): void
}

/** It never gives up by itself, so it gets a limit. */
async function fetchByTftp2(t: Test, port: number, file: string): Promise<Buffer> {
  const connect: (host: string, port: number) => Tftp2 = createRequire(import.meta.url)('tftp2')
  const client = connect('127.0.0.1', port)
  t.teardown(() => client.close())
  const parts: Buffer[] = []
  const late = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`tftp2 has not ended after ${limit} ms`)), limit)
    t.teardown(() => clearTimeout(timer))
  })
  await Promise.race([
    client.read(
      file,
      bytes => void parts.push(Buffer.from(bytes)),
      () => {},
    ),
    late,
  ])
  return Buffer.concat(parts)
}

/** Bytes that repeat at no block border, the same in every run. */
function noise(length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let index = 0, state = 1; index < words.length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    words[index] = state
  }
  return Buffer.from(words.buffer, 0, length)
}

function isInstalled({ program, probe: [argument, says] }: Client): boolean {
  const { stdout, stderr } = spawnSync(program, [argument], { encoding: 'utf8', timeout: limit })
  return says.test(`${stdout}${stderr}`)
}
