/** Many phones at once: against the running program on loopback, and against servers that break off. */

import { writeFileSync } from 'node:fs'
import t from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { runStormCommand, type StormOptions } from '../../src/commands/storm.js'
import { Durations } from '../../src/phone/durations.js'
import { macAfter, ownPlace } from '../../src/phone/storm.js'
import { site, start } from '../commands/site.js'
import { some } from '../some.js'
import { ipv4, messageTypes, serveDhcp, serveHttp } from './servers.js'

const config = (dhcp: number, http: number) => `
interface: lo
address: 127.66.0.1
dhcp: {port: ${dhcp}, rival: ignore, subnets: [{subnet: 127.66.0.0/16, pool: [127.66.16.1 - 127.66.47.254]}]}
http: {port: ${http}}
phones: phones.yaml
`

const header = '<?xml version="1.0" encoding="utf-8"?>\n'

async function run(options: Partial<StormOptions>) {
  let text = ''
  const progress: string[] = []
  const all = { phones: 20, model: 'snom370', mac: '000413800000', firmware: '7.3.30', via: 'dhcp', timeLimit: 5000 }
  const write = (lines: string) => {
    text += lines
  }
  const code = await runStormCommand({ ...all, ...options }, write, line => progress.push(line))
  return { code, text, progress }
}

t.test('200 phones boot from the running program, each from its own lease', async t => {
  const { file, dhcp: port, http } = await site(t)
  writeFileSync(file, config(port, http))
  const program = start(t, '-c', file, 'serve')
  await program.until('serving')
  const { code, text } = await run({ phones: 200, server: '127.66.0.1', port, parallel: 50, json: true })
  const answer = JSON.parse(text)
  t.equal(code, 0, text)
  t.match(answer, { phones: 200, booted: 200, hung: 0, notBegun: 0, exchanges: 400, failures: [], notes: {} })
  const { lease, boot, documents } = answer.milliseconds
  t.same([lease.count, boot.count], [200, 200])
  t.same(Object.keys(documents).slice(0, 2), ['snom370.htm', 'general.xml'])
  t.equal(documents['snom370-{mac}.htm'].count, 200)
  for (const { p50, p95, p99, max } of [lease, boot]) t.ok(p50 > 0 && p50 <= p95 && p95 <= p99 && p99 <= max)

  const url = `http://127.66.0.1:${http}`
  const typed = await run({ phones: 600, via: url, parallel: 100 })
  t.equal(typed.code, 0, 'more requests than one address may make, from as many addresses as phones')
  t.match(
    typed.text,
    /^600 of 600 phones booted in [\d.]+ s: [\d.]+ boots\/s, 0 DHCP exchanges\/s, [\d.]+ requests\/s\n/,
  )
  t.match(typed.text, /\nsnom370-\{mac\}\.htm +600( +[\d.]+){4}\n/)

  const one = await run({ phones: 600, via: url, parallel: 100, address: '127.66.9.9' })
  t.equal(one.code, 1)
  t.match(one.text, /\n\d+ hang at .*\(429\), for too many ask from one address: the phone has no settings \(0004138/)
})

t.test('failures stand together by their reason, with the first five phones of each', async t => {
  const { base } = await serveHttp(t, () =>
    Object.fromEntries([
      ...['0', '1', '2'].map(last => [`/s?00041380000${last}`, 'language!: English']),
      ['/s?000413800003', `${header}<settings>`],
    ]),
  )
  const { code, text, progress } = await run({ via: `${base}/s?{mac}`, rate: 500, parallel: 4, think: '0-2' })
  t.equal(code, 1)
  const [first, ...lines] = text.replaceAll(base, '').trimEnd().split('\n')
  t.match(first, /^3 of 20 phones booted/)
  t.same(lines.filter(line => / hang /.test(line)).toSorted(), [
    '1 hang at /s?{mac}: a phone cannot read it: 2:10: unclosed tag: settings (000413800003)',
    '16 hang at /s?{mac}: nothing there: the phone has no settings (000413800004, 000413800005, 000413800006, 000413800007, 000413800008, …)',
  ])
  t.match(progress.at(-1), /^ +\r$/, 'the line of progress is wiped')
})

t.test('a DHCP server that falls silent, refuses or offers no 66 is a reason like others', async t => {
  const answers = (last: number) => (type: number) => {
    if (last % 4 === 0) return undefined
    const nak = type === messageTypes.request && last % 4 === 1
    if (nak) return { type: messageTypes.nak, options: [[54, ipv4('127.0.0.1')] as const] }
    return {
      ...{ type: type === messageTypes.discover ? messageTypes.offer : messageTypes.ack, address: '127.66.1.1' },
      options: [[54, ipv4('127.0.0.1')] as const],
    }
  }
  const { via } = await serveDhcp(t, ({ type, bytes }) => answers(bytes.readUInt8(33))(type))
  const { server, port, clientPort } = via
  const { code, text } = await run({ phones: 8, server, port, clientPort, timeLimit: 400 })
  t.equal(code, 1)
  t.match(text, /\n2 hang at DISCOVER: no OFFER within 400 ms, 1 DISCOVER sent/)
  t.match(text, /\n2 hang at REQUEST: refused with a NAK 3 times; .* \(000413800001, 000413800005\)\n/)
  t.match(text, /\n4 hang at ACK: brings no option 66/)
})

t.test('a lease that is not on loopback is not an own address, and that is told', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370.htm': 'a: b' }))
  const { via } = await serveDhcp(t, ({ type }) => ({
    ...{ type: type === messageTypes.discover ? messageTypes.offer : messageTypes.ack, address: '192.0.2.7' },
    options: [
      [54, ipv4('127.0.0.1')],
      [66, Buffer.from(base)],
    ],
  }))
  const { server, port, clientPort } = via
  const { code, text } = await run({ phones: 3, server, port, clientPort })
  t.equal(code, 0)
  t.match(text, "\nnote (3 phones): fetches from this machine's own address, not from its own: it is told no secrets\n")
})

t.test('what is not begun when the time is over is no success', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370.htm': 'a: b' }))
  const { code, text } = await run({ via: base, rate: 10, seconds: 0.25, parallel: 1 })
  t.equal(code, 1)
  t.match(text, /\n1[67] not begun: the time was over \(--seconds\)\n$/)
})

t.test('a wrong call is exit 2 and one sentence', async t => {
  const wrong: readonly (readonly [Partial<StormOptions>, string])[] = [
    [{ phones: 0 }, '--phones 0: expected 1 to 100000'],
    [{ mac: 'FFFFFFFFFFFF' }, '--mac FFFFFFFFFFFF: leaves no room for 20 phones'],
    [{ think: '9-1' }, '--think 9-1: expected milliseconds such as 50 or 50-200'],
    [{ parallel: 9999 }, '--parallel 9999: expected 1 to 2000 phones'],
    [{ rate: -1 }, '--rate -1: expected phones a second, or 0'],
    [{ via: 'pnp' }, '--via pnp: a storm goes by dhcp or a settings URL; try `option66 phone`'],
    [{ interface: 'none9' }, '--interface none9: there is none of that name with an IPv4 address'],
  ]
  for (const [options, sentence] of wrong) t.match(await run(options), { code: 2, text: `${sentence}\n` })
})

t.test('percentiles are the values that so many do not exceed', async t => {
  const durations = new Durations()
  t.same(durations.spread, { count: 0, p50: 0, p95: 0, p99: 0, max: 0 })
  for (let ms = 200; ms > 0; ms -= 1) durations.add(ms)
  t.same(durations.spread, { count: 200, p50: 100, p95: 190, p99: 198, max: 200 })
  const first = some(parseMac('0004138000FF'))
  t.same([macAfter(first, 1), macAfter(some(parseMac('FFFFFFFFFFFE')), 2)], ['000413800100', undefined])
  const via = { kind: 'url', url: 'http://127.0.0.1:8080' } as const
  t.same(
    [0, 249, 250, 62_499].map(index => ownPlace({ via }, index)),
    [...['127.200.1.1', '127.200.1.250', '127.200.2.1', '127.200.250.250']],
  )
  t.equal(ownPlace({ via: { kind: 'url', url: 'http://192.0.2.1' } }, 5), undefined)
})
