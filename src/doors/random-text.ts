/** Texts that nobody can guess: tags, branches and Call-IDs. RFC 3261 §19.3 asks for 32 bits of randomness at least. */

import { randomBytes } from 'node:crypto'

/** 16 hexadecimal digits, 64 bits. */
export function randomText(): string {
  return randomBytes(8).toString('hex')
}
