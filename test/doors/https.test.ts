import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import type { Asker } from '../../src/bundle/bundle.js'
import { createBundle } from '../../src/bundle/create-bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { type HttpDoor, type HttpOptions, openHttp } from '../../src/doors/http.js'
import type { TlsOptions } from '../../src/doors/http-server.js'
import type { Log } from '../../src/doors/log.js'
import type { Fact } from '../../src/fleet/fact.js'
import type { Inventory, Layer } from '../../src/fleet/phone.js'
import { openCertificate } from '../../src/store/certificate-keeper.js'
import { isThere } from '../lab/lab.js'
import { some } from '../some.js'

const noCurl = isThere('curl') ? false : 'needs curl'
const noOpenssl = isThere('openssl') && isThere('curl') ? false : 'needs curl and openssl'

const mac = some(parseMac('000413261234'))
const other = some(parseMac('000413231111'))
const local = some(parseIpv4('127.0.0.1'))
const v7 = 'Mozilla/4.0 (compatible; snom370-SIP 7.3.30 1.1.3-u)'

const nothing: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }
const phone = (password: string, of = mac) => ({
  ...{ mac: of, model: 'snom370', groups: [] },
  layer: { ...nothing, settings: [{ name: 'user_pass', index: 1, flag: '$' as const, value: password }] },
})
const inventory: Inventory = {
  defaults: nothing,
  models: new Map([['snom370', { ...nothing, firmware: 'snom370-7.3.30-SIP-f.bin' }]]),
  groups: new Map(),
  phones: new Map([
    [mac, phone('geheim')],
    [other, phone('fremd', other)],
  ]),
}

interface Opened {
  readonly door: HttpDoor
  readonly ca: string // file: the door's certificate
  readonly facts: Fact[]
  readonly askers: Asker[]
  readonly folder: string
}

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'https-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function makeIn(folder: string) {
  const subject = { site: 'lab', host: 'localhost', address: local }
  return (await openCertificate({ state: folder, subject }, Date.now())).current
}

async function open(t: Test, tls: Partial<TlsOptions> = {}, parts: Partial<HttpOptions> = {}): Promise<Opened> {
  const folder = folderOf(t)
  const made = await makeIn(folder)
  const root = t.testdir({ firmware: { 'snom370-7.3.30-SIP-f.bin': 'image', 'large.bin': Buffer.alloc(8_000_000, 7) } })
  const [facts, askers]: [Fact[], Asker[]] = [[], []]
  const bundle = createBundle({
    inventory: () => inventory,
    www: openShelf(root),
    tftproot: openShelf(root),
    holderOf: () => undefined,
    tftpSecrets: false,
    plainUrl: () => 'http://192.168.66.1',
    redirectionOf: asked => (asked === other ? { url: 'http://elsewhere.example/' } : undefined),
  })
  const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
  const door = await openHttp({
    listen: { host: '127.0.0.1', port: 0 },
    tls: { certificate: made.certificate, key: made.key, oldTls: false, ...tls },
    bundle: {
      find: (name, asker) => {
        askers.push(asker)
        return bundle.find(name, asker)
      },
    },
    note: fact => void facts.push(fact),
    now: () => performance.now(),
    log,
    ...parts,
  })
  t.teardown(() => door.close())
  return { door, ca: join(folder, 'https-certificate.pem'), facts, askers, folder }
}

interface Answer {
  readonly code: number // of curl
  readonly status: string
  readonly body: string
}

async function curl({ door, ca }: Opened, path: string, ...more: string[]): Promise<Answer> {
  const url = `https://127.0.0.1:${door.port}${path}`
  const args = ['-q', '-s', '--noproxy', '*', '--cacert', ca, '-A', v7, '-w', '\n%{http_code}', ...more, url]
  const child = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  const end = output.lastIndexOf('\n')
  return { code, status: output.slice(end + 1), body: output.slice(0, end) }
}

t.test(
  'curl trusts the certificate that was made, and gets documents whose URLs lead back by https',
  { skip: noCurl },
  async t => {
    const opened = await open(t)
    const { status, body } = await curl(opened, '/snom370.htm')
    t.equal(status, '200')
    t.match(body, `https://127.0.0.1:${opened.door.port}/snom370/general.xml`)
    t.match(opened.askers, [{ door: 'https', address: local, userAgent: v7 }])
    t.match(opened.facts, [{ kind: 'fetched', door: 'https', name: '/snom370.htm', status: '200' }])
    const named = [
      '--resolve',
      `localhost:${opened.door.port}:127.0.0.1`,
      '--connect-to',
      `::localhost:${opened.door.port}`,
    ]
    t.equal((await curl(opened, '/snom370.htm', ...named)).status, '200', 'by its host name too')
  },
)

t.test('another certificate is not trusted', { skip: noCurl }, async t => {
  const opened = await open(t)
  const elsewhere = folderOf(t)
  await makeIn(elsewhere)
  const { code } = await curl({ ...opened, ca: join(elsewhere, 'https-certificate.pem') }, '/snom370.htm')
  t.equal(code, 60)
})

t.test('firmware is named by http, to a phone that asks by https', { skip: noCurl }, async t => {
  const opened = await open(t)
  const { body } = await curl(opened, '/snom370/general.xml')
  t.match(body, `<firmware_status perm="$">https://127.0.0.1:${opened.door.port}/snom370/firmware.xml<`)
  const firmware = await curl(opened, '/snom370/firmware.xml')
  t.match(firmware.body, '>http://192.168.66.1/firmware/snom370-7.3.30-SIP-f.bin<')
  t.notMatch(firmware.body, 'https:')
})

t.test('a redirection is a fact of its own', { skip: noCurl }, async t => {
  const opened = await open(t)
  await curl(opened, '/snom370/snom370.php?mac=000413231111')
  t.match(opened.facts, [
    { kind: 'redirected', url: 'http://elsewhere.example/', by: 'registry', mac: other, address: local },
    { kind: 'fetched', mac: other },
  ])
})

t.test(
  'without a certificate secrets stay here, with that of the phone they go to it',
  { skip: noOpenssl },
  async t => {
    const { folder, certify } = authority(t)
    const opened = await open(t, { clientCa: readFileSync(join(folder, 'ca.pem'), 'utf8') })
    const path = '/snom370/000413261234.xml'
    const anonymous = await curl(opened, path)
    t.equal(anonymous.status, '200')
    t.notMatch(anonymous.body, 'geheim')
    for (const name of ['000413261234', 'snom370-00:04:13:26:12:34', '0004.1326.1234 (snom)']) {
      const own = await curl(opened, path, ...certify(name))
      t.match(own, { status: '200', body: /geheim/ }, name)
      const again = await curl(opened, path, ...certify(name), '--tls-max', '1.2')
      t.match(again, { status: '200', body: /geheim/ }, `${name} by TLS 1.2`)
    }
    for (const name of ['a phone', '000413261234 000413231111']) {
      const nobody = await curl(opened, path, ...certify(name))
      t.equal(nobody.status, '200', name)
      t.notMatch(nobody.body, 'geheim', `${name}: no phone is named`)
    }
  },
)

t.test('with a certificate another phone’s file is refused and noted', { skip: noOpenssl }, async t => {
  const { folder, certify } = authority(t)
  const opened = await open(t, { clientCa: readFileSync(join(folder, 'ca.pem'), 'utf8') })
  for (const path of [
    '/snom370/000413231111.xml',
    '/settings?mac=00%3A04%3A13%3A23%3A11%3A11',
    '/snom370-00041326FFFF.htm',
  ]) {
    const { status, body } = await curl(opened, path, ...certify('000413261234'))
    t.equal(status, '403', path)
    t.equal(body, '403 Forbidden\n')
    const noted = { kind: 'refused', door: 'https', name: path, reason: 'certificate-mismatch', mac, address: local }
    t.match(opened.facts.at(-1), noted)
  }
  t.equal((await curl(opened, '/snom370/general.xml', ...certify('000413261234'))).status, '200')
})

t.test('a certificate of another authority is none', { skip: noOpenssl }, async t => {
  const opened = await open(t, { clientCa: readFileSync(join(authority(t).folder, 'ca.pem'), 'utf8') })
  const foreign = await curl(opened, '/snom370/000413261234.xml', ...authority(t).certify('000413261234'))
  t.equal(foreign.status, '200')
  t.notMatch(foreign.body, 'geheim')
  t.equal((await curl(opened, '/snom370/000413231111.xml', ...authority(t).certify('000413261234'))).status, '200')
})

t.test('a certificate proves nothing where no authority is named', { skip: noOpenssl }, async t => {
  const opened = await open(t)
  const { body } = await curl(opened, '/snom370/000413261234.xml', ...authority(t).certify('000413261234'))
  t.notMatch(body, 'geheim')
})

t.test('the certificate is replaced while a download runs, and the download goes on', async t => {
  const { door, folder } = await open(t)
  const first = readFileSync(join(folder, 'https-certificate.pem'), 'utf8')
  const slow = await secure(door, { ca: first })
  slow.write('GET /firmware/large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  await once(slow, 'readable')
  let bytes = some(slow.read() ?? undefined).length
  const elsewhere = folderOf(t)
  const second = await makeIn(elsewhere)
  door.useCertificate(second)
  const late = await secure(door, { ca: second.certificate })
  t.equal(late.getPeerCertificate().fingerprint256, second.fingerprint)
  late.destroy()
  await t.rejects(secure(door, { ca: first }), /self-signed/, 'nobody gets the old one any more')
  for await (const chunk of slow) bytes += chunk.length
  t.ok(bytes > 8_000_000, 'whole')
  t.throws(() => door.useCertificate({ ...second, key: 'broken' }), /^https: TLS refuses the certificate or its key/)
  const after = await secure(door, { ca: second.certificate })
  t.equal(after.getPeerCertificate().fingerprint256, second.fingerprint, 'a broken one changes nothing')
  after.destroy()
})

t.test('a certificate that TLS refuses keeps the door closed, in one sentence', async t => {
  await t.rejects(open(t, { certificate: 'broken' }), /^https: TLS refuses the certificate or its key \(/)
})

t.test('TLS 1.0 and 1.1 are refused, unless they are wanted', async t => {
  const [closed, opened] = [await open(t), await open(t, { oldTls: true })]
  const old = (version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
    ({ minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' }) as const
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    for (const { door, ca } of [closed, opened]) {
      const socket = await secure(door, { ca: readFileSync(ca), ...old(version) })
      t.equal(socket.getProtocol(), version)
      socket.destroy()
    }
  }
  for (const version of ['TLSv1', 'TLSv1.1'] as const) {
    await t.rejects(secure(closed.door, { ca: readFileSync(closed.ca), ...old(version) }), /protocol|alert/)
    const client = secure(opened.door, { ca: readFileSync(opened.ca), ...old(version) })
    const socket = await client.catch((error: Error) => error)
    if (socket instanceof Error) t.pass(version, { skip: `this OpenSSL has none: ${socket.message}` })
    else {
      t.equal(socket.getProtocol(), version)
      socket.destroy()
    }
  }
  const rsa = { ...old('TLSv1.2'), ciphers: 'AES128-SHA:@SECLEVEL=0' }
  const socket = await secure(opened.door, { ca: readFileSync(opened.ca), ...rsa })
  t.equal(socket.getCipher().name, 'AES128-SHA', 'the key exchange of old phones')
  socket.destroy()
})

t.test('who speaks no TLS is counted and hears nothing, and the door goes on', async t => {
  const opened = await open(t)
  const { door, ca } = opened
  for (const text of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff', '\0'.repeat(100)]) {
    const socket = connect(door.port, '127.0.0.1')
    let answer = ''
    socket
      .on('error', () => {})
      .on('data', chunk => {
        answer += chunk.toString('latin1')
      })
    socket.end(text, 'latin1')
    await once(socket, 'close')
    t.notMatch(answer, 'HTTP/1.1')
  }
  t.ok(door.counters.malformed >= 2)
  t.equal(door.counters.requests, 0)
  const socket = await secure(door, { ca: readFileSync(ca) })
  socket.destroy()
})

t.test('one address cannot take all connections, and handshakes that never end go with the door', async t => {
  const { door } = await open(t, {}, { connectionsPerAddress: 3 })
  const sockets = Array.from({ length: 5 }, () => connect(door.port, '127.0.0.1').on('error', () => {}))
  await Promise.all(sockets.slice(3).map(socket => once(socket, 'close')))
  t.equal(door.counters.dropped, 2)
  const gone = Promise.all(sockets.slice(0, 3).map(socket => once(socket, 'close')))
  await door.close()
  await gone
  t.pass('closed')
})

t.test('a port that is taken is told with the key to change', async t => {
  const { door } = await open(t)
  await t.rejects(
    open(t, {}, { listen: { host: '127.0.0.1', port: door.port } }),
    /^https: cannot listen on 127\.0\.0\.1:\d+: another program listens there; stop it, or set another https\.port/,
  )
})

/** A connection whose handshake is done. */
async function secure(door: HttpDoor, options: ConnectionOptions) {
  const socket = connectTls({ host: '127.0.0.1', port: door.port, ...options })
  await once(socket, 'secureConnect')
  return socket.on('error', () => {})
}

/** Signs certificates; gives the arguments by which curl shows one with that common name. */
function authority(t: Test): { folder: string; certify: (name: string) => string[] } {
  const folder = folderOf(t)
  const file = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const key = ['-newkey', 'rsa:2048', '-noenc']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=Phones',
  )
  writeFileSync(file('extensions'), 'basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n')
  const certify = (name: string): string[] => {
    const stem = file(name.replaceAll(/\W/g, '_'))
    const [own, request, signed] = [`${stem}.key`, `${stem}.csr`, `${stem}.pem`]
    openssl('req', '-new', ...key, '-keyout', own, '-out', request, '-subj', `/CN=${name}`)
    const by = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-extfile', file('extensions')]
    openssl('x509', '-req', '-in', request, '-out', signed, '-days', '2', ...by)
    return ['--cert', signed, '--key', own]
  }
  return { folder, certify }
}
