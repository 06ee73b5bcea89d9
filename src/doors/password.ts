/**
 * Passwords as they are kept in the configuration: scrypt (RFC 7914) in a PHC string.
 *
 *     $scrypt$ln=15,r=8,p=1$salt$hash      N = 2^ln; salt and hash in Base64 without padding
 */

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** One check: false also for a hash that is none. Never rejects. */
export type PasswordCheck = (password: string, hash: string) => Promise<boolean>

/** 32 MiB and about a tenth of a second. */
const usual = { ln: 15, r: 8, p: 1, salt: 16, hash: 32 } // salt and hash: bytes

/** A hash in the configuration must not eat this machine: at most 64 MiB, and four times the usual work. */
const mostMemory = 64 * 1024 * 1024 // bytes
const mostWork = 4 * 2 ** usual.ln * usual.r * usual.p

/** Longer ones are refused unread: scrypt would hash them first, at the sender's leisure. */
const longestPassword = 1024 // characters

/** scrypt runs on libuv's four threads, where the leases' journal waits for its disk too: one check at a time. */
const mostWaiting = 64 // more than doors let people in at once

const form =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})={0,2}\$([A-Za-z0-9+/]{22,86})={0,2}$/

interface Kept {
  readonly options: ScryptOptions
  readonly salt: Buffer
  readonly hash: Buffer
}

/** `$scrypt$ln=15,r=8,p=1$…$…`, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(usual.salt)
  const { ln, r, p } = usual
  const hash = await derive(password, salt, usual.hash, scryptOptions(ln, r, p))
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`
}

/** Takes as long for a wrong password as for the right one. See `createPasswordCheck` for a door that strangers knock at. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const kept = readHash(hash)
  if (kept === undefined || password.length > longestPassword) return false
  try {
    return timingSafeEqual(await derive(password, kept.salt, kept.hash.length, kept.options), kept.hash)
  } catch {
    return false // no memory for it
  }
}

/** Whether `verifyPassword` can work with it. */
export function isPasswordHash(text: string): boolean {
  return readHash(text) !== undefined
}

/** A hash that no password opens, at the usual cost: to check against where there is no such user. */
export const nobodysHash = `$scrypt$ln=15,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** The same as `verifyPassword`, one at a time; false at once where too many wait. One for all doors of a process. */
export function createPasswordCheck(verify: PasswordCheck = verifyPassword): PasswordCheck {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  return async (password, hash) => {
    if (waiting >= mostWaiting) return false
    waiting += 1
    const turn = last.then(() => verify(password, hash))
    last = turn
    return turn.finally(() => {
      waiting -= 1
    })
  }
}

function readHash(text: string): Kept | undefined {
  const [, ln, r, p, salt = '', hash = ''] = form.exec(text) ?? []
  if (ln === undefined) return undefined
  const options = scryptOptions(Number(ln), Number(r), Number(p))
  const { N = 0, r: blocks = 0, p: lanes = 0 } = options
  if (N < 2 ** 10 || N > 2 ** 20 || 128 * N * blocks > mostMemory || N * blocks * lanes > mostWork) return undefined
  return { options, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

function scryptOptions(ln: number, r: number, p: number): ScryptOptions {
  return { N: 2 ** ln, r, p, maxmem: mostMemory + 1024 * 1024 } // besides the blocks there is some kilobytes' room
}

/** The same letters give the same bytes, whichever way a keyboard composes them. */
function derive(password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
