import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { decodeMessage, MalformedMessage } from '../../src/dhcp/decode.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import type { Message } from '../../src/dhcp/message.js'
import { addressOf, textOf } from '../../src/dhcp/options.js'
import { linkAddress, serverOverride } from '../../src/dhcp/relay.js'
import { ip, makeServer, say } from './talk.js'

t.test('a DISCOVER is these bytes, and these bytes are it', async t => {
  const message = say({
    type: 'discover',
    flags: 0x8000,
    options: { 60: [...Buffer.from('snom370')], 55: [1, 3, 66, 67] },
  })
  const golden = [
    '0101060012345678000080000000000000000000000000000000000000041326000100000000000000000000',
    '00'.repeat(192),
    '63825363',
    '350101',
    '37040103424' + '3', // 55: 1, 3, 66, 67
    '3c07736e6f6d333730',
    'ff',
  ].join('')
  t.equal(
    encodeMessage(message)
      .toString('hex')
      .replace(/(?:00)+$/, ''),
    golden,
  )
  const back = decodeMessage(Buffer.from(golden, 'hex'))
  t.strictSame([...(back.options.get(55) ?? [])], [1, 3, 66, 67])
  t.equal(textOf(back.options, 60), 'snom370')
  t.equal(back.xid, 0x12345678)
  t.equal(back.flags, 0x8000)
})

const byte = fc.integer({ min: 0, max: 255 })
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(array => Buffer.from(array))
const word = fc.integer({ min: 0, max: 0xff_ff_ff_ff })
const anyMessage: fc.Arbitrary<Message> = fc.record({
  op: fc.constantFrom(1, 2),
  htype: byte,
  hlen: fc.integer({ min: 0, max: 16 }),
  hops: byte,
  xid: word,
  secs: fc.integer({ min: 0, max: 65535 }),
  flags: fc.integer({ min: 0, max: 65535 }),
  ciaddr: word,
  yiaddr: word,
  siaddr: word,
  giaddr: word,
  chaddr: bytes(16),
  sname: bytes(64),
  file: bytes(128),
  options: fc
    .array(
      fc.tuple(
        fc.integer({ min: 1, max: 254 }).filter(code => code !== 52),
        fc.uint8Array({ maxLength: 600 }),
      ),
      { maxLength: 5 },
    )
    .map(all => new Map(all.map(([code, value]) => [code, Buffer.from(value)]))),
})

t.test('what is encoded is decoded again, options of any length too', async t => {
  fc.assert(
    fc.property(anyMessage, message => {
      const back = decodeMessage(encodeMessage(message))
      return JSON.stringify(plain(back)) === JSON.stringify(plain(message))
    }),
    { numRuns: 2000 },
  )
  t.pass('2,000 messages')
})

function plain(message: Message): unknown {
  const { options, chaddr, sname, file, ...numbers } = message
  const texts = [chaddr, sname, file].map(one => one.toString('hex'))
  return [numbers, texts, [...options].map(([code, value]) => [code, value.toString('hex')])]
}

/** The message, or the defect; anything else that is thrown ends the test. */
function decodeOrDefect(datagram: Buffer): Message | string {
  try {
    return decodeMessage(datagram)
  } catch (error) {
    if (error instanceof MalformedMessage) return error.defect
    throw error
  }
}

t.test('no bytes make the decoder or the server throw anything of their own', async t => {
  const server = makeServer()
  const discover = encodeMessage(say({ type: 'discover' }))
  const mutated = fc
    .tuple(fc.array(fc.tuple(fc.nat(discover.length - 1), byte), { maxLength: 12 }), fc.nat(discover.length))
    .map(([changes, length]) => {
      const copy = Buffer.from(discover)
      for (const [at, value] of changes) copy[at] = value
      return copy.subarray(0, length)
    })
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 1500 }).map(array => Buffer.from(array)),
    mutated,
  )
  fc.assert(
    fc.property(anything, datagram => {
      const message = decodeOrDefect(datagram)
      if (typeof message !== 'string') server.answer(message, 0)
    }),
    { numRuns: 5000 },
  )
  t.pass('5,000 datagrams')
})

t.test(
  'the parts of a split option are joined across the fields, and a message of endless options is refused',
  async t => {
    const head = encodeMessage(say({ type: 'discover' })).subarray(0, 243)
    const parts = (count: number): Buffer =>
      Buffer.concat(Array.from({ length: count }, (_, at) => Buffer.from([43, 1, at & 255])))
    const joined = decodeMessage(Buffer.concat([head, parts(200)])).options.get(43)
    t.strictSame(
      [...(joined ?? [])],
      Array.from({ length: 200 }, (_, at) => at),
    )
    const both = Buffer.concat([head, Buffer.from([52, 1, 3, 43, 1, 1, 255])])
    Buffer.from([43, 1, 2, 255]).copy(both, 108)
    Buffer.from([43, 1, 3, 255]).copy(both, 44)
    t.strictSame([...(decodeMessage(both).options.get(43) ?? [])], [1, 2, 3], 'options, then file, then sname')
    t.throws(() => decodeMessage(Buffer.concat([head, parts(300)])), new MalformedMessage('options'))
  },
)

const corpus = new URL('../../../shared/corpus/packets/', import.meta.url)
const skip = existsSync(corpus) ? false : 'the collection of captured datagrams is not on this machine'

t.test('every captured datagram is decoded or refused, and keeps its options', { skip }, async t => {
  const server = makeServer()
  const counts = { decoded: 0, refused: 0 }
  for (const name of ['dhcp.jsonl', 'malformed.jsonl']) {
    for (const line of readFileSync(new URL(name, corpus), 'utf8').trim().split('\n')) {
      const message = decodeOrDefect(Buffer.from(JSON.parse(line).hex, 'hex'))
      counts[typeof message === 'string' ? 'refused' : 'decoded'] += 1
      if (typeof message === 'string') continue
      server.answer(message, 0)
      const again = decodeMessage(encodeMessage(message))
      // options that stood in sname or file move to the options field, where option 52 has nothing to say
      t.strictSame(withoutOverload(again), withoutOverload(message))
    }
  }
  t.comment(JSON.stringify(counts))
  t.ok(counts.decoded > 800)
})

function withoutOverload(message: Message): unknown {
  return [...message.options].filter(([code]) => code !== 52).map(([code, value]) => [code, value.toString('hex')])
}

t.test('the link of a relayed client is told by link selection, then subnet selection, then giaddr', async t => {
  const selection = [5, 4, 10, 1, 1, 1]
  t.equal(linkAddress(say({ giaddr: '192.0.2.9', options: { 82: selection, 118: '10.2.2.2' } })), ip('10.1.1.1'))
  t.equal(linkAddress(say({ giaddr: '192.0.2.9', options: { 118: '10.2.2.2' } })), ip('10.2.2.2'))
  t.equal(linkAddress(say({ giaddr: '192.0.2.9' })), ip('192.0.2.9'))
  t.equal(linkAddress(say({ options: { 82: selection } })), undefined, 'without a relay nobody may select')
  t.equal(linkAddress(say({ giaddr: '192.0.2.9', options: { 82: [1, 1, 7, 5, 4, 10] } })), ip('192.0.2.9'), 'cut off')
  t.equal(
    serverOverride(say({ giaddr: '192.0.2.9', options: { 82: [1, 1, 7, 11, 4, 192, 0, 2, 9] } })),
    ip('192.0.2.9'),
  )
})

t.test('text of strangers is cut at NUL, bounded, and printable', async t => {
  const text = (value: string | Buffer) => textOf(new Map([[12, Buffer.from(value)]]), 12)
  t.equal(text('snom370\0junk'), 'snom370')
  t.equal(text('a\nb\x1b[31m<ü>'), 'a?b?[31m<??>')
  t.equal(text('x'.repeat(300))?.length, 64)
  t.equal(text(''), undefined)
  t.equal(text('\0'), undefined)
  t.equal(addressOf(new Map([[54, Buffer.from([1, 2, 3])]]), 54), undefined)
})
