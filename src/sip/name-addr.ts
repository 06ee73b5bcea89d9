/** The values of To, From and Contact: name-addr or addr-spec, then parameters (RFC 3261 §20.10, §25.1). No I/O. */

import { type Parameters, readParameters, splitOutside } from './parameters.js'
import { parseUri, type Uri } from './uri.js'

export interface NameAddr {
  readonly text: string // of the URI
  readonly uri: Uri
  readonly parameters: Parameters // of the header: tag, expires
}

/** Undefined when there is no URI in it, or a quote stays open. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const parts = splitOutside(value, ';')
  if (parts === undefined) return undefined
  const [address = '', ...rest] = parts
  const text = bracketed(address) ?? address
  const uri = parseUri(text)
  return uri === undefined ? undefined : { text, uri, parameters: readParameters(rest) }
}

/** What stands between < and >; the display name before it may hold quoted ones. */
function bracketed(address: string): string | undefined {
  let isQuoted = false
  for (let at = 0; at < address.length; at += 1) {
    if (isQuoted && address[at] === '\\') at += 1
    else if (address[at] === '"') isQuoted = !isQuoted
    else if (!isQuoted && address[at] === '<') {
      const end = address.indexOf('>', at)
      return end < 0 ? undefined : address.slice(at + 1, end).trim()
    }
  }
  return undefined
}
