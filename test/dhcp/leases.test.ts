import fc from 'fast-check'
import t from 'tap'
import { formatIpv4 } from '../../src/address/ipv4.js'
import type { Lease } from '../../src/dhcp/lease.js'
import { option } from '../../src/dhcp/message.js'
import { type Item, Queue } from '../../src/dhcp/queue.js'
import { Server } from '../../src/dhcp/server.js'
import { some } from '../some.js'
import { asReply, ip, lease, makeServer, say, type Words } from './talk.js'

const second = 1000
const leaseEnd = 120 * second
const phones = ['000413260001', '000413260002', '000413260003', '000413260004', '000413260005'] as const
const discover = (mac: string, options = {}) => say({ type: 'discover', mac, options })
const addressOf = (answer: ReturnType<Server['answer']>) => formatIpv4(asReply(answer).message.yiaddr)

t.test('an offer is not a lease: nothing to write, and free again after a minute', async t => {
  const server = makeServer()
  t.equal(asReply(server.answer(discover(phones[0]), 0)).lease, undefined)
  t.equal(addressOf(server.answer(discover(phones[0]), 10 * second)), '192.0.2.100', 'the same client, the same offer')
  t.equal(addressOf(server.answer(discover(phones[1]), 20 * second)), '192.0.2.101')
  t.equal(
    addressOf(server.answer(discover(phones[2], { 50: '192.0.2.100' }), 60 * second)),
    '192.0.2.102',
    'still kept',
  )
  t.equal(
    addressOf(server.answer(discover(phones[3], { 50: '192.0.2.100' }), 71 * second)),
    '192.0.2.100',
    'free again',
  )
})

t.test('a full pool is silent, and expired leases are reused oldest first', async t => {
  const server = makeServer()
  for (const [at, mac] of phones.slice(0, 4).entries()) lease(server, at * second, { mac })
  t.match(server.answer(discover(phones[4]), 5 * second), { kind: 'silence', reason: 'pool-full' })
  lease(server, 60 * second, { mac: phones[0] })
  t.equal(
    addressOf(server.answer(discover(phones[4]), leaseEnd + 30 * second)),
    '192.0.2.101',
    'the oldest that ran out',
  )
})

t.test('a client gets the address it had, after RELEASE and after expiry', async t => {
  const server = makeServer()
  lease(server, 0, { mac: phones[0] })
  lease(server, 0, { mac: phones[1] })
  server.answer(say({ type: 'release', mac: phones[1], ciaddr: '192.0.2.101', options: { 54: '192.0.2.1' } }), second)
  t.equal(addressOf(server.answer(discover(phones[2]), 2 * second)), '192.0.2.102', 'never used goes before used')
  t.equal(addressOf(server.answer(discover(phones[1]), 3 * second)), '192.0.2.101')
  t.equal(addressOf(server.answer(discover(phones[0]), 10 * leaseEnd)), '192.0.2.100')
})

t.test('the operator takes an address back: what runs there, or is declined, ends now', async t => {
  const server = makeServer()
  lease(server, 0, { mac: phones[0] })
  const released = some(server.release(ip('192.0.2.100'), 5 * second))
  t.match(released, { state: 'released', mac: phones[0], start: 5 * second, end: 5 * second })
  t.strictSame([...server.leases()], [released])
  t.equal(server.leaseAt(ip('192.0.2.100'), 5 * second), undefined)
  t.equal(server.release(ip('192.0.2.100'), 6 * second), undefined, 'once')
  t.equal(addressOf(server.answer(discover(phones[0]), 7 * second)), '192.0.2.100', 'its phone may have it again')
  t.equal(server.release(ip('192.0.2.101'), 0), undefined, 'never leased')
  t.equal(server.release(ip('10.0.0.1'), 0), undefined, 'no subnet of ours')
  lease(server, 0, { mac: phones[1] })
  server.answer(say({ type: 'decline', mac: phones[1], options: { 50: '192.0.2.101', 54: '192.0.2.1' } }), second)
  t.match(server.release(ip('192.0.2.101'), 2 * second), { state: 'released' }, 'it need not wait for an hour')
  lease(server, 0, { mac: phones[2] })
  t.equal(server.release(ip('192.0.2.102'), leaseEnd), undefined, 'it has run out')
})

t.test('released addresses are given again in the order they came back', async t => {
  const server = makeServer()
  for (const mac of phones.slice(0, 4)) lease(server, 0, { mac })
  const release = (mac: string, ciaddr: string, now: number) =>
    server.answer(say({ type: 'release', mac, ciaddr }), now)
  release(phones[2], '192.0.2.102', second)
  release(phones[0], '192.0.2.100', 2 * second)
  t.equal(addressOf(server.answer(discover('000413260009'), 3 * second)), '192.0.2.102')
  t.equal(addressOf(server.answer(discover('000413260008'), 3 * second)), '192.0.2.100')
})

t.test('a declined address is left alone for an hour, unless another client would get none', async t => {
  const server = makeServer({ pool: '192.0.2.100 - 192.0.2.101' })
  lease(server, 0)
  const answer = server.answer(say({ type: 'decline', options: { 50: '192.0.2.100', 54: '192.0.2.1' } }), second)
  t.match(answer, { kind: 'record', lease: { state: 'declined', end: 3601 * second } })
  t.equal(formatIpv4(lease(server, 2 * second, { mac: phones[1] }).message.yiaddr), '192.0.2.101')
  t.match(server.answer(discover(phones[0]), 3 * second), { reason: 'pool-full' }, 'who declined it does not get it')
  t.equal(formatIpv4(lease(server, 4 * second, { mac: phones[2] }).message.yiaddr), '192.0.2.100', 'better than none')
})

t.test('a phone gets its reservation, inside or outside of the pool, and nobody else does', async t => {
  const clients = { [phones[0]]: { reservation: ip('192.0.2.101') }, [phones[1]]: { reservation: ip('192.0.2.20') } }
  const server = makeServer({ clients, reserved: ['192.0.2.101', '192.0.2.20'] })
  t.equal(addressOf(server.answer(discover(phones[0], { 50: '192.0.2.100' }), 0)), '192.0.2.101')
  t.equal(addressOf(server.answer(discover(phones[1]), 0)), '192.0.2.20')
  const strangers = ['00041326000A', '00041326000B', '00041326000C'].map(mac =>
    addressOf(server.answer(discover(mac, { 50: '192.0.2.101' }), 0)),
  )
  t.strictSame(strangers, ['192.0.2.100', '192.0.2.102', '192.0.2.103'])
  const thief = say({ type: 'request', mac: phones[2], options: { 50: '192.0.2.20', 54: '192.0.2.1' } })
  t.equal(asReply(server.answer(thief, 0)).type, 6)
})

t.test('a phone that has a reservation now leaves its old address at the next renewal', async t => {
  const before = makeServer()
  lease(before, 0)
  const clients = { [phones[0]]: { reservation: ip('192.0.2.50') } }
  const after = makeServer({ clients, reserved: ['192.0.2.50'], leases: before.leases() })
  t.equal(asReply(after.answer(say({ type: 'request', ciaddr: '192.0.2.100' }), second)).type, 6)
  t.equal(addressOf(after.answer(discover(phones[0]), second)), '192.0.2.50')
})

t.test('a reservation follows the phone through its boot loader, which sends another client identifier', async t => {
  const clients = { [phones[0]]: { reservation: ip('192.0.2.50') } }
  const server = makeServer({ clients, reserved: ['192.0.2.50'] })
  lease(server, 0, { mac: phones[0] })
  t.equal(
    formatIpv4(lease(server, second, { mac: phones[0], options: { 61: [1, 2, 3] } }).message.yiaddr),
    '192.0.2.50',
  )
})

t.test('while another still holds the reserved address, the phone gets one from the pool', async t => {
  const before = makeServer()
  lease(before, 0, { mac: phones[1] })
  const clients = { [phones[0]]: { reservation: ip('192.0.2.100') } }
  const server = makeServer({ clients, reserved: ['192.0.2.100'], leases: before.leases() })
  t.equal(addressOf(server.answer(discover(phones[0]), second)), '192.0.2.101')
  t.equal(asReply(server.answer(say({ type: 'request', mac: phones[1], ciaddr: '192.0.2.100' }), second)).type, 6)
  t.equal(addressOf(server.answer(discover(phones[0]), leaseEnd + second)), '192.0.2.100')
})

t.test('RENEWING and REBINDING are told apart by T2', async t => {
  const server = makeServer()
  lease(server, 0)
  const renew = say({ type: 'request', ciaddr: '192.0.2.100' })
  t.equal(asReply(server.answer(renew, 60 * second)).state, 'renewing')
  t.equal(asReply(server.answer(renew, 60 * second + 105 * second)).state, 'rebinding')
  t.equal(asReply(server.answer(say({ type: 'request', mac: phones[1], ciaddr: '192.0.2.101' }), 0)).state, 'rebinding')
})

t.test('rapid commit answers a DISCOVER with an ACK and a lease, when both sides want it', async t => {
  const message = discover(phones[0], { 80: [] })
  t.equal(asReply(makeServer().answer(message, 0)).type, 2)
  const reply = asReply(makeServer({ plan: { rapidCommit: true } }).answer(message, 0))
  t.equal(reply.type, 5)
  t.ok(reply.message.options.has(option.rapidCommit))
  t.equal(reply.lease?.state, 'bound')
  t.equal(asReply(makeServer({ plan: { rapidCommit: true } }).answer(discover(phones[0]), 0)).type, 2)
})

t.test('a relay that overrides the server identifier is answered under it, and its REQUEST accepted', async t => {
  const server = makeServer()
  const relayed = { giaddr: '198.51.100.1', options: { 82: [11, 4, 198, 51, 100, 1] } }
  const offer = asReply(server.answer(say({ type: 'discover', ...relayed }), 0))
  t.equal(offer.message.options.get(54)?.readUInt32BE(), ip('198.51.100.1'))
  const options = { ...relayed.options, 50: formatIpv4(offer.message.yiaddr), 54: '198.51.100.1' }
  t.equal(asReply(server.answer(say({ type: 'request', ...relayed, options }), 0)).type, 5)
})

t.test('a phone is sent to its setting server by real options, and by option 43 where it asks for that', async t => {
  const boot = { server: 'http://192.0.2.1', file: 'snom370.htm' }
  const server = makeServer({ clients: { [phones[0]]: { boot } } })
  const { message } = asReply(server.answer(discover(phones[0], { 55: [66, 67, 43] }), 0))
  t.equal(message.options.get(66)?.toString(), 'http://192.0.2.1')
  t.equal(message.options.get(67)?.toString(), 'snom370.htm')
  t.equal(message.options.get(43)?.toString('latin1'), 'B\x11http://192.0.2.1\0C\x0csnom370.htm\0')
  t.strictSame([message.sname.length, message.file.length, message.siaddr], [0, 0, 0])
  const unasked = asReply(server.answer(discover(phones[0], { 55: [1] }), 0)).message.options
  t.ok(unasked.has(66) && unasked.has(67))
  t.notOk(unasked.has(43))
})

t.test('a client has one address: what else it wants while its lease runs is refused', async t => {
  const server = makeServer()
  lease(server, 0)
  const want = (words: Words) => asReply(server.answer(say({ type: 'request', ...words }), second)).type
  t.equal(want({ options: { 50: '192.0.2.102', 54: '192.0.2.1' } }), 6, 'SELECTING')
  t.equal(want({ options: { 50: '192.0.2.102' } }), 6, 'INIT-REBOOT')
  t.equal(want({ ciaddr: '192.0.2.102' }), 6, 'RENEWING')
  t.equal(want({ ciaddr: '192.0.2.100' }), 5, 'its own')
  t.equal([...server.leases()].length, 1)
  const later = say({ type: 'request', options: { 50: '192.0.2.102' } })
  t.equal(asReply(server.answer(later, leaseEnd + 2 * second)).type, 5, 'once its lease ran out')
})

t.test('a client that a relay hears on another link than its address must ask anew', async t => {
  const server = makeServer()
  lease(server, 0)
  const moved = server.answer(say({ type: 'request', ciaddr: '192.0.2.100', giaddr: '198.51.100.1' }), second)
  t.equal(asReply(moved).type, 6)
  const nowhere = server.answer(say({ type: 'request', ciaddr: '192.0.2.100', giaddr: '203.0.113.1' }), second)
  t.match(nowhere, { kind: 'silence', reason: 'unknown-subnet' }, 'no reply to a relay on no link of ours')
})

t.test('a client identifier without end is no client', async t => {
  const options = { 61: Buffer.alloc(256, 1) }
  t.match(makeServer().answer(discover(phones[0], options), 0), { kind: 'silence', reason: 'no-client' })
})

t.test('who is not served hears nothing', async t => {
  const server = makeServer({ plan: { client: () => undefined } })
  for (const type of ['discover', 'request', 'inform'] as const) {
    t.match(server.answer(say({ type, ciaddr: '192.0.2.100', options: { 50: '192.0.2.100' } }), 0), {
      reason: 'not-served',
    })
  }
})

t.test('a client known by its vendor class alone can release: a RELEASE carries none', async t => {
  const client = (_mac: unknown, vendorClass: string | undefined) => (vendorClass === 'snom370' ? {} : undefined)
  const server = makeServer({ plan: { client } })
  lease(server, 0, { options: { 60: [...Buffer.from('snom370')] } })
  t.match(server.answer(say({ type: 'release', ciaddr: '192.0.2.100' }), second), { kind: 'record' })
})

t.test('a reply stays within what the client can take', async t => {
  const standard = new Map([
    [43, Buffer.alloc(200)],
    [15, Buffer.alloc(200)],
    [100, Buffer.alloc(200)],
  ])
  const make = (size: number[]) => {
    const server = new Server(
      {
        address: ip('192.0.2.1'),
        port: 67,
        leaseTime: 60,
        authoritative: true,
        rapidCommit: false,
        client: () => ({}),
        subnets: [
          {
            subnet: { network: ip('192.0.2.0'), prefix: 24, mask: ip('255.255.255.0'), broadcast: ip('192.0.2.255') },
            ranges: [{ first: ip('192.0.2.10'), last: ip('192.0.2.20') }],
            isReserved: () => false,
            standard,
            forced: new Map(),
          },
        ],
      },
      [],
    )
    return [
      ...asReply(
        server.answer(discover(phones[0], { 55: [15, 100, 43], ...(size.length > 0 && { 57: size }) }), 0),
      ).message.options.keys(),
    ]
  }
  t.strictSame(make([]), [53, 54, 51, 58, 59, 15])
  t.strictSame(make([0x05, 0xdc]), [53, 54, 51, 58, 59, 15, 100, 43])
  t.strictSame(make([0, 10]), [53, 54, 51, 58, 59, 15], 'never below 576')
})

interface Ticket extends Item<Ticket> {}

t.test('the queue keeps the order of time, whatever is pushed, pushed again and removed', async t => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.nat(9), fc.boolean()), { maxLength: 80 }), steps => {
      const queue = new Queue<Ticket>()
      const tickets = Array.from({ length: 10 }, ticket)
      for (const [due, at, isPush] of steps) {
        const one = some(tickets[at])
        if (isPush) queue.push(one, due)
        else if (one.queue !== undefined) queue.remove(one)
      }
      const model = tickets.flatMap(one => (one.queue === undefined ? [] : [one.due])).sort((a, b) => a - b)
      const seen: number[] = []
      for (let one = queue.first; one !== undefined; one = one.next) seen.push(one.due)
      return queue.size === model.length && seen.join() === model.join()
    }),
  )
  t.pass()
})

t.test('times that come in order between others are found from the last one', async t => {
  const queue = new Queue<Ticket>()
  let looks = 0
  const watched = (): Ticket => {
    const one = ticket()
    let due = 0
    return Object.defineProperty(one, 'due', {
      get: () => {
        looks += 1
        return due
      },
      set: (value: number) => {
        due = value
      },
    })
  }
  for (let due = 0; due < 2000; due += 2) queue.push(watched(), due)
  for (let due = 1; due < 2000; due += 2) queue.push(watched(), due)
  t.ok(looks < 20_000, `${looks} looks at a neighbour for 2,000 items`)
})

function ticket(): Ticket {
  return { due: 0, queue: undefined, previous: undefined, next: undefined }
}

/** A random life: each step is a client, what it does, and how much later. */
const life = fc.array(
  fc.tuple(
    fc.nat(6),
    fc.constantFrom('lease', 'discover', 'release', 'decline', 'renew'),
    fc.integer({ min: 1, max: 90 }),
  ),
  { maxLength: 80 },
)

t.test('no address ever belongs to two clients at once, and a restart changes nothing', async t => {
  fc.assert(
    fc.property(life, steps => {
      let server = makeServer()
      const journal = new Map<number, Lease>()
      let now = 0
      for (const [index, what, pause] of steps) {
        now += pause * second
        const mac = `00041326000${index}`
        const mine = [...journal.values()].find(one => one.mac === mac && one.state === 'bound' && one.end > now)
        const answer = act(server, what, mac, mine, now)
        if (answer?.kind === 'reply' && answer.lease !== undefined) {
          const holder = journal.get(answer.lease.address)
          if (holder?.state === 'bound' && holder.end > now && holder.client !== answer.lease.client) return false
        }
        if (answer !== undefined && answer.kind !== 'silence' && answer.lease !== undefined) {
          journal.set(answer.lease.address, answer.lease)
        }
        if (pause % 10 === 0) server = makeServer({ leases: journal.values() })
      }
      return true
    }),
    { numRuns: 1000 },
  )
  t.pass('1,000 lives')
})

function act(
  server: Server,
  what: string,
  mac: string,
  mine: Lease | undefined,
  now: number,
): ReturnType<Server['answer']> | undefined {
  const own = mine === undefined ? '192.0.2.100' : formatIpv4(mine.address)
  switch (what) {
    case 'lease': {
      const offer = server.answer(say({ type: 'discover', mac }), now)
      if (offer.kind !== 'reply') return undefined
      return server.answer(
        say({ type: 'request', mac, options: { 50: formatIpv4(offer.message.yiaddr), 54: '192.0.2.1' } }),
        now,
      )
    }
    case 'discover':
      return server.answer(say({ type: 'discover', mac }), now)
    case 'release':
      return server.answer(say({ type: 'release', mac, ciaddr: own }), now)
    case 'decline':
      return server.answer(say({ type: 'decline', mac, options: { 50: own } }), now)
    default:
      return server.answer(say({ type: 'request', mac, ciaddr: own }), now)
  }
}

t.test('a lease is found by its address while it runs', async t => {
  const server = makeServer({ pool: '192.0.2.100 - 192.0.2.200' })
  for (let index = 0; index < 101; index += 1)
    lease(server, index, { mac: `0004132600${index.toString(16).padStart(2, '0')}` })
  t.equal([...server.leases()].length, 101)
  t.equal(some(server.leaseAt(ip('192.0.2.150'), 0)).mac, '000413260032')
  t.equal(server.leaseAt(ip('192.0.2.150'), leaseEnd + second), undefined)
})
