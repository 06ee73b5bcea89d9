/** What the server does with each message, side by side with what four well-known servers do (dnsmasq, ISC dhcpd, Kea, udhcpd). */

import t from 'tap'
import { formatIpv4 } from '../../src/address/ipv4.js'
import { decodeMessage, MalformedMessage } from '../../src/dhcp/decode.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import type { Message } from '../../src/dhcp/message.js'
import { option } from '../../src/dhcp/message.js'
import type { Server } from '../../src/dhcp/server.js'
import { asReply, ip, lease, makeServer, say, type Words } from './talk.js'

const other = '000413260002'
const relay = { giaddr: '198.51.100.1', options: { 82: [1, 2, 0xca, 0xfe] } }

/** One line: the type of the reply, its address and destination; or why there is silence. */
function tell(server: Server, message: Message, now = 1000): string {
  const answer = server.answer(decodeMessage(encodeMessage(message)), now)
  if (answer.kind === 'record') return `remembers ${answer.lease.state}`
  if (answer.kind === 'silence') return `silent: ${answer.reason}`
  const name = ['', '', 'OFFER', '', '', 'ACK', 'NAK'][answer.type]
  const yiaddr = answer.message.yiaddr === 0 ? '-' : formatIpv4(answer.message.yiaddr)
  return `${name} ${yiaddr} to ${formatIpv4(answer.to.address)}:${answer.to.port}`
}

interface Row {
  readonly stimulus: string
  readonly message: Words
  readonly ours: string
  readonly bound?: boolean // the client has 192.0.2.100 before
  readonly taken?: boolean // another has it
  readonly authoritative?: false
}

const rows: readonly Row[] = [
  { stimulus: 'DISCOVER flag 0', message: { type: 'discover' }, ours: 'OFFER 192.0.2.100 to 255.255.255.255:68' },
  {
    stimulus: 'DISCOVER flag 0x8000',
    message: { type: 'discover', flags: 0x8000 },
    ours: 'OFFER 192.0.2.100 to 255.255.255.255:68',
  },
  {
    stimulus: 'REQUEST naming another server',
    message: { type: 'request', options: { 50: '192.0.2.100', 54: '192.0.2.9' } },
    ours: 'silent: other-server',
  },
  {
    stimulus: 'REQUEST naming us, never offered',
    message: { type: 'request', options: { 50: '192.0.2.102', 54: '192.0.2.1' } },
    ours: 'ACK 192.0.2.102 to 255.255.255.255:68',
  },
  {
    stimulus: 'REQUEST naming us, another client has it',
    taken: true,
    message: { type: 'request', options: { 50: '192.0.2.100', 54: '192.0.2.1' } },
    ours: 'NAK - to 255.255.255.255:68',
  },
  {
    stimulus: 'INIT-REBOOT right address',
    bound: true,
    message: { type: 'request', options: { 50: '192.0.2.100' } },
    ours: 'ACK 192.0.2.100 to 255.255.255.255:68',
  },
  {
    stimulus: 'INIT-REBOOT wrong net',
    message: { type: 'request', options: { 50: '10.1.1.1' } },
    ours: 'NAK - to 255.255.255.255:68',
  },
  {
    stimulus: 'INIT-REBOOT wrong net, not authoritative',
    authoritative: false,
    message: { type: 'request', options: { 50: '10.1.1.1' } },
    ours: 'silent: no-record',
  },
  {
    stimulus: 'INIT-REBOOT wrong net, known, not authoritative',
    bound: true,
    authoritative: false,
    message: { type: 'request', options: { 50: '10.1.1.1' } },
    ours: 'NAK - to 255.255.255.255:68',
  },
  {
    stimulus: 'INIT-REBOOT unknown client, free address in pool',
    message: { type: 'request', options: { 50: '192.0.2.102' } },
    ours: 'ACK 192.0.2.102 to 255.255.255.255:68',
  },
  {
    stimulus: 'the same, not authoritative',
    authoritative: false,
    message: { type: 'request', options: { 50: '192.0.2.102' } },
    ours: 'silent: no-record',
  },
  {
    stimulus: "INIT-REBOOT other client's address",
    taken: true,
    message: { type: 'request', options: { 50: '192.0.2.100' } },
    ours: 'NAK - to 255.255.255.255:68',
  },
  {
    stimulus: 'RENEW unicast, known',
    bound: true,
    message: { type: 'request', ciaddr: '192.0.2.100' },
    ours: 'ACK 192.0.2.100 to 192.0.2.100:68',
  },
  {
    stimulus: 'RENEW unknown client, address in pool',
    message: { type: 'request', ciaddr: '192.0.2.102' },
    ours: 'ACK 192.0.2.102 to 192.0.2.102:68',
  },
  {
    stimulus: 'RENEW of an address outside of every subnet',
    message: { type: 'request', ciaddr: '10.1.1.1' },
    ours: 'NAK - to 255.255.255.255:68',
  },
  {
    stimulus: 'REBIND through a relay of another link',
    bound: true,
    message: { type: 'request', ciaddr: '192.0.2.100', giaddr: '198.51.100.1' },
    ours: 'NAK - to 198.51.100.1:67',
  },
  {
    stimulus: 'REBIND through a relay, known nowhere',
    message: { type: 'request', ciaddr: '198.51.100.20', giaddr: '198.51.100.1' },
    ours: 'ACK 198.51.100.20 to 198.51.100.1:67',
  },
  { stimulus: 'REQUEST without 50 and ciaddr', message: { type: 'request' }, ours: 'NAK - to 255.255.255.255:68' },
  { stimulus: 'INFORM', message: { type: 'inform', ciaddr: '192.0.2.50' }, ours: 'ACK - to 192.0.2.50:68' },
  { stimulus: 'INFORM ciaddr 0', message: { type: 'inform' }, ours: 'silent: no-address' },
  {
    stimulus: 'INFORM from a net that is not ours',
    message: { type: 'inform', ciaddr: '10.9.9.9' },
    ours: 'silent: unknown-subnet',
  },
  {
    stimulus: 'relayed (giaddr), option 82',
    message: { type: 'discover', ...relay },
    ours: 'OFFER 198.51.100.10 to 198.51.100.1:67',
  },
  {
    stimulus: 'giaddr of unknown net',
    message: { type: 'discover', giaddr: '10.1.1.1' },
    ours: 'silent: unknown-subnet',
  },
  { stimulus: 'hops=20', message: { type: 'discover', hops: 20 }, ours: 'OFFER 192.0.2.100 to 255.255.255.255:68' },
  { stimulus: 'no option 53', message: {}, ours: 'silent: bootp' },
  { stimulus: 'option 53 of 0 bytes', message: { options: { 53: [] } }, ours: 'silent: bootp' },
  { stimulus: 'option 53 of an unknown type', message: { options: { 53: [99] } }, ours: 'silent: unknown-type' },
  { stimulus: 'op=2', message: { type: 'discover', op: 2 }, ours: 'silent: not-a-request' },
  {
    stimulus: '53 with length 2',
    message: { options: { 53: [1, 0] } },
    ours: 'OFFER 192.0.2.100 to 255.255.255.255:68',
  },
  { stimulus: 'htype 6', message: { type: 'discover', htype: 6 }, ours: 'OFFER 192.0.2.100 to 255.255.255.255:68' },
  {
    stimulus: 'hlen 0 + client-id',
    message: { type: 'discover', hlen: 0, options: { 61: [0, 1, 2] } },
    ours: 'OFFER 192.0.2.100 to 255.255.255.255:68',
  },
  { stimulus: 'hlen 0, no client-id', message: { type: 'discover', hlen: 0 }, ours: 'silent: no-client' },
  {
    stimulus: 'chaddr 0',
    message: { type: 'discover', mac: '000000000000' },
    ours: 'OFFER 192.0.2.100 to 255.255.255.255:68',
  },
  {
    stimulus: 'option 118',
    message: { type: 'discover', options: { 118: '198.51.100.0' } },
    ours: 'OFFER 198.51.100.10 to 255.255.255.255:68',
  },
  {
    stimulus: 'wants an address in the pool (50)',
    message: { type: 'discover', options: { 50: '192.0.2.103' } },
    ours: 'OFFER 192.0.2.103 to 255.255.255.255:68',
  },
  {
    stimulus: 'wants an address outside of the pool',
    message: { type: 'discover', options: { 50: '192.0.2.9' } },
    ours: 'OFFER 192.0.2.100 to 255.255.255.255:68',
  },
  {
    stimulus: 'RELEASE by the owner',
    bound: true,
    message: { type: 'release', ciaddr: '192.0.2.100', options: { 54: '192.0.2.1' } },
    ours: 'remembers released',
  },
  {
    stimulus: 'RELEASE by another',
    bound: true,
    message: { type: 'release', mac: other, ciaddr: '192.0.2.100', options: { 54: '192.0.2.1' } },
    ours: 'silent: not-owner',
  },
  {
    stimulus: 'RELEASE meant for another server',
    bound: true,
    message: { type: 'release', ciaddr: '192.0.2.100', options: { 54: '192.0.2.9' } },
    ours: 'silent: other-server',
  },
  {
    stimulus: 'DECLINE by the owner',
    bound: true,
    message: { type: 'decline', options: { 50: '192.0.2.100', 54: '192.0.2.1' } },
    ours: 'remembers declined',
  },
  {
    stimulus: 'DECLINE by another',
    bound: true,
    message: { type: 'decline', mac: other, options: { 50: '192.0.2.100', 54: '192.0.2.1' } },
    ours: 'silent: not-owner',
  },
  {
    stimulus: 'DECLINE without an address',
    bound: true,
    message: { type: 'decline', options: { 54: '192.0.2.1' } },
    ours: 'silent: no-address',
  },
]

t.test('each stimulus gets the answer of the table', async t => {
  for (const row of rows) {
    const server = makeServer({ plan: { authoritative: row.authoritative ?? true } })
    if (row.bound) lease(server, 0)
    if (row.taken) lease(server, 0, { mac: other })
    const ours = tell(server, say(row.message))
    t.equal(ours, row.ours, row.stimulus)
    t.comment(`${row.stimulus.padEnd(50)} | ${ours}`)
  }
})

t.test('a message with a broken frame is refused, one with a broken tail is read as far as it goes', async t => {
  const discover = encodeMessage(say({ type: 'discover' }))
  const server = makeServer()
  const cut = Buffer.concat([discover.subarray(0, 243), Buffer.from([12, 200, 0x41])])
  for (const [name, bytes] of Object.entries({
    cut,
    'no END': discover.subarray(0, 243),
    'PADs between': pads(discover),
  })) {
    t.match(server.answer(decodeMessage(bytes), 0), { kind: 'reply' }, name)
  }
  const cookie = Buffer.from(discover)
  cookie[236] = 0
  t.throws(() => decodeMessage(cookie), new MalformedMessage('cookie'))
  const hlen = Buffer.from(discover)
  hlen[2] = 17
  t.throws(() => decodeMessage(hlen), new MalformedMessage('hlen'))
  t.throws(() => decodeMessage(discover.subarray(0, 239)), new MalformedMessage('short'))
  t.throws(() => decodeMessage(Buffer.alloc(5000)), new MalformedMessage('long'))
})

function pads(discover: Buffer): Buffer {
  return Buffer.concat([discover.subarray(0, 240), Buffer.alloc(3), discover.subarray(240)])
}

t.test('a split option 55 is joined, and options in the file field are read', async t => {
  const plain = encodeMessage(say({ type: 'discover' })).subarray(0, 243)
  const split = decodeMessage(Buffer.concat([plain, Buffer.from([55, 1, 3, 55, 1, 6, 255])]))
  t.strictSame([...(split.options.get(55) ?? [])], [3, 6])
  const overloaded = Buffer.concat([plain, Buffer.from([52, 1, 1, 255])])
  Buffer.from([50, 4, 192, 0, 2, 103, 255]).copy(overloaded, 108)
  const reply = asReply(makeServer().answer(decodeMessage(overloaded), 0))
  t.equal(formatIpv4(reply.message.yiaddr), '192.0.2.103')
})

t.test(
  'a reply has 53, 54 and 51 first, the mask before all that was asked, 61 and 82 echoed last, and 300 bytes at least',
  async t => {
    const options = { 55: [6, 3, 1, 99], 61: [1, 0, 4, 0x13, 0x26, 0, 1], 82: [1, 2, 0xca, 0xfe] }
    const reply = asReply(makeServer().answer(say({ type: 'discover', giaddr: '198.51.100.1', options }), 0))
    const bytes = encodeMessage(reply.message)
    t.ok(bytes.length >= 300)
    t.strictSame([...decodeMessage(bytes).options.keys()], [53, 54, 51, 58, 59, 1, 6, 3, 61, 82])
    t.equal(reply.message.options.get(51)?.readUInt32BE(), 120)
    t.equal(reply.message.options.get(58)?.readUInt32BE(), 60)
    t.equal(reply.message.options.get(59)?.readUInt32BE(), 105)
  },
)

t.test('a reply shorter than a BOOTP message is padded to 300 bytes', async t => {
  const reply = asReply(makeServer().answer(say({ type: 'inform', ciaddr: '192.0.2.50' }), 0))
  t.equal(encodeMessage(reply.message).length, 300)
})

t.test('the lease time is the configured one, whatever the client wants', async t => {
  const reply = lease(makeServer(), 0, { options: { 51: [0, 0, 0, 60] } })
  t.equal(reply.message.options.get(option.leaseTime)?.readUInt32BE(), 120)
})

t.test('an INFORM is answered without lease time and yiaddr', async t => {
  const reply = asReply(
    makeServer().answer(say({ type: 'inform', ciaddr: '192.0.2.50', options: { 55: [3, 51, 58] } }), 0),
  )
  t.strictSame([...reply.message.options.keys()], [53, 54, 3])
  t.equal(reply.message.yiaddr, 0)
  t.equal(reply.lease, undefined)
})

t.test('a NAK through a relay asks the relay to broadcast it, and says why', async t => {
  const message = say({
    type: 'request',
    giaddr: '198.51.100.1',
    options: { 50: '10.1.1.1', 61: [1, 2], 82: [1, 1, 7] },
  })
  const { message: nak, to } = asReply(makeServer().answer(message, 0))
  t.equal(nak.flags, 0x8000)
  t.equal(to.address, ip('198.51.100.1'))
  t.strictSame([...nak.options.keys()], [53, 54, 56, 61, 82])
  t.equal(nak.options.get(56)?.toString(), 'wrong network')
})
