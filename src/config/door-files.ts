/** Whether the certificates and keys that the doors are given are there, and what they should be. */

import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { resolve } from 'node:path'
import type { HttpsSection } from './door-schema.js'
import type { Path, Report } from './finding.js'
import type { Loose } from './schema.js'
import type { SiteFile } from './site-schema.js'
import { readText } from './text-file.js'

/** `beside`: the folder that relative names begin in. */
export async function checkDoorFiles({ https, redirection }: Loose<SiteFile>, beside: string, report: Report) {
  const read = (name: string | undefined, path: Path, is: PemKind): Promise<string | undefined> =>
    name === undefined ? Promise.resolve(undefined) : readPem(resolve(beside, name), path, is, report)
  if (https) await checkCertificates(https, read, report)
  const ssh = redirection ? redirection.ssh : undefined
  if (ssh) await read(ssh['host-key'], ['redirection', 'ssh', 'host-key'], hostKey)
}

interface PemKind {
  readonly begins: RegExp
  readonly expected: string
}

type ReadPem = (name: string | undefined, path: Path, is: PemKind) => Promise<string | undefined>

const certificates: PemKind = {
  begins: /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/,
  expected: 'a certificate in PEM form: -----BEGIN CERTIFICATE-----',
}
const privateKey: PemKind = {
  begins: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/,
  expected: 'a private key without a passphrase, in PEM form: -----BEGIN PRIVATE KEY-----',
}
/** The SSH library reads no other form; RSA keys it would offer with SHA-1, so the console refuses them. */
const hostKey: PemKind = {
  begins: /-----BEGIN (?:OPENSSH|EC) PRIVATE KEY-----/,
  expected:
    'an SSH host key without a passphrase, as ssh-keygen -t ed25519 writes it: -----BEGIN OPENSSH PRIVATE KEY-----',
}

async function checkCertificates(https: Loose<HttpsSection>, read: ReadPem, report: Report): Promise<void> {
  const certificate = await read(https.certificate, ['https', 'certificate'], certificates)
  const key = await read(https.key, ['https', 'key'], privateKey)
  const authorities = await read(https['client-ca'], ['https', 'client-ca'], certificates)
  if (authorities !== undefined) parse(() => new X509Certificate(authorities), ['https', 'client-ca'], report)
  const leaf =
    certificate === undefined
      ? undefined
      : parse(() => new X509Certificate(certificate), ['https', 'certificate'], report)
  const own = key === undefined ? undefined : parse(() => createPrivateKey(key), ['https', 'key'], report)
  if (leaf === undefined || own === undefined) return
  // by their public halves: X509Certificate.checkPrivateKey() knows no Ed25519 key in some versions of Node
  if (!leaf.publicKey.equals(createPublicKey(own))) {
    report.error('key-mismatch', ['https', 'key'], 'key belongs to another certificate; name the two that go together')
  }
}

async function readPem(file: string, path: Path, is: PemKind, report: Report): Promise<string | undefined> {
  const name = path.at(-1)
  const read = await readText(file)
  if (!('text' in read)) {
    report.error(read.rule, path, `${name} ${file}: ${read.message}`)
    return undefined
  }
  if (is.begins.test(read.text)) return read.text
  report.error('not-pem', path, `${name} ${file} holds not ${is.expected}`)
  return undefined
}

/** The library's own words may quote what it read. */
function parse<T>(make: () => T, path: Path, report: Report): T | undefined {
  try {
    return make()
  } catch {
    report.error('damaged-pem', path, `${path.at(-1)} cannot be read: the PEM text is cut off or damaged`)
    return undefined
  }
}
