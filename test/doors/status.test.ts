import { execFile } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import t from 'tap'
import type { Desk } from '../../src/api/desk.js'
import { callApi } from '../../src/commands/api-client.js'
import { some } from '../some.js'
import { fakeDesk, scriptTag } from './fake-desk.js'
import { ask, mark, openLab, type StatusLab } from './status-lab.js'

const run = promisify(execFile)
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

interface Operation {
  readonly responses: Record<string, { content?: Record<string, { schema: object }> }>
}
interface OpenApi {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
}

async function curl(lab: StatusLab, method: string, path: string, body?: unknown): Promise<[number, string, unknown]> {
  const data = body === undefined ? [] : ['--json', JSON.stringify(body)]
  const format = '\n%{http_code} %{content_type}'
  const url = `http://127.0.0.1:${lab.door.port}${path}`
  const { stdout } = await run('curl', ['-sS', '-X', method, '-H', 'x-option66: 1', '-w', format, ...data, url])
  const [, text = '', status = '', type = ''] = /^([\s\S]*)\n(\d+) (.*)$/.exec(stdout) ?? []
  return [Number(status), type, type.startsWith('application/json') ? JSON.parse(text) : text]
}

t.test(
  'curl sees every route, and each answer is what the OpenAPI document says',
  { skip: !hasCurl && 'no curl' },
  async t => {
    const lab = await openLab(t)
    const [, , document] = await curl(lab, 'GET', '/api/v1/openapi.json')
    const { openapi, paths } = document as OpenApi // checked below, operation by operation
    t.equal(openapi, '3.1.0')
    const ajv = new Ajv2020({ strict: true, strictTypes: false })
    const seen = new Set<string>()
    const schemaOf = (operation: Operation, status: number): ValidateFunction | undefined => {
      const answer = operation.responses[status] ?? operation.responses[`${String(status)[0]}XX`]
      const schema = answer?.content?.['application/json']?.schema
      return schema && ajv.compile(schema)
    }
    const visit = async (
      method: string,
      template: string,
      values: Record<string, string>,
      wanted: number,
      body?: unknown,
    ) => {
      const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => some(values[name]))
      const [status, type, answer] = await curl(lab, method, path, body)
      const operation = some(paths[template]?.[method.toLowerCase()])
      seen.add(`${method} ${template}`)
      t.equal(status, wanted, `${method} ${path}`)
      if (status === 204) return t.equal(answer, '')
      t.match(type, /^application\/json/)
      const validate = some(schemaOf(operation, status))
      t.ok(validate(answer), `${method} ${path}: ${JSON.stringify(validate.errors)}`)
    }
    const api = '/api/v1'
    const listed = { mac: '00:04:13:26:00:01' }
    const unlisted = { mac: '000413260005' }
    const nobody = { mac: '0004132600FF' }
    const address = '10.0.0.3'

    for (const path of ['session', 'phones', 'inbox', 'leases', 'inventory', 'findings', 'redirections', 'shelves']) {
      await visit('GET', `${api}/${path}`, {}, 200)
    }
    for (const path of ['health', 'statistics', 'openapi.json']) await visit('GET', `${api}/${path}`, {}, 200)
    for (const path of ['', '/settings', '/documents', '/findings']) {
      await visit('GET', `${api}/phones/{mac}${path}`, listed, 200)
      await visit('GET', `${api}/phones/{mac}${path}`, nobody, 404)
      await visit('GET', `${api}/phones/{mac}${path}`, { mac: 'nonsense' }, 400)
    }
    await visit('POST', `${api}/phones/{mac}/resync`, listed, 200)
    await visit('POST', `${api}/phones/{mac}/resync`, listed, 200, { reboot: true })
    await visit('POST', `${api}/phones/{mac}/resync`, listed, 400, { reboot: 'yes' })
    await visit('POST', `${api}/phones/{mac}/resync`, nobody, 404)
    await visit('POST', `${api}/phones/{mac}/adopt`, unlisted, 200, { name: 'New', groups: ['lab'] })
    await visit('POST', `${api}/phones/{mac}/adopt`, listed, 409, {})
    await visit('PUT', `${api}/redirections/{mac}`, listed, 200, { url: 'https://a.example/{mac}' })
    await visit('PUT', `${api}/redirections/{mac}`, listed, 400, { url: 'gopher://a' })
    await visit('PUT', `${api}/redirections/{mac}`, listed, 400, {})
    await visit('GET', `${api}/phones/{mac}`, listed, 200)
    await visit('DELETE', `${api}/redirections/{mac}`, listed, 204)
    await visit('DELETE', `${api}/redirections/{mac}`, listed, 404)
    await visit('DELETE', `${api}/leases/{address}`, { address }, 204)
    await visit('DELETE', `${api}/leases/{address}`, { address }, 404)
    await visit('DELETE', `${api}/leases/{address}`, { address: '10.0.0.300' }, 400)
    await visit('POST', `${api}/session`, {}, 200, { password: 'none is needed' })
    await visit('DELETE', `${api}/session`, {}, 200)
    t.strictSame(lab.desk.orders, [
      'resync 000413260001 reboot=false',
      'resync 000413260001 reboot=true',
      'adopt 000413260005 {"name":"New","groups":["lab"]}',
      'redirect 000413260001 https://a.example/{mac} from 127.0.0.1',
      'dismiss 000413260001 from 127.0.0.1',
      'release 10.0.0.3',
    ])

    const [status, type, text] = await curl(lab, 'GET', '/metrics')
    t.strictSame([status, type], [200, 'text/plain; version=0.0.4; charset=utf-8'])
    t.match(text, /^up 1$/m)
    const all = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
    )
    t.strictSame(
      all.filter(operation => !seen.has(operation)).sort(),
      ['GET /api/v1/events', 'GET /metrics'],
      'these are no JSON',
    )
  },
)

t.test('a name that is a script tag comes as a JSON string, and no answer is HTML but the page', async t => {
  const lab = await openLab(t)
  for (const path of [
    '/api/v1/phones',
    '/api/v1/phones/000413260002',
    '/api/v1/findings',
    `/api/v1/${encodeURI(scriptTag)}`,
  ]) {
    const { headers, text } = await ask(lab, path)
    t.match(headers['content-type'], /^application\/json/)
    t.equal(headers['x-content-type-options'], 'nosniff')
    t.equal(headers['cache-control'], 'no-store')
    t.doesNotThrow(() => JSON.parse(text))
  }
})

t.test('an answer holds nothing that its schema does not name', async t => {
  const desk = fakeDesk()
  const leaky: Desk = {
    ...desk,
    phones: () => desk.phones().map(line => ({ ...line, userPass: 'geheim', groups: [...line.groups] })),
    settings: mac => ({ ...some(desk.settings(mac)), http_pass: 'geheim' }),
  }
  const lab = await openLab(t, { desk: leaky })
  for (const path of ['phones', 'phones/000413260001/settings']) {
    const { status, text } = await ask(lab, `/api/v1/${path}`)
    t.equal(status, 200)
    t.notMatch(text, /geheim/)
  }
})

t.test('a fault of ours is told as one, and only the log says which', async t => {
  const broken = async (): Promise<never> => {
    throw new Error('cannot open /var/lib/secret/place')
  }
  const lab = await openLab(t, { desk: { ...fakeDesk(), health: broken } })
  const { status, json } = await ask(lab, '/api/v1/health')
  t.equal(status, 500)
  t.strictSame(json, { error: 'a fault of option66 itself; its log says more' })
  t.match(
    lab.lines.filter(({ level }) => level === 'error').map(({ fields }) => String(fields.error)),
    [/secret\/place/],
  )
  t.equal(lab.door.counters.failed, 1)
})

t.test('bodies are refused in one sentence: too long, no JSON, another type, a word too many, poison', async t => {
  const lab = await openLab(t)
  const path = '/api/v1/phones/000413260005/adopt'
  const send = (body: string, type = 'application/json') =>
    ask(lab, path, { method: 'POST', body, headers: { ...mark, 'content-type': type } })
  const cases: [string, string | undefined, number][] = [
    ['x'.repeat(17_000), undefined, 413],
    ['{"name":', undefined, 400],
    ['name=New', 'application/x-www-form-urlencoded', 415],
    ['{"name":"New"}', 'text/plain', 415],
    ['{"nmae":"New"}', undefined, 400],
    ['{"name":7}', undefined, 400],
    ['[]', undefined, 400],
    ['null', undefined, 200], // as good as none
    ['{"__proto__":{"isListed":true}}', undefined, 400],
    ['{"constructor":{"prototype":{"x":1}}}', undefined, 400],
  ]
  for (const [body, type, wanted] of cases) {
    const { status, json } = await send(body, type)
    t.equal(status, wanted, body.slice(0, 40))
    if (wanted !== 200) t.match(json, { error: String })
  }
  t.equal(lab.desk.orders.length, 1)
})

t.test('whatever stands in the place of a MAC, an address or a name: a sentence, never a fault', async t => {
  const lab = await openLab(t, { requestsPerSecond: 1e6 })
  const wild = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('..', '%00', '%', '%2e%2e%2fpackage.json', '../../package.json', '00:04:13:26:00:01', scriptTag),
    fc.string({ unit: fc.constantFrom('0', 'a', ':', '-', '.', '/'), maxLength: 200 }),
  )
  const place = fc.constantFrom(
    ['GET', '/api/v1/phones/*'],
    ['GET', '/api/v1/phones/*/documents'],
    ['POST', '/api/v1/phones/*/resync'],
    ['DELETE', '/api/v1/leases/*'],
    ['DELETE', '/api/v1/redirections/*'],
    ['GET', '/*'],
    ['GET', '/assets/*'],
  )
  const spelling = fc.constantFrom(encodeURIComponent, (text: string) => text.replaceAll(/[^!-~]/g, '_'))
  await fc.assert(
    fc.asyncProperty(place, wild, spelling, async ([method, template], text, spelt) => {
      const path = some(template).replace('*', () => spelt(text.replaceAll(/[\uD800-\uDFFF]/g, '')))
      const { status, text: body } = await ask(lab, path, { method: some(method), headers: mark })
      return status < 500 && (status < 400 || /"error":"/.test(body)) && !body.includes('"license": "MIT"')
    }),
    { numRuns: 300 },
  )
  t.equal(lab.door.counters.failed, 0)
  t.notOk(lab.lines.some(({ level }) => level === 'error' || level === 'warn'))
})

t.test('the page comes with its type, strictly fenced, from memory and from nowhere else', async t => {
  const lab = await openLab(t)
  const page = await ask(lab, '/')
  t.equal(page.status, 200)
  t.match(page.headers, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': /camera=\(\)/,
  })
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/)
  t.notMatch(policy, /unsafe|https?:|\*/)
  t.equal(page.headers['access-control-allow-origin'], undefined)
  t.equal(page.headers['strict-transport-security'], undefined)
  t.equal((await ask(lab, '/', { headers: { 'if-none-match': String(page.headers.etag) } })).status, 304)
  t.equal((await ask(lab, '/', { method: 'HEAD' })).text, '')
  const script = await ask(lab, '/assets/page-1.js?v=2')
  t.match(script.headers, { 'content-type': /javascript/, 'cache-control': /immutable/ })
  for (const path of [
    '/assets/page-1.map',
    '/assets',
    '/../package.json',
    '/%2e%2e/package.json',
    '/.env',
    '//',
    '/index.htm',
  ]) {
    t.equal((await ask(lab, path)).status, 404, path)
  }
})

t.test('a page that is not built is said so', async t => {
  const lab = await openLab(t, { pageFolder: join(tmpdir(), 'option66-no-such-folder') })
  t.match(await ask(lab, '/'), { status: 404, json: { error: /npm run build/ } })
  t.equal((await ask(lab, '/api/v1/phones')).status, 200)
})

t.test('each change is one line in the log, with who asked for it', async t => {
  const lab = await openLab(t)
  await ask(lab, '/api/v1/leases/10.0.0.1', { method: 'DELETE', headers: mark })
  await callApi(lab.folder, 'DELETE', 'leases/10.0.0.2')
  while (lab.lines.length < 2) await new Promise(setImmediate)
  t.match(lab.lines, [
    {
      level: 'info',
      text: 'changed',
      fields: { door: 'status', address: '127.0.0.1', url: '/api/v1/leases/10.0.0.1' },
    },
    { level: 'info', text: 'changed', fields: { door: 'status', address: 'this host', status: 204 } },
  ])
})

t.test('the commands of this machine ask by the socket file, which is the right to do so', async t => {
  const lab = await openLab(t, { password: () => '$scrypt$no password opens this' })
  const path = join(lab.folder, 'api.sock')
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.match(await callApi(lab.folder, 'GET', 'session'), { status: 200, body: { isSignedIn: true, site: 'Lab 1' } })
  t.match(await callApi(lab.folder, 'POST', 'phones/000413260001/resync', { reboot: true }), { status: 200 })
  t.strictSame(await callApi(lab.folder, 'DELETE', 'leases/10.0.0.1'), { status: 204, body: undefined })
  t.match(await callApi(lab.folder, 'DELETE', 'leases/10.0.0.1'), { status: 404, body: { error: /nobody holds/ } })
  t.match(await callApi(lab.folder, 'PUT', 'redirections/000413260001', { url: 'http://a.example' }), { status: 200 })
  t.equal(lab.desk.orders.at(-1), 'redirect 000413260001 http://a.example from this host')
  t.equal((await ask(lab, '/api/v1/phones')).status, 401, 'the network still needs the password')
  await lab.door.close()
  await t.rejects(stat(path), { code: 'ENOENT' })
  t.equal(await callApi(lab.folder, 'GET', 'phones'), undefined, 'nobody is there any more')
})

t.test(
  'a socket that a killed appliance left is replaced; one that is heard, or is no socket, is not touched',
  async t => {
    const lab = await openLab(t)
    const folder = await mkdtemp(join(tmpdir(), 'option66-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'api.sock')
    const left = createServer().listen(join(folder, 'first'))
    await once(left, 'listening')
    await run('mv', [join(folder, 'first'), path]) // so that closing does not remove it
    await new Promise(resolve => left.close(resolve))
    t.ok((await stat(path)).isSocket())
    t.equal(await callApi(folder, 'GET', 'phones'), undefined)
    const second = await openLab(t, { listeners: [{ path }] })
    t.match(await callApi(folder, 'GET', 'health'), { status: 200 })
    t.equal(second.door.port, 0)

    await t.rejects(openLab(t, { listeners: [{ path }] }), /another program listens on .*api\.sock/)
    t.match(await callApi(folder, 'GET', 'health'), { status: 200 }, 'the first still answers')
    await writeFile(join(folder, 'file'), 'precious')
    await t.rejects(openLab(t, { listeners: [{ path: join(folder, 'file') }] }), /is no socket; move it away/)
    const long = join(folder, 'x'.repeat(100))
    await mkdir(long)
    const unheard = await openLab(t, { listeners: [{ path: join(long, 'api.sock') }, { host: '127.0.0.1', port: 0 }] })
    t.match(unheard.lines, [{ level: 'warn', text: /too long a name for a socket .* choose a shorter `state` folder/ }])
    t.equal((await ask(unheard, '/api/v1/health')).status, 200, 'the phones boot without it')
    await t.rejects(
      openLab(t, { listeners: [{ host: '127.0.0.1', port: lab.door.port }] }),
      /cannot listen on 127\.0\.0\.1:\d+: another program listens there; stop it, or set another status\.port/,
    )
  },
)

t.test('what is no HTTP is turned away and counted, and the door lives on', async t => {
  const lab = await openLab(t)
  for (const text of [
    '\0\0\0\0',
    'GET / HTTP/9.9\r\n\r\n',
    `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const socket = connect(lab.door.port, '127.0.0.1').on('error', () => {})
    socket.write(text, 'latin1')
    const closed = once(socket, 'close')
    let answer = ''
    socket.on('data', chunk => {
      answer += chunk
    })
    await closed
    t.match(answer, /^HTTP\/1\.1 4\d\d /)
  }
  t.equal(lab.door.counters.malformed, 3)
  t.equal((await ask(lab, '/api/v1/health')).status, 200)
})

t.test('an error of accept(2) ends nothing, however often it comes', async t => {
  const lab = await openLab(t)
  let server: unknown
  subscribe('net.server.socket', message => {
    server ??= Reflect.get(Object(Reflect.get(Object(message), 'socket')), 'server')
  })
  await ask(lab, '/api/v1/health')
  for (const code of ['ENFILE', 'ENOMEM']) (server as Server).emit('error', Object.assign(new Error(code), { code }))
  t.equal(lab.door.counters.dropped, 2)
  t.equal((await ask(lab, '/api/v1/health')).status, 200)
})
