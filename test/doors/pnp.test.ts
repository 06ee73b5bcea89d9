/** The Plug & Play door, the ear for others and resync, on sockets that are none and a clock that the test turns. */

import { mock } from 'node:test'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import type { Mac } from '../../src/address/mac.js'
import type { Fields, Log } from '../../src/doors/log.js'
import { openPnp, type PnpParts } from '../../src/doors/pnp.js'
import { openPnpEar, probePnp } from '../../src/doors/pnp-probe.js'
import { openResync } from '../../src/doors/resync.js'
import type { Datagram } from '../../src/doors/udp.js'
import type { Fact } from '../../src/fleet/fact.js'
import { PnpWatch } from '../../src/pnp-watch.js'
import { decodeMessage } from '../../src/sip/decode.js'
import { headerOf, type Message } from '../../src/sip/message.js'
import type { PnpResponder } from '../../src/sip/probe.js'
import type { PnpRules } from '../../src/sip/rules.js'
import { snom } from '../../src/snom/vendor.js'
import { dialect, dialects, mac, subscribeText } from '../sip/dialects.js'
import { some } from '../some.js'
import { MemoryUdp } from '../tftp/udp.js'

const ip = (text: string) => some(parseIpv4(text))
const own = ip('192.168.66.1')
const address = ip('192.168.66.21')
const listed = mac('000413261234')

const rules: PnpRules = {
  settingsUrl: 'http://192.168.66.1/settings?mac={mac}',
  generalBase: 'http://192.168.66.1',
  unknown: 'answer',
  vendors: new Map(
    ['yealink', 'grandstream', 'gigaset', 'panasonic', 'planet', 'audiocodes'].map(name => [
      name,
      'tftp://192.168.66.1',
    ]),
  ),
  isListed: one => one === listed,
  redirectionOf: () => undefined,
  recognises: snom.recognises,
  phoneType: snom.phoneType,
  holderOf: () => undefined,
}

interface Line {
  readonly level: string
  readonly fields: Fields
  readonly text: string
}

function logTo(lines: Line[]): Log {
  const write = (level: string) => (fields: Fields, text: string) => void lines.push({ level, fields, text })
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

/** Time stands still until `pass`. */
function stopClock(t: Test) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const clock = { now: 1_700_000_000_000 }
  return {
    now: () => clock.now,
    pass(ms: number): void {
      for (let left = ms; left > 0; left -= 20) {
        clock.now += Math.min(20, left)
        mock.timers.tick(Math.min(20, left))
      }
    },
  }
}

function open(t: Test, but: Partial<PnpRules> = {}, parts: Partial<PnpParts> = {}) {
  const clock = stopClock(t)
  const udp = new MemoryUdp()
  const lines: Line[] = []
  const facts: Fact[] = []
  const door = openPnp({
    udp,
    own,
    rules: { ...rules, ...but },
    log: logTo(lines),
    note: fact => void facts.push(fact),
    now: clock.now,
    ...parts,
  })
  t.teardown(() => door.close())
  const hear = (text: string | Buffer, from = address, port = 2051) =>
    udp.deliver({ bytes: Buffer.from(text), address: from, port })
  /** What was sent since the last look, as messages. */
  const sent = () => udp.sent.splice(0).flat().map(read)
  return { door, udp, lines, facts, clock, hear, sent }
}

function read({ bytes, address, port }: Datagram): Message & { readonly to: Pick<Datagram, 'address' | 'port'> } {
  return { ...decodeMessage(bytes), to: { address, port } }
}

const subscribe = (name: string, id = '7@phone', port = 2051) =>
  subscribeText(dialect(name), { address: '192.168.66.21', port, id })

/** The answer of a phone to a request of ours. */
function reply(message: Message | undefined, status = 200): string {
  const echoed = ['via', 'from', 'to', 'call-id', 'cseq'].map(name => `${name}: ${headerOf(some(message), name)}`)
  return [`SIP/2.0 ${status} Whatever`, ...echoed, '', ''].join('\r\n')
}

const kinds = (facts: readonly Fact[]) => facts.map(({ kind }) => kind)

t.test('every dialect: 200, then NOTIFY, and none again after its 200', async t => {
  for (const { name, port } of dialects) {
    await t.test(name, async t => {
      const { hear, sent, clock, facts, door } = open(t)
      hear(subscribe(name, '7', port), address, port)
      const [ok, notify, ...rest] = sent()
      t.strictSame(rest, [])
      t.match(ok, { kind: 'response', status: 200, to: { address, port } })
      t.match(notify, { kind: 'request', method: 'NOTIFY', to: { address, port } })
      hear(reply(notify), address, port)
      clock.pass(40_000)
      t.strictSame(sent(), [])
      t.strictSame(kinds(facts), ['subscribe', 'pnp-answered', 'notify-ended'])
      t.strictSame(Object.fromEntries(door.counters), { SUBSCRIBE: 1, answered: 1, 'NOTIFY 2xx': 1 })
    })
  }
})

t.test('a phone that stays silent hears NOTIFY eleven times, and that it never answered is noted', async t => {
  const { hear, sent, clock, facts, lines } = open(t)
  hear(subscribe('snom370'))
  const [, first] = sent()
  clock.pass(700)
  const [again, ...rest] = sent()
  t.strictSame([again, rest], [first, []], 'the very same bytes')
  clock.pass(40_000)
  t.equal(sent().length, 9)
  t.strictSame(kinds(facts), ['subscribe', 'pnp-answered', 'notify-ended'])
  t.strictSame(facts[2], { kind: 'notify-ended', at: 1_700_000_032_000, mac: listed, address })
  t.match(lines.at(-1), { level: 'warn', text: 'the phone never answered NOTIFY' })
})

t.test('SUBSCRIBE again: the same 200, and no second NOTIFY', async t => {
  const { hear, sent, clock, door, facts } = open(t)
  hear(subscribe('snom370'))
  const [ok] = sent()
  hear(subscribe('snom370'))
  t.strictSame(sent(), [ok])
  hear(subscribe('snom370', '8@phone'))
  t.equal(sent().length, 2, 'another call is another question')
  t.equal(kinds(facts).filter(kind => kind === 'subscribe').length, 2)
  clock.pass(33_000)
  sent()
  hear(subscribe('snom370'))
  t.equal(sent().length, 2, 'forgotten after timer J')
  t.equal(door.counters.get('request again'), 1)
})

t.test('a provisional response slows down, a wrong one or one from elsewhere does nothing', async t => {
  const { hear, sent, clock, door } = open(t)
  hear(subscribe('snom370'))
  const [, notify] = sent()
  hear(reply(notify), address + 1)
  hear(reply(notify).replace(/branch=\S+/, 'branch=z9hG4bKother'))
  hear(reply(notify).replace('2 NOTIFY', '2 SUBSCRIBE'))
  t.equal(door.counters.get('stray response'), 3)
  hear(reply(notify, 100))
  clock.pass(600)
  t.equal(sent().length, 1)
  clock.pass(3800)
  t.equal(sent().length, 0)
  hear(reply(notify, 481))
  clock.pass(40_000)
  t.strictSame(sent(), [])
  t.equal(door.counters.get('NOTIFY 4xx'), 1)
})

t.test('a claim that the lease contradicts is refused and said', async t => {
  const holder = mac('000413000001')
  const { hear, sent, facts, lines } = open(t, { holderOf: () => holder })
  hear(subscribe('snom370'))
  t.match(sent(), [{ status: 403 }])
  t.strictSame(kinds(facts), ['subscribe', 'pnp-refused'])
  t.match(facts[1], { mac: listed, address, reason: 'another phone holds this address' })
  t.match(lines.at(-1), { level: 'warn', fields: { mac: '00:04:13:26:12:34', holder: '00:04:13:00:00:01' } })
  hear(subscribe('snom370'))
  t.match(sent(), [{ status: 403 }])
  t.equal(facts.length, 2, 'and said once')
})

t.test('whom the rules leave to others hears nothing, and neither do they say so twice', async t => {
  const { hear, sent, facts, door } = open(t, { unknown: 'ignore' })
  hear(subscribe('snomD385'))
  hear(subscribe('snomD385'))
  t.strictSame(sent(), [])
  t.strictSame(kinds(facts), ['subscribe', 'pnp-refused'])
  door.use(rules)
  hear(subscribe('snomD385', '8'))
  t.equal(sent().length, 2, 'other rules, from now on')
})

t.test('a redirection is noted, and the URL given', async t => {
  const { hear, sent, facts } = open(t, {
    redirectionOf: () => ({ url: 'https://pbx.example/{mac}', by: 'inventory' }),
  })
  hear(subscribe('snom370'))
  t.equal(some(sent()[1]).body.toString(), 'https://pbx.example/{mac}')
  t.match(facts[1], { kind: 'redirected', url: 'https://pbx.example/{mac}', by: 'inventory' })
})

t.test('a password in the URL goes to the phone, and not into the log', t => {
  const url = 'https://joe:S3CRET@pbx.example/{mac}?password=S3CRET'
  const { hear, sent, lines } = open(t, { redirectionOf: () => ({ url, by: 'inventory' }) })
  hear(subscribe('snom370'))
  t.match(sent()[1]?.body.toString(), 'S3CRET')
  t.match(JSON.stringify(lines), 'pbx.example')
  t.notMatch(JSON.stringify(lines), 'S3CRET')
  t.end()
})

t.test('wrong requests of phones get their 4xx, noise gets none', async t => {
  const { hear, sent, door } = open(t)
  const event = subscribe('snom370').replace('ua-profile', 'dialog')
  hear(event)
  t.match(sent(), [{ status: 489 }])
  hear(event)
  t.match(sent(), [{ status: 489 }], 'again')
  const noise = subscribe('AudioCodes').replace('ua-profile', 'dialog')
  hear(noise)
  hear(noise.replaceAll('224.0.1.75:5060', 'pbx@192.168.66.5').replaceAll('[call_id]', '2'))
  hear('INVITE sip:a@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 1.2.3.4\r\n\r\n')
  hear(subscribe('snom370').replaceAll('SUBSCRIBE', 'ACK'))
  hear('SIP/2.0 404 Not Found\r\n\r\n')
  hear('\r\n\r\n')
  hear('GET / HTTP/1.1\r\n\r\n')
  t.strictSame(sent(), [])
  hear(
    'OPTIONS sip:192.168.66.1 SIP/2.0\r\nVia: SIP/2.0/UDP x\r\nFrom: <sip:a@b>\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n',
  )
  const [options] = sent()
  t.match(options, { status: 200 })
  t.equal(headerOf(some(options), 'allow'), 'SUBSCRIBE, OPTIONS')
  t.match(Object.fromEntries(door.counters), { ACK: 1, empty: 1, 'start line': 1, 'stray response': 1 })
})

t.test('our own probe is not answered by us', async t => {
  const { hear, sent, facts } = open(t, {}, { deafTo: listed })
  hear(subscribe('snom370'))
  t.strictSame([sent(), facts], [[], []])
})

t.test('each address has its budget, and this host needs none', async t => {
  const { hear, sent, door, clock } = open(t, {}, { limits: { perSecond: 2 } })
  for (let at = 0; at < 50; at += 1) hear(subscribe('snom370', `${at}`))
  t.equal(sent().length, 40)
  t.equal(door.counters.get('too many'), 30)
  hear(subscribe('snomD385', 'x'), address + 1)
  t.equal(sent().length, 2, 'another address has its own')
  for (let at = 0; at < 50; at += 1) hear(subscribe('snom370', `own ${at}`), own)
  t.equal(sent().length, 100)
  clock.pass(480)
  sent()
  hear(subscribe('snom370', 'later'))
  t.equal(sent().length, 0)
  clock.pass(480)
  sent()
  hear(subscribe('snom370', 'latest'))
  t.equal(sent().length, 2)
})

t.test('more NOTIFYs than may wait: the oldest makes room, and every phone is still answered', async t => {
  const { hear, sent, clock, facts } = open(t, {}, { limits: { waiting: 3 } })
  for (let at = 0; at < 5; at += 1) hear(subscribe('snom370', `${at}`), address + at)
  t.equal(sent().length, 10)
  t.equal(kinds(facts).filter(kind => kind === 'notify-ended').length, 2)
  clock.pass(700)
  t.equal(sent().length, 3)
})

t.test('the port that a phone has told is remembered', async t => {
  const { hear, door } = open(t)
  t.equal(door.portOf(listed), undefined)
  hear(subscribe('snom370', '1', 49_152), address, 49_152)
  t.equal(door.portOf(listed), 49_152)
})

t.test('whatever is sent, nothing is thrown, and the log stays short', async t => {
  const { hear, lines, door, clock } = open(t, {}, { limits: { perSecond: 1_000_000 } })
  for (let at = 0; at < 5000; at += 1) hear(Buffer.alloc(at % 97, at))
  t.ok(lines.length <= 20, `${lines.length} lines`)
  t.equal(door.counters.get('fault'), undefined)
  clock.pass(20)
})

t.test('a closed door sends nothing and says nothing', async t => {
  const { hear, sent, door, clock, facts } = open(t)
  hear(subscribe('snom370'))
  sent()
  await door.close()
  hear(subscribe('snom370', '9'))
  clock.pass(40_000)
  t.strictSame([sent(), kinds(facts)], [[], ['subscribe', 'pnp-answered']])
})

t.test('the ear asks as a phone, hears who answers, and thanks for the NOTIFY', async t => {
  const udp = new MemoryUdp()
  const heard: PnpResponder[] = []
  const group = { address: ip('224.0.1.75'), port: 5060 }
  const ear = openPnpEar({
    udp,
    own,
    group,
    mac: mac('000413FF0001'),
    hear: one => void heard.push(one),
    log: logTo([]),
  })
  ear.ask()
  const [asked] = udp.sent.splice(0).flat()
  t.match(asked, group)
  const { rival, answers } = otherServer(t, some(asked))
  for (const bytes of answers) udp.deliver({ bytes, address: rival, port: 5060 })
  udp.deliver({ bytes: Buffer.from('noise'), address: rival, port: 5060 })
  t.match(heard, [
    { address: rival, port: 5060, status: 200 },
    { address: rival, port: 5060, url: 'http://192.168.66.1/snom370.htm' },
  ])
  const thanks = udp.sent.flat().map(read)
  t.match(thanks, [{ kind: 'response', status: 200, to: { address: rival, port: udp.port } }])
  await ear.close()
})

/** What a second appliance answers to a probe. */
function otherServer(t: Test, asked: Datagram) {
  const { hear, udp } = open(t, {}, { own: ip('192.168.66.2') })
  hear(asked.bytes, own, 40_000)
  return { rival: ip('192.168.66.2'), answers: udp.sent.flat().map(({ bytes }) => bytes) }
}

t.test('probe: what each responder said is put together', async t => {
  const udp = new MemoryUdp()
  const group = { address: ip('224.0.1.75'), port: 5060 }
  const waits: number[] = []
  const wait = async (ms: number) => {
    waits.push(ms)
    const [asked] = udp.sent.splice(0).flat()
    const { rival, answers } = otherServer(t, some(asked))
    for (const bytes of answers) udp.deliver({ bytes, address: rival, port: 5060 })
    mock.timers.reset()
  }
  const found = await probePnp({ udp, own, group, log: logTo([]), listening: 2000, wait })
  t.strictSame(found, [
    { address: ip('192.168.66.2'), port: 5060, status: 200, url: 'http://192.168.66.1/snom370.htm' },
  ])
  t.strictSame(waits, [500, 1500])
  t.ok(udp.isClosed)
})

t.test('the watch tells of another server once an hour, never of ourselves', async t => {
  const lines: Line[] = []
  let now = 0
  let asked = 0
  let next: (() => void) | undefined
  let tell: (responder: PnpResponder) => void = () => undefined
  const watch = new PnpWatch({
    device: 'phones',
    own,
    listen: async hear => {
      tell = hear
      const ask = () => {
        asked += 1
      }
      return { ask, refused: 0, close: async () => undefined }
    },
    log: logTo(lines),
    now: () => now,
    pace: { gap: 1, interval: 2 },
    wait: (_, signal) =>
      new Promise(resolve => {
        next = resolve
        signal.addEventListener('abort', () => resolve())
      }),
  })
  const step = async () => {
    next?.()
    await new Promise(setImmediate)
  }
  await step()
  await step()
  t.equal(asked, 2)
  const rival = { address: ip('192.168.66.2'), port: 5060 }
  tell({ address: own, port: 5060, status: 200 })
  t.strictSame(watch.rivals, [])
  tell({ ...rival, status: 200 })
  t.strictSame(lines, [], 'its NOTIFY will say more')
  tell({ ...rival, url: 'http://else.example/' })
  tell({ ...rival, status: 200 })
  t.match(lines, [{ level: 'warn', text: 'answers SUBSCRIBE and sends phones to http://else.example/' }])
  t.match(watch.rivals, [{ ...rival, status: 200, url: 'http://else.example/', at: 0 }])
  now = 3_600_000
  t.strictSame(watch.rivals, [], 'gone')
  tell({ ...rival, status: 200 })
  t.equal(lines.length, 2)
  for (let at = 0; at < 50; at += 1) tell({ address: ip('192.168.66.3') + at, port: 1, status: 403 })
  t.equal(watch.rivals.length, 16)
  await watch.close()
})

t.test('resync: NOTIFY again until the phone answers', async t => {
  const clock = stopClock(t)
  const udp = new MemoryUdp()
  const facts: Fact[] = []
  const resync = openResync({ udp, own, note: fact => void facts.push(fact), now: clock.now })
  const phone: Mac = listed
  const done = resync.send({ address, port: 2051, mac: phone })
  clock.pass(700)
  const [first, again] = udp.sent.splice(0).flat().map(read)
  t.match(first, { method: 'NOTIFY', to: { address, port: 2051 } })
  t.equal(headerOf(some(first), 'event'), 'check-sync;reboot=false')
  t.strictSame(again, first)
  udp.deliver({ bytes: Buffer.from(reply(first, 202)), address, port: 2051 })
  t.strictSame(await done, { status: 202 })
  t.match(facts, [{ kind: 'resync', status: 202, mac: phone, address }])
  const silent = resync.send({ address, isReboot: true })
  clock.pass(33_000)
  t.strictSame(await silent, {})
  const repeated = udp.sent.splice(0).flat().map(read)
  t.equal(repeated.length, 11)
  t.match(repeated[0], { to: { address, port: 5060 } })
  t.equal(headerOf(some(repeated[0]), 'event'), 'check-sync;reboot=true')
  const cut = resync.send({ address })
  await resync.close()
  t.strictSame(await cut, {})
})
