/** What the DHCP, TFTP and HTTP doors tell the timeline: one fact for each message, request and decision. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import type { Found } from '../../src/bundle/bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import { DhcpDoor } from '../../src/doors/dhcp.js'
import { openHttp } from '../../src/doors/http.js'
import type { Log } from '../../src/doors/log.js'
import { openTftp } from '../../src/doors/tftp.js'
import type { Fact } from '../../src/fleet/fact.js'
import { Timeline } from '../../src/fleet/timeline.js'
import { bootViews } from '../../src/phone-lines.js'
import { createRecognise } from '../../src/recognise.js'
import { decodeFact, encodeFact } from '../../src/store/fact-record.js'
import { encodePacket, type Option, type Packet } from '../../src/tftp/packet.js'
import { ip, makeServer, say, type Words } from '../dhcp/talk.js'
import { some } from '../some.js'
import { MemoryUdp } from '../tftp/udp.js'

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const mac = some(parseMac('000413260001'))
const agent = 'Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413260001)'

/** Every fact must be one that the disk takes and gives back. */
function proved(t: Test, facts: readonly Fact[]): readonly Fact[] {
  for (const fact of facts) t.strictSame(decodeFact(encodeFact(fact)), fact)
  return facts
}

function openDhcp(words: Parameters<typeof makeServer>[0] = {}) {
  const [udp, facts] = [new MemoryUdp(), [] as Fact[]]
  const saves = { fail: false }
  const save = async () => {
    if (saves.fail) throw new Error('no space left')
  }
  const store = { save, close: async () => {} }
  const note = (fact: Fact) => void facts.push(fact)
  new DhcpDoor({ udp, store, log: silent, server: makeServer(words), now: () => 5000, note })
  const hear = async (...messages: readonly Words[]) => {
    udp.deliver(...messages.map(one => ({ bytes: encodeMessage(say(one)), address: 0, port: 68 })))
    await turn()
    return facts.splice(0)
  }
  return { hear, saves }
}

const text = (words: string) => [...Buffer.from(words)]
const plan = { boot: { server: 'http://192.0.2.1/', file: 'snom370.htm' } }

t.test('a DHCP exchange is four facts, with what the phone says and what it was told', async t => {
  const { hear } = openDhcp({ clients: { '000413260001': plan } })
  const options = { 55: [1, 3, 66, 67], 60: text('snom370'), 12: text('front') }
  const facts = [
    ...(await hear({ type: 'discover', mac, options })),
    ...(await hear({ type: 'request', mac, options: { ...options, 50: '192.0.2.100', 54: '192.0.2.1' } })),
  ]
  const said = { at: 5000, mac, vendorClass: 'snom370', hostname: 'front', asks: [1, 3, 66, 67] }
  const address = ip('192.0.2.100')
  t.strictSame(proved(t, facts), [
    { kind: 'discover', ...said },
    { kind: 'offer', at: 5000, mac, address },
    { kind: 'request', ...said, state: 'selecting' },
    { kind: 'ack', at: 5000, mac, address, state: 'selecting', settingsUrl: 'http://192.0.2.1/snom370.htm' },
  ])
})

t.test('renewals, refusals, silence and addresses given back are facts too', async t => {
  const { hear } = openDhcp({ pool: '192.0.2.100 - 192.0.2.100' })
  const kindsOf = async (...messages: readonly Words[]) => {
    return proved(t, await hear(...messages)).map(fact => [
      fact.kind,
      'state' in fact ? fact.state : 'reason' in fact ? fact.reason : undefined,
    ])
  }
  await hear({ type: 'discover', mac }, { type: 'request', mac, options: { 50: '192.0.2.100', 54: '192.0.2.1' } })
  t.strictSame(await kindsOf({ type: 'request', mac, ciaddr: '192.0.2.100' }), [
    ['request', 'renewing'],
    ['ack', 'renewing'],
  ])
  t.strictSame(await kindsOf({ type: 'discover', mac: '000413260002' }), [
    ['discover', undefined],
    ['unanswered', 'pool-full'],
  ])
  t.strictSame(await kindsOf({ type: 'request', mac: '000413260002', options: { 50: '198.51.100.1' } }), [
    ['request', 'init-reboot'],
    ['nak', undefined],
  ])
  t.strictSame(await kindsOf({ type: 'inform', mac, ciaddr: '192.0.2.7' }), [
    ['request', 'inform'],
    ['ack', 'inform'],
  ])
  t.strictSame(await kindsOf({ type: 'decline', mac, options: { 50: '192.0.2.100' } }), [['declined', undefined]])
  t.strictSame(await kindsOf({ type: 'release', mac, ciaddr: '192.0.2.100' }, { type: 'discover', op: 2 }), [])
})

t.test('the look-out for other servers is no phone', async t => {
  const { hear } = openDhcp()
  t.strictSame(await hear({ type: 'discover', mac, options: { 12: text('option66-probe') } }), [
    { kind: 'offer', at: 5000, mac, address: ip('192.0.2.100') },
  ])
})

t.test('the server that a phone preferred is named', async t => {
  const { hear } = openDhcp()
  const facts = await hear({ type: 'request', mac, options: { 50: '10.0.0.9', 54: '10.0.0.1' } })
  t.match(facts[1], { kind: 'unanswered', reason: 'other-server', server: ip('10.0.0.1'), mac })
})

t.test('a lease that the disk refuses is told, and no ACK', async t => {
  const { hear, saves } = openDhcp()
  saves.fail = true
  const facts = await hear({ type: 'request', mac, options: { 50: '192.0.2.100', 54: '192.0.2.1' } })
  t.match(proved(t, facts), [{ kind: 'request' }, { kind: 'unanswered', reason: 'not-saved', mac }])
  t.equal(facts.length, 2)
})

const rendered = (bytes: Buffer): Found => {
  return { kind: 'rendered', bytes, etag: '"1"', type: 'text/xml', withheld: 2, mac }
}

function openTftpDoor(t: Test) {
  const [requests, transfers, facts] = [new MemoryUdp(), new MemoryUdp(), [] as Fact[]]
  const find = async (name: string) => {
    if (name.startsWith('broken')) throw new Error('gone')
    return name.startsWith('none') ? undefined : rendered(Buffer.alloc(1300))
  }
  const note = (fact: Fact) => void facts.push(fact)
  const clock = { now: 100 }
  const settings = { requests, transfers, bundle: { find }, baseUrl: 'tftp://192.0.2.1', mtu: 1500, log: silent }
  const door = openTftp({ ...settings, now: () => clock.now, note })
  t.teardown(() => door.close())
  const from = (packet: Packet, port: number) => ({ bytes: encodePacket(packet), port, address: ip('192.0.2.100') })
  return {
    clock,
    ask: async (file: string, port: number, options: Option[] = []) => {
      requests.deliver(from({ op: 'RRQ', file, mode: 'octet', options }, port))
      for (let turns = 0; turns < 3; turns += 1) await turn()
    },
    tell: (packet: Packet, port: number) => transfers.deliver(from(packet, port)),
    taken: () => proved(t, facts.splice(0)),
  }
}

t.test('a TFTP transfer is a fact at its end: whole, broken off, missing or refused', async t => {
  const { clock, ask, tell, taken } = openTftpDoor(t)
  const address = ip('192.0.2.100')
  await ask('snom370-000413260001.xml', 1)
  t.strictSame(taken(), [], 'not before')
  for (const block of [1, 2]) tell({ op: 'ACK', block }, 1)
  clock.now += 40
  tell({ op: 'ACK', block: 3 }, 1)
  await ask('firmware/x.bin', 2)
  tell({ op: 'ACK', block: 1 }, 2)
  tell({ op: 'ERROR', code: 3, message: 'Disk full' }, 2)
  await ask('none-000413260001.htm', 3)
  await ask('broken', 4)
  await ask('a', 5, [['blksize', '1']])
  const whose = { mac, address, door: 'tftp' }
  const told = taken()
  t.match(told, [
    {
      kind: 'fetched',
      ...whose,
      name: 'snom370-000413260001.xml',
      status: 'DATA',
      bytes: 1300,
      total: 1300,
      isWhole: true,
    },
    { kind: 'fetched', name: 'firmware/x.bin', status: 'DATA, aborted', bytes: 512, total: 1300, isWhole: false },
    { kind: 'fetched', ...whose, name: 'none-000413260001.htm', status: 'ERROR 1 File not found', bytes: 0 },
    { kind: 'fetched', name: 'broken', status: 'ERROR 0 The file cannot be read' },
    { kind: 'refused', door: 'tftp', name: 'a', reason: 'bad option: ERROR 8 blksize must be at least 8' },
  ])
  t.match(told[0], { milliseconds: 40, withheld: 2 })
  t.equal(told.length, 5)
  t.ok(
    told.every(({ at }) => Math.abs(at - Date.now()) < 60_000),
    'the time of day, whatever clock the door has',
  )
})

async function openHttpDoor(t: Test, requestsPerSecond = 200) {
  const facts: Fact[] = []
  const www = openShelf(t.testdir({ 'image.bin': 'x'.repeat(4_000_000) }))
  const find = async (name: string) => (name.includes('000413260001') ? rendered(Buffer.alloc(700)) : www.find(name))
  const listen = { host: '127.0.0.1', port: 0 }
  const note = (fact: Fact) => void facts.push(fact)
  const options = { listen, bundle: { find }, log: silent, now: () => performance.now(), note, requestsPerSecond }
  const door = await openHttp(options)
  t.teardown(() => door.close())
  /** As many as there are to come: an answer is told once its connection has it. */
  const taken = async (count: number) => {
    while (facts.length < count) await turn()
    return proved(t, facts.splice(0))
  }
  return { port: door.port, taken }
}

t.test('an HTTP request is a fact: who, what, how much, and whose the file is', async t => {
  const { port, taken } = await openHttpDoor(t)
  const url = `http://127.0.0.1:${port}`
  const headers = { 'user-agent': agent }
  await (await fetch(`${url}/snom370-000413260001.htm`)).text()
  await (await fetch(`${url}/image.bin`, { headers: { ...headers, range: 'bytes=100-199' } })).text()
  await (await fetch(`${url}/snom370-00:04:13:26:00:02.htm`)).text()
  await (await fetch(`${url}/snom370-000413260001.htm`, { headers: { ...headers, 'if-none-match': '"1"' } })).text()
  const told = await taken(4)
  t.match(told, [
    { kind: 'fetched', mac, door: 'http', name: '/snom370-000413260001.htm', status: '200', bytes: 700, withheld: 2 },
    { kind: 'fetched', mac, name: '/image.bin', status: '206', bytes: 100, total: 4_000_000, agent, isWhole: true },
    { kind: 'fetched', mac: '000413260002', status: '404', isWhole: true },
    { kind: 'fetched', mac, status: '304', bytes: 0, isWhole: true },
  ])
  t.ok(told.every(({ address, at }) => address === ip('127.0.0.1') && Math.abs(at - Date.now()) < 60_000))
})

t.test('an answer broken off says how much had left, and a refusal why', async t => {
  const { port, taken } = await openHttpDoor(t, 1)
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /image.bin HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  socket.destroy()
  await (await fetch(`http://127.0.0.1:${port}/none`)).text()
  await (await fetch(`http://127.0.0.1:${port}/none`)).text()
  const told = await taken(3)
  const broken = some(told.find(fact => fact.kind === 'fetched' && fact.name === '/image.bin'))
  t.match(broken, { kind: 'fetched', status: '200', total: 4_000_000, isWhole: false })
  t.ok(broken.kind === 'fetched' && broken.bytes > 0 && broken.bytes < 4_000_000)
  t.match(
    told.find(fact => fact.kind === 'refused'),
    { kind: 'refused', door: 'http', name: '/none', reason: 'rate-limited' },
  )
})

t.test('the facts of three doors are one line of time', async t => {
  const recognise = createRecognise()
  const holderOf = (address: number) => (address === ip('127.0.0.1') || address === ip('192.0.2.100') ? mac : undefined)
  const timeline = new Timeline({ recognise, isListed: () => true, holderOf })
  const dhcp = openDhcp({ clients: { '000413260001': plan } })
  const http = await openHttpDoor(t)
  const tftp = openTftpDoor(t)
  const options = { 55: [1, 66], 60: text('snom370') }
  const facts = [
    ...(await dhcp.hear({ type: 'discover', mac, options })),
    ...(await dhcp.hear({ type: 'request', mac, options: { ...options, 50: '192.0.2.100', 54: '192.0.2.1' } })),
  ]
  await (await fetch(`http://127.0.0.1:${http.port}/snom370-000413260001.htm`)).text()
  await tftp.ask('none.htm', 3)
  const now = Date.now()
  const later = [...(await http.taken(1)), ...tftp.taken()]
  for (const fact of facts) timeline.note({ ...fact, at: now })
  for (const fact of later) timeline.note(fact)
  t.strictSame(
    bootViews(some(timeline.phone(mac))).map(({ stage, facts }) => [
      stage,
      facts.map(({ door, kind }) => `${door} ${kind}`),
    ]),
    [['own', ['dhcp discover', 'dhcp offer', 'dhcp request', 'dhcp ack', 'http fetched', 'tftp fetched']]],
  )
})
