import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import type { Mac } from '../../src/address/mac.js'
import { Attempts } from '../../src/doors/attempts.js'
import { openHttp } from '../../src/doors/http.js'
import type { Fields, Log } from '../../src/doors/log.js'
import { hashPassword } from '../../src/doors/password.js'
import { createXmlRpc } from '../../src/doors/xmlrpc.js'
import { Fault, readCall } from '../../src/doors/xmlrpc-call.js'
import type { Outcome, Redirection, Redirections } from '../../src/redirect/redirections.js'
import { openCertificate } from '../../src/store/certificate-keeper.js'
import { isThere } from '../lab/lab.js'
import { some } from '../some.js'

const python = isThere('python3') ? false : 'needs python3'

/** A registry in memory with the rules that the doors can see. */
class Registry implements Redirections {
  readonly phones = new Map<Mac, Redirection>()
  readonly origins: unknown[] = []
  broken = false

  find(mac: Mac) {
    return this.phones.get(mac)
  }

  list(owner?: string) {
    return [...this.phones.values()].filter(phone => owner === undefined || phone.owner === owner)
  }

  async register(owner: string, mac: Mac, url: string, origin: unknown): Promise<Outcome> {
    if (this.broken) throw new Error('cannot write the journal')
    if (!/^https?:\/\/\S+$/.test(url)) return 'Error:malformed_url'
    if ((this.phones.get(mac)?.owner ?? owner) !== owner) return 'Error:owned_by_other_user'
    this.phones.set(mac, { mac, url, owner, since: 0 })
    this.origins.push(origin)
    return 'Ok'
  }

  async deregister(owner: string | undefined, mac: Mac): Promise<Outcome> {
    const phone = this.phones.get(mac)
    if (phone === undefined) return 'Error:not_registered'
    if (phone.owner !== owner) return 'Error:owned_by_other_user'
    this.phones.delete(mac)
    return 'Ok'
  }
}

const passwords = { lab: await hashPassword('geheim:doppelt'), other: await hashPassword('öffentlich') }

interface Opened {
  readonly port: number
  readonly registry: Registry
  readonly lines: { fields: Fields; text: string }[]
  readonly certificate: string // file
  readonly checks: () => number // hashes computed
  readonly turn: (ms: number) => void // the clock forward
}

async function open(t: Test, scheme: 'http' | 'https'): Promise<Opened> {
  const state = mkdtempSync(join(tmpdir(), 'xmlrpc-'))
  t.teardown(() => rmSync(state, { recursive: true, force: true }))
  const registry = new Registry()
  const lines: Opened['lines'] = []
  const say = (fields: Fields, text: string) => void lines.push({ fields, text })
  const log: Log = { debug() {}, info() {}, warn: say, error: say }
  let [now, checks] = [1_000, 0]
  const { verifyPassword } = await import('../../src/doors/password.js')
  const box = createXmlRpc({
    accounts: () => [
      { name: 'lab', password: passwords.lab },
      { name: 'other', password: passwords.other },
      { name: 'keys only' },
    ],
    check: (password, hash) => {
      checks += 1
      return verifyPassword(password, hash)
    },
    attempts: new Attempts(() => now),
    redirections: registry,
    now: () => now,
    log,
  })
  const subject = { site: 'lab', host: 'localhost', address: some(parseIpv4('127.0.0.1')) }
  const made = scheme === 'https' ? (await openCertificate({ state, subject }, Date.now())).current : undefined
  const door = await openHttp({
    ...{
      listen: { host: '127.0.0.1', port: 0 },
      bundle: { find: async () => undefined },
      posts: [box],
      log,
      now: () => now,
    },
    ...(made !== undefined && { tls: { ...made, oldTls: false } }),
  })
  t.teardown(() => door.close())
  const certificate = join(state, 'https-certificate.pem')
  const turn = (ms: number) => {
    now += ms
  }
  return { port: door.port, registry, lines, certificate, checks: () => checks, turn }
}

/** What the lines of Python print. `server` is a proxy for the account. */
async function runPython({ port, certificate }: Opened, login: string, lines: readonly string[]): Promise<string[]> {
  const script = `
import ssl, xmlrpc.client
context = ssl.create_default_context(cafile=${JSON.stringify(certificate)})
server = xmlrpc.client.ServerProxy('https://${login}@127.0.0.1:${port}/xmlrpc/', context=context, allow_none=True)
def show(call):
    try:
        print(call())
    except xmlrpc.client.Fault as fault:
        print('fault', fault.faultCode, fault.faultString)
    except xmlrpc.client.ProtocolError as error:
        print('protocol', error.errcode)
${lines.map(line => `show(lambda: ${line})`).join('\n')}
`
  const child = spawn('python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  await once(child, 'close')
  return output.trimEnd().split('\n')
}

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: string
}

async function post(port: number, body: string | Buffer, headers: Record<string, string> = {}, path = '/xmlrpc/') {
  const usual = { 'content-type': 'text/xml', authorization: basic('lab', 'geheim:doppelt') }
  const options = { host: '127.0.0.1', port, path, method: 'POST', headers: { ...usual, ...headers }, agent: false }
  const request = httpRequest(options)
  request.end(body)
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode, headers: response.headers, body: text } satisfies Answer
}

const basic = (name: string, password: string) => `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

const call = (method: string, ...params: string[]) =>
  `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${params
    .map(param => `<param><value><string>${param}</string></value></param>`)
    .join('')}</params></methodCall>`

t.test('a script for snom’s service registers, reads, lists and deregisters by TLS', { skip: python }, async t => {
  const opened = await open(t, 'https')
  const answers = await runPython(opened, 'lab:geheim%3Adoppelt', [
    "server.network.echo('ping')",
    "server.redirect.checkPhone('0004132602E4')",
    "server.redirect.registerPhone('0004132602E4', 'http://pbx.example/snom.php?mac={mac}&a=<1>')",
    "server.redirect.registerPhone('00:04:13:24:00:01', 'https://pbx.example/')",
    "server.redirect.getPhoneRedirection('0004132602e4')",
    "server.redirect.checkPhone('0004132602E4')",
    'server.redirect.listPhones()',
    "server.redirect.listPhones('snom370', None)",
    "server.redirect.listPhones('snom370', 'http://another.example/')",
    "server.redirect.deregisterPhone('0004132602E4')",
    'server.redirect.listPhones()',
  ])
  t.strictSame(answers, [
    'ping',
    "[False, 'Error:no_such_mac']",
    "[True, 'Ok']",
    "[True, 'Ok']",
    "[True, 'lab', 'http://pbx.example/snom.php?mac={mac}&a=<1>']",
    "[True, 'Ok']",
    "['0004132602E4', '000413240001']",
    "['0004132602E4']",
    '[]',
    "[True, 'Ok']",
    "['000413240001']",
  ])
  t.strictSame(opened.registry.origins[0], { door: 'xmlrpc', from: '127.0.0.1' })
  t.equal(opened.checks(), 1, 'its password is hashed once')
})

t.test('each refusal has the word that scripts look for', { skip: python }, async t => {
  const opened = await open(t, 'https')
  t.strictSame(
    await runPython(opened, 'other:%C3%B6ffentlich', ["server.redirect.registerPhone('0004132602E4', 'http://o/')"]),
    ["[True, 'Ok']"],
  )
  const answers = await runPython(opened, 'lab:geheim%3Adoppelt', [
    "server.redirect.registerPhone('0004132602E4', 'http://mine/')",
    "server.redirect.deregisterPhone('0004132602E4')",
    "server.redirect.getPhoneRedirection('0004132602E4')",
    "server.redirect.checkPhone('0004132602E4')",
    "server.redirect.registerPhone('000413260001', 'not a URL')",
    "server.redirect.registerPhone('2e4', 'http://mine/')",
    "server.redirect.deregisterPhone('')",
    "server.redirect.deregisterPhone('000413260001')",
    'server.redirect.listPhones()',
  ])
  t.strictSame(answers, [
    "[False, 'Error:owned_by_other_user']",
    "[False, 'Error:owned_by_other_user']",
    "[False, 'Error:owned_by_other_user']",
    "[False, 'Error:owned_by_other_user']",
    "[False, 'Error:malformed_url']",
    "[False, 'Error:malformed_mac']",
    "[False, 'Error:malformed_mac']",
    "[False, 'Error:no_such_mac']",
    '[]',
  ])
})

t.test('a call that cannot be is a fault by its number', { skip: python }, async t => {
  const opened = await open(t, 'https')
  opened.registry.broken = true
  const answers = await runPython(opened, 'lab:geheim%3Adoppelt', [
    'server.redirect.formatDisk()',
    "server.redirect.registerPhone('0004132602E4')",
    "server.redirect.registerPhone(413, 'http://mine/')",
    "server.redirect.registerPhone('0004132602E4', ['http://mine/'])",
    "server.redirect.registerPhone('0004132602E4', None)",
    "server.redirect.registerPhone('0004132602E4', 'http://mine/')",
  ])
  t.strictSame(
    answers.map(line => line.split(' ').slice(0, 2).join(' ')),
    ['fault -32601', 'fault -32602', 'fault -32602', 'fault -32602', 'fault -32602', 'fault -32603'],
  )
  t.match(opened.lines, [{ fields: { door: 'xmlrpc', error: /cannot write/ }, text: 'a call failed' }])
})

t.test('without the right password there is no answer, and guessing slows down', async t => {
  const opened = await open(t, 'http')
  const { port } = opened
  const guess = (authorization: string) => post(port, call('redirect.listPhones'), { authorization })
  const none = await guess('')
  t.equal(none.status, 401)
  t.match(none.headers['www-authenticate'], /^Basic realm=/)
  t.equal((await guess('Bearer x')).status, 401)
  t.equal((await guess(basic('keys only', ''))).status, 401)
  t.equal((await guess(basic('nobody', 'x'))).status, 401)
  t.equal((await guess(basic('lab', 'x'))).status, 401)
  const late = await guess(basic('lab', 'geheim:doppelt'))
  t.equal(late.status, 429, 'the right one waits too')
  t.equal(late.headers['retry-after'], '1')
  t.equal(opened.checks(), 3, 'who is nobody costs as much as who is somebody')
  opened.turn(1_000)
  t.equal((await guess(basic('lab', 'geheim:doppelt'))).status, 200)
  t.match(opened.lines, [
    { fields: { account: 'keys only' }, text: 'login refused' },
    {},
    { fields: { account: 'lab' } },
  ])
  t.notMatch(JSON.stringify(opened.lines), 'geheim')
})

t.test('guesses sent at once are not checked at once', async t => {
  const opened = await open(t, 'http')
  const all = Array.from({ length: 20 }, (_, n) =>
    post(opened.port, call('redirect.listPhones'), { authorization: basic('lab', `guess ${n}`) }),
  )
  const statuses = (await Promise.all(all)).map(({ status }) => status)
  t.equal(statuses.filter(status => status === 401).length, 3)
  t.equal(statuses.filter(status => status === 429).length, 17)
  t.equal(opened.checks(), 3)
})

t.test('only what is an XML-RPC request at its place is read', async t => {
  const { port } = await open(t, 'http')
  const list = call('redirect.listPhones')
  t.equal((await post(port, list, {}, '/xmlrpc')).status, 200)
  t.equal((await post(port, list, {}, '/XMLRPC/?x=1')).status, 200)
  t.equal((await post(port, list, {}, '/settings')).status, 405)
  t.equal((await post(port, list, {}, '/xmlrpc/x')).status, 405)
  t.equal((await post(port, list, { 'content-type': 'text/xml; charset=utf-8' })).status, 200)
  t.equal((await post(port, list, { 'content-type': 'application/json' })).status, 415)
  t.equal((await post(port, list, { 'content-type': 'text/xmlx' })).status, 415)
  t.equal((await post(port, list, { 'content-type': '' })).status, 415)
  t.equal((await post(port, Buffer.alloc(64 * 1024, ' '))).status, 200, 'a parse error, but read')
  t.equal((await post(port, Buffer.alloc(64 * 1024 + 1, ' '))).status, 413)
})

t.test('by http only loopback may ask', async t => {
  const folder = t.testdir()
  const socketPath = join(folder, 'socket') // its clients have no address, so none on loopback
  const listening = createServer().listen(join(folder, 'passed on'))
  await once(listening, 'listening')
  const { fd }: { fd: number } = Reflect.get(listening, '_handle')
  const program = fileURLToPath(new URL('inherited-http.ts', import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, program], { stdio: ['pipe', 'pipe', 'inherit', fd] })
  await once(some(child.stdout ?? undefined), 'data')
  linkSync(join(folder, 'passed on'), socketPath)
  listening.close() // else some of them would be ours; the name goes with it
  const ask = async (method: string): Promise<number> => {
    const request = httpRequest({ socketPath, path: '/xmlrpc/', method, agent: false })
    request.end(method === 'POST' ? call('redirect.listPhones') : undefined)
    const [response] = await once(request, 'response')
    response.resume()
    return response.statusCode
  }
  t.equal(await ask('GET'), 200)
  t.equal(await ask('POST'), 403)
  child.stdin?.end()
  await once(child, 'exit')
})

t.test('hostile bodies are faults', async t => {
  const { port } = await open(t, 'http')
  const deep = `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`
  const wide = `<methodCall><methodName>x</methodName><params>${'<param/>'.repeat(5000)}</params></methodCall>`
  for (const [what, body] of [
    ['nothing', ''],
    ['no XML', 'listPhones'],
    ['a DTD', `<!DOCTYPE a [<!ENTITY b "c">]>${call('redirect.listPhones')}`],
    ['an entity', call('redirect.checkPhone', '&b;')],
    ['a bare &', call('redirect.checkPhone', '&')],
    ['deep', deep],
    ['wide', wide],
    ['an open tag', '<methodCall><methodName>redirect.listPhones</methodName>'],
    ['crossed tags', '<methodCall><methodName>x</methodCall></methodName>'],
    ['two roots', `${call('redirect.listPhones')}${call('redirect.listPhones')}`],
    ['text outside', `${call('redirect.listPhones')}x`],
    ['attributes without quotes', '<methodCall a=b><methodName>x</methodName></methodCall>'],
    ['no UTF-8', Buffer.concat([Buffer.from(call('x')), Buffer.from([0xff, 0xfe])])],
  ] as const) {
    const { status, body: answer } = await post(port, body)
    t.equal(status, 200, what)
    t.match(answer, /<int>-32700<\/int>/, what)
  }
  for (const body of ['<methodResponse/>', '<methodCall/>', '<methodCall><params/></methodCall>']) {
    t.match((await post(port, body)).body, /<int>-32600<\/int>/, body)
  }
  t.match((await post(port, call('network.echo', '&#0;&#27;&#55296;'))).body, /fault/)
})

t.test('no bytes make the reader throw anything but a fault', async () => {
  const piece = fc.constantFrom(
    ...[
      '<methodCall>',
      '<methodName>',
      '</methodName>',
      '<params>',
      '<param>',
      '<value>',
      '</value>',
      '<string>',
      '<nil/>',
    ],
    ...[
      '</param>',
      '</params>',
      '</methodCall>',
      '&lt;',
      '&#x;',
      '<![CDATA[',
      ']]>',
      '<!--',
      'redirect.listPhones',
      '<',
    ],
  )
  const bytes = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map(pieces => Buffer.from(pieces.join(''))),
    fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array)),
  )
  fc.assert(
    fc.property(bytes, body => {
      try {
        return typeof readCall(body).method === 'string'
      } catch (error) {
        return error instanceof Fault
      }
    }),
    { numRuns: 3000 },
  )
})

t.test('a value without a type is a string, and blanks around it are nobody’s', async t => {
  const body = `<methodCall>
    <methodName> redirect.checkPhone </methodName>
    <params> <param> <value>0004132602E4</value> </param> </params>
  </methodCall>`
  t.strictSame(readCall(Buffer.from(body)), {
    method: 'redirect.checkPhone',
    params: [{ kind: 'string', text: '0004132602E4' }],
  })
  t.strictSame(readCall(Buffer.from('<methodCall><methodName>a</methodName></methodCall>')).params, [])
})

t.test('Python reads our faults and answers strictly', { skip: python }, async t => {
  const { writeFault, writeResponse } = await import('../../src/doors/xmlrpc-answer.js')
  const read = (text: string) =>
    spawnSync('python3', ['-c', 'import sys, xmlrpc.client; print(xmlrpc.client.loads(sys.stdin.read())[0][0])'], {
      input: text,
      encoding: 'utf8',
    })
  t.equal(read(writeResponse([true, ['a', '<&> \n'], []])).stdout.trim(), "[True, ['a', '<&> \\n'], []]")
  t.match(read(writeFault(new Fault(-32601, 'none <of> these'))).stderr, "Fault -32601: 'none <of> these'")
})
