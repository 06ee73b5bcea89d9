/** The certificate that the appliance makes for itself, kept in the state folder until its names change or its end nears. */

import { generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatIpv4 } from '../address/ipv4.js'
import { type Certificate, type CertificateFiles, parseKey, readCertificate, readClientCa } from './certificate.js'
import { hostNames, type Subject, writeCertificate } from './certificate-form.js'
import { makeFolder, realDisk, syncFolder, writeAll } from './disk.js'
import { diskError, errorCode } from './disk-error.js'

const day = 24 * 60 * 60 * 1000 // ms

/** Phones are told to trust it by hand, if at all, so that a new one is a nuisance: as long as a phone lives. */
const lifetime = 3650 * day

/** Time enough to tell them of the next one. */
const renewal = 365 * day

/** A phone's clock may go slow. */
const margin = day

/**
 * RSA with 2048 bits: firmware 7 and older knows no elliptic curves, 1024 bits are refused by newer clients, and 4096
 * take a phone of that age seconds. Signed with SHA-256, since SHA-1 is refused by newer clients.
 */
const keyBits = 2048

export function madeFiles(state: string): CertificateFiles {
  return { certificate: join(state, 'https-certificate.pem'), key: join(state, 'https-key.pem') }
}

/** The one kept where it still serves, else a new one by the same key. Rejects with one sentence. `now`: ms since 1970. */
export async function makeCertificate(
  state: string,
  subject: Subject,
  now: number,
  clientCa?: string,
): Promise<Certificate> {
  const files = madeFiles(state)
  await makeFolder(realDisk, state)
  const key = parseKey(files.key, (await kept(files.key)) ?? (await makeKey(files.key)))
  const old = await kept(files.certificate)
  if (old === undefined || !serves(old, key, subject, now)) {
    const validity = { from: now - margin, until: now + lifetime }
    await write(files.certificate, writeCertificate(subject, validity, key), 0o644)
  }
  const made = await readCertificate(files, now)
  const ca = await readClientCa(clientCa)
  return ca === undefined ? made : { ...made, clientCa: ca }
}

/** Whether it is time for the next one. */
export function isEnding({ until }: Certificate, now: number): boolean {
  return until - now < renewal
}

async function kept(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw diskError('read', file, error)
  }
}

async function makeKey(file: string): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: keyBits })
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await write(file, text, 0o600)
  return text
}

/** What is no certificate serves nobody. */
function serves(text: string, key: KeyObject, subject: Subject, now: number): boolean {
  try {
    const certificate = new X509Certificate(text)
    return (
      certificate.checkPrivateKey(key) &&
      Date.parse(certificate.validTo) - now >= renewal &&
      Date.parse(certificate.validFrom) <= now &&
      certificate.checkIP(formatIpv4(subject.address)) !== undefined &&
      hostNames(subject).every(name => certificate.checkHost(name) !== undefined)
    )
  } catch {
    return false
  }
}

/** Whole or not at all, also through a power cut. */
async function write(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.new`
  try {
    await realDisk.remove(draft)
    const handle = await realDisk.open(draft, 'wx', mode)
    try {
      await writeAll(handle, Buffer.from(text), 0)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await realDisk.rename(draft, file)
    await syncFolder(realDisk, join(file, '..'))
  } catch (error) {
    throw diskError('write', file, error)
  }
}
