/** The DHCP door between a socket and a disk that are none. */

import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { formatIpv4 } from '../../src/address/ipv4.js'
import { decodeMessage } from '../../src/dhcp/decode.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import type { Lease, LeaseStore } from '../../src/dhcp/lease.js'
import { DhcpDoor } from '../../src/doors/dhcp.js'
import type { Fields, Log } from '../../src/doors/log.js'
import type { Datagram, Udp } from '../../src/doors/udp.js'
import { ip, makeServer, say, type Words } from '../dhcp/talk.js'
import { some } from '../some.js'

/** What goes out is copied: the bytes are free again on return. */
class Wire implements Udp {
  readonly port = 67
  readonly sent: Datagram[] = []
  refused = 0
  isClosed = false
  isDown = false
  #callback: (datagrams: readonly Datagram[]) => void = () => undefined

  receive(callback: (datagrams: readonly Datagram[]) => void): void {
    this.#callback = callback
  }

  send(datagrams: readonly Datagram[]): void {
    if (this.isDown || this.isClosed) this.refused += datagrams.length
    else for (const one of datagrams) this.sent.push({ ...one, bytes: Buffer.from(one.bytes) })
  }

  async close(): Promise<void> {
    this.isClosed = true
  }

  /** All in one wake-up, after which their bytes are overwritten, as the next ones overwrite them. */
  hear(...messages: readonly Buffer[]): void {
    const datagrams = messages.map(bytes => ({ bytes: Buffer.from(bytes), address: 0, port: 68 }))
    this.#callback(datagrams)
    for (const { bytes } of datagrams) bytes.fill(0xff)
  }
}

/** Saves when it is told to. */
class Disk implements LeaseStore {
  readonly saved: Lease[] = []
  readonly waiting: { resolve(): void; reject(error: Error): void }[] = []

  save(leases: readonly Lease[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve: () => resolve(void this.saved.push(...leases)), reject })
    })
  }

  async close(): Promise<void> {}
}

function open(words: Parameters<typeof makeServer>[0] = {}) {
  const [udp, store] = [new Wire(), new Disk()]
  const lines: { level: string; fields: Fields; text: string }[] = []
  const write = (level: string) => (fields: Fields, text: string) => void lines.push({ level, fields, text })
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const clock = { now: 0 }
  const door = new DhcpDoor({ udp, store, log, server: makeServer(words), now: () => clock.now })
  return { udp, store, lines, clock, door }
}

const datagram = (words: Words) => encodeMessage(say(words))
const select = (mac: string, address: string) =>
  datagram({ type: 'request', mac, options: { 50: address, 54: '192.0.2.1' } })

t.test('no ACK leaves before its lease is on disk', async t => {
  const { udp, store } = open()
  udp.hear(select('000413260001', '192.0.2.100'))
  await turn()
  t.equal(udp.sent.length, 0)
  store.waiting[0]?.resolve()
  await turn()
  t.equal(udp.sent.length, 1)
  t.equal(store.saved[0]?.address, ip('192.0.2.100'))
})

t.test('an ACK that waited for the disk says what its own request said', async t => {
  const { udp, store, lines } = open()
  const options = { 50: '192.0.2.100', 54: '192.0.2.1', 61: [1, 2, 3], 12: [...Buffer.from('desk')], 55: [1, 3] }
  udp.hear(datagram({ type: 'request', mac: '000413260001', options }))
  udp.hear(datagram({ type: 'discover', mac: '0004132600FF' }))
  store.waiting[0]?.resolve()
  await turn()
  const ack = decodeMessage(some(udp.sent[1]).bytes)
  t.strictSame(
    [ack.xid, ack.chaddr.toString('hex', 0, 6), formatIpv4(ack.yiaddr), ack.options.get(61)?.toString('hex')],
    [0x12345678, '000413260001', '192.0.2.100', '010203'],
  )
  t.match(lines.at(-1), {
    text: 'DHCPACK',
    fields: { mac: '00:04:13:26:00:01', address: '192.0.2.100', hostname: 'desk' },
  })
})

t.test('when the disk refuses, the clients hear nothing, and the operator one line a minute', async t => {
  const { udp, store, lines, clock } = open()
  const fail = async (at: number): Promise<void> => {
    clock.now = at
    udp.hear(select('000413260001', '192.0.2.100'))
    store.waiting.pop()?.reject(new Error('no space left'))
    await turn()
  }
  for (const at of [0, 1000, 59_999]) await fail(at)
  const warnings = () => lines.filter(({ level }) => level === 'warn')
  t.equal(udp.sent.length, 0)
  t.equal(warnings().length, 1)
  await fail(60_000)
  t.equal(warnings().length, 2)
  t.match(warnings()[1]?.fields, { count: 4, detail: 'Error: no space left' })
})

t.test('a full pool is said once a minute, and counted each time', async t => {
  const { udp, lines, door, clock } = open({ pool: '192.0.2.100 - 192.0.2.100' })
  const discovers = Array.from({ length: 50 }, (_, at) => datagram({ type: 'discover', mac: `0004132600${10 + at}` }))
  udp.hear(...discovers)
  t.equal(udp.sent.length, 1)
  t.equal(lines.filter(({ level }) => level === 'warn').length, 1)
  t.equal(door.counters.get('pool-full'), 49)
  clock.now = 59_000
  udp.hear(...discovers.slice(1))
  t.equal(lines.filter(({ level }) => level === 'warn').length, 1)
})

t.test('while too many leases wait for the disk, requests are dropped; then they are taken again', async t => {
  const { udp, store, door } = open()
  const renew = datagram({ type: 'request', ciaddr: '192.0.2.100' })
  for (let batch = 0; batch < 130; batch += 1) udp.hear(...Array.from({ length: 64 }, () => renew))
  t.equal(store.waiting.length, 128, '8,192 leases')
  t.equal(door.counters.get('disk-behind'), 2 * 64)
  for (const one of store.waiting.splice(0)) one.resolve()
  await turn()
  t.equal(udp.sent.length, 8192)
  udp.hear(renew)
  t.equal(store.waiting.length, 1)
})

t.test('what is no message for a server is counted, and nothing else', async t => {
  const { udp, store, lines, door } = open()
  udp.hear(Buffer.alloc(0), Buffer.alloc(300), Buffer.alloc(5000), datagram({ type: 'discover', op: 2 }))
  t.strictSame(
    [...door.counters],
    [
      ['short', 1],
      ['op', 1],
      ['long', 1],
      ['not-a-request', 1],
    ],
  )
  t.strictSame([udp.sent.length, store.waiting.length], [0, 0])
  t.strictSame([...new Set(lines.map(({ level }) => level))], ['debug'])
})

t.test('the operator hears of an address that something else uses, and of a phone that gives its own back', async t => {
  const { udp, store, lines } = open()
  udp.hear(select('000413260001', '192.0.2.100'), select('000413260002', '192.0.2.101'))
  udp.hear(datagram({ type: 'decline', mac: '000413260001', options: { 50: '192.0.2.100' } }))
  udp.hear(datagram({ type: 'release', mac: '000413260002', ciaddr: '192.0.2.101' }))
  t.match(lines, [
    { level: 'warn', fields: { mac: '00:04:13:26:00:01', address: '192.0.2.100' } },
    { level: 'info', fields: { mac: '00:04:13:26:00:02', address: '192.0.2.101' }, text: 'DHCPRELEASE' },
  ])
  t.equal(store.waiting.length, 3, 'both are remembered')
})

t.test('replies that the system refuses are said once a minute', async t => {
  const { udp, lines } = open()
  udp.isDown = true
  for (let tries = 0; tries < 3; tries += 1) udp.hear(datagram({ type: 'discover' }))
  t.equal(lines.filter(({ level }) => level === 'warn').length, 1)
})

t.test('at the end, who waits for the disk gets an answer first, and who comes later none', async t => {
  const { udp, store, door } = open()
  udp.hear(select('000413260001', '192.0.2.100'))
  const closed = door.close()
  udp.hear(datagram({ type: 'discover', mac: '000413260002' }))
  await turn()
  t.notOk(udp.isClosed)
  store.waiting[0]?.resolve()
  await closed
  t.strictSame([udp.sent.length, udp.refused, udp.isClosed], [1, 0, true])
})
