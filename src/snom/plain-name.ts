/** The names of the plain form, where the index stands right behind the name: user_name1. No I/O. */

import { describeSetting } from './catalogue/catalogue.js'

export interface PlainName {
  readonly name: string
  readonly index?: number
}

/** `user_name12` → user_name, 12; `dns_server1` has its number in its name. */
export function splitPlainName(written: string): PlainName {
  const [, name = '', digits] = /^(.*\D)(0|[1-9]\d{0,2})$/.exec(written) ?? []
  if (digits === undefined || describeSetting(written) !== undefined) return { name: written }
  const index = Number(digits)
  return isIndexed(name, index) ? { name, index } : { name: written }
}

export function joinPlainName({ name, index }: PlainName): string {
  return `${name}${index ?? ''}`
}

/** Of a setting that nobody knows, only user_ tells that it is an identity's. */
function isIndexed(name: string, index: number): boolean {
  const facts = describeSetting(name)
  if (facts !== undefined) return facts.index !== undefined
  return name.startsWith('user_') && index >= 1 && index <= 12
}
