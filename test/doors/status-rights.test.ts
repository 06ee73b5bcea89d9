import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request as tlsRequest } from 'node:https'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { hashPassword, verifyPassword } from '../../src/doors/password.js'
import { type Asked, isLoopback, objection } from '../../src/doors/status-guard.js'
import { longestIdle, longestLife, Sessions } from '../../src/doors/status-sessions.js'
import { some } from '../some.js'
import { type Answer, ask, basic, mark, openLab, type StatusLab } from './status-lab.js'

const run = promisify(execFile)
const password = 'correct horse'
const hash = await hashPassword(password)
const phones = '/api/v1/phones'
const session = '/api/v1/session'
const resync = '/api/v1/phones/000413260001/resync'

const signIn = (lab: StatusLab, text: string, from = '127.0.0.1'): Promise<Answer> =>
  ask(lab, session, { method: 'POST', body: { password: text }, headers: mark, from })

/** The cookie as a browser would send it back. */
function cookieOf({ headers }: Answer): Record<string, string> {
  return { cookie: some(some(headers['set-cookie'])[0]).replace(/;.*/, '') }
}

t.test('without a password the door answers to names of this machine alone: a rebound name gets nothing', async t => {
  const lab = await openLab(t)
  const { port } = lab.door
  const good = ['127.0.0.1', `127.0.0.1:${port}`, `localhost:${port}`, 'LOCALHOST', `[::1]:${port}`, '127.8.9.10:80']
  const bad = [
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '192.168.66.1',
    '[::2]',
    '0.0.0.0',
    '127.0.0.1@evil.example',
    '2130706433',
  ]
  for (const host of good) t.equal((await ask(lab, phones, { headers: { host } })).status, 200, host)
  for (const host of bad) {
    t.match(
      await ask(lab, phones, { headers: { host } }),
      { status: 403, json: { error: /set status\.password/ } },
      host,
    )
    t.equal((await ask(lab, '/', { headers: { host } })).status, 403, `${host} gets no page either`)
  }
})

t.test('with a password any name will do, for neither cookie nor password goes to a rebound one', async t => {
  const lab = await openLab(t, { password: () => hash })
  const headers = { host: 'phones.lab.example', ...basic(password) }
  t.equal((await ask(lab, phones, { headers })).status, 200)
})

t.test('without a password nobody but this machine is heard, whatever the header says', async t => {
  const other = fc.constantFrom(
    '192.168.66.7',
    '10.0.0.1',
    '::ffff:192.168.66.7',
    'fe80::1',
    '',
    '128.0.0.1',
    '1127.0.0.1',
  )
  const text = fc.option(fc.constantFrom('127.0.0.1', 'localhost', 'http://127.0.0.1', 'none', 'same-origin'), {
    nil: undefined,
  })
  fc.assert(
    fc.property(other, text, text, text, fc.constantFrom('GET', 'POST'), (remote, host, origin, fetchSite, method) => {
      return (
        !isLoopback(remote) && objection({ method, remote, host, origin, fetchSite, mark: '1' }, false) !== undefined
      )
    }),
  )
  t.ok(objection({ method: 'GET', remote: '127.0.0.1' }, false), 'HTTP/1.0 without a Host')
  t.ok(isLoopback('127.0.0.1') && isLoopback('::1') && isLoopback('::ffff:127.0.0.1'))
})

t.test('what another site makes a browser send is refused, with and without a password', async t => {
  const asked = { remote: '127.0.0.1', host: '127.0.0.1:8066' }
  const own = 'http://127.0.0.1:8066'
  const cases: [Partial<Asked> & { method: string }, boolean, string][] = [
    [{ method: 'GET' }, true, 'curl looks'],
    [{ method: 'GET', fetchSite: 'none', fetchMode: 'navigate' }, true, 'typed into the address bar'],
    [{ method: 'GET', fetchSite: 'cross-site', fetchMode: 'navigate' }, true, 'a link from elsewhere'],
    [{ method: 'GET', fetchSite: 'same-origin', fetchMode: 'cors' }, true, 'our page looks'],
    [{ method: 'GET', fetchSite: 'cross-site', fetchMode: 'no-cors' }, false, 'an image, script or style elsewhere'],
    [{ method: 'GET', fetchSite: 'same-site', fetchMode: 'no-cors' }, false, 'another port of this host'],
    [
      { method: 'GET', origin: 'https://evil.example' },
      false,
      'an event stream elsewhere, in a browser without Sec-Fetch',
    ],
    [{ method: 'POST' }, false, 'a form elsewhere, in an old browser'],
    [{ method: 'DELETE' }, false, 'curl changes without the header'],
    [{ method: 'POST', mark: '1' }, true, 'curl changes with it'],
    [{ method: 'POST', origin: own }, true, 'our page changes, on a LAN without Sec-Fetch'],
    [{ method: 'POST', origin: 'https://127.0.0.1:8066' }, true, 'our page behind something that speaks TLS'],
    [{ method: 'POST', fetchSite: 'same-origin' }, true, 'our page changes'],
    [{ method: 'POST', fetchSite: 'none' }, false, 'nobody types a POST'],
    [{ method: 'POST', origin: 'null' }, false, 'a sandboxed frame'],
    [{ method: 'POST', origin: 'null', mark: '1' }, false, 'the same with the header'],
    [{ method: 'POST', origin: 'http://127.0.0.1:9999', mark: '1' }, false, 'another port of this host'],
    [{ method: 'POST', origin: `${own}.evil.example`, mark: '1' }, false, 'a name that begins like ours'],
    [{ method: 'PUT', fetchSite: 'cross-site', mark: '1' }, false, 'elsewhere, with the header'],
    [{ method: 'POST', fetchSite: 'cross-site', fetchMode: 'navigate' }, false, 'a form elsewhere'],
    [{ method: 'POST', origin: own, fetchSite: 'cross-site' }, false, 'a contradiction'],
  ]
  for (const [header, isAllowed, what] of cases) {
    for (const hasPassword of [false, true]) {
      t.equal(objection({ ...asked, ...header }, hasPassword) === undefined, isAllowed, what)
    }
  }
})

t.test('a change that another site wanted does not happen, though the browser sends its cookie', async t => {
  const lab = await openLab(t, { password: () => hash })
  const cookie = cookieOf(await signIn(lab, password))
  const headers = { ...cookie, host: '127.0.0.1', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  t.equal((await ask(lab, resync, { method: 'POST', headers })).status, 403)
  t.equal((await ask(lab, resync, { method: 'OPTIONS', headers })).headers['access-control-allow-origin'], undefined)
  t.strictSame(lab.desk.orders, [])
  const own = { ...cookie, host: '127.0.0.1', origin: 'http://127.0.0.1' }
  t.equal((await ask(lab, resync, { method: 'POST', headers: own })).status, 200)
  t.equal(lab.door.counters.forbidden, 2)
})

t.test('with a password a stranger sees the page and whether he is in, and nothing else', async t => {
  const lab = await openLab(t, { password: () => hash })
  t.equal((await ask(lab, '/')).status, 200)
  t.strictSame((await ask(lab, session)).json, { needsPassword: true, isSignedIn: false })
  for (const path of ['phones', 'health', 'events', 'openapi.json', 'leases', 'phones/000413260001']) {
    const { status, headers, json } = await ask(lab, `/api/v1/${path}`)
    t.equal(status, 401, path)
    t.match(headers['www-authenticate'], /^Session /, 'no scheme for which a browser opens a window of its own')
    t.match(json, { error: /sign in first/ })
  }
  t.match(await ask(lab, '/metrics'), { status: 401, headers: { 'www-authenticate': /^Basic realm=/ } })
  t.equal((await ask(lab, resync, { method: 'POST', headers: mark })).status, 401)
  t.strictSame(lab.desk.orders, [])
})

t.test('the password opens a session; signing out ends it', async t => {
  const lab = await openLab(t, { password: () => hash })
  t.match(await signIn(lab, 'wrong'), { status: 401, json: { error: 'that is not the password' } })
  const answer = await signIn(lab, password)
  t.strictSame(answer.json, { needsPassword: true, isSignedIn: true, site: 'Lab 1' })
  t.match(answer.headers['set-cookie'], [/^option66=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/])
  const headers = cookieOf(answer)
  t.equal((await ask(lab, phones, { headers })).status, 200)
  t.match((await ask(lab, session, { headers })).json, { isSignedIn: true })
  const out = await ask(lab, session, { method: 'DELETE', headers: { ...headers, ...mark } })
  t.strictSame(out.json, { needsPassword: true, isSignedIn: false })
  t.match(out.headers['set-cookie'], [/^option66=; .*Expires=Thu, 01 Jan 1970/])
  t.equal((await ask(lab, phones, { headers })).status, 401, 'the cookie is worth nothing now')
  t.equal((await ask(lab, phones, { headers: { cookie: `option66=${'A'.repeat(43)}` } })).status, 401)
  t.notMatch(JSON.stringify(lab.lines), /correct horse|wrong"/, 'no log line holds what was typed')
})

t.test('a session ends when idle, when old, and when the password changes', async t => {
  let current = hash
  const lab = await openLab(t, { password: () => current })
  const used = cookieOf(await signIn(lab, password))
  const idle = cookieOf(await signIn(lab, password))
  const look = async (headers: Record<string, string>): Promise<number> => (await ask(lab, phones, { headers })).status
  lab.clock.now += longestIdle - 1
  t.equal(await look(used), 200)
  lab.clock.now += 1
  t.equal(await look(idle), 401, 'idle too long')
  t.equal(await look(used), 200)
  for (let age = longestIdle; age < longestLife; age += longestIdle / 2) {
    t.equal(await look(used), 200)
    lab.clock.now += longestIdle / 2
  }
  t.equal(await look(used), 401, 'a week is over')
  const fresh = cookieOf(await signIn(lab, password))
  t.equal(await look(fresh), 200)
  current = await hashPassword('another')
  t.equal(await look(fresh), 401, 'the password is another')
  t.equal((await signIn(lab, password)).status, 401)
})

t.test('there are never more than 256 sessions; the one idle longest goes first, and no token is kept', async t => {
  let now = 0
  const sessions = new Sessions(() => now++)
  const tokens = Array.from({ length: 256 }, () => sessions.open(hash))
  t.equal(new Set(tokens).size, 256)
  const [first = '', second = ''] = tokens
  t.ok(sessions.find(first, hash), 'used, so it is not the one idle longest')
  sessions.open(hash)
  t.equal(sessions.size, 256)
  t.ok(sessions.find(first, hash))
  t.equal(sessions.find(second, hash), undefined)
  t.not(sessions.find(first, hash)?.digest, first)
})

t.test('HTTP Basic lets programs in with any user name, and the password is worked out once', async t => {
  let checks = 0
  const check = (text: string, against: string): Promise<boolean> => {
    checks += 1
    return verifyPassword(text, against)
  }
  const lab = await openLab(t, { password: () => hash, check })
  for (const user of ['prometheus', '', 'ünï:'.replace(':', '')]) {
    t.equal((await ask(lab, '/metrics', { headers: basic(password, user) })).status, 200)
  }
  const together = await Promise.all([1, 2, 3].map(() => ask(lab, phones, { headers: basic(password) })))
  t.strictSame(
    together.map(({ status }) => status),
    [200, 200, 200],
  )
  t.equal(checks, 1)
  t.equal((await ask(lab, resync, { method: 'POST', headers: { ...basic(password), ...mark } })).status, 200)
  t.equal(
    (await ask(lab, resync, { method: 'POST', headers: basic(password) })).status,
    403,
    'a browser may remember it',
  )
  for (const authorization of ['Basic', 'Basic !!', 'Basic Y3VybA==', 'Bearer x', `Basic ${'A'.repeat(9000)}`]) {
    t.equal((await ask(lab, phones, { headers: { authorization } })).status, 401, authorization.slice(0, 20))
  }
})

t.test('who guesses waits, longer each time, even with the right password; others do not', async t => {
  const lab = await openLab(t, { password: () => hash })
  const right = { headers: basic(password) }
  for (let i = 0; i < 3; i++) t.equal((await ask(lab, phones, { headers: basic(`guess ${i}`) })).status, 401)
  t.match(await ask(lab, phones, right), {
    status: 429,
    headers: { 'retry-after': '1' },
    json: { error: /too many attempts; try again in 1 s/ },
  })
  t.match(await signIn(lab, password), { status: 429 })
  t.equal((await ask(lab, phones, { ...right, from: '127.0.0.2' })).status, 200)
  lab.clock.now += 1000
  t.equal((await ask(lab, phones, right)).status, 200)
  t.equal(lab.door.counters.limited, 2)
})

t.test('of a flood of guesses from one address one at a time is worked on', async t => {
  let running = 0
  let most = 0
  const check = async (): Promise<boolean> => {
    running += 1
    most = Math.max(most, running)
    await new Promise(setImmediate)
    running -= 1
    return false
  }
  const lab = await openLab(t, { password: () => hash, check })
  const guesses = Array.from({ length: 40 }, (_, i) => signIn(lab, `guess ${i}`, `127.0.0.${1 + (i % 8)}`))
  const statuses = (await Promise.all(guesses)).map(({ status }) => status)
  t.ok(statuses.every(status => status === 401 || status === 429))
  t.ok(statuses.includes(429) && statuses.includes(401))
  t.ok(most <= 4, `${most} at once`)
})

t.test('one address asks so often and no more; others and the commands of this machine are not hindered', async t => {
  const lab = await openLab(t, { requestsPerSecond: 5 })
  const ours = []
  for (let i = 0; i < 25; i++) ours.push((await ask(lab, '/api/v1/session')).status)
  t.strictSame(ours, [...Array.from({ length: 20 }, () => 200), ...Array.from({ length: 5 }, () => 429)])
  t.equal((await ask(lab, session, { from: '127.0.0.2' })).status, 200)
  lab.clock.now += 1000
  t.equal((await ask(lab, session)).status, 200)
})

const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
)

t.test('over TLS the cookie goes nowhere else', { skip: !hasOpenssl && 'no openssl' }, async t => {
  const folder = t.testdir()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  await run('openssl', ['req', '-x509', ...curve, '-nodes', '-subj', '/CN=lab', '-keyout', key, '-out', cert])
  const tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  const lab = await openLab(t, {
    password: () => hash,
    listeners: [{ host: '127.0.0.1', port: 0, tls }],
    pageFolder: folder,
  })
  const body = JSON.stringify({ password })
  const headers = { ...mark, 'content-type': 'application/json' }
  const where = { host: '127.0.0.1', port: lab.door.port, rejectUnauthorized: false, agent: false as const }
  const asking = tlsRequest({ ...where, method: 'POST', path: session, headers })
  asking.end(body)
  const [response] = await once(asking, 'response')
  response.resume()
  t.equal(response.statusCode, 200)
  t.match(response.headers['set-cookie'], [/; HttpOnly; Secure; SameSite=Strict$/])
})
