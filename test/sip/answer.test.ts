/** What a phone is answered, to the byte; to whom; how often; and what it is sent to. */

import t from 'tap'
import { formatIpv4, parseIpv4 } from '../../src/address/ipv4.js'
import type { Mac } from '../../src/address/mac.js'
import { answerSubscribe } from '../../src/sip/answer.js'
import { checkSync } from '../../src/sip/check-sync.js'
import { claimOf } from '../../src/sip/claim.js'
import { decodeMessage } from '../../src/sip/decode.js'
import type { Endpoint } from '../../src/sip/endpoint.js'
import { headerOf, type Request } from '../../src/sip/message.js'
import { responderBehind } from '../../src/sip/probe.js'
import { respond } from '../../src/sip/response.js'
import { due, onProvisional, type Retransmission, startRetransmission } from '../../src/sip/retransmission.js'
import { judge, type PnpRules } from '../../src/sip/rules.js'
import { transactionKey } from '../../src/sip/server-transaction.js'
import { snom } from '../../src/snom/vendor.js'
import { some } from '../some.js'
import { dialect, dialects, mac, subscribeText } from './dialects.js'

const ip = (text: string) => some(parseIpv4(text))
const own: Endpoint = { address: ip('192.168.66.1'), port: 5060 }
const source: Endpoint = { address: ip('192.168.66.21'), port: 2051 }
const circumstances = { own, source, tag: 'ours', branch: 'b1' }

function request(text: string): Request {
  const message = decodeMessage(Buffer.from(text, 'latin1'))
  if (message.kind !== 'request') throw new Error('expected a request')
  return message
}

const subscribe = (name: string, port = 2051) =>
  request(subscribeText(dialect(name), { address: '192.168.66.21', port, id: '7@192.168.66.21' }))

t.test('a snom360 gets 200 and NOTIFY, to the byte', async t => {
  const { ok, notify } = some(
    answerSubscribe(subscribe('snom360'), 'http://192.168.66.1/settings?mac=000413231234', circumstances),
  )
  t.equal(
    ok.bytes.toString(),
    `SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.168.66.21:2051;rport=2051;received=192.168.66.21
From: <sip:MAC%3a000413231234@lab.example>;tag=1655298381
To: <sip:MAC%3a000413231234@lab.example>;tag=ours
Call-ID: 7@192.168.66.21
CSeq: 1 SUBSCRIBE
Contact: <sip:192.168.66.1:5060>
Expires: 0
Content-Length: 0

`.replaceAll('\n', '\r\n'),
  )
  t.equal(
    notify.bytes.toString(),
    `NOTIFY sip:192.168.66.21:2051 SIP/2.0
Via: SIP/2.0/UDP 192.168.66.1:5060;branch=z9hG4bKb1
Max-Forwards: 70
From: <sip:MAC%3a000413231234@lab.example>;tag=ours
To: <sip:MAC%3a000413231234@lab.example>;tag=1655298381
Call-ID: 7@192.168.66.21
CSeq: 2 NOTIFY
Contact: <sip:192.168.66.1:5060>
Event: ua-profile;profile-type="device";vendor="snom";model="snom360";version="6.5.1"
Subscription-State: terminated;reason=timeout
Content-Type: application/url
Content-Length: 45

http://192.168.66.1/settings?mac=000413231234`.replaceAll(/\n/g, '\r\n'),
  )
  t.strictSame([ok.to, notify.to], [source, source])
})

t.test('every dialect is answered at its own port, and the answers can be read', async t => {
  for (const one of dialects) {
    const from = { address: source.address, port: one.port }
    const asked = request(subscribeText(one, { address: '192.168.66.21', port: one.port, id: '7' }))
    const { ok, notify } = some(answerSubscribe(asked, 'http://x/', { ...circumstances, source: from }))
    t.strictSame([ok.to, notify.to], [from, from], one.name)
    const [response, sent] = [decodeMessage(ok.bytes), decodeMessage(notify.bytes)]
    t.equal(headerOf(response, 'from'), headerOf(asked, 'from'))
    t.equal(headerOf(sent, 'to'), headerOf(asked, 'from'))
    t.equal(headerOf(sent, 'from'), headerOf(response, 'to'))
    t.equal(headerOf(sent, 'event'), headerOf(asked, 'event'))
    t.equal(headerOf(sent, 'call-id'), headerOf(asked, 'call-id'))
    t.equal(sent.body.toString(), 'http://x/')
  }
})

t.test('nobody has us talk to a third address, whatever Via and Contact say', async t => {
  const lines = (via: string, contact: string) =>
    request(
      `SUBSCRIBE sip:MAC000413261234@x SIP/2.0\r\nVia: ${via}\r\nFrom: <sip:a@x>\r\nTo: <sip:a@x>\r\nCall-ID: 1\r\nCSeq: 1 SUBSCRIBE\r\nEvent: ua-profile\r\nContact: ${contact}\r\n\r\n`,
    )
  const targets = (via: string, contact: string) => {
    const answer = some(answerSubscribe(lines(via, contact), 'u', circumstances))
    return [answer.ok.to, answer.notify.to].map(({ address, port }) => `${formatIpv4(address)}:${port}`)
  }
  const victim = 'SIP/2.0/UDP 203.0.113.9:9'
  t.strictSame(targets(victim, '<sip:203.0.113.9:9>'), ['192.168.66.21:9', '192.168.66.21:2051'])
  t.strictSame(targets(`${victim};rport`, '<sip:203.0.113.9:9>'), ['192.168.66.21:2051', '192.168.66.21:2051'])
  t.strictSame(targets(`${victim};maddr=203.0.113.9;received=203.0.113.9;rport=9`, '<sip:x@203.0.113.9>'), [
    '192.168.66.21:2051',
    '192.168.66.21:2051',
  ])
  t.strictSame(targets('SIP/2.0/UDP 192.168.66.21', '<sip:192.168.66.21>'), [
    '192.168.66.21:5060',
    '192.168.66.21:5060',
  ])
  t.strictSame(targets(victim, 'tel:+491'), ['192.168.66.21:9', '192.168.66.21:2051'])
  const { ok, notify } = some(answerSubscribe(lines(`${victim};received=1.2.3.4`, '*'), 'u', circumstances))
  t.match(headerOf(decodeMessage(ok.bytes), 'via'), /^SIP\/2\.0\/UDP 203\.0\.113\.9:9;received=192\.168\.66\.21$/)
  t.match(notify.bytes.toString(), /^NOTIFY sip:192\.168\.66\.21:2051 SIP/)
})

t.test('without a Via there is no way back', async t => {
  const headless = request('SUBSCRIBE sip:a@b SIP/2.0\r\nFrom: <sip:a@b>\r\nTo: <sip:a@b>\r\n\r\n')
  t.equal(answerSubscribe(headless, 'u', circumstances), undefined)
  t.equal(respond(headless, { status: 400, reason: 'Bad Request' }, source, 't'), undefined)
})

t.test('a response carries every Via, marks the topmost, and tags To once', async t => {
  const asked = request(
    'OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a.example , SIP/2.0/TCP "b,c"\r\nv: SIP/2.0/UDP z;branch=1\r\nt: <sip:a@b>;tag=old\r\n\r\n',
  )
  const { bytes } = some(respond(asked, { status: 200, reason: 'OK' }, source, 'new'))
  t.match(
    bytes.toString(),
    'Via: SIP/2.0/UDP a.example;received=192.168.66.21\r\nVia: SIP/2.0/TCP "b,c"\r\nVia: SIP/2.0/UDP z;branch=1\r\n',
  )
  t.match(bytes.toString(), 'To: <sip:a@b>;tag=old\r\n')
})

t.test('the same request again is the same transaction, and nothing else is', async t => {
  const key = (name: string, port = 2051, id = '7') =>
    transactionKey(request(subscribeText(dialect(name), { address: '192.168.66.21', port, id })), { ...source, port })
  for (const name of ['snom360', 'Yealink']) {
    t.equal(key(name), key(name))
    t.not(key(name), key(name, 2052))
    t.not(key(name), key(name, 2051, '8'))
  }
  const asked = subscribe('snom360')
  t.not(
    transactionKey(asked, source),
    transactionKey(asked, { ...source, address: source.address + 1 }),
    'from elsewhere',
  )
  const [first, second] = ['<sip:a@b>', '<sip:c@d>'].map(to =>
    transactionKey(
      request(`SUBSCRIBE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK\r\nTo: ${to}\r\n\r\n`),
      source,
    ),
  )
  t.not(first, second, 'the cookie alone is no branch')
})

/** When a request is sent, in ms after the first time. */
function times(change: (running: Retransmission, now: number) => Retransmission = running => running): string[] {
  const sent = ['0']
  let running = startRetransmission(0)
  for (let now = 0; now <= 40_000; now += 100) {
    running = change(running, now)
    const what = due(running, now)
    if (what.kind === 'timeout') return [...sent, `timeout ${now}`]
    if (what.kind === 'send') {
      running = what.next
      sent.push(`${now}`)
    }
  }
  return sent
}

t.test('a NOTIFY is sent eleven times within 32 seconds (RFC 3261, timers E and F)', async t => {
  t.strictSame(times().join(' '), '0 500 1500 3500 7500 11500 15500 19500 23500 27500 31500 timeout 32000')
  const slow = times((running, now) => (now === 600 ? onProvisional(running) : running))
  t.strictSame(slow.join(' '), '0 500 1500 5500 9500 13500 17500 21500 25500 29500 timeout 32000')
})

t.test('where the clock is set back, all begins anew, and nothing waits until it is that time again', t => {
  const year = 365 * 86_400_000
  const running = startRetransmission(year)
  const what = due(running, 0)
  t.match(what, { kind: 'send', next: startRetransmission(0) })
  t.match(due(running, year + 499), { kind: 'wait' })
  t.match(due(onProvisional(running), 0), { kind: 'send', next: { state: 'proceeding', deadline: 500, end: 32_000 } })
  t.end()
})

t.test('check-sync, to the byte', async t => {
  const order = { own, phone: source, isReboot: false, tag: 't', branch: 'b', callId: 'c' }
  t.equal(
    checkSync(order).bytes.toString(),
    `NOTIFY sip:192.168.66.21:2051 SIP/2.0
Via: SIP/2.0/UDP 192.168.66.1:5060;branch=z9hG4bKb
Max-Forwards: 70
From: <sip:option66@192.168.66.1:5060>;tag=t
To: <sip:192.168.66.21:2051>
Call-ID: c
CSeq: 1 NOTIFY
Contact: <sip:192.168.66.1:5060>
Event: check-sync;reboot=false
Subscription-State: active
Content-Length: 0

`.replaceAll('\n', '\r\n'),
  )
  t.match(checkSync({ ...order, isReboot: true }).bytes.toString(), 'Event: check-sync;reboot=true\r\n')
})

const listed = mac('000413261234')
const redirected = mac('000413231234')

const rules = (but: Partial<PnpRules> = {}): PnpRules => ({
  settingsUrl: 'http://192.168.66.1/settings?mac={mac}',
  generalBase: 'http://192.168.66.1',
  unknown: 'answer',
  vendors: new Map([
    ['yealink', 'http://192.168.66.1/yealink/$mac.cfg'],
    ['planet', 'http://192.168.66.1/{mac}'],
    ['audiocodes', 'tftp://192.168.66.1'],
  ]),
  isListed: one => one === listed,
  redirectionOf: one => (one === redirected ? { url: 'https://pbx.example/?m={mac}', by: 'registry' } : undefined),
  recognises: snom.recognises,
  phoneType: snom.phoneType,
  holderOf: () => undefined,
  ...but,
})

const verdict = (name: string, but: Partial<PnpRules> = {}) =>
  judge(rules(but), claimOf(subscribe(name)), source.address)
const urlOf = (name: string, but: Partial<PnpRules> = {}) => {
  const answer = verdict(name, but)
  return answer.kind === 'url' ? answer.url : answer.reason
}

t.test('who is sent where', async t => {
  t.equal(urlOf('snom370'), 'http://192.168.66.1/settings?mac={mac}', 'listed')
  t.match(verdict('snom360'), { url: 'https://pbx.example/?m={mac}', redirected: 'registry', mac: redirected })
  t.equal(urlOf('snomD385'), 'http://192.168.66.1/snomD385.htm', 'unknown: the general file of its type')
  t.equal(urlOf('OEM'), 'http://192.168.66.1/snom370.htm', 'of a reseller, in the block of the snom370')
  t.equal(urlOf('snomD385', { unknown: 'ignore' }), 'unknown phone')
  t.equal(urlOf('snom370', { unknown: 'ignore' }), 'http://192.168.66.1/settings?mac={mac}')
  t.equal(urlOf('Yealink'), 'http://192.168.66.1/yealink/001565123456.cfg')
  t.equal(urlOf('PLANET'), 'http://192.168.66.1/00304FA9994A')
  t.equal(urlOf('AudioCodes'), 'tftp://192.168.66.1', 'says no MAC, and needs none')
  t.equal(urlOf('Grandstream'), 'other vendor')
  t.equal(urlOf('Panasonic'), 'other vendor')
})

t.test('a site with a server of its own sends every phone of ours there', async t => {
  const elsewhere = { settingsUrl: 'https://pbx.example/{mac}.xml', generalBase: undefined }
  t.equal(urlOf('snom370', elsewhere), 'https://pbx.example/{mac}.xml')
  t.equal(urlOf('snomD385', elsewhere), 'https://pbx.example/{mac}.xml')
  t.equal(urlOf('Grandstream', elsewhere), 'other vendor')
})

t.test('whose vendor writes other documents gets none of ours, listed or not', async t => {
  t.equal(urlOf('Grandstream', { isListed: () => true }), 'other vendor')
  t.equal(urlOf('Yealink', { isListed: () => true }), 'http://192.168.66.1/yealink/001565123456.cfg')
  t.equal(urlOf('OEM', { isListed: () => true }), 'http://192.168.66.1/settings?mac={mac}')
})

t.test('a claim is held against the lease of the address it comes from', async t => {
  const other = mac('000413000001')
  t.match(verdict('snom370', { holderOf: () => other }), {
    kind: 'refuse',
    reason: 'another phone holds this address',
    mac: listed,
    holder: other,
  })
  t.equal(urlOf('snom370', { holderOf: () => listed }), 'http://192.168.66.1/settings?mac={mac}')
  const holderOf = (): Mac => mac('00908F123456')
  t.equal(
    urlOf('AudioCodes', { holderOf, vendors: new Map([['audiocodes', 'http://x/{mac}']]) }),
    'http://x/00908F123456',
  )
  t.equal(
    urlOf('AudioCodes', { vendors: new Map([['audiocodes', 'http://x/{mac}']]) }),
    'http://x/{mac}',
    'for the phone to fill in',
  )
})

t.test('who answers a probe is known by what it says', async t => {
  const ok = decodeMessage(
    Buffer.from('SIP/2.0 200 OK\r\nCall-ID: c\r\nCSeq: 1 SUBSCRIBE\r\nServer: pnpserv 1.0\r\n\r\n'),
  )
  t.strictSame(responderBehind(ok, source, 'c'), { ...source, status: 200, server: 'pnpserv 1.0' })
  const notify = decodeMessage(
    Buffer.from('NOTIFY sip:a@b SIP/2.0\r\nCall-ID: c\r\nCSeq: 3 NOTIFY\r\n\r\nhttp://else.example/{mac}\r\n'),
  )
  t.strictSame(responderBehind(notify, source, 'c'), { ...source, url: 'http://else.example/{mac}' })
  t.equal(responderBehind(ok, source, 'd'), undefined)
})
