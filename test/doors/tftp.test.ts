/** The TFTP door between two sockets that are none: what it answers, counts, logs and refuses. */

import { mock } from 'node:test'
import t, { type Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import type { Asker, Found } from '../../src/bundle/bundle.js'
import type { Fields } from '../../src/doors/log.js'
import { openTftp, type TftpLimits } from '../../src/doors/tftp.js'
import type { Datagram } from '../../src/doors/udp.js'
import { decodePacket, encodePacket, type Option, type Packet } from '../../src/tftp/packet.js'
import { some } from '../some.js'
import { MemoryUdp } from '../tftp/udp.js'

type Find = (name: string, asker: Asker) => Promise<Found | undefined>

const phone = 0xc0a84215 // 192.168.66.21
const ack = (block: number): Packet => ({ op: 'ACK', block })
const rrq = (file: string, options: Option[] = [], mode = 'octet'): Packet => ({ op: 'RRQ', file, mode, options })

function rendered(bytes: Buffer): Found {
  return { kind: 'rendered', bytes, etag: '"1"', type: 'text/xml', withheld: 0, mac: some(parseMac('000413261234')) }
}

function shelved(bytes: Buffer): Found {
  return { kind: 'shelved', root: '/srv', path: 'file', size: bytes.length, read: async () => bytes }
}

const small = Buffer.from('<settings/>')
const large = Buffer.from(Array.from({ length: 5000 }, (_, index) => index & 0xff))
const shelf = new Map([
  ['small.xml', rendered(small)],
  ['large.bin', shelved(large)],
])

/** A door on a shelf, a clock that stands still, and a port for each client. */
function open(t: Test, find: Find = async name => shelf.get(name), limits: Partial<TftpLimits> = {}) {
  const requests = new MemoryUdp()
  const transfers = new MemoryUdp()
  const lines: { level: string; fields: Fields; text: string }[] = []
  const clock = { now: 1000 } // milliseconds
  const write = (level: string) => (fields: Fields, text: string) => void lines.push({ level, fields, text })
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const settings = { requests, transfers, bundle: { find }, baseUrl: 'tftp://192.168.66.1', mtu: 1500, log, limits }
  const door = openTftp({ ...settings, now: () => clock.now })
  t.teardown(() => door.close())
  return {
    door,
    requests,
    transfers,
    lines,
    clock,
    /** What was sent since the last call: the packets, each with its port, in their calls. */
    taken: () =>
      transfers.sent.splice(0).map(call => call.map(({ bytes, port }) => ({ port, ...decodePacket(bytes) }))),
    ask: (packet: Packet, port = 5000, address = phone) => requests.deliver(from(packet, port, address)),
    tell: (packet: Packet, port = 5000, address = phone) => transfers.deliver(from(packet, port, address)),
  }
}

function from(packet: Packet, port: number, address = phone): Datagram {
  return { bytes: encodePacket(packet), port, address }
}

/** Until promises and what they set off have had their turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
}

t.test('a file is asked on one port and served from the other, and told in one line', async t => {
  const askers: Asker[] = []
  const place = open(t, async (name, asker) => {
    askers.push(asker)
    return shelf.get(name)
  })
  place.ask(rrq('small.xml'))
  await settled()
  t.same(askers, [{ door: 'tftp', baseUrl: 'tftp://192.168.66.1', address: phone }])
  t.match(place.taken(), [[{ op: 'DATA', block: 1, bytes: small, port: 5000 }]])
  place.clock.now += 7
  place.tell(ack(1))
  t.same(place.taken(), [])
  t.same(place.lines, [
    {
      level: 'info',
      text: 'RRQ',
      fields: {
        door: 'tftp',
        address: '192.168.66.21',
        file: 'small.xml',
        bytes: 11,
        milliseconds: 7,
        blksize: 512,
        windowsize: 1,
        retransmitted: 0,
        mac: '00:04:13:26:12:34',
        acknowledged: true,
      },
    },
  ])
  t.match(place.door.counters, { requests: 1, delivered: 1 })
  t.same(place.requests.sent, [], 'nothing ever leaves from port 69')
})

t.test('only asked options stand in the OACK, and a window leaves in one call', async t => {
  const place = open(t)
  place.ask(
    rrq('large.bin', [
      ['blksize', '1000'],
      ['windowsize', '4'],
      ['unknown', '1'],
      ['tsize', '0'],
    ]),
  )
  await settled()
  t.match(place.taken(), [
    [
      {
        op: 'OACK',
        options: [
          ['blksize', '1000'],
          ['windowsize', '4'],
          ['tsize', '5000'],
        ],
      },
    ],
  ])
  place.tell(ack(0))
  t.match(place.taken(), [
    [1, 2, 3, 4].map(block => ({ op: 'DATA', block, bytes: large.subarray((block - 1) * 1000, block * 1000) })),
  ])
  place.tell(ack(4))
  t.match(place.taken(), [[{ block: 5 }, { block: 6, bytes: Buffer.alloc(0) }]])
  place.tell(ack(6))
  t.match(place.lines, [{ fields: { file: 'large.bin', bytes: 5000, blksize: 1000, windowsize: 4, mac: undefined } }])
})

t.test('what several clients draw in one wake-up leaves in one call', async t => {
  const place = open(t)
  place.requests.deliver(from(rrq('large.bin'), 1), from(rrq('large.bin'), 2), from(rrq('large.bin'), 3))
  await settled()
  t.match(place.taken(), [
    [
      { port: 1, block: 1 },
      { port: 2, block: 1 },
      { port: 3, block: 1 },
    ],
  ])
  place.transfers.deliver(from(ack(1), 2), from(ack(1), 1))
  t.match(place.taken(), [
    [
      { port: 2, block: 2, bytes: large.subarray(512, 1024) },
      { port: 1, block: 2 },
    ],
  ])
})

t.test('more than the outbox holds leaves in more than one call, and nothing is lost', async t => {
  const file = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) & 0xff))
  const place = open(t, async () => shelved(file))
  const clients = [1, 2, 3, 4]
  const options: Option[] = [
    ['blksize', '1468'],
    ['windowsize', '64'],
  ]
  place.requests.deliver(...clients.map(port => from(rrq('image', options), port)))
  await settled()
  place.taken()
  place.transfers.deliver(...clients.map(port => from(ack(0), port)))
  const calls = place.taken()
  t.equal(calls.length, 2)
  for (const client of clients) {
    const window = calls.flat().filter(({ port }) => port === client)
    const bytes = window.flatMap(packet => (packet.op === 'DATA' ? [packet.bytes] : []))
    t.ok(Buffer.concat(bytes).equals(file.subarray(0, 64 * 1468)), `the window of client ${client}`)
  }
})

t.test('what cannot be served is refused, in words without a path', async t => {
  const cases: readonly [string, Packet, number, string][] = [
    ['an unknown name', rrq('../etc/passwd'), 1, 'File not found'],
    ['an unprintable name', rrq('a\x1b[2J'), 1, 'File not found'],
    ['an empty name', rrq(''), 1, 'File not found'],
    ['a name of 513 bytes', rrq('n'.repeat(513)), 1, 'File not found'],
    ['a write', { op: 'WRQ', file: 'small.xml', mode: 'octet', options: [] }, 2, 'Read only'],
    ['mode mail', rrq('small.xml', [], 'mail'), 4, 'Mode must be octet or netascii'],
    ['no mode', rrq('small.xml', [], ''), 4, 'Mode must be octet or netascii'],
    ['blksize 7', rrq('small.xml', [['blksize', '7']]), 8, 'blksize must be at least 8'],
  ]
  const names: string[] = []
  const place = open(t, async name => {
    names.push(name)
    return shelf.get(name)
  })
  for (const [title, packet, code, message] of cases) {
    place.ask(packet)
    await settled()
    t.match(place.taken(), [[{ op: 'ERROR', code, message, port: 5000 }]], title)
  }
  t.same(names, ['../etc/passwd', 'small.xml'], 'the bundle is asked for names only')
  t.match(place.lines[0], { level: 'info', text: 'RRQ refused: not found', fields: { file: '../etc/passwd' } })
  t.match(place.lines[4], { text: 'WRQ refused: write' })
  t.equal(some(place.lines[3]).fields.file, 'n'.repeat(128), 'a name is logged up to 128 characters')
  t.match(place.door.counters, {
    'not found': 1,
    'bad name': 3,
    write: 1,
    'bad mode': 2,
    'bad option': 1,
    delivered: 0,
  })
})

t.test('modes are read in any case, and netascii is exact', async t => {
  const place = open(t, async () => rendered(Buffer.from('a\nb\r')))
  place.ask(rrq('text', [['tsize', '0']], 'NetASCII'))
  await settled()
  t.match(place.taken(), [[{ op: 'DATA', block: 1, bytes: Buffer.from('a\r\nb\r\0') }]], 'and tsize is left out')
  place.tell(ack(1))
  t.match(place.lines, [{ fields: { bytes: 4 } }], 'bytes are those of the file')
})

t.test('the same request from the same port is the same transfer', async t => {
  let finds = 0
  const place = open(t, async name => {
    finds++
    return shelf.get(name)
  })
  place.ask(rrq('large.bin'))
  place.ask(rrq('large.bin'))
  await settled()
  place.tell(ack(1))
  place.ask(rrq('large.bin'))
  await settled()
  t.equal(finds, 1)
  t.match(place.taken(), [[{ block: 1 }], [{ block: 2 }]])
  t.equal(place.door.counters['duplicate request'], 2)
})

t.test('a request that crosses its only block is not answered twice', async t => {
  const place = open(t)
  place.ask(rrq('small.xml'))
  await settled()
  place.ask(rrq('small.xml'))
  await settled()
  t.equal(place.taken().length, 1)
  t.match(place.door.counters, { requests: 2, 'duplicate request': 1 })
})

t.test('a client that asks for something else on the same port has moved on', async t => {
  const place = open(t)
  place.ask(rrq('large.bin'))
  await settled()
  place.ask(rrq('small.xml'))
  await settled()
  t.match(place.taken(), [[{ block: 1, bytes: large.subarray(0, 512) }], [{ block: 1, bytes: small }]])
  t.match(place.lines, [{ text: 'RRQ ended: superseded', fields: { file: 'large.bin' } }])
  place.ask(rrq('large.bin'))
  t.match(
    place.lines[1],
    { text: 'RRQ', fields: { file: 'small.xml', acknowledged: false } },
    'only the last ACK was missing',
  )
  t.match(place.door.counters, { superseded: 1, unacknowledged: 1 })
})

t.test('the same file may be asked again when only the last ACK got lost', async t => {
  const place = open(t)
  place.ask(rrq('large.bin', [['blksize', '4000']]))
  await settled()
  t.match(place.taken(), [[{ op: 'OACK', options: [['blksize', '1468']] }]])
  for (const block of [0, 1, 2, 3]) place.tell(ack(block))
  t.match(place.taken().at(-1), [{ block: 4 }], 'the last one')
  place.ask(rrq('large.bin', [['blksize', '4000']]))
  await settled()
  t.match(place.taken(), [[{ op: 'OACK' }]])
})

t.test('an unknown TID draws ERROR 5, and the transfers go on', async t => {
  const place = open(t)
  place.ask(rrq('large.bin'))
  await settled()
  place.taken()
  place.transfers.deliver(
    from(ack(1), 5001),
    from(ack(1), 5000, phone + 1),
    from({ op: 'ERROR', code: 5, message: '' }, 5002),
    from(rrq('small.xml'), 5003),
    from(ack(1), 5000),
  )
  const strange = { op: 'ERROR', code: 5, message: 'Unknown transfer ID' }
  t.match(place.taken(), [
    [{ ...strange, port: 5001 }, { ...strange, port: 5000 }, { ...strange, port: 5003 }, { block: 2 }],
  ])
  t.equal(place.door.counters['unknown TID'], 4, 'an ERROR is never answered with another')
})

t.test('ERROR 5 is sent 50 times a second at most', async t => {
  const place = open(t)
  for (let port = 1; port <= 120; port++) place.tell(ack(1), port)
  await settled()
  t.equal(place.taken().flat().length, 50)
  place.clock.now += 1000
  place.tell(ack(1), 1)
  t.equal(place.taken().flat().length, 1)
  t.equal(place.door.counters['unknown TID'], 121)
  t.equal(place.lines.length, 21, 'and told 20 times a second')
})

t.test('a client that acknowledges an ERROR is told nothing more', async t => {
  const place = open(t)
  place.ask(rrq('missing'))
  await settled()
  place.taken()
  place.tell(ack(0))
  t.same(place.taken(), [], 'or the answer would be taken for that of its next request')
})

t.test('the late ACK of a transfer that has just ended draws nothing', async t => {
  const place = open(t)
  place.ask(rrq('small.xml'))
  await settled()
  place.tell(ack(1))
  place.taken()
  place.tell(ack(1))
  t.same(place.taken(), [])
  t.match(place.door.counters, { delivered: 1, afterwards: 1, 'unknown TID': 0 })
})

t.test('malformed datagrams are counted, answered with nothing, and change nothing', async t => {
  const place = open(t)
  place.ask(rrq('large.bin'))
  await settled()
  place.taken()
  for (const hex of ['', '00', '0003', '000401', '0009000000', '00016e616d65']) {
    const datagram = { bytes: Buffer.from(hex, 'hex'), address: phone, port: 5000 }
    place.requests.deliver(datagram)
    place.transfers.deliver(datagram)
  }
  place.ask(ack(1))
  place.ask({ op: 'ERROR', code: 0, message: 'x' })
  t.same(place.taken(), [])
  t.match(place.door.counters, { malformed: 12, 'not a request': 2 })
  place.tell(ack(1))
  t.match(place.taken(), [[{ block: 2 }]])
  t.match(place.lines[0], { level: 'debug', text: 'datagram dropped: malformed', fields: { what: /^0 bytes/ } })
})

t.test('a silent client is asked again, then forgotten, by one timer that then rests', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const place = open(t)
  const pass = (milliseconds: number) => {
    place.clock.now += milliseconds
    mock.timers.tick(milliseconds)
  }
  place.ask(rrq('large.bin'), 5000)
  place.ask(rrq('large.bin'), 6000)
  await settled()
  place.taken()
  pass(500)
  place.tell(ack(1), 6000)
  place.taken()
  pass(500)
  t.match(place.taken(), [[{ port: 5000, block: 1 }]])
  pass(500)
  t.match(place.taken(), [[{ port: 6000, block: 2 }]])
  place.tell({ op: 'ERROR', code: 0, message: `${'!'.repeat(200)}` }, 6000)
  t.match(place.lines, [{ text: 'RRQ ended: aborted', fields: { said: `0 ${'!'.repeat(126)}` } }])
  for (const seconds of [1.5, 4, 8, 16]) pass(seconds * 1000)
  t.match(place.taken(), [[{ block: 1 }], [{ block: 1 }], [{ block: 1 }], [{ block: 1 }]])
  pass(29_000)
  t.match(place.lines[1], { text: 'RRQ ended: silent', fields: { bytes: 0, retransmitted: 5, milliseconds: 60_000 } })
  t.match(place.door.counters, { silent: 1, aborted: 1 })
  place.clock.now += 100_000
  mock.timers.tick(100_000)
  t.same(place.taken(), [])
})

t.test('without its last ACK a transfer ends quietly', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const place = open(t)
  place.ask(rrq('small.xml'))
  await settled()
  for (let second = 0; second < 60; second++) {
    place.clock.now += 1000
    mock.timers.tick(1000)
  }
  t.equal(place.taken().length, 6)
  t.match(place.lines, [{ level: 'info', text: 'RRQ', fields: { acknowledged: false, retransmitted: 5 } }])
  t.match(place.door.counters, { unacknowledged: 1, silent: 0 })
})

t.test('a bundle that fails costs its client an ERROR 0, and nobody else anything', async t => {
  const failures: Record<string, Find> = {
    rejects: async () => Promise.reject(new Error('EIO: /srv/tftproot/x')),
    throws: () => {
      throw new Error('EIO: /srv/tftproot/x')
    },
    'cannot be read': async () => ({
      ...shelved(large),
      kind: 'shelved',
      root: '',
      path: '',
      size: 1,
      read: () => Promise.reject(new Error('EIO: /srv/tftproot/x')),
    }),
  }
  for (const [title, find] of Object.entries(failures)) {
    const place = open(t, find)
    place.ask(rrq('x'))
    await settled()
    t.match(place.taken(), [[{ op: 'ERROR', code: 0, message: 'The file cannot be read' }]], title)
    t.match(place.lines, [{ level: 'warn', fields: { error: /EIO/, file: 'x' } }], 'the operator is told why')
    t.equal(place.door.counters.unreadable, 1)
  }
})

t.test('a bundle that answers too late is not waited for', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  let answer = (_found: Found) => {}
  const place = open(t, () => new Promise(resolve => (answer = resolve)))
  place.ask(rrq('small.xml'))
  place.clock.now += 60_000
  mock.timers.tick(60_000)
  t.equal(place.door.counters.late, 1)
  answer(rendered(small))
  await settled()
  t.same(place.taken(), [])
})

t.test('files are read a few at a time, in order, and who has left is not read for', async t => {
  const asked: string[] = []
  const answers: (() => void)[] = []
  const find: Find = name =>
    new Promise(resolve => {
      asked.push(name)
      answers.push(() => resolve(shelf.get('small.xml')))
    })
  const place = open(t, find, { reads: 2 })
  for (const port of [1, 2, 3, 4]) place.ask(rrq(`${port}.xml`), port)
  t.same(asked, ['1.xml', '2.xml'])
  place.ask(rrq('5.xml'), 3)
  some(answers[1])()
  await settled()
  t.same(asked, ['1.xml', '2.xml', '4.xml'])
  some(answers[0])()
  some(answers[2])()
  await settled()
  t.same(asked, ['1.xml', '2.xml', '4.xml', '5.xml'])
  t.same(
    place
      .taken()
      .flat()
      .map(({ port }) => port),
    [2, 1, 4],
  )
})

t.test('the line of readers has an end, even when one port keeps changing its mind', async t => {
  const place = open(t, () => new Promise(() => {}), { reads: 1, transfers: 10 })
  for (let turn = 0; turn < 50; turn++) place.ask(rrq(`${turn}.xml`))
  await settled()
  t.equal(place.door.counters.full, 39, '1 is being read, 10 wait')
})

t.test('limits', async t => {
  t.test('transfers in all', async t => {
    const place = open(t, undefined, { transfers: 3 })
    for (let host = 0; host < 5; host++) place.ask(rrq('large.bin'), 5000, phone + host)
    await settled()
    t.match(
      place
        .taken()
        .flat()
        .filter(({ op }) => op === 'ERROR'),
      [{ code: 0 }, { code: 0 }],
    )
    t.equal(place.door.counters.full, 2)
    place.tell({ op: 'ERROR', code: 0, message: '' }, 5000, phone)
    place.ask(rrq('large.bin'), 5000, phone + 4)
    await settled()
    t.match(place.taken(), [[{ op: 'DATA' }]], 'a place that gets free is taken')
  })

  t.test('a client whose transfers all go on is refused one more', async t => {
    const place = open(t, undefined, { perClient: 2 })
    for (const port of [1, 2, 3]) place.ask(rrq('large.bin'), port)
    await settled()
    t.match(
      place
        .taken()
        .flat()
        .find(({ op }) => op === 'ERROR'),
      { port: 3, code: 0 },
    )
    t.equal(place.door.counters['client full'], 1)
    place.ask(rrq('large.bin'), 1, phone + 1)
    await settled()
    t.match(place.taken(), [[{ op: 'DATA' }]], 'its neighbour is not')
  })

  t.test('a phone that asks again from new ports displaces what it left behind', async t => {
    mock.timers.enable({ apis: ['setTimeout'] })
    t.teardown(() => mock.timers.reset())
    const place = open(t, undefined, { perClient: 2 })
    for (const port of [1, 2, 3, 4, 5]) {
      place.ask(rrq('large.bin'), port)
      await settled()
      place.clock.now += 1500
      mock.timers.tick(1500)
    }
    t.match(place.door.counters, { displaced: 3, 'client full': 0 })
    place.taken()
    place.tell(ack(1), 5)
    t.match(place.taken(), [[{ port: 5, block: 2 }]], 'and gets its file')
    place.tell(ack(1), 1)
    t.match(place.taken(), [[{ port: 1, code: 5 }]])
  })
})

t.test('a stranger cannot fill the log', async t => {
  const place = open(t)
  for (let port = 1; port <= 500; port++) place.ask(rrq(`${'x'.repeat(400)}${port}`), port)
  for (let port = 1; port <= 500; port++) place.requests.deliver({ bytes: Buffer.alloc(2), address: phone, port })
  for (let turn = 0; turn < 40; turn++) await settled()
  t.ok(place.lines.length <= 40, `${place.lines.length} lines for 1000 datagrams`)
  t.ok(place.lines.every(({ fields }) => JSON.stringify(fields).length < 300))
  const { 'not found': notFound, 'client full': clientFull, malformed, unlogged } = place.door.counters
  t.same([notFound + clientFull, malformed, unlogged], [500, 500, 1000 - place.lines.length])
})

t.test('a door that closes tells its clients, and answers nothing afterwards', async t => {
  const place = open(t)
  place.ask(rrq('large.bin'))
  await settled()
  place.taken()
  const reading = rrq('small.xml')
  place.ask(reading, 6000)
  await place.door.close()
  t.match(place.taken(), [[{ op: 'ERROR', code: 0, message: 'Server is closing', port: 5000 }, { port: 6000 }]])
  t.same([place.requests.isClosed, place.transfers.isClosed], [true, true])
  await settled()
  t.same(place.taken(), [])
  t.equal(place.door.counters.closed, 2)
})

t.test('an exception of our own costs one datagram, and is told as a fault', async t => {
  const place = open(t)
  place.requests.deliver(
    {
      bytes: encodePacket(rrq('small.xml')),
      port: 1,
      get address(): number {
        throw new Error('broken')
      },
    },
    from(rrq('small.xml'), 2),
  )
  await settled()
  t.match(place.taken(), [[{ port: 2, op: 'DATA' }]])
  t.equal(place.door.counters.fault, 1)
  t.match(place.lines[0], { level: 'error', fields: { error: /broken/ } })
})
