/** The five methods of mass deployment, each booting a virtual phone from small servers; and what breaks them. */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { runPhone } from '../../src/commands/phone.js'
import { type BootOrder, bootPhone } from '../../src/phone/boot.js'
import { some } from '../some.js'
import { freePort, ipv4, messageTypes, serveDhcp, serveHttp, servePnp, serveRaw, sipNotify, sipOk } from './servers.js'

const mac = some(parseMac('000413261234'))
const quiet = { mac, phoneType: 'snom370', firmware: '7.3.30', report: () => undefined, timeLimit: 3000 }

function xml(body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<settings><phone-settings>${body}</phone-settings></settings>`
}

const settings = xml('<language perm="">English</language>')
const server = (url: string) => xml(`<setting_server perm="">${url}</setting_server>`)

async function outcome(order: Omit<BootOrder, keyof typeof quiet> & Partial<BootOrder>) {
  const boot = await bootPhone({ ...quiet, ...order })
  const last = some(boot.steps.at(-1))
  const notes = boot.steps.flatMap(step => (step.kind === 'note' ? [step.text] : []))
  return { ...boot, notes, end: last.kind === 'hang' ? `${last.where}: ${last.why}` : 'booted' }
}

t.test('1, DHCP: options 66 and 67 point at the settings', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/settings?mac=000413261234': settings }))
  const { via } = await serveDhcp(t, ({ type }) => ({
    ...{ type: type === messageTypes.discover ? messageTypes.offer : messageTypes.ack, address: '127.66.1.1' },
    options: [
      [54, ipv4('127.0.0.1')],
      [66, Buffer.from(base)],
      [67, Buffer.from('settings?mac={mac}')],
    ],
  }))
  t.match(await outcome({ via }), { end: 'booted', address: '127.66.1.1' })
  t.match(requests, [{ url: '/settings?mac=000413261234', from: '127.66.1.1' }])
})

t.test('2, Plug & Play: a SUBSCRIBE to the group is answered with 200 and a NOTIFY that brings the URL', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/settings?mac=000413261234': settings }))
  const { via, questions } = await servePnp(t, question =>
    question.text.startsWith('SUBSCRIBE') ? [sipOk(question), sipNotify(question, `${base}/settings?mac={mac}`)] : [],
  )
  const { end, steps, notes } = await outcome({ via, address: '127.0.0.1' })
  t.equal(end, 'booted')
  t.same(notes, [])
  t.match(steps, [
    { kind: 'subscribe', address: '127.0.0.1', tries: 1 },
    { kind: 'pointer', url: `${base}/settings?mac={mac}`, by: 'Plug & Play' },
    { kind: 'document', status: '200' },
  ])
  t.equal(requests.length, 1)
  const subscribe = some(questions[0])
  const [number = '', host = ''] = subscribe.header('Call-ID').split('@')
  t.match(number, /^\d+$/)
  t.equal(host, '127.0.0.1')
  t.equal(
    subscribe.text
      .replace(/;tag=\d+/, ';tag=T')
      .replaceAll(String(subscribe.from.port), 'PORT')
      .replace(number, 'N'),
    `SUBSCRIBE sip:MAC%3a000413261234@224.0.1.75 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:PORT;rport
From: <sip:MAC%3a000413261234@224.0.1.75>;tag=T
To: <sip:MAC%3a000413261234@224.0.1.75>
Call-ID: N@127.0.0.1
CSeq: 1 SUBSCRIBE
Event: ua-profile;profile-type="device";vendor="snom";model="snom370";version="7.3.30"
Expires: 0
Accept: application/url
Contact: <sip:127.0.0.1:PORT>
Content-Length: 0

`.replaceAll('\n', '\r\n'),
  )
  const answer = some(questions[1])
  t.match(answer.text, /^SIP\/2\.0 200 OK\r\nVia: SIP\/2\.0\/UDP 127\.0\.0\.1:5060;branch=z9hG4bK77\r\n/)
  t.same([answer.header('CSeq'), answer.header('Call-ID')], ['3 NOTIFY', subscribe.header('Call-ID')])
})

t.test('the SUBSCRIBE is spelt as each line of phones spells it', async t => {
  const { base } = await serveHttp(t, () => ({ '/x?mac=000413261234': settings }))
  const { via, questions } = await servePnp(t, question =>
    question.text.startsWith('SUBSCRIBE') ? [sipOk(question), sipNotify(question, `${base}/x?mac={mac}`)] : [],
  )
  t.equal((await outcome({ via, phoneType: 'snomD385', firmware: '10.1.119.10', address: '127.0.0.1' })).end, 'booted')
  t.equal((await outcome({ via, phoneType: 'snomM700', firmware: '03.23.0005', address: '127.0.0.1' })).end, 'booted')
  const [desk, base_] = questions.filter(({ text }) => text.startsWith('SUBSCRIBE')).map(some)
  t.equal(some(desk).header('User-Agent'), 'snomD385/10.1.119.10')
  t.notMatch(some(desk).text, /branch|Max-Forwards/)
  t.match(some(base_).text, /;branch=z9hG4bK\w+\r\nMax-Forwards: 70\r\nFrom: <sip:512@127\.0\.0\.1>;tag=/)
  t.equal(some(base_).header('User-Agent'), 'snomM700/03.23.0005 (MAC=000413261234; SER= 00000; HW=255)')
})

t.test('what is lost of Plug & Play is asked again, and what old servers leave out is taken and noted', async t => {
  const { base } = await serveHttp(t, () => ({ '/x?mac=000413261234': settings }))
  const bare = { To: '<sip:x>', Event: '', 'Subscription-State': '', 'Content-Length': '', 'Call-ID': 'another' }
  const { via } = await servePnp(t, (question, count) =>
    count === 2 ? [sipNotify(question, `${base}/x?mac={mac}`, bare)] : [],
  )
  const { end, notes, steps } = await outcome({ via, address: '127.0.0.1' })
  t.equal(end, 'booted')
  t.match(
    steps.find(step => step.kind === 'subscribe'),
    { tries: 2 },
  )
  t.same(notes.length, 5)
  t.match(notes.join('\n'), /before its 200.*\n.*tag.*\n.*no Subscription-State.*\n.*no Event.*\n.*no Content-Length/)
})

t.test('Plug & Play that brings no URL leaves the phone to its next method', async t => {
  const url = 'http://192.0.2.1/{mac}.htm'
  const hang = async (answer: Parameters<typeof servePnp>[1]) => {
    const { via } = await servePnp(t, question => (question.text.startsWith('SUBSCRIBE') ? answer(question, 1) : []))
    return (await outcome({ via, address: '127.0.0.1', timeLimit: 300 })).end
  }
  const notifying = (body: string, changed: Record<string, string>) =>
    hang(question => [sipOk(question), sipNotify(question, body, changed)])
  t.match(
    await hang(() => []),
    /^SUBSCRIBE: no answer within 300 ms, 1 SUBSCRIBE sent to 224.0.1.75:\d+; the phone goes/,
  )
  t.match(await hang(question => [sipOk(question)]), /200 from 127.0.0.1, and no NOTIFY with a URL within 300 ms/)
  t.match(await hang(q => [sipOk(q).replace('200 OK', '403 Forbidden')]), /dropped: 403 Forbidden from 127.0.0.1;/)
  t.match(await notifying(url, { 'Content-Length': '99' }), /a NOTIFY .* whose Content-Length says 99 bytes, 26 came/)
  t.match(await notifying(url, { 'Content-Type': 'message/external-body' }), /with message\/external-body, not/)
  t.match(await notifying('', {}), /without a URL/)
  t.match(await notifying('192.0.2.1', {}), /whose body is no settings URL: "192.0.2.1"/)
  t.match(await notifying(`http://${'x'.repeat(300)}`, {}), /is no settings URL/)
  const noise = ['', '\0', 'NOTIFY', 'SIP/2.0 200 OK', 'NOTIFY a SIP/2.0\r\n\r\n', 'SIP/2.0 200 OK\r\n: x\r\n\r\n']
  t.match(await hang(() => [...noise, 'x'.repeat(9000)]), /a NOTIFY from 127.0.0.1 without a URL/)
})

t.test('a NOTIFY longer than its Content-Length is cut there, and noted', async t => {
  const { base } = await serveHttp(t, () => ({ '/x?mac=000413261234': settings }))
  const url = `${base}/x?mac={mac}`
  const { via } = await servePnp(t, question =>
    question.text.startsWith('SUBSCRIBE')
      ? [sipOk(question), sipNotify(question, `${url}&more`, { 'Content-Length': String(url.length) })]
      : [],
  )
  const { end, notes } = await outcome({ via, address: '127.0.0.1' })
  t.equal(end, 'booted')
  t.match(notes[0], /longer than its Content-Length: the URL ends there/)
})

t.test('3, manual redirection: a URL that somebody typed in', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/settings?mac=000413261234': settings }))
  t.equal((await outcome({ via: { kind: 'url', url: `${base}/settings?mac={mac}` } })).end, 'booted')
  t.equal(requests.length, 1)
})

t.test('4, automatic redirection: the server of the firmware names another, which the phone keeps', async t => {
  const own = await serveHttp(t, () => ({ '/snom370.htm': settings }))
  const vendor = await serveHttp(t, () => ({ '/snom370/snom370.php?mac=000413261234': server(own.base) }))
  const url = `${vendor.base}/snom370/snom370.php?mac={mac}`
  const { end, steps, memory } = await outcome({ via: { kind: 'url', url } })
  t.equal(end, 'booted')
  t.match(
    steps.find(step => step.kind === 'redirect'),
    { from: url.replace('{mac}', mac), to: own.base },
  )
  t.same(
    own.requests.map(request => request.url),
    ['/snom370.htm', '/snom370-000413261234.htm'],
  )
  t.equal(memory.settings.get('setting_server')?.value, own.base)

  const { via } = await serveDhcp(t, ({ type }) => ({
    ...{ type: type === messageTypes.discover ? messageTypes.offer : messageTypes.ack, address: '127.66.1.1' },
    options: [
      [54, ipv4('127.0.0.1')],
      [66, Buffer.from(vendor.base)],
    ],
  }))
  const before = vendor.requests.length
  const again = await outcome({ via, memory })
  t.match(again.steps[2], { kind: 'pointer', by: 'setting_server, stored' }, 'and comes before what a lease says')
  t.equal(vendor.requests.length, before)
})

t.test('5, fixed redirection: the path of an OEM, hard-coded in the firmware', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/acme/boot.php': settings }))
  t.equal((await outcome({ via: { kind: 'url', url: `${base}/acme/boot.php` } })).end, 'booted')
  t.same(
    requests.map(request => request.url),
    ['/acme/boot.php', '/acme/boot-000413261234.php'],
  )
})

t.test('redirection without end is a hang, and so is a server that redirects to nothing', async t => {
  const circle = await serveHttp(t, base => ({
    '/a?000413261234': server(`${base}/b?{mac}`),
    '/b?000413261234': server(`${base}/a?{mac}`),
  }))
  const run = async (base: string, path: string) =>
    (await outcome({ via: { kind: 'url', url: `${base}${path}?{mac}` } })).end.replaceAll(base, '')
  t.equal(
    await run(circle.base, '/a'),
    '/a?000413261234: setting_server leads back here, without end: /a?000413261234 → /b?000413261234 → /a?000413261234',
  )
  const chain = await serveHttp(t, base =>
    Object.fromEntries([1, 2, 3, 4, 5].map(at => [`/${at}?000413261234`, server(`${base}/${at + 1}?{mac}`)])),
  )
  t.match(await run(chain.base, '/1'), /^\/5\?000413261234: is the 4th setting_server in a row: /)
  const dead = await serveHttp(t, base => ({ '/a?000413261234': server(`${base}/none?{mac}`) }))
  t.equal(await run(dead.base, '/a'), '/none?000413261234: nothing there: the phone has no settings')
  const own = await serveHttp(t, base => ({ '/a?000413261234': server(`${base}/a?{mac}`) }))
  t.equal(await run(own.base, '/a'), 'booted', 'its own URL is no other')
})

t.test('HTTP redirection is not followed, and the phone says what to do instead', async t => {
  const { base } = await serveHttp(t, () => ({
    '/x?000413261234': (_request, response) => response.writeHead(302, { Location: '/x?000413261234' }).end(),
  }))
  const { end, notes } = await outcome({ via: { kind: 'url', url: `${base}/x?{mac}` } })
  t.match(end, /nothing there \(302\): the phone has no settings/)
  t.match(notes[0], /does not follow: name the new server in setting_server/)
  const busy = await serveRaw(t, 'HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n', 'close')
  t.match((await outcome({ via: { kind: 'url', url: busy } })).end, /\(429\), for too many ask from one address/)
})

/** Sends as the appliance would, from a port of its own; resolves with the answer. */
async function notify(t: Test, port: number, event: string, callId: string): Promise<string> {
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const lines = [
    'NOTIFY sip:127.66.2.2 SIP/2.0',
    'v: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1',
    'f: <sip:a>;tag=1',
    't: <sip:b>',
  ]
  socket.send(`${lines.join('\r\n')}\r\ni: ${callId}\r\nCSeq: 1 NOTIFY\r\nEvent: ${event}\r\n\r\n`, port, '127.66.2.2')
  const [bytes] = await once(socket, 'message')
  return String(bytes)
}

t.test('a phone that stays boots again at check-sync, once for each, and answers 200', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/x?000413261234': settings }))
  const sipPort = await freePort()
  let text = ''
  const options = { model: 'snom370', mac, firmware: '7.3.30', address: '127.66.2.2', stay: 2, sipPort }
  const running = runPhone({ ...options, via: `${base}/x?{mac}` }, lines => {
    text += lines
  })
  while (!text.includes('listens')) await new Promise(resolve => setTimeout(resolve, 20))
  t.match(await notify(t, sipPort, 'check-sync;reboot=false', 'one'), /^SIP\/2.0 200 OK\r\nVia: .*branch=z9hG4bK1\r\n/)
  t.match(await notify(t, sipPort, 'check-sync;reboot=false', 'one'), /^SIP\/2.0 200 OK/, 'a repetition is answered')
  t.match(await notify(t, sipPort, 'message-summary', 'two'), /^SIP\/2.0 489 Bad Event/)
  t.equal(await running, 0)
  t.equal(requests.length, 2)
  t.match(text, /NOTIFY check-sync;reboot=false from 127.0.0.1: boots again\nsettings at /)
})
