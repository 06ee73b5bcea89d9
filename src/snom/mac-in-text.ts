/** MAC addresses inside other text: names of files, queries, the common name of a phone's certificate. No I/O. */

import { type Mac, parseMac } from '../address/mac.js'

/** Where a name has room for one. Some firmware 8 expands {mac} with colons. */
export const macForm = '[0-9a-f:.-]{12,17}'

const spelled =
  /(?<![0-9a-f])(?:[0-9a-f]{12}|[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2})(?![0-9a-f])/gi

/** A stranger's text is not read further, in characters. */
const limit = 1024

/** Each once, in the order in which they stand there. */
export function macsIn(text: string): readonly Mac[] {
  const found = [...text.slice(0, limit).matchAll(spelled)].flatMap(([match]) => parseMac(match) ?? [])
  return [...new Set(found)]
}

/** The value of `mac` in a query. TFTP names come as the phone wrote them, so %3A may still stand for a colon. */
export function macOfQuery(query: string): Mac | undefined {
  const value = /(?:^|&)mac=([^&]*)/i.exec(query)?.[1]
  return value === undefined ? undefined : parseMac(value.replaceAll(/%3a/gi, ':'))
}
