/** TFTP packets, options and netascii, as bytes and values. */

import fc from 'fast-check'
import t from 'tap'
import { Netascii } from '../../src/tftp/netascii.js'
import { negotiate, plain } from '../../src/tftp/options.js'
import {
  decodePacket,
  encodePacket,
  MalformedPacket,
  type Option,
  type Packet,
  writeDataHeader,
} from '../../src/tftp/packet.js'
import { Octets, type Source } from '../../src/tftp/source.js'

const text = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map(code => String.fromCharCode(code)), maxLength: 40 })
const name = text.filter(one => one !== '')
const options = fc.array(fc.tuple(name, text), { maxLength: 6 })
const number16 = fc.integer({ min: 0, max: 65535 })

t.test('each packet has the bytes of RFC 1350 §5 and RFC 2347', async t => {
  const golden: readonly [string, Packet][] = [
    [`0001${hex('snom370.htm\0octet\0')}`, { op: 'RRQ', file: 'snom370.htm', mode: 'octet', options: [] }],
    [
      `0001${hex('a\0netascii\0blksize\x001428\0tsize\x000\0')}`,
      {
        op: 'RRQ',
        file: 'a',
        mode: 'netascii',
        options: [
          ['blksize', '1428'],
          ['tsize', '0'],
        ],
      },
    ],
    [`0002${hex('b\0OCTET\0')}`, { op: 'WRQ', file: 'b', mode: 'OCTET', options: [] }],
    ['0003ffff' + '00ff10', { op: 'DATA', block: 65535, bytes: Buffer.from('00ff10', 'hex') }],
    ['00030001', { op: 'DATA', block: 1, bytes: Buffer.alloc(0) }],
    ['00040000', { op: 'ACK', block: 0 }],
    ['0004abcd', { op: 'ACK', block: 0xabcd }],
    [`00050001${hex('File not found\0')}`, { op: 'ERROR', code: 1, message: 'File not found' }],
    [`0006${hex('windowsize\x0016\0')}`, { op: 'OACK', options: [['windowsize', '16']] }],
  ]
  for (const [bytes, packet] of golden) {
    t.equal(encodePacket(packet).toString('hex'), bytes, `${packet.op} is written`)
    t.same(decodePacket(Buffer.from(bytes, 'hex')), packet, `${packet.op} is read`)
  }
  const header = Buffer.alloc(6)
  writeDataHeader(header, 1, 65536 + 258)
  t.equal(header.toString('hex'), '000003010200', 'a block count past 65535 goes on from 0')
})

t.test('what clients do to requests is read as it is meant', async t => {
  const read = (tail: string) => decodePacket(Buffer.from(`\0\x01${tail}`, 'latin1'))
  t.same(read('name\0'), { op: 'RRQ', file: 'name', mode: '', options: [] }, 'the mode is missing')
  t.same(read('name\0octet'), { op: 'RRQ', file: 'name', mode: '', options: [] }, 'the mode has no NUL')
  t.match(read('a\0octet\0blksize\x00512'), { options: [] }, 'a cut option is left out')
  t.match(read('a\0octet\0tsize\x000\0blksize'), { options: [['tsize', '0']] }, 'the options before it stand')
  t.match(read(`a\0octet\0${'\0'.repeat(500)}`), { options: [] }, 'padding is no option')
  t.match(read('a\0octet\0tsize\0\0'), { options: [['tsize', '']] }, 'a value may be empty')
  t.match(read('\xe4\0octet\0'), { file: '\xe4' }, 'a byte is a character')
  t.match(decodePacket(Buffer.from('0005000741', 'hex')), { code: 7, message: 'A' }, 'a message may lack its NUL')
  t.match(decodePacket(Buffer.from('000400090000', 'hex')), { op: 'ACK', block: 9 }, 'a padded ACK is an ACK')
})

t.test('what is no packet is refused in words', async t => {
  const cases: readonly [Buffer, RegExp][] = [
    [Buffer.alloc(0), /^0 bytes/],
    [Buffer.from('0004ab', 'hex'), /^3 bytes/],
    [Buffer.from('00000000', 'hex'), /opcode 0/],
    [Buffer.from('00070000', 'hex'), /opcode 7/],
    [Buffer.from('\0\x01name without end', 'latin1'), /without its NUL/],
    [Buffer.from(`\0\x01${'n'.repeat(1100)}\0octet\0`, 'latin1'), /1109 bytes, expected at most 1024/],
    [Buffer.from(`\0\x06${'n\0v\0'.repeat(300)}`, 'latin1'), /1202 bytes, expected at most 1024/],
  ]
  for (const [bytes, message] of cases) t.throws(() => decodePacket(bytes), { name: 'MalformedPacket', message })
  t.throws(() => encodePacket({ op: 'ERROR', code: 0, message: 'a\0b' }), RangeError, 'a NUL cannot be written')
})

t.test('every packet survives the wire', async () => {
  const packet = fc.oneof(
    fc.record({ op: fc.constantFrom('RRQ' as const, 'WRQ' as const), file: text, mode: text, options }),
    fc.record({ op: fc.constant('DATA' as const), block: number16, bytes: fc.uint8Array().map(b => Buffer.from(b)) }),
    fc.record({ op: fc.constant('ACK' as const), block: number16 }),
    fc.record({ op: fc.constant('ERROR' as const), code: number16, message: text }),
    fc.record({
      op: fc.constant('OACK' as const),
      options: fc.array(fc.tuple(name, text), { minLength: 1, maxLength: 6 }),
    }),
  )
  fc.assert(
    fc.property(packet, one => {
      const bytes = encodePacket(one)
      return encodePacket(decodePacket(bytes)).equals(bytes)
    }),
  )
})

t.test('nothing but MalformedPacket escapes the decoder', async () => {
  const opcode = fc.integer({ min: 0, max: 8 }).map(value => Buffer.of(0, value))
  const tail = fc.oneof(
    fc.uint8Array({ maxLength: 1500 }).map(bytes => Buffer.from(bytes)),
    fc.array(fc.oneof(text, fc.constant('\0')), { maxLength: 40 }).map(parts => Buffer.from(parts.join(''), 'latin1')),
  )
  fc.assert(
    fc.property(fc.oneof(tail, fc.tuple(opcode, tail).map(Buffer.concat.bind(Buffer))), bytes => {
      try {
        decodePacket(bytes)
      } catch (error) {
        if (!(error instanceof MalformedPacket)) throw error
      }
    }),
    { numRuns: 2000 },
  )
})

t.test('options', async t => {
  const terms = { size: 70000, netascii: false, mtu: 1500 }
  const ask = (...asked: Option[]) => negotiate(asked, terms)

  t.test('without options RFC 1350 holds, and there is nothing to acknowledge', async t => {
    t.same(ask(), plain)
    t.match(plain, { blksize: 512, windowsize: 1, timeout: 1, acknowledged: [] })
  })

  t.test('what is asked and possible is granted, in the order and spelling of the client', async t => {
    t.same(ask(['TSIZE', '0'], ['BlkSize', '1428'], ['timeout', '3'], ['windowsize', '16']), {
      kind: 'agreed',
      blksize: 1428,
      windowsize: 16,
      timeout: 3,
      acknowledged: [
        ['TSIZE', '70000'],
        ['BlkSize', '1428'],
        ['timeout', '3'],
        ['windowsize', '16'],
      ],
    })
  })

  t.test('what is asked too large is lowered', async t => {
    t.match(ask(['blksize', '65464']), { blksize: 1468, acknowledged: [['blksize', '1468']] }, 'MTU less 32')
    t.match(ask(['blksize', '4000000000']), { blksize: 1468 })
    t.match(negotiate([['blksize', '65535']], { ...terms, mtu: 65536 }), { blksize: 65464 }, 'RFC 2348 on loopback')
    t.match(ask(['windowsize', '65535']), { windowsize: 64, acknowledged: [['windowsize', '64']] })
  })

  t.test('the borders hold', async t => {
    t.match(ask(['blksize', '8']), { blksize: 8 })
    t.match(ask(['blksize', '7']), { kind: 'refused' }, 'ERROR 8')
    t.match(ask(['blksize', '0']), { kind: 'refused' })
    t.match(ask(['timeout', '255']), { timeout: 255 })
    for (const [option, value] of [
      ['timeout', '0'],
      ['timeout', '256'],
      ['windowsize', '0'],
      ['windowsize', '65536'],
    ] as const) {
      t.same(ask([option, value]), plain, `${option} ${value} is passed over`)
    }
  })

  t.test('an option that is unknown, unreadable or repeated is passed over', async t => {
    t.same(ask(['multicast', ''], ['rollover', '1'], ['utimeout', '500000'], ['__proto__', '1'], ['kind', '1']), plain)
    for (const value of ['', 'abc', '-1', '1e3', '0x10', ' 512', '512 ', '1428.5', '11111111111']) {
      t.same(ask(['blksize', value]), plain, JSON.stringify(value))
    }
    t.match(ask(['blksize', '1024'], ['BLKSIZE', '600']), { blksize: 1024, acknowledged: [['blksize', '1024']] })
  })

  t.test('tsize is left out with netascii, where it could only be wrong', async t => {
    const agreed = negotiate(
      [
        ['tsize', '0'],
        ['blksize', '1024'],
      ],
      { ...terms, netascii: true },
    )
    t.match(agreed, { acknowledged: [['blksize', '1024']] })
  })

  t.test('only what was asked is ever acknowledged, and no more than was asked', async () => {
    const option = fc.constantFrom('blksize', 'BLKSIZE', 'timeout', 'tsize', 'windowsize', 'x')
    const value = fc.oneof(fc.integer({ min: 0, max: 70000 }).map(String), fc.string({ maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(option, value), { maxLength: 8 }), fc.boolean(), (asked, netascii) => {
        const answer = negotiate(asked, { ...terms, netascii })
        if (answer.kind === 'refused') return
        const names = answer.acknowledged.map(([name]) => name.toLowerCase())
        if (new Set(names).size !== names.length) throw new Error('acknowledged twice')
        for (const [name, granted] of answer.acknowledged) {
          const first = asked.find(([other, text]) => other.toLowerCase() === name.toLowerCase() && /^\d+$/.test(text))
          if (!first || first[0] !== name) throw new Error(`${name} was not asked`)
          if (name !== 'tsize' && Number(granted) > Number(first[1])) throw new Error(`${name} was raised`)
        }
      }),
    )
  })
})

t.test('netascii', async t => {
  t.test('LF goes as CR LF and CR as CR NUL', async t => {
    const file = Buffer.from('a\nb\rc\r\nd\n\n\r\r')
    t.equal(drain(new Netascii(file), 512).toString(), 'a\r\nb\r\0c\r\0\r\nd\r\n\r\n\r\0\r\0')
    t.equal(drain(new Netascii(Buffer.alloc(0)), 512).length, 0)
  })

  t.test('block borders change nothing, wherever they cut a pair', async () => {
    const bytes = fc.array(fc.constantFrom(10, 13, 0, 65, 255), { maxLength: 200 }).map(list => Buffer.from(list))
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 9 }), (file, blksize) => {
        const wire = drain(new Netascii(file), blksize)
        return (
          wire.toString('latin1') === translate(file.toString('latin1')) && wire.equals(drain(new Netascii(file), 4096))
        )
      }),
    )
  })

  t.test('from a place it has been at, the same bytes come again', async () => {
    const bytes = fc.array(fc.constantFrom(10, 13, 65), { minLength: 1, maxLength: 60 }).map(list => Buffer.from(list))
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 20 }), fc.boolean(), (file, skipped, octet) => {
        const source: Source = octet ? new Octets(file) : new Netascii(file)
        source.read(Buffer.alloc(skipped), 0, skipped)
        const place = source.place
        const first = drain(source, 7)
        source.place = place
        return drain(source, 3).equals(first) && source.offsetOf(source.place) === file.length
      }),
    )
  })
})

function hex(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('hex')
}

function drain(source: Source, blksize: number): Buffer {
  const blocks: Buffer[] = []
  for (;;) {
    const block = Buffer.alloc(blksize + 2, 0x2a)
    const length = source.read(block, 1, blksize)
    if (block[0] !== 0x2a || block[length + 1] !== 0x2a) throw new Error('wrote outside its room')
    blocks.push(block.subarray(1, length + 1))
    if (length < blksize) return Buffer.concat(blocks)
  }
}

/** The rule in one line; CR first, so that the CRs of new pairs stay single. */
function translate(unix: string): string {
  return unix.replaceAll('\r', '\r\0').replaceAll('\n', '\r\n')
}
