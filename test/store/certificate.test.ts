import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { readCertificate } from '../../src/store/certificate.js'
import { type CertificateKeeper, openCertificate } from '../../src/store/certificate-keeper.js'
import { isThere } from '../lab/lab.js'
import { some } from '../some.js'

const day = 24 * 60 * 60 * 1000
const now = Date.UTC(2026, 10, 22)
const subject = {
  site: 'Lab "1", Käfer & Söhne',
  host: 'Appliance.lab.example',
  address: some(parseIpv4('192.168.66.1')),
}

function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Another certificate and its key, as an operator would bring them: files named after `name`. */
async function bring(t: Test, folder: string, name: string): Promise<{ certificate: string; key: string }> {
  const state = folderOf(t)
  await openCertificate({ state, subject }, now)
  const files = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) }
  writeFileSync(files.certificate, readFileSync(join(state, 'https-certificate.pem')))
  writeFileSync(files.key, readFileSync(join(state, 'https-key.pem')))
  return files
}

async function messageOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return ''
}

t.test('where no file is named a certificate is made for the names and the address', async t => {
  const state = join(folderOf(t), 'new', 'state')
  const { current, isMade } = await openCertificate({ state, subject }, now)
  const made = new X509Certificate(current.certificate)
  t.equal(isMade, true)
  t.equal(made.subject, 'O=Lab \\"1\\"\\, Käfer & Söhne\nCN=192.168.66.1')
  t.equal(made.subjectAltName, 'DNS:appliance.lab.example, IP Address:192.168.66.1', 'a site name is no host name')
  t.equal(made.verify(made.publicKey), true)
  t.equal(made.publicKey.asymmetricKeyDetails?.modulusLength, 2048)
  t.equal(current.fingerprint, made.fingerprint256)
  t.equal(current.until, now + 3650 * day)
  t.ok(Date.parse(made.validFrom) < now)
  t.equal(statSync(join(state, 'https-key.pem')).mode & 0o777, 0o600)
})

t.test('OpenSSL reads it, trusts it, and finds nothing to say of it', { skip: needs('openssl') }, async t => {
  const state = folderOf(t)
  await openCertificate({ state, subject: { ...subject, site: 'lab1' } }, Date.now())
  const file = join(state, 'https-certificate.pem')
  const run = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' })
  t.match(
    run('verify', '-x509_strict', '-purpose', 'sslserver', '-verify_ip', '192.168.66.1', '-CAfile', file, file),
    /OK/,
  )
  const text = run('x509', '-in', file, '-noout', '-text', '-nameopt', 'utf8')
  t.match(text, /Version: 3/)
  t.match(text, /Signature Algorithm: sha256WithRSAEncryption/)
  t.match(text, /Key Usage: critical\s+Digital Signature, Key Encipherment/)
  t.match(text, /DNS:appliance\.lab\.example, DNS:lab1, IP Address:192\.168\.66\.1/)
  t.match(text, /CA:FALSE/)
  t.match(text, /O = Lab|lab1/)
})

t.test(
  'the one made is kept; another name, another address or its last year makes another by the same key',
  async t => {
    const state = folderOf(t)
    const source = { state, subject }
    const first = (await openCertificate(source, now)).current
    t.equal((await openCertificate(source, now + 100 * day)).current.fingerprint, first.fingerprint)
    const keyOf = (text: string) => String(new X509Certificate(text).publicKey.export({ type: 'spki', format: 'pem' }))
    for (const [what, other, at] of [
      ['address', { ...subject, address: some(parseIpv4('10.0.0.1')) }, now],
      ['host', { ...subject, host: 'other' }, now],
      ['last year', { ...subject, host: 'other' }, now + 3300 * day],
      ['a clock that was years ahead', { ...subject, host: 'other' }, now],
    ] as const) {
      const before = new X509Certificate(readFileSync(join(state, 'https-certificate.pem'))).fingerprint256
      const { current } = await openCertificate({ state, subject: other }, at)
      t.not(current.fingerprint, before, what)
      t.equal(keyOf(current.certificate), keyOf(first.certificate), 'the same key')
    }
  },
)

t.test('files that are named are taken as they are, with a chain and the authority of the phones', async t => {
  const folder = folderOf(t)
  const files = await bring(t, folder, 'mine')
  const chained = readFileSync(files.certificate, 'utf8') + readFileSync((await bring(t, folder, 'ca')).certificate)
  writeFileSync(files.certificate, chained)
  const clientCa = join(folder, 'ca.pem')
  const { current, isMade } = await openCertificate({ ...files, clientCa, state: join(folder, 'state'), subject }, now)
  t.equal(isMade, false)
  t.equal(current.certificate, chained)
  t.equal(current.clientCa, readFileSync(clientCa, 'utf8'))
  t.throws(() => statSync(join(folder, 'state')), 'nothing is made')
})

t.test('a file that cannot serve is told in one sentence with its name and the remedy', async t => {
  const folder = folderOf(t)
  const good = await bring(t, folder, 'good')
  const other = await bring(t, folder, 'other')
  const junk = join(folder, 'junk')
  writeFileSync(junk, 'not PEM')
  const absent = join(folder, 'absent')
  const told = (files: Partial<typeof good> & { clientCa?: string }, at = now) =>
    messageOf(() => readCertificate({ ...good, ...files }, at))
  t.match(await told({ certificate: absent }), `https.certificate: cannot read ${absent} (ENOENT): name a file`)
  t.match(await told({ key: absent }), `https.key: cannot read ${absent} (ENOENT): name a file`)
  t.match(await told({ clientCa: absent }), `https.client-ca: cannot read ${absent} (ENOENT): name a file`)
  t.match(await told({ certificate: junk }), `https.certificate ${junk} is no certificate: it must hold`)
  t.match(await told({ key: junk }), `https.key ${junk} is no private key: it must hold`)
  t.match(await told({ clientCa: junk }), `https.client-ca ${junk} is no certificate`)
  t.match(await told({ key: other.key }), `https.key ${other.key} does not belong to https.certificate`)
  t.match(await told({}, now + 3651 * day), `https.certificate ${good.certificate} ended on 2036-11-19: renew it`)
  const half = { state: folder, subject }
  t.match(await messageOf(() => openCertificate({ ...half, key: good.key }, now)), 'belong together')
  t.match(await messageOf(() => openCertificate({ ...half, certificate: good.certificate }, now)), 'belong together')
})

t.test('a key under a passphrase is told so', { skip: needs('openssl') }, async t => {
  const folder = folderOf(t)
  const files = await bring(t, folder, 'locked')
  const locked = join(folder, 'locked')
  execFileSync('openssl', ['pkey', '-in', files.key, '-out', locked, '-aes256', '-passout', 'pass:geheim'])
  t.match(
    await messageOf(() => readCertificate({ ...files, key: locked }, now)),
    `https.key ${locked} is locked by a passphrase: store it without one`,
  )
})

t.test('a replacement counts when both files rest, and is told once', async t => {
  const folder = folderOf(t)
  const files = await bring(t, folder, 'live')
  const next = await bring(t, folder, 'next')
  const keeper = await openCertificate({ ...files, state: folder, subject }, now)
  const old = keeper.current.fingerprint
  t.equal(await keeper.look(now), undefined)
  renameSync(next.certificate, files.certificate)
  t.equal(await keeper.look(now), undefined, 'the certificate is there, its key is still to come')
  renameSync(next.key, files.key)
  t.equal(await keeper.look(now), undefined, 'it still moved since the last look')
  t.not(some(await keeper.look(now)).fingerprint, old)
  t.equal(await keeper.look(now), undefined)
})

t.test('a replacement that cannot serve is refused once, and the old one goes on', async t => {
  const folder = folderOf(t)
  const files = await bring(t, folder, 'live')
  const next = await bring(t, folder, 'next')
  const keeper = await openCertificate({ ...files, state: folder, subject }, now)
  const old = keeper.current
  renameSync(next.certificate, files.certificate)
  t.match(await nextMessage(keeper), 'does not belong to')
  t.equal(await keeper.look(now), undefined, 'said once')
  t.equal(keeper.current, old)
  rmSync(files.key)
  t.match(await nextMessage(keeper), 'ENOENT')
  renameSync(next.key, files.key)
  t.equal(await keeper.look(now), undefined)
  t.ok(await keeper.look(now), 'mended')
})

t.test('the one made is made anew while running: when it is removed, and when its end nears', async t => {
  const state = folderOf(t)
  const keeper = await openCertificate({ state, subject }, now)
  const first = keeper.current.fingerprint
  rmSync(join(state, 'https-certificate.pem'))
  t.equal(await keeper.look(now), undefined)
  const second = some(await keeper.look(now)).fingerprint
  t.not(second, first)
  const late = now + 3300 * day
  t.not(some(await keeper.look(late)).fingerprint, second)
  t.equal(await keeper.look(late + 2 * day), undefined)
})

t.test(
  'a state folder that takes no file is told in one sentence',
  { skip: process.getuid?.() === 0 && 'root may write everywhere' },
  async t => {
    const state = folderOf(t)
    chmodSync(state, 0o500)
    t.match(await messageOf(() => openCertificate({ state, subject }, now)), /^cannot write .*EACCES|^cannot write/)
  },
)

/** Two looks, since the first one waits for the files to rest. */
async function nextMessage(keeper: CertificateKeeper): Promise<string> {
  await keeper.look(now)
  return messageOf(() => keeper.look(now))
}

function needs(program: string): string | false {
  return isThere(program) ? false : `needs ${program}`
}
