/** The certificate and key of the HTTPS door, from the files that the configuration names, checked before a phone sees them. */

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { errorCode } from './disk-error.js'

/** What the door needs, and what an operator compares. */
export interface Certificate {
  readonly certificate: string // PEM, its chain behind it
  readonly key: string // PEM; a secret
  readonly clientCa?: string // PEM: who signs the phones' own certificates
  readonly fingerprint: string // SHA-256, as `3F:0A:…`
  readonly until: number // ms since 1970
}

export interface CertificateFiles {
  readonly certificate: string // absolute, as all of these
  readonly key: string
  readonly clientCa?: string
}

/** Rejects with one sentence when a file cannot be read or used, or the two do not belong together. `now`: ms since 1970. */
export async function readCertificate(files: CertificateFiles, now: number): Promise<Certificate> {
  const [certificate, key] = await Promise.all([read('certificate', files.certificate), read('key', files.key)])
  const leaf = parse('certificate', files.certificate, certificate)
  if (!leaf.checkPrivateKey(parseKey(files.key, key))) {
    const remedy = 'name the key it was made with; where the file holds a chain, its own certificate comes first'
    throw new Error(`https.key ${files.key} does not belong to https.certificate ${files.certificate}: ${remedy}`)
  }
  const until = Date.parse(leaf.validTo)
  if (until <= now) {
    const remedy = 'renew it, or leave certificate and key out: then one is made'
    throw new Error(`https.certificate ${files.certificate} ended on ${dayOf(until)}: ${remedy}`)
  }
  const clientCa = await readClientCa(files.clientCa)
  return { certificate, key, ...(clientCa !== undefined && { clientCa }), fingerprint: leaf.fingerprint256, until }
}

/** Undefined when none is named. Rejects as above. */
export async function readClientCa(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = await read('client-ca', file)
  parse('client-ca', file, text)
  return text
}

async function read(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const remedy = 'name a file that is there, and that the user of this program may read'
    throw new Error(`https.${key}: cannot read ${file} (${errorCode(error) ?? error}): ${remedy}`, { cause: error })
  }
}

/** The first certificate in the text. */
function parse(key: string, file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text)
  } catch (error) {
    const remedy = 'it must hold a certificate in PEM, from -----BEGIN CERTIFICATE----- on'
    throw new Error(`https.${key} ${file} is no certificate: ${remedy}`, { cause: error })
  }
}

/** Throws one sentence. */
export function parseKey(file: string, text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    const isLocked = /\bENCRYPTED\b/.test(text) // in the first line (RFC 7468 §11), or in a header of older files
    const what = isLocked ? 'is locked by a passphrase' : 'is no private key'
    const remedy = isLocked
      ? 'store it without one (openssl pkey -in OLD -out NEW), readable for this program alone'
      : 'it must hold the private key in PEM, from -----BEGIN PRIVATE KEY----- on'
    throw new Error(`https.key ${file} ${what}: ${remedy}`, { cause: error })
  }
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
