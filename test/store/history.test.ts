/** The history of phones on disk: read back in order, bounded, and never in the way of anything. */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { type Mac, parseMac } from '../../src/address/mac.js'
import type { Fact } from '../../src/fleet/fact.js'
import { type Disk, realDisk } from '../../src/store/disk.js'
import { decodeFact, encodeFact } from '../../src/store/fact-record.js'
import { type HistoryOrder, openHistory } from '../../src/store/history.js'
import { some } from '../some.js'
import { newFolder } from './folder.js'

const now = 1_700_000_000_000 // ms since 1970
const mac: Mac = some(parseMac('000413261234'))
const numbered = (number: number): Fact => {
  return { kind: 'redirected', at: now + number, mac, url: `http://pbx.example/${number}`, by: 'registry' }
}

/** Opens, reads all, appends, closes; tells what was read and reported. */
async function run(folder: string, facts: readonly Fact[] = [], order: Partial<HistoryOrder> = {}) {
  const reports: string[] = []
  const opened = await openHistory(folder, { now: () => now, ...order }, text => void reports.push(text))
  const read: Fact[] = []
  for await (const fact of opened.facts) read.push(fact)
  for (const fact of facts) opened.history.append(fact)
  await opened.history.close()
  return { read, reports, lost: opened.history.lost }
}

const segmentsOf = (folder: string) => readdirSync(join(folder, 'history')).sort()
const firstOf = (folder: string) => join(folder, 'history', '00000001.facts')

const every: readonly Fact[] = [
  { kind: 'discover', at: now, mac, vendorClass: 'snom370', hostname: 'front', asks: [1, 66], relay: 0xc0a84201 },
  { kind: 'request', at: now, mac, asks: [], state: 'selecting' },
  { kind: 'offer', at: now, mac, address: 0xc0a84265 },
  { kind: 'ack', at: now, mac, address: 1, state: 'selecting', settingsUrl: 'http://192.168.66.1/snom370.htm' },
  { kind: 'nak', at: now, mac },
  { kind: 'released', at: now, mac },
  { kind: 'declined', at: now },
  { kind: 'unanswered', at: now, door: 'dhcp', reason: 'other-server', server: 7 },
  { kind: 'subscribe', at: now, mac, vendor: 'snom', model: 'snom370', version: '8.7' },
  { kind: 'pnp-answered', at: now, mac, url: 'http://192.168.66.1/settings?mac=000413261234' },
  { kind: 'pnp-refused', at: now, mac, reason: 'unknown phone' },
  { kind: 'notify-ended', at: now, mac, status: 200 },
  {
    ...{
      kind: 'fetched',
      at: now,
      mac,
      door: 'tftp',
      name: 'a',
      status: 'DATA',
      bytes: 1,
      total: 2,
      milliseconds: 0.5,
    },
    ...{ isWhole: false, agent: 'snom', withheld: 1, isContainer: true },
  },
  { kind: 'refused', at: now, door: 'pnp', name: 'x', reason: 'y', agent: 'z' },
  { kind: 'redirected', at: now, mac, url: 'https://pbx.example/{mac}', by: 'inventory' },
  { kind: 'resync', at: now, mac },
]

t.test('every kind of fact comes back as it was, in order', async t => {
  const folder = newFolder(t)
  t.strictSame((await run(folder, every)).read, [])
  t.strictSame(await run(folder), { read: every, reports: [], lost: 0 })
  await run(folder, [numbered(1)])
  t.strictSame((await run(folder)).read, [...every, numbered(1)], 'a later run goes on with the same file')
  t.strictSame(segmentsOf(folder), ['00000001.facts'])
  t.equal(statSync(firstOf(folder)).mode & 0o137, 0, 'closed to strangers')
})

t.test('what no door ever told is no fact', async t => {
  const good = JSON.parse(encodeFact(some(every[12])))
  t.ok(decodeFact(JSON.stringify(good)))
  const bad = [
    ...[
      { kind: 'unheard' },
      { kind: 'toString' },
      { at: 'now' },
      { at: -1 },
      { mac: '00:04:13:26:12:34' },
      { address: -1 },
    ],
    ...[
      { address: 2 ** 32 },
      { door: 'gopher' },
      { name: 'x'.repeat(161) },
      { bytes: 1.5 },
      { isWhole: 1 },
      { extra: 1 },
    ],
  ]
  for (const change of bad) t.equal(decodeFact(JSON.stringify({ ...good, ...change })), undefined)
  for (const text of ['', 'null', '[]', '1', '{']) t.equal(decodeFact(text), undefined)
  t.doesNotThrow(() => fc.assert(fc.property(fc.json(), text => decodeFact(text) === undefined)))
})

t.test('a torn last line is dropped and told, and what comes later is not lost with it', async t => {
  const folder = newFolder(t)
  await run(folder, [numbered(1), numbered(2), numbered(3)])
  truncateSync(firstOf(folder), statSync(firstOf(folder)).size - 5)
  const { read, reports } = await run(folder, [numbered(4)])
  t.strictSame(read, [numbered(1), numbered(2)])
  t.match(reports, [/its last line was torn and is dropped/])
  t.strictSame(await run(folder), { read: [numbered(1), numbered(2), numbered(4)], reports: [], lost: 0 })
})

t.test('damaged lines are told and passed over, wherever they are', async t => {
  const folder = newFolder(t)
  await run(folder, [1, 2, 3, 4].map(numbered))
  const lines = readFileSync(firstOf(folder), 'utf8').split('\n')
  lines[1] = some(lines[1]).replace('pbx', 'PBX')
  writeFileSync(firstOf(folder), `${lines.join('\n')}${'z'.repeat(200_000)}\n`)
  const { read, reports } = await run(folder)
  t.strictSame(read, [1, 3, 4].map(numbered))
  t.match(reports, [/00000001\.facts: lines 2, 5 cannot be read and are passed over/])
})

t.test('the oldest segment goes when there is too much', async t => {
  const folder = newFolder(t)
  const mostBytes = 80_000
  for (let from = 0; from < 5000; from += 100) {
    await run(
      folder,
      Array.from({ length: 100 }, (_, index) => numbered(from + index)),
      { mostBytes },
    )
  }
  const { read } = await run(folder)
  t.equal(read.at(-1)?.at, now + 4999)
  t.ok(read.length > 300 && read.length < 1000, String(read.length))
  t.strictSame(
    read,
    read.toSorted((one, other) => one.at - other.at),
  )
  const sizes = segmentsOf(folder).map(name => statSync(join(folder, 'history', name)).size)
  t.ok(sizes.reduce((sum, size) => sum + size, 0) <= mostBytes + 65_536)
})

t.test('what is too old is neither told nor kept', async t => {
  const folder = newFolder(t)
  await run(
    folder,
    Array.from({ length: 200 }, (_, index) => numbered(index)),
    { mostBytes: 80_000 },
  )
  await run(folder, [numbered(500_000)], { mostBytes: 80_000 })
  const day = 86_400_000
  const later = { now: () => now + day + 500_000, mostAge: day }
  t.strictSame((await run(folder, [], later)).read, [numbered(500_000)])
  utimesSync(firstOf(folder), 1, 1)
  await run(folder, [], later)
  t.notOk(existsSync(firstOf(folder)))
})

t.test('other files in the folder are left alone', async t => {
  const folder = newFolder(t)
  mkdirSync(join(folder, 'history'))
  writeFileSync(join(folder, 'history', 'note.txt'), 'mine')
  mkdirSync(join(folder, 'history', '00000007.facts'))
  const { reports } = await run(folder, [numbered(1)])
  t.match(reports, [/a part of the history of phones is passed over: EISDIR/, /are lost/])
  rmSync(join(folder, 'history', '00000007.facts'), { recursive: true })
  await run(folder, [numbered(1)])
  t.strictSame((await run(folder)).read, [numbered(1)])
  t.equal(readFileSync(join(folder, 'history', 'note.txt'), 'utf8'), 'mine')
})

/** A disk that takes nothing, or only a part, while it is full. */
function fullDisk(state: { isFull: boolean; writes: number }): Disk {
  const open: Disk['open'] = async (path, flags, mode) => {
    const handle = await realDisk.open(path, flags, mode)
    const write = handle.write.bind(handle) as (...parts: unknown[]) => Promise<unknown>
    const half = async (bytes: Buffer, from: number, length: number, position: number) => {
      state.writes += 1
      if (!state.isFull) return write(bytes, from, length, position)
      await write(bytes, from, Math.floor(length / 2), position)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    return Object.assign(handle, { write: half as FileHandle['write'] })
  }
  return { ...realDisk, open }
}

t.test('a full disk costs facts and one complaint; then writing goes on, and nothing is torn', async t => {
  const folder = newFolder(t)
  const state = { isFull: false, writes: 0 }
  const reports: string[] = []
  const order = { now: () => now, disk: fullDisk(state) }
  const { history, facts } = await openHistory(folder, order, text => void reports.push(text))
  for await (const _ of facts) t.fail('nothing is there')
  const write = async (from: number): Promise<void> => {
    const { writes } = state
    for (let number = from; number < from + 600; number += 1) history.append(numbered(number))
    while (state.writes === writes) await new Promise(resolve => setImmediate(resolve)) // 600 lines are more than 64 KiB
  }
  await write(0)
  state.isFull = true
  await write(1000)
  await write(2000)
  state.isFull = false
  await write(3000)
  await history.close()
  t.match(reports, [/facts of the history of phones are lost: ENOSPC/, /is written again; \d+ facts were lost/])
  const { read, reports: later } = await run(folder)
  t.strictSame(later, [])
  t.equal(read.length, 2400 - history.lost)
  t.ok(history.lost >= 1000)
})

t.test('a folder that cannot be had is told once, and nothing else happens', async t => {
  const folder = newFolder(t)
  writeFileSync(join(folder, 'history'), 'a file')
  const { read, reports, lost } = await run(folder, [numbered(1), numbered(2)])
  t.strictSame([read, lost], [[], 2])
  t.match(reports, [/the history of phones cannot be read: ENOTDIR/, /are lost: /])
})

t.test('more than a storm brings in a second is dropped', async t => {
  const folder = newFolder(t)
  const { lost, reports } = await run(
    folder,
    Array.from({ length: 40_000 }, (_, number) => numbered(number)),
  )
  t.ok(lost > 5000 && lost < 39_000, String(lost))
  t.match(reports, [/more come in a second than are written/])
})

t.test('any cut and any flipped byte costs lines near it, and nothing else', async t => {
  const folder = newFolder(t)
  await run(
    folder,
    Array.from({ length: 40 }, (_, number) => numbered(number)),
  )
  const whole = readFileSync(firstOf(folder))
  for (let trial = 0; trial < 60; trial += 1) {
    const at = Math.floor((whole.length * trial) / 60)
    const bytes = Buffer.from(whole)
    if (trial % 2 === 0) bytes.writeUInt8(bytes.readUInt8(at) ^ 0x20, at)
    writeFileSync(firstOf(folder), trial % 2 === 0 ? bytes : bytes.subarray(0, at))
    const { read } = await run(folder)
    const numbers = new Set(read.map(fact => fact.at - now))
    t.ok(
      trial % 2 === 0 ? numbers.size >= 38 : numbers.size === whole.subarray(0, at).toString().split('\n').length - 1,
    )
  }
})
