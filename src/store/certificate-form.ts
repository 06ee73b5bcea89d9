/** A certificate for a web server that signs itself (RFC 5280), written for phones of every age. No I/O but randomness. */

import { createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { formatIpv4, type Ipv4 } from '../address/ipv4.js'
import {
  bitString,
  der,
  field,
  integer,
  none,
  objectIdentifier,
  octetString,
  sequence,
  time,
  utf8String,
  yes,
} from './der.js'

/** Whom the certificate names. */
export interface Subject {
  readonly site: string // free text
  readonly host: string // host name
  readonly address: Ipv4 // by which phones reach it
}

export interface Validity {
  readonly from: number // ms since 1970
  readonly until: number // ms since 1970
}

/** RFC 5280 appendix A.1: X520OrganizationName and X520CommonName are at most 64 characters. */
const longestName = 64

/** PEM. The key is an RSA key: it signs with SHA-256. */
export function writeCertificate(subject: Subject, validity: Validity, key: KeyObject): string {
  const algorithm = sequence(objectIdentifier('1.2.840.113549.1.1.11'), none) // sha256WithRSAEncryption
  const name = nameOf(subject)
  const toBeSigned = sequence(
    field(0, integer(Buffer.from([2]))), // version 3
    integer(serialNumber()),
    algorithm,
    name,
    sequence(time(validity.from), time(validity.until)),
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    field(3, sequence(...extensionsOf(subject))),
  )
  const signed = sequence(toBeSigned, algorithm, bitString(sign('sha256', toBeSigned, key)))
  const lines = signed.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

/** The names a client may ask for. A site's name counts where it could be a host's. */
export function hostNames({ site, host }: Subject): readonly string[] {
  return [...new Set([host, site].map(name => name.toLowerCase()).filter(isHostName))]
}

function isHostName(name: string): boolean {
  return (
    name.length <= 253 && /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/.test(name)
  )
}

/** RFC 5280 §4.1.2.2: positive, at most 20 bytes, and never given twice by the same issuer. */
function serialNumber(): Buffer {
  return Buffer.concat([Buffer.from([1]), randomBytes(15)])
}

/** Old phones compare the common name alone with what stands in the URL: that is the address. */
function nameOf({ site, address }: Subject): Buffer {
  const parts: readonly (readonly [type: string, value: string])[] = [
    ['2.5.4.10', site.slice(0, longestName)], // organizationName
    ['2.5.4.3', formatIpv4(address)], // commonName
  ]
  return sequence(...parts.map(([type, value]) => der(0x31, sequence(objectIdentifier(type), utf8String(value)))))
}

function extensionsOf(subject: Subject): readonly Buffer[] {
  const address = Buffer.alloc(4)
  address.writeUInt32BE(subject.address)
  const names = [
    ...hostNames(subject).map(name => der(0x82, Buffer.from(name))), // dNSName
    der(0x87, address), // iPAddress
  ]
  return [
    extension('2.5.29.19', true, sequence()), // basicConstraints: issues no others
    // keyUsage: digitalSignature, and keyEncipherment for the key exchange that phones before ECDHE know
    extension('2.5.29.15', true, bitString(Buffer.from([0xa0]), 5)),
    extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))), // extKeyUsage: serverAuth
    extension('2.5.29.17', false, sequence(...names)), // subjectAltName
  ]
}

function extension(type: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), ...(isCritical ? [yes] : []), octetString(value))
}
