/** The sender's state machine, alone and over a network that does its worst. */

import fc from 'fast-check'
import t from 'tap'
import { Netascii } from '../../src/tftp/netascii.js'
import { type Agreement, plain } from '../../src/tftp/options.js'
import { Octets, type Source } from '../../src/tftp/source.js'
import { Transfer } from '../../src/tftp/transfer.js'
import { Mailbox } from './mailbox.js'
import { type Fate, Network } from './network.js'
import { Reader } from './reader.js'

const blocks8 = (count: number) => Buffer.from(Array.from({ length: count * 8 }, (_, index) => index & 0xff))
const agree = (blksize: number, windowsize = 1, timeout = 1): Agreement => ({ ...plain, blksize, windowsize, timeout })
const ack = (block: number) => ({ op: 'ACK', block }) as const

/** A transfer begun at time 0, and what it sends. */
function begin(source: Source, agreement: Agreement) {
  const out = new Mailbox()
  const transfer = new Transfer(source, agreement)
  transfer.start(0, out)
  return { transfer, out }
}

t.test('a file goes out block by block, each after the ACK of the one before', async t => {
  const { transfer, out } = begin(new Octets(Buffer.from('0123456789')), agree(8))
  t.match(out.take(), [{ op: 'DATA', block: 1, bytes: Buffer.from('01234567') }])
  t.notOk(transfer.isAllSent)
  transfer.receive(ack(1), 5, out)
  t.match(out.take(), [{ op: 'DATA', block: 2, bytes: Buffer.from('89') }])
  t.ok(transfer.isAllSent)
  t.equal(transfer.bytes, 8, 'bytes counts what is acknowledged')
  transfer.receive(ack(2), 10, out)
  t.match(transfer, {
    state: 'delivered',
    isOver: true,
    bytes: 10,
    retransmitted: 0,
    deadline: Number.POSITIVE_INFINITY,
  })
  t.same(out.take(), [])
})

t.test('a file that fills its last block ends with an empty one', async t => {
  const { transfer, out } = begin(new Octets(blocks8(1)), agree(8))
  transfer.receive(ack(1), 0, out)
  t.match(out.take().at(-1), { op: 'DATA', block: 2, bytes: Buffer.alloc(0) })
  transfer.receive(ack(2), 0, out)
  t.equal(transfer.state, 'delivered')
  const empty = begin(new Octets(Buffer.alloc(0)), plain)
  t.match(empty.out.take(), [{ block: 1, bytes: Buffer.alloc(0) }], 'an empty file is one empty block')
})

t.test('an OACK waits for ACK 0, and is sent again until it comes', async t => {
  const offer: Agreement = { ...agree(8), acknowledged: [['blksize', '8']] }
  const { transfer, out } = begin(new Octets(blocks8(2)), offer)
  t.match(out.take(), [{ op: 'OACK', options: [['blksize', '8']] }])
  t.notOk(transfer.receive(ack(1), 1, out), 'another ACK is passed over')
  t.same(out.take(), [])
  transfer.tick(1000, out)
  t.match(out.take(), [{ op: 'OACK' }])
  t.equal(transfer.retransmitted, 1)
  t.ok(transfer.receive(ack(0), 1001, out))
  t.same(out.blocks(), [1])
  t.notOk(transfer.receive(ack(0), 1002, out), 'and a second ACK 0 sends nothing')
  t.same(out.take(), [])
})

t.test(
  'an unanswered block is sent again after 1, 3, 7, 15 and 31 seconds, and the transfer ends after 60',
  async t => {
    const { transfer, out } = begin(new Octets(blocks8(3)), agree(8))
    t.same(out.blocks(), [1])
    for (const seconds of [1, 3, 7, 15, 31]) {
      transfer.tick(seconds * 1000 - 1, out)
      t.same(out.blocks(), [], `${seconds} s less one millisecond`)
      t.equal(transfer.deadline, seconds * 1000)
      transfer.tick(seconds * 1000, out)
      t.same(out.blocks(), [1], `${seconds} s`)
    }
    t.equal(transfer.deadline, 60_000)
    transfer.tick(60_000, out)
    t.match(transfer, { state: 'silent', retransmitted: 5, isOver: true })
    t.same(out.take(), [], 'without a word')
  },
)

t.test('an ACK that gets further begins the waiting anew', async t => {
  const { transfer, out } = begin(new Octets(blocks8(3)), agree(8))
  for (const seconds of [1, 3, 7]) transfer.tick(seconds * 1000, out)
  t.ok(transfer.isUnanswered)
  transfer.receive(ack(1), 8000, out)
  t.match(transfer, { isUnanswered: false, deadline: 9000, heard: 8000 })
  transfer.receive(ack(1), 8500, out)
  t.equal(transfer.deadline, 9000, 'a duplicate does not')
})

t.test('the negotiated timeout stands in place of the first second', async t => {
  const { transfer, out } = begin(new Octets(blocks8(3)), agree(8, 1, 255))
  t.equal(transfer.deadline, 255_000)
  transfer.tick(255_000, out)
  t.same(out.blocks(), [1, 1], 'and the client is asked at least once more, whatever the cap')
  transfer.tick(transfer.deadline, out)
  t.equal(transfer.state, 'silent')
})

t.test('without its last ACK a transfer ends quietly', async t => {
  const { transfer, out } = begin(new Octets(Buffer.from('small')), plain)
  for (const seconds of [1, 3, 7, 15, 31, 60]) transfer.tick(seconds * 1000, out)
  t.equal(transfer.state, 'unacknowledged')
  t.same(out.blocks(), [1, 1, 1, 1, 1, 1])
})

t.test('ERROR from the client ends the transfer, and nothing wakes it', async t => {
  const { transfer, out } = begin(new Octets(blocks8(9)), agree(8))
  out.take()
  t.ok(transfer.receive({ op: 'ERROR', code: 3, message: 'Disk full' }, 5, out))
  t.equal(transfer.state, 'aborted')
  t.notOk(transfer.receive(ack(1), 6, out))
  transfer.tick(100_000, out)
  t.same(out.take(), [])
})

t.test('packets that no reader sends are passed over', async t => {
  const { transfer, out } = begin(new Octets(blocks8(9)), agree(8))
  out.take()
  t.notOk(transfer.receive({ op: 'DATA', block: 1, bytes: Buffer.alloc(8) }, 1, out))
  t.notOk(transfer.receive({ op: 'OACK', options: [] }, 1, out))
  t.notOk(transfer.receive({ op: 'RRQ', file: 'a', mode: 'octet', options: [] }, 1, out))
  for (const block of [2, 3, 9, 65535, 0]) t.notOk(transfer.receive(ack(block), 1, out), `ACK ${block}`)
  t.same(out.take(), [])
  t.equal(transfer.deadline, 1000)
})

t.test('a duplicate ACK never sends data again (Sorcerer’s Apprentice)', async t => {
  const { transfer, out } = begin(new Octets(blocks8(9)), agree(8))
  transfer.receive(ack(1), 1, out)
  transfer.receive(ack(1), 2, out)
  transfer.receive(ack(1), 3, out)
  t.same(out.blocks(), [1, 2])
  transfer.receive(ack(2), 4, out)
  transfer.receive(ack(1), 5, out)
  t.same(out.blocks(), [3], 'nor does an old one')
})

t.test('windows', async t => {
  t.test('a window leaves at once, the next one after the ACK of its last block', async t => {
    const { transfer, out } = begin(new Octets(blocks8(9)), agree(8, 4))
    t.same(out.blocks(), [1, 2, 3, 4])
    transfer.receive(ack(4), 1, out)
    t.same(out.blocks(), [5, 6, 7, 8])
    transfer.receive(ack(8), 1, out)
    t.same(out.blocks(), [9, 10], 'the last one is as long as the file')
    transfer.receive(ack(10), 1, out)
    t.match(transfer, { state: 'delivered', retransmitted: 0, bytes: 72 })
  })

  t.test('after the ACK of a block in the middle, a window begins behind that block', async t => {
    const { transfer, out } = begin(new Octets(blocks8(20)), agree(8, 4))
    transfer.receive(ack(4), 1, out)
    out.take()
    transfer.receive(ack(6), 2, out)
    t.same(out.blocks(), [7, 8, 9, 10])
    t.equal(transfer.retransmitted, 2, '7 and 8')
    for (let i = 0; i < 5; i++) transfer.receive(ack(6), 3, out)
    t.same(out.blocks(), [], 'once, however often the client says so')
  })

  t.test('the ACK before the window says once that its first block was lost', async t => {
    const { transfer, out } = begin(new Octets(blocks8(40)), agree(8, 4))
    transfer.receive(ack(4), 1, out)
    out.take()
    transfer.receive(ack(4), 2, out)
    t.same(out.blocks(), [5, 6, 7, 8])
    transfer.receive(ack(4), 3, out)
    t.same(out.blocks(), [])
    transfer.receive(ack(8), 4, out)
    transfer.receive(ack(8), 5, out)
    t.same(out.blocks(), [9, 10, 11, 12], 'nor do the ACKs which that window drew send another one twice')
    transfer.receive(ack(12), 6, out)
    transfer.receive(ack(12), 7, out)
    t.same(out.blocks(), [13, 14, 15, 16, 13, 14, 15, 16], 'the next loss is heard again')
  })

  t.test('after silence the whole window goes out again', async t => {
    const { transfer, out } = begin(new Octets(blocks8(5)), agree(8, 4))
    transfer.receive(ack(4), 1, out)
    t.same(out.blocks(), [1, 2, 3, 4, 5, 6])
    transfer.tick(1001, out)
    t.same(out.blocks(), [5, 6])
  })
})

t.test('block numbers go on from 0 after 65535', async t => {
  for (const windowsize of [1, 16]) {
    const file = blocks8(65_535 + 300)
    const transfer = new Transfer(new Octets(file), agree(8, windowsize))
    const reader = new Reader(8, windowsize)
    const network = new Network(transfer, reader, [])
    network.run()
    t.equal(transfer.state, 'delivered')
    t.ok(reader.bytes.equals(file), `${file.length / 8} blocks with windowsize ${windowsize} arrive whole`)
    t.equal(network.data, 65_535 + 301)
  }
})

t.test('a network that doubles every packet makes a lock-step sender send nothing twice', async t => {
  const transfer = new Transfer(new Octets(blocks8(200)), agree(8))
  const network = new Network(transfer, new Reader(8, 1), [{ isLost: false, delays: [1, 2] }])
  network.run()
  t.match(transfer, { state: 'delivered', retransmitted: 0 })
  t.equal(network.data, 201)
})

t.test('a network that doubles every packet cannot make windows grow without end', async t => {
  const transfer = new Transfer(new Octets(blocks8(640)), agree(8, 16))
  const network = new Network(transfer, new Reader(8, 16), [{ isLost: false, delays: [1, 2] }])
  network.run()
  t.equal(transfer.state, 'delivered')
  t.ok(network.data <= 2 * 641, `${network.data} DATA packets for 641 blocks`)
})

t.test('whatever is lost, doubled, late or out of order, the exact bytes arrive', async t => {
  const fate: fc.Arbitrary<Fate> = fc.record({
    isLost: fc.boolean(),
    delays: fc.array(fc.constantFrom(1, 2, 7, 40, 300, 1500), { minLength: 1, maxLength: 3 }),
  })
  const file = fc.array(fc.constantFrom(10, 13, 0, 65, 66), { maxLength: 900 }).map(list => Buffer.from(list))
  for (const windowsize of [1, 4, 16]) {
    for (const mode of ['octet', 'netascii']) {
      t.doesNotThrow(
        () =>
          fc.assert(
            fc.property(file, fc.array(fate, { maxLength: 60 }), fc.boolean(), (bytes, fates, isOffered) => {
              const wire = mode === 'octet' ? bytes : netascii(bytes)
              const agreement = agree(16, windowsize)
              const offer: Agreement = isOffered ? { ...agreement, acknowledged: [['blksize', '16']] } : agreement
              const transfer = new Transfer(mode === 'octet' ? new Octets(bytes) : new Netascii(bytes), offer)
              const reader = new Reader(16, windowsize)
              new Network(transfer, reader, fates).run()
              return transfer.state === 'delivered' && reader.bytes.equals(wire) && transfer.bytes === bytes.length
            }),
            { numRuns: 150 },
          ),
        `windowsize ${windowsize}, ${mode}`,
      )
    }
  }
})

function netascii(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll('\r', '\r\0').replaceAll('\n', '\r\n'), 'latin1')
}
