/** The words that doors are described by: URLs, accounts, password hashes, public keys, OEM paths. No I/O. */

import { type Ipv4, parseIpv4 } from '../address/ipv4.js'
import { nearest } from './nearest.js'
import type { Refuse, Word } from './words.js'

const longestUrl = 255 // characters; a setting_server of old firmware takes no more
const longestKey = 8192 // characters; RSA with 16,384 bits takes 2,800
const longestPath = 128 // characters, as of the names we know ourselves

/** What one sign-in may cost: 64 MiB, and four times the work of the hashes that we make. */
const mostHashMemory = 64 * 1024 * 1024 // bytes
const mostHashWork = 4 * 2 ** 15 * 8

export const multicastGroup: Word<Ipv4> = {
  rule: 'group',
  expected: 'a multicast address such as 224.0.1.75',
  json: { type: 'string', format: 'ipv4' },
  parse: (scalar, refuse) => {
    const group = typeof scalar === 'string' ? parseIpv4(scalar) : undefined
    if (group === undefined || group >>> 28 === 0xe) return group
    return refuse(`${scalar} is not a multicast address; expected 224.0.0.0 to 239.255.255.255, such as 224.0.1.75`)
  },
}

/** Absolute; may hold `{mac}`. Possibly with a password in it, so never shown. */
export function url(...schemes: readonly string[]): Word<string> {
  const starts = schemes.map(scheme => `${scheme}://`).join(' or ')
  const expected = `an absolute URL that begins with ${starts}`
  return {
    rule: 'url',
    expected,
    json: { type: 'string', pattern: `^(${schemes.join('|')})://[^\\s/?#]`, maxLength: longestUrl },
    secret: true,
    parse: (scalar, refuse) => {
      const value = String(scalar)
      if (scalar === null || value === '') return refuse(`is empty; expected ${expected}`, 'empty-value')
      if (value.length > longestUrl)
        return refuse(`has ${value.length} characters; at most ${longestUrl} fit`, 'too-long')
      const scheme = /^([a-z]+):\/\/[\x21-\x7e]+$/i.exec(value)?.[1]?.toLowerCase()
      if (scheme === undefined || !schemes.includes(scheme)) return refuse(`is not ${expected}`)
      const slip = macroSlip(value)
      if (slip !== undefined) return refuse(slip)
      return URL.canParse(value.replaceAll(/[{}]/g, '')) ? value : refuse('is not a URL: its host or port cannot be')
    },
  }
}

/** Phones fill in macros of their own, {MODEL} and the like; what is meant for us must be spelled as we know it. */
function macroSlip(value: string): string | undefined {
  if (/[{}]/.test(value.replaceAll(/\{[^{}]*\}/g, ''))) return 'has a brace without its partner; write {mac}'
  const slip = [...value.matchAll(/\{([^{}]*)\}/g)].find(([, name = '']) => {
    return name.toLowerCase() !== 'mac' && nearest(name, ['mac']) !== undefined
  })
  return slip === undefined ? undefined : `has the unknown macro ${slip[0]}; did you mean {mac}?`
}

export const accountName: Word<string> = {
  rule: 'account-name',
  expected: 'an account name: 1 to 32 letters, digits, _ . - and the first a letter or digit',
  json: { type: ['string', 'integer'], pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$' },
  parse: scalar => (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/.test(String(scalar)) ? String(scalar) : undefined),
}

const hashForm =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$[A-Za-z0-9+/]{11,86}={0,2}\$[A-Za-z0-9+/]{22,86}={0,2}$/

/** PHC string format, `$scrypt$ln=15,r=8,p=1$salt$hash`, salt and hash in base64 without padding. */
export const passwordHash: Word<string> = {
  rule: 'password-hash',
  expected: 'the hash of a password; make one by `option66 password`',
  json: { type: 'string', pattern: hashForm.source },
  secret: true,
  parse: (scalar, refuse) => {
    const value = String(scalar)
    if (/^\$scrypt\$ln=\d+$/.test(value)) return refuse('ends at its first comma; put the hash in quotes')
    const [, ln, r, p] = hashForm.exec(value)?.map(Number) ?? []
    if (ln === undefined || r === undefined || p === undefined) return undefined
    const isSane = ln >= 10 && ln <= 20 && 128 * 2 ** ln * r <= mostHashMemory && 2 ** ln * r * p <= mostHashWork // RFC 7914 §2
    return isSane ? value : refuse('is a hash of unusual cost; make one by `option66 password`')
  },
}

const keyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const

/** A line of authorized_keys without options: type, base64, perhaps a comment. Never shown: it may be a private key. */
export const publicKey: Word<string> = {
  rule: 'public-key',
  expected: 'an OpenSSH public key, the line of a .pub file: ssh-ed25519 AAAA… name',
  json: { type: 'string', maxLength: longestKey },
  secret: true,
  parse: (scalar, refuse) => {
    const value = String(scalar).trim()
    if (value.length > longestKey)
      return refuse(`has ${value.length} characters; at most ${longestKey} fit`, 'too-long')
    if (/PRIVATE KEY/.test(value)) return refuse('is a private key; take the line of the .pub file beside it')
    const [, type = '', base64 = ''] = /^([a-z0-9@.-]+) +([A-Za-z0-9+/]+={0,2})(?: \P{Cc}*)?$/u.exec(value) ?? []
    if (type === '') return refuseUnknownKey(value, refuse)
    if (!keyTypes.some(known => known === type)) return refuse(`has the type ${type}; expected ${keyTypes.join(', ')}`)
    return isKeyBlob(Buffer.from(base64, 'base64'), type) ? value : refuse('is cut off or damaged; copy the whole line')
  },
}

function refuseUnknownKey(value: string, refuse: Refuse): undefined {
  if (!keyTypes.some(type => value.includes(`${type} AAAA`))) return undefined
  return refuse('has options before its type, which mean nothing here; begin with the type')
}

/** RFC 4253 §6.6: strings with their lengths before them, of which the first repeats the type. */
function isKeyBlob(blob: Buffer, type: string): boolean {
  const parts: Buffer[] = []
  let offset = 0
  while (offset + 4 <= blob.length && parts.length < 4) {
    const end = offset + 4 + blob.readUInt32BE(offset)
    parts.push(blob.subarray(offset + 4, end))
    offset = end
  }
  const isWhole = offset === blob.length && parts.every(part => part.length > 0)
  return isWhole && parts[0]?.toString('latin1') === type && parts.length === (type === 'ssh-ed25519' ? 2 : 3)
}

/** Where OEM firmware asks: `/oem/{mac}.xml`, `/acme/boot.php?id={mac}`. */
export const oemPath: Word<string> = {
  rule: 'path',
  expected: 'an absolute path such as /oem/{mac}.xml',
  json: { type: 'string', pattern: '^/', maxLength: longestPath },
  parse: (scalar, refuse) => {
    const value = String(scalar)
    if (/^[a-z]+:\/\//i.test(value)) return refuse(`${value} is a URL; write its path alone, from the / after the host`)
    if (value.length > longestPath)
      return refuse(`has ${value.length} characters; at most ${longestPath} fit`, 'too-long')
    const bare = value.replaceAll(/\{mac\}/gi, 'mac')
    if (/[{}]/.test(bare)) return refuse(`${value} holds a brace that is no {mac}; expected {mac}, or none`)
    const [path = ''] = bare.split('?', 1)
    if (/\/\.{0,2}\/|\/\.{1,2}$/.test(path)) return refuse(`${value} has a part that is empty, . or ..; leave it out`)
    return /^\/[!$&-;=@A-Z_a-z~]*(?:\?[!$&-;=?@A-Z_a-z~]*)?$/.test(bare) ? value : undefined
  },
}
