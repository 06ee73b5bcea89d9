import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import type { PhoneLine } from '../../src/api/shapes.js'
import { some } from '../some.js'
import { fakeDesk } from './fake-desk.js'
import { ask, basic, mark, openLab, type StatusLab } from './status-lab.js'

const never = 3_600_000 // ms

interface Event {
  readonly event: string
  readonly data: unknown
}

interface Stream {
  readonly events: Event[]
  readonly response: IncomingMessage
  /** All that came, comments too. */
  text(): string
  /** Waits for so many events. */
  have(count: number): Promise<readonly Event[]>
  end(): void
}

async function listen(t: Test, lab: StatusLab, headers: Record<string, string> = {}): Promise<Stream> {
  const asking = request({
    host: '127.0.0.1',
    port: lab.door.port,
    path: '/api/v1/events',
    headers,
    agent: false,
  }).end()
  const [response]: IncomingMessage[] = await once(asking, 'response')
  const stream = some(response)
  const events: Event[] = []
  let text = ''
  let rest = ''
  stream.setEncoding('utf8').on('data', chunk => {
    text += chunk
    const blocks = `${rest}${chunk}`.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
      if (event !== undefined) events.push({ event, data: JSON.parse(data ?? '') })
    }
  })
  stream.on('error', () => {}) // cut off
  t.teardown(() => asking.destroy())
  const have = async (count: number): Promise<readonly Event[]> => {
    while (events.length < count) await once(stream, 'data')
    return events
  }
  return { events, response: stream, text: () => text, have, end: () => asking.destroy() }
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate)
}

t.test('a boot comes to each listener as lines that grow stage by stage', async t => {
  const lab = await openLab(t)
  const streams = await Promise.all([listen(t, lab), listen(t, lab, { 'last-event-id': '../../etc/passwd' })])
  t.match(streams[0]?.response.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': /default-src 'none'/,
  })
  t.equal(lab.desk.watchers, 1, 'the desk is asked once for all')
  const [mac] = lab.desk.macs
  await lab.desk.boot(some(mac), 0)
  for (const stream of streams) {
    const events = await stream.have(7)
    t.strictSame(
      events.map(({ event }) => event),
      Array.from({ length: 7 }, () => 'phones'),
    )
    t.match(
      events.map(({ data }) => data),
      [
        [{ mac, stage: 'seen' }],
        [{ mac, stage: 'leased' }],
        [{ mac, stage: 'general' }],
        [{ mac, stage: 'own' }],
        [{ mac, stage: 'languages' }],
        [{ mac, stage: 'firmware' }],
        [{ mac, stage: 'done' }],
      ],
    )
  }
  t.equal(streams[0]?.text(), streams[1]?.text())
  for (const stream of streams) stream.end()
  await until(() => lab.desk.watchers === 0)
  t.pass('when nobody listens the desk is left alone')
})

t.test('health comes now and then, and comments keep the line open', async t => {
  const lab = await openLab(t, { pace: { health: 5, comment: 5 } })
  const stream = await listen(t, lab)
  const [first] = await stream.have(2)
  t.match(first, { event: 'health', data: { site: 'Lab 1', doors: Array } })
  while (!/\n:\n\n/.test(stream.text())) await once(stream.response, 'data')
  t.match(stream.text(), /^retry: 2000\n\n/)
})

t.test('a health that cannot be had is logged, and the stream goes on', async t => {
  const desk = fakeDesk()
  const broken = async (): Promise<never> => {
    throw new Error('the disk is gone')
  }
  const lab = await openLab(t, { desk: { ...desk, health: broken }, pace: { health: 5, comment: never } })
  const stream = await listen(t, lab)
  await until(() => lab.lines.some(({ level }) => level === 'error'))
  desk.advance(1)
  t.match(await stream.have(1), [{ event: 'phones' }])
})

t.test('an address has twelve streams, and gets one back when one ends', async t => {
  const lab = await openLab(t)
  const streams = await Promise.all(Array.from({ length: 12 }, () => listen(t, lab)))
  t.match(await ask(lab, '/api/v1/events'), {
    status: 503,
    headers: { 'retry-after': '10' },
    json: { error: /close some/ },
  })
  streams[0]?.end()
  await until(() => lab.door.counters.aborted === 1)
  const again = await listen(t, lab)
  t.equal(again.response.statusCode, 200)
})

t.test('a reader that does not read is dropped, and the others hear everything', async t => {
  const desk = fakeDesk({ phones: 500 })
  const lab = await openLab(t, { desk, pace: { health: never, comment: never } })
  const good = await listen(t, lab)
  const deaf = connect(lab.door.port, '127.0.0.1').on('error', () => {})
  deaf.write('GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')
  deaf.pause()
  await until(() => lab.door.counters['streams opened'] === 2)
  let sent = 0
  while (lab.door.counters['streams dropped'] === 0 && sent < 500) {
    desk.advance(500) // some 200 KiB
    sent += 1
    await good.have(sent)
  }
  t.equal(lab.door.counters['streams dropped'], 1)
  const more = await good.have(sent)
  t.ok(more.every(({ data }) => (data as readonly PhoneLine[]).length === 500))
  deaf.destroy()
})

t.test('a stream ends with its session, and says nothing more', async t => {
  const { hashPassword } = await import('../../src/doors/password.js')
  let hash = await hashPassword('secret')
  const lab = await openLab(t, { password: () => hash })
  const post = { method: 'POST', body: { password: 'secret' }, headers: mark }
  const cookie = (await ask(lab, '/api/v1/session', post)).headers['set-cookie']?.[0]?.replace(/;.*/, '') ?? ''
  const byCookie = await listen(t, lab, { cookie })
  const byPassword = await listen(t, lab, basic('secret'))
  lab.desk.advance(1)
  await Promise.all([byCookie.have(1), byPassword.have(1)])
  await ask(lab, '/api/v1/session', { method: 'DELETE', headers: { ...mark, cookie } })
  lab.desk.advance(1)
  await Promise.all([once(byCookie.response, 'close'), byPassword.have(2)])
  t.equal(byCookie.events.length, 1)
  hash = await hashPassword('another')
  lab.desk.advance(1)
  await once(byPassword.response, 'close')
  t.equal(byPassword.events.length, 2)
})

t.test('a door that closes ends its streams at once', async t => {
  const lab = await openLab(t)
  const stream = await listen(t, lab)
  await Promise.all([lab.door.close(), once(stream.response, 'end')])
  t.equal(lab.desk.watchers, 0)
})
