import { execFile, spawn, spawnSync } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { EventEmitter, once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import type { Asker, Bundle, Found } from '../../src/bundle/bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { type HttpDoor, type HttpOptions, openHttp } from '../../src/doors/http.js'
import type { Fields, Log } from '../../src/doors/log.js'
import { createRequestBudget } from '../../src/doors/request-budget.js'
import { some } from '../some.js'

const document = Buffer.from('<?xml version="1.0" encoding="utf-8"?>\n<settings/>\n')
const mac = some(parseMac('000413261234'))

interface Line {
  readonly level: string
  readonly fields: Fields
  readonly text: string
}

interface Opened {
  readonly door: HttpDoor
  readonly lines: Line[]
  readonly asked: { name: string; asker: Asker }[]
  readonly shelf: string
}

async function open(t: Test, parts: Partial<HttpOptions> = {}, find?: Bundle['find']): Promise<Opened> {
  const shelf = t.testdir({ 'image.bin': 'x'.repeat(200_000), 'a b#c%25é.txt': 'odd', 'page.xml': '<a/>' })
  const www = openShelf(shelf)
  const lines: Line[] = []
  const asked: Opened['asked'] = []
  const say = (level: string) => (fields: Fields, text: string) => void lines.push({ level, fields, text })
  const log: Log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
  const bundle: Bundle = {
    find: async (name, asker) => {
      asked.push({ name, asker })
      if (find !== undefined) return find(name, asker)
      return name === '/doc' || name.startsWith('/settings?') ? rendered() : www.find(name)
    },
  }
  const listen = { host: '127.0.0.1', port: 0 }
  const door = await openHttp({ listen, bundle, log, now: () => performance.now(), ...parts })
  t.teardown(() => door.close())
  return { door, lines, asked, shelf }
}

function rendered(): Found {
  return { kind: 'rendered', bytes: document, etag: '"abc"', type: 'text/xml; charset=utf-8', mac, withheld: 2 }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

async function ask(
  door: HttpDoor,
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const request = httpRequest({ host: '127.0.0.1', port: door.port, path, method, headers, agent: false })
  request.end()
  const [response] = await once(request, 'response')
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode, headers: response.headers, body }
}

/** Sends bytes as they are and gives all that comes back until the door closes the connection. */
async function raw(door: HttpDoor, text: string): Promise<string> {
  const socket = connect(door.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(text, 'latin1')
  let answer = ''
  socket.on('data', chunk => {
    answer += chunk.toString('latin1')
  })
  await once(socket, 'close')
  return answer
}

/** Waits until the door has written its line: that happens when the response closes, after the client has it. */
async function lineOf(opened: Opened, count = 1): Promise<readonly Line[]> {
  while (opened.lines.length < count) await new Promise(resolve => setImmediate(resolve))
  return opened.lines
}

t.test('a rendered document comes whole, with its length, type and ETag', async t => {
  const opened = await open(t)
  const { status, headers, body } = await ask(opened.door, '/doc')
  t.equal(status, 200)
  t.equal(body, String(document))
  t.match(headers, {
    'content-length': String(document.length),
    'content-type': 'text/xml; charset=utf-8',
    etag: '"abc"',
    'x-content-type-options': 'nosniff',
  })
  t.equal(headers['transfer-encoding'], undefined)
})

t.test('the bundle learns name, query, address, agent and the URL through which it was asked', async t => {
  const { door, asked } = await open(t)
  await ask(door, '/settings?mac=00%3A04%3A13%3A26%3A12%3A34', 'GET', { 'user-agent': 'phone', host: 'evil.example' })
  t.strictSame(asked, [
    {
      name: '/settings?mac=00:04:13:26:12:34',
      asker: {
        door: 'http',
        baseUrl: `http://127.0.0.1:${door.port}`,
        address: parseIpv4('127.0.0.1'),
        userAgent: 'phone',
      },
    },
  ])
})

t.test('names are decoded once, and a URL in absolute form loses its host', async t => {
  const { door, asked } = await open(t)
  for (const path of ['/%252e%252e/x', '/%2e%2e%2fx', '//x', 'http://h/x', '/a%00b'])
    await raw(door, `GET ${path} HTTP/1.0\r\n\r\n`)
  t.strictSame(
    asked.map(each => each.name),
    ['/%2e%2e/x', '/../x', '//x', '/x', '/a\0b'],
  )
})

t.test('a base URL that is set counts, and a mapped IPv4 address is an IPv4 address', async t => {
  const { door, asked } = await open(t, { baseUrl: 'http://phones.example', listen: { host: '::', port: 0 } }).catch(
    () => open(t),
  )
  await ask(door, '/doc')
  t.equal(some(asked[0]).asker.address, parseIpv4('127.0.0.1'))
  t.match(some(asked[0]).asker.baseUrl, /^http:\/\/(?:phones\.example|127\.0\.0\.1:\d+)$/)
})

t.test('a condition that holds saves the body, for rendered documents and for files', async t => {
  const { door } = await open(t)
  for (const path of ['/doc', '/page.xml']) {
    const etag = some((await ask(door, path)).headers.etag)
    const same = await ask(door, path, 'GET', { 'if-none-match': etag })
    t.equal(same.status, 304, path)
    t.equal(same.body, '')
    t.equal((await ask(door, path, 'GET', { 'if-none-match': '"other"' })).status, 200)
  }
})

t.test('a file comes whole or in part', async t => {
  const { door } = await open(t)
  const whole = await ask(door, '/image.bin')
  t.equal(whole.status, 200)
  t.equal(whole.body.length, 200_000)
  t.match(whole.headers, { 'content-length': '200000', 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' })
  t.equal(whole.headers['transfer-encoding'], undefined)
  const part = await ask(door, '/image.bin', 'GET', { range: 'bytes=10-19' })
  t.equal(part.status, 206)
  t.equal(part.body, 'x'.repeat(10))
  t.match(part.headers, { 'content-range': 'bytes 10-19/200000', 'content-length': '10' })
  t.equal((await ask(door, '/image.bin', 'GET', { range: 'bytes=200000-' })).status, 416)
  t.equal((await ask(door, '/a%20b%23c%2525%C3%A9.txt')).body, 'odd', 'under any name that a file can have')
})

t.test('HEAD gives the header of GET', async t => {
  const { door } = await open(t)
  for (const path of ['/doc', '/image.bin', '/absent']) {
    const [get, head] = [await ask(door, path), await ask(door, path, 'HEAD')]
    t.equal(head.status, get.status, path)
    t.equal(head.body, '')
    t.equal(head.headers['content-length'], get.headers['content-length'])
    t.equal(head.headers['content-type'], get.headers['content-type'])
    t.equal(head.headers.etag, get.headers.etag)
  }
})

t.test('every other method is refused, its body unread', async t => {
  const { door, asked } = await open(t)
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'M-SEARCH']) {
    const { status, headers, body } = await ask(door, '/doc', method)
    t.equal(status, 405, method)
    t.match(headers, { allow: 'GET, HEAD', connection: 'close' })
    t.equal(body, '405 Method Not Allowed\n')
  }
  t.match(
    await raw(door, 'POST /doc HTTP/1.1\r\nContent-Type: x/y\r\nContent-Length: 9999999\r\n\r\nx'),
    /^HTTP\/1.1 405 /,
  )
  t.strictSame(asked, [])
})

t.test('what does not exist is not found, in the same words for every name', async t => {
  const { door } = await open(t)
  const answers = []
  for (const path of ['/absent', '/%3Cscript%3E', '/..%2f..%2fetc%2fpasswd', '/']) answers.push(await ask(door, path))
  for (const { status, headers, body } of answers) {
    t.equal(status, 404)
    t.equal(body, '404 Not Found\n')
    t.match(headers, { 'content-type': 'text/plain; charset=utf-8', 'content-length': '14' })
    t.equal(headers.etag, undefined)
  }
})

t.test('what cannot be decoded, or is too long, is refused', async t => {
  const { door, asked } = await open(t)
  for (const path of ['/%', '/%zz', '/%ff', '/%c3%28']) t.equal((await ask(door, path)).status, 400, path)
  t.equal((await ask(door, `/${'x'.repeat(1100)}`)).status, 414)
  t.match(await raw(door, `GET / HTTP/1.1\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`), /^HTTP\/1.1 431 /)
  t.match(await raw(door, '\x16\x03\x01\x02\x00\x01\x00'), /^HTTP\/1.1 400 /, 'a TLS greeting')
  t.match(await raw(door, 'GET\r\n\r\n'), /^HTTP\/1.1 400 /)
  t.strictSame(asked, [])
  t.match(door.counters, { malformed: 3, refused: 5 })
})

t.test('old phones ask by HTTP/1.0, or without a Host', async t => {
  const { door } = await open(t)
  const old = await raw(door, 'GET /doc HTTP/1.0\r\nUser-Agent: Mozilla/4.0 (compatible; snom360-SIP 6.5.20)\r\n\r\n')
  t.match(old, /^HTTP\/1\.1 200 OK\r\n/)
  t.match(old, `\r\ncontent-length: ${document.length}\r\n`)
  t.match(old, /\r\nconnection: close\r\n/i)
  t.match(await raw(door, 'GET /image.bin HTTP/1.0\r\n\r\n'), /\r\ncontent-length: 200000\r\n/i)
  t.match(await raw(door, 'GET /doc HTTP/1.1\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n/, 'no Host')
})

t.test('requests sent one after the other on one connection are answered in order', async t => {
  const { door } = await open(t)
  const end = 'GET /absent HTTP/1.1\r\nConnection: close\r\n\r\n'
  const answer = await raw(door, `GET /doc HTTP/1.1\r\n\r\nGET /page.xml HTTP/1.1\r\n\r\n${end}`)
  t.strictSame(answer.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404'])
})

t.test('each answer leaves one line with what an operator asks for', async t => {
  const opened = await open(t)
  const agent = `Mozilla/4.0 (compatible; snom710-SIP 8.7.5.35 1.1.5 000413741767) ${'x'.repeat(200)}`
  await ask(opened.door, '/settings?mac=1', 'GET', { 'user-agent': agent })
  const line = some((await lineOf(opened))[0])
  t.equal(line.level, 'info')
  t.match(line.fields, {
    door: 'http',
    address: '127.0.0.1',
    file: '/settings?mac=1',
    status: 200,
    bytes: document.length,
    milliseconds: Number,
    mac: '00:04:13:26:12:34',
    withheld: 2,
  })
  t.equal(String(line.fields.agent).length, 128)
  await ask(opened.door, '/image.bin', 'HEAD', { 'user-agent': agent })
  const head = some((await lineOf(opened, 2))[1])
  t.match(head.fields, { bytes: 0, mac: '00:04:13:74:17:67' }, 'a file is nobody’s: the phone is who it says it is')
  t.notOk('withheld' in head.fields)
  await ask(opened.door, `/${'x'.repeat(1000)}`)
  t.equal(String(some((await lineOf(opened, 3))[2]).fields.file).length, 128)
})

t.test('a stranger cannot flood the log with names that do not exist', async t => {
  let now = 0
  const opened = await open(t, { now: () => now, requestsPerSecond: 1000 })
  for (let n = 0; n < 60; n += 1) await ask(opened.door, '/absent')
  t.equal((await lineOf(opened, 20)).length, 20)
  now += 1000
  await ask(opened.door, '/absent')
  await lineOf(opened, 21)
  t.equal(opened.door.counters.notFound, 61, 'the counter sees them all')
})

t.test('an address that asks too often is told to wait', async t => {
  let now = 0
  const { door, asked } = await open(t, { now: () => now, requestsPerSecond: 5 })
  const statuses = []
  for (let n = 0; n < 12; n += 1) statuses.push((await ask(door, '/doc')).status)
  t.strictSame(statuses, [...Array(10).fill(200), 429, 429])
  t.equal(asked.length, 10)
  t.equal((await ask(door, '/doc')).headers['retry-after'], '1')
  now += 200
  t.equal((await ask(door, '/doc')).status, 200, 'a fifth of a second brings one more')
})

t.test('a budget forgets the address it has known longest, and a clock that steps back takes nothing', async t => {
  const budget = createRequestBudget(1, 1)
  t.equal(budget.take('a', 0), true)
  t.equal(budget.take('a', 0), false)
  for (let n = 0; n < 4096; n += 1) budget.take(`${n}`, 0)
  t.equal(budget.take('a', 0), true, 'forgotten, so full again')
  t.equal(budget.take('a', -5000), false)
  t.equal(budget.take('a', -4000), true)
})

t.test('one address cannot take all connections', async t => {
  const { door } = await open(t, { connectionsPerAddress: 3 })
  const sockets: Socket[] = []
  for (let n = 0; n < 3; n += 1) {
    const socket = connect(door.port, '127.0.0.1')
    await once(socket, 'connect')
    sockets.push(socket)
  }
  const fourth = connect(door.port, '127.0.0.1')
  fourth.on('error', () => {})
  await once(fourth, 'close')
  t.equal(door.counters.dropped, 1)
  for (const socket of sockets) socket.destroy()
  await Promise.all(sockets.map(socket => once(socket, 'close')))
  while ((await raw(door, 'GET /doc HTTP/1.0\r\n\r\n')) === '') t.ok(true, 'the door has not seen them go yet')
})

t.test('a bundle that fails is answered, and the operator told', async t => {
  const fail = async () => {
    throw new Error('disk on fire')
  }
  const opened = await open(t, {}, fail)
  const { status, body } = await ask(opened.door, '/doc')
  t.equal(status, 500)
  t.equal(body, '500 Internal Server Error\n')
  t.match((await lineOf(opened, 2))[0], { level: 'error', fields: { error: 'Error: disk on fire' } })
  t.equal(opened.door.counters.failed, 1)
})

t.test('a file that goes between look and answer is not found', async t => {
  const gone: Found = {
    kind: 'shelved',
    root: '/nonexistent',
    path: 'x',
    size: 1,
    read: () => Promise.reject(new Error()),
  }
  const { door } = await open(t, {}, async () => gone)
  t.match(await ask(door, '/x'), { status: 404, body: '404 Not Found\n' })
})

t.test('closing ends idle connections at once and lets a running answer finish', async t => {
  let answer: (found: Found) => void = () => {}
  const slow = new Promise<Found>(resolve => {
    answer = resolve
  })
  const { door, asked } = await open(t, {}, async name => (name === '/slow' ? slow : rendered()))
  const idle = connect(door.port, '127.0.0.1')
  idle.write('GET /doc HTTP/1.1\r\n\r\n')
  await once(idle, 'data')
  const running = raw(door, 'GET /slow HTTP/1.1\r\n\r\n')
  while (asked.length < 2) await new Promise(resolve => setImmediate(resolve))
  const closed = door.close()
  await once(idle, 'close')
  answer(rendered())
  t.match(await running, /<settings\/>/)
  await closed
  await t.rejects(ask(door, '/doc'), { code: 'ECONNREFUSED' })
})

t.test('a port that is taken is refused in one sentence', async t => {
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await t.rejects(open(t, { listen: { host: '127.0.0.1', port } }), {
    message: `http: cannot listen on 127.0.0.1:${port}: another program listens there; stop it, or set another http.port`,
  })
  await t.rejects(open(t, { listen: { host: '192.0.2.1', port: 0 } }), { message: /does not have that address/ })
})

t.test('a socket that already listens can be taken over', async t => {
  const listening = createServer()
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const address = listening.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const handle: unknown = Reflect.get(listening, '_handle')
  const fd = typeof handle === 'object' && handle !== null ? Number(Reflect.get(handle, 'fd')) : -1
  const program = fileURLToPath(new URL('inherited-http.ts', import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, program], { stdio: ['pipe', 'pipe', 'inherit', fd] })
  await once(some(child.stdout ?? undefined), 'data')
  listening.close()
  const response = await fetch(`http://127.0.0.1:${port}/doc`)
  t.equal(await response.text(), 'inherited')
  child.stdin?.end()
  t.strictSame(await once(child, 'exit'), [0, null])
})

t.test('requests sent ahead are answered in their order', async t => {
  const { door } = await open(t)
  const names = ['/doc', '/page.xml', '/nothing', '/page.xml']
  const last = 'GET /doc HTTP/1.1\r\nConnection: close\r\n\r\n'
  const answers = await raw(door, names.map(name => `GET ${name} HTTP/1.1\r\n\r\n`).join('') + last)
  t.strictSame(
    answers.match(/HTTP\/1\.1 \d+/g),
    [200, 200, 404, 200, 200].map(status => `HTTP/1.1 ${status}`),
  )
})

t.test('of requests sent ahead on a connection that goes, nothing is done and nothing stays', async t => {
  const wakes = new EventEmitter()
  const [isAsked, isGone] = [once(wakes, 'asked'), once(wakes, 'gone')]
  const { door, asked } = await open(t, { note: () => wakes.emit('gone') }, async () => {
    wakes.emit('asked')
    await isGone
    return undefined
  })
  const socket = connect(door.port, '127.0.0.1').on('error', () => {})
  socket.write('GET /image.bin HTTP/1.1\r\n\r\n'.repeat(5))
  await isAsked
  socket.destroy()
  await isGone
  t.equal((await ask(door, '/doc')).status, 404, 'later ones are answered')
  t.equal(asked.length, 2)
  t.match(door.counters, { requests: 2, aborted: 1, notFound: 1 })
})

t.test('who sends more ahead than anybody needs is cut off', async t => {
  const { door } = await open(t)
  const answers = await raw(door, 'GET /image.bin HTTP/1.1\r\n\r\n'.repeat(100))
  t.ok((answers.match(/^HTTP\/1\.1 /gm) ?? []).length < 20)
  t.ok(door.counters.requests < 20)
})

t.test('an error of accept(2) ends nothing, however often it comes', async t => {
  const { door } = await open(t)
  let server: unknown
  subscribe('net.server.socket', message => {
    server ??= Reflect.get(Object(Reflect.get(Object(message), 'socket')), 'server')
  })
  await ask(door, '/doc')
  for (const code of ['ENFILE', 'ENOMEM']) (server as Server).emit('error', Object.assign(new Error(code), { code }))
  t.equal(door.counters.dropped, 2)
  t.equal((await ask(door, '/doc')).status, 200)
})

const hasCurl = spawnSync('curl', ['--version']).status === 0

t.test('curl fetches, resumes, revalidates and is refused', { skip: !hasCurl && 'needs curl' }, async t => {
  const { door } = await open(t)
  const url = `http://127.0.0.1:${door.port}`
  const curl = async (...words: string[]) => (await promisify(execFile)('curl', ['-s', ...words])).stdout
  t.equal(await curl(`${url}/doc`), String(document))
  t.equal((await curl(`${url}/image.bin`)).length, 200_000)
  t.equal(await curl('-0', `${url}/page.xml`), '<a/>', 'HTTP/1.0')
  t.equal(await curl('-r', '0-3', `${url}/image.bin`), 'xxxx')
  const etag = /etag: (.*)\r/i.exec(await curl('-I', `${url}/image.bin`))?.[1] ?? ''
  const status = ['-o', '/dev/null', '-w', '%{http_code}']
  t.equal(await curl(...status, '-H', `If-None-Match: ${etag}`, `${url}/image.bin`), '304')
  t.equal(await curl(...status, '-H', 'If-None-Match: "abc"', `${url}/doc`), '304')
  t.equal(await curl(...status, '-X', 'DELETE', `${url}/doc`), '405')
  t.equal(await curl(...status, '-d', 'x=1', `${url}/doc`), '405')
  t.equal(await curl(...status, '--path-as-is', `${url}/../../etc/passwd`), '404')
})
