/** What a permission flag means, in its many spellings. No I/O. */

import type { Flag } from './content.js'
import type { Permission } from './document.js'

const meanings: ReadonlyMap<string, Flag> = new Map([
  ['', '$'],
  ['$', '$'],
  ['RW', '$'],
  ['R', '&'],
  ['&', '&'],
  [' ', '&'],
  ['!', '!'],
])

/** The flag of an XML element; `perm` is undefined where it has none, and then nobody says what that means. */
export function readPermission(perm: string | undefined): Permission {
  if (perm === undefined) return {}
  const isVolatile = perm.includes('V')
  const flag = meanings.get(perm) ?? meanings.get(perm.replaceAll('V', '').trim())
  return { perm, ...(flag !== undefined && { flag }), ...(isVolatile && { isVolatile: true as const }) }
}

/** The flag behind a name in a plain file; without one the value is read only. */
export function readPlainPermission(perm: string): Permission {
  return perm === '' ? { flag: '&' } : readPermission(perm)
}
