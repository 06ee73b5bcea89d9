/** Other DHCP servers: the probe, what is held against whom, and what the appliance then does. */

import t, { type Test } from 'tap'
import { formatIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import { decodeMessage } from '../../src/dhcp/decode.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import type { Message } from '../../src/dhcp/message.js'
import type { ServerPlan } from '../../src/dhcp/plan.js'
import { deafToProbe, probeMessage, type Rival, rivalBehind } from '../../src/dhcp/rival.js'
import type { Fields } from '../../src/doors/log.js'
import { inventMac, openRivalEar } from '../../src/doors/rival.js'
import { RivalWatch } from '../../src/rival-watch.js'
import { some } from '../some.js'
import { MemoryUdp } from '../tftp/udp.js'
import { asReply, ip, makeServer, say } from './talk.js'

const own = ip('192.0.2.1')
const mac = some(parseMac('02:66:00:00:00:01'))
const probe = probeMessage({ mac, xid: 0x66_00_00_01, vendorClass: 'snom370' })

/** Offers to the probe above as 192.168.66.254 broadcast them: of dnsmasq 2.90, and of udhcpd 1.35, which leaves siaddr empty. */
const offers = {
  dnsmasq: offer('c0a842d4c0a842fe', '3304000000783a040000003c3b04000000690104ffffff001c04c0a842ff0304c0a842fe'),
  udhcpd: offer('c0a842c800000000', '3304000d2f00'),
}

function offer(yiaddrAndSiaddr: string, options: string): Buffer {
  const start = `02010600660000010000800000000000${yiaddrAndSiaddr}00000000026600000001${'00'.repeat(202)}`
  return Buffer.from(`${start}638253633501023604c0a842fe${options}ff`, 'hex')
}

t.test('the probe is a DISCOVER of these bytes, and it asks for a broadcast', async t => {
  t.equal(
    encodeMessage(probe)
      .toString('hex')
      .replace(/(?:00)+$/, ''),
    [
      '0101060066000001000080000000000000000000000000000000000002660000000100000000000000000000',
      '00'.repeat(192),
      '63825363',
      '350101',
      '0c0e6f7074696f6e36362d70726f6265', // option66-probe
      '370a0103060c0f1c2a2b4243',
      '3c07736e6f6d333730', // snom370
      'ff',
    ].join(''),
  )
})

t.test('an invented address is locally administered, and no group', async t => {
  t.match(inventMac(), /^02[0-9A-F]{10}$/)
  t.not(inventMac(), inventMac())
})

t.test('an OFFER of another server betrays it', async t => {
  const server = ip('192.168.66.254')
  const [dnsmasq, udhcpd] = [decodeMessage(offers.dnsmasq), decodeMessage(offers.udhcpd)]
  t.strictSame(rivalBehind(dnsmasq, server, own), { server, offered: ip('192.168.66.212'), type: 'DHCPOFFER' })
  t.strictSame(rivalBehind(udhcpd, server, own), { server, offered: ip('192.168.66.200'), type: 'DHCPOFFER' })
  t.equal(rivalBehind(dnsmasq, server, server), undefined, 'unless it is ours')
})

t.test('ACK and NAK betray as well; requests, other types and BOOTP do not', async t => {
  const heard = (type: Parameters<typeof say>[0]['type'], op = 2) =>
    rivalBehind(say({ ...(type && { type }), op, options: { 54: '192.0.2.9' } }), ip('192.0.2.9'), own)?.type
  t.strictSame([heard('offer'), heard('ack'), heard('nak')], ['DHCPOFFER', 'DHCPACK', 'DHCPNAK'])
  t.equal(heard('offer', 1), undefined)
  for (const type of ['discover', 'request', 'release', undefined] as const) t.equal(heard(type), undefined)
})

t.test(
  'a server is known by option 54, else by where it speaks from; siaddr, where phones are to boot, says nothing',
  async t => {
    const nameless = { ...say({ type: 'offer', op: 2 }), siaddr: own }
    t.equal(rivalBehind(nameless, ip('192.0.2.9'), own)?.server, ip('192.0.2.9'))
    t.equal(rivalBehind(nameless, own, own), undefined)
    const zero = say({ type: 'offer', op: 2, options: { 54: '0.0.0.0' } })
    t.equal(rivalBehind(zero, ip('192.0.2.9'), own)?.server, ip('192.0.2.9'))
    const relayed = say({ type: 'ack', op: 2, options: { 54: '198.51.100.1' } })
    t.equal(rivalBehind(relayed, ip('192.0.2.254'), own)?.server, ip('198.51.100.1'))
  },
)

t.test('our own server does not answer the probe, though it serves all', async t => {
  t.equal(asReply(makeServer().answer(probe, 0)).type, 2, 'a server that is not told answers')
  const plan: ServerPlan = {
    address: own,
    port: 67,
    leaseTime: 120,
    authoritative: true,
    rapidCommit: true,
    subnets: [],
    client: () => ({}),
  }
  const deaf = makeServer({ plan: { client: deafToProbe(plan, mac).client } })
  t.strictSame(deaf.answer(probe, 0), { kind: 'silence', reason: 'not-served' })
  const offer = asReply(deaf.answer(say({ type: 'discover' }), 0))
  t.equal(offer.message.yiaddr, ip('192.0.2.100'), 'a phone is offered the first address: nothing was set aside')
})

t.test('the ear asks everyone on the port of servers, and tells of others, never of us, never of rubbish', async t => {
  const udp = new MemoryUdp()
  const heard: Rival[] = []
  const { log, lines } = keepingLog()
  const ear = openRivalEar({ udp, own, serverPort: 6767, mac, hear: rival => heard.push(rival), log })
  ear.ask()
  const [sent] = udp.sent.flat()
  t.equal(sent && `${formatIpv4(sent.address)}:${sent.port}`, '255.255.255.255:6767')
  t.match(sent && decodeMessage(sent.bytes), { op: 1, flags: 0x8000, chaddr: probe.chaddr })
  const from = (address: string, message: Message | Buffer) => ({
    bytes: Buffer.isBuffer(message) ? message : encodeMessage(message),
    address: ip(address),
    port: 67,
  })
  udp.deliver(
    from('192.0.2.1', say({ type: 'offer', op: 2, options: { 54: '192.0.2.1' } })),
    from('192.0.2.9', Buffer.from('rubbish')),
    from('192.168.66.254', offers.dnsmasq),
    from('192.0.2.8', say({ type: 'ack', op: 2 })),
  )
  t.strictSame(
    heard.map(({ server }) => formatIpv4(server)),
    ['192.168.66.254', '192.0.2.8'],
  )
  t.match(lines, [{ level: 'debug', fields: { defect: 'short' } }])
  await ear.close()
  t.ok(udp.isClosed)
})

function keepingLog() {
  const lines: { level: string; fields: Fields; text: string }[] = []
  const at = (level: string) => (fields: Fields, text: string) => {
    lines.push({ level, fields, text })
  }
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

const minute = 60_000
const pace = { gap: 1000, listening: 4000, interval: 5 * minute }

/** A watch whose time stands still until the test lets it pass, with a LAN on which the test speaks. */
function watch(t: Test, address = own) {
  const { log, lines } = keepingLog()
  const timers = new Set<{ at: number; ring: () => void }>()
  const counts = { asked: 0, served: 0, opened: 0, closed: 0 }
  const state = { now: 0, obstacle: '', isBlocked: false, hear: (_: Rival): unknown => t.fail('nobody listens') }
  const rivals = new RivalWatch({
    device: 'eth1',
    own: address,
    pace,
    log,
    now: () => state.now,
    serve: () => {
      counts.served += 1
    },
    listen: async hear => {
      if (state.obstacle !== '') throw new Error(state.obstacle)
      state.hear = hear
      counts.opened += 1
      return {
        ask() {
          counts.asked += 1
        },
        get refused() {
          return state.isBlocked ? counts.asked : 0
        },
        async close() {
          counts.closed += 1
        },
      }
    },
    wait: (ms, signal) =>
      new Promise(resolve => {
        if (signal.aborted) return resolve()
        timers.add({ at: state.now + ms, ring: resolve })
        signal.onabort = () => {
          for (const { ring } of timers) ring()
        }
      }),
  })
  t.teardown(() => rivals.close())
  const pass = async (ms: number): Promise<void> => {
    const end = state.now + ms
    for (;;) {
      await new Promise(resolve => setImmediate(resolve))
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      timers.delete(next)
      state.now = next.at
      next.ring()
    }
    state.now = end
  }
  const speak = (server: string, type: Rival['type'] = 'DHCPOFFER') =>
    state.hear({ server: ip(server), offered: type === 'DHCPNAK' ? 0 : ip('192.0.2.200'), type })
  const said = (level: string) => lines.filter(line => line.level === level).map(({ text }) => text)
  return { rivals, state, counts, lines, pass, speak, said }
}

t.test('refuse: two probes and four seconds of silence go before the first answer', async t => {
  const { rivals, counts, pass, said } = watch(t)
  rivals.use('refuse')
  await pass(3999)
  t.match(counts, { asked: 2, served: 0 })
  t.notOk(rivals.isServing)
  await pass(1)
  t.match(counts, { asked: 2, served: 1 })
  t.strictSame(said('info'), ['no other DHCP server is heard on eth1: DHCP answers from now on'])
  await pass(5 * minute + 4000)
  t.match(counts, { asked: 4, served: 1, opened: 1 }, 'it asks again, by the same socket')
})

t.test('refuse: while another server is there the door stays shut; it opens when a round hears none', async t => {
  const { rivals, counts, pass, speak, said, lines } = watch(t)
  rivals.use('refuse')
  await pass(3500)
  speak('192.0.2.9')
  speak('192.0.2.9')
  await pass(500)
  t.equal(counts.served, 0)
  t.match(said('error'), [
    /^DHCP stays shut, for another DHCP server is on eth1: 192\.0\.2\.9 \(it offers 192\.0\.2\.200\)\. Stop it/,
  ])
  t.match(lines, [{ fields: { server: '192.0.2.9' } }])
  await pass(2 * minute)
  speak('192.0.2.9', 'DHCPACK')
  await pass(3 * minute + 4000)
  t.equal(said('error').length, 2, 'what it said to a phone between two rounds counts in the next')
  t.equal(counts.served, 0)
  await pass(5 * minute + 4000)
  t.equal(counts.served, 1)
  t.equal(said('error').length, 2)
  await rivals.close()
  t.equal(counts.closed, 1)
})

t.test('refuse: once it serves it never stops, and warns of each server once an hour', async t => {
  const { rivals, counts, pass, speak, said, lines } = watch(t)
  rivals.use('refuse')
  await pass(4000)
  for (let second = 0; second < 3600; second += 60) {
    speak('192.0.2.9', 'DHCPNAK')
    await pass(minute)
  }
  t.equal(said('warn').length, 1)
  t.match(lines[1], { fields: { server: '192.0.2.9', offered: '0.0.0.0', type: 'DHCPNAK' } })
  speak('192.0.2.9')
  t.equal(said('warn').length, 2)
  t.match(counts, { served: 1, closed: 0 })
  t.ok(rivals.isServing)
})

t.test('forged servers without number make sixteen warnings an hour, and one refusal a round', async t => {
  const { rivals, pass, speak, said } = watch(t)
  rivals.use('refuse')
  await pass(3000)
  const forge = () => {
    for (let host = 2; host < 250; host += 1) speak(`198.51.100.${host}`)
  }
  forge()
  await pass(1000)
  t.equal(said('error').length, 1)
  t.equal(said('error')[0]?.match(/198\.51/g)?.length, 16)
  await pass(5 * minute + 4000)
  for (let round = 0; round < 59; round += 1) {
    forge()
    await pass(minute)
  }
  t.equal(said('warn').length, 16)
  await pass(minute)
  forge()
  t.equal(said('warn').length, 32)
})

t.test('warn: it serves at once, asks in the background and warns', async t => {
  const { rivals, counts, pass, speak, said } = watch(t)
  rivals.use('warn')
  t.match(counts, { served: 1, asked: 0 })
  await pass(3100)
  speak('192.0.2.9')
  t.match(said('warn'), [/^another DHCP server is on eth1: 192\.0\.2\.9/])
  t.equal(counts.asked, 2)
})

t.test('ignore, and any policy on the loopback interface: no socket, no probe', async t => {
  const ignoring = watch(t)
  ignoring.rivals.use('ignore')
  const alone = watch(t, ip('127.66.0.1'))
  alone.rivals.use('refuse')
  for (const { counts, pass } of [ignoring, alone]) {
    await pass(10 * minute)
    t.match(counts, { served: 1, asked: 0, opened: 0 })
  }
  t.match(alone.said('info'), [/no other host is on eth1/])
})

t.test('where the port of clients is taken, refuse stays shut and says why; warn serves and says so once', async t => {
  const shut = watch(t)
  shut.state.obstacle = 'bind for 0.0.0.0:68 on eth1: EADDRINUSE'
  shut.rivals.use('refuse')
  await shut.pass(4000)
  t.match(shut.said('error'), [
    /cannot be told whether .* is on eth1: bind for 0\.0\.0\.0:68 on eth1: EADDRINUSE; when it is a DHCP client/,
  ])
  t.equal(shut.counts.served, 0)
  shut.state.obstacle = ''
  await shut.pass(5 * minute + 4000)
  t.match(shut.counts, { served: 1, asked: 2 }, 'the client went, nobody else is there')

  const open = watch(t)
  open.state.obstacle = 'EACCES'
  open.rivals.use('warn')
  await open.pass(20 * minute)
  t.match(open.said('warn'), [/^serves without knowing whether another DHCP server is on eth1: EACCES; /])
  t.equal(open.said('warn').length, 1)
  t.equal(open.counts.served, 1)
})

t.test('silence after probes that never left the host is no proof', async t => {
  const { rivals, state, counts, pass, said } = watch(t)
  state.isBlocked = true
  rivals.use('refuse')
  await pass(4000)
  t.match(said('error'), [/cannot be told whether .*: the kernel refuses to send DHCPDISCOVER; let the firewall/])
  state.isBlocked = false
  await pass(5 * minute + 4000)
  t.equal(counts.served, 1)
})

t.test('another policy holds from the moment it is read', async t => {
  const { rivals, counts, pass, speak, said } = watch(t)
  rivals.use('refuse')
  await pass(3000)
  speak('192.0.2.9')
  await pass(1000)
  t.equal(counts.served, 0)
  rivals.use('warn')
  t.equal(counts.served, 1)
  speak('192.0.2.9')
  t.equal(said('warn').length, 1)
  rivals.use('ignore')
  speak('192.0.2.8')
  await pass(10 * minute)
  t.equal(said('warn').length, 1)
  t.equal(counts.asked, 2)
  rivals.use('refuse')
  await pass(5 * minute + 4000)
  speak('192.0.2.8')
  t.match(counts, { asked: 4, served: 1, opened: 1 }, 'and what is open stays open')
  t.equal(said('warn').length, 2)
})

t.test('a watch that is closed in the middle of a round opens nothing', async t => {
  const { rivals, counts, pass } = watch(t)
  rivals.use('refuse')
  await pass(500)
  await rivals.close()
  await pass(10 * minute)
  t.match(counts, { asked: 1, served: 0, opened: 1, closed: 1 })
})
