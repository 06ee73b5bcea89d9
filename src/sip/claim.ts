/** What a phone says of itself in its SUBSCRIBE: hardware address, vendor, model, version. Claims, not facts. No I/O. */

import { type Mac, parseMac } from '../address/mac.js'
import { parseEvent } from './event.js'
import { headerOf, type Request } from './message.js'
import { parseNameAddr } from './name-addr.js'
import { parseUri, type Uri, userOf } from './uri.js'

export interface Claim {
  readonly mac?: Mac
  readonly vendor?: string
  readonly model?: string
  readonly version?: string
}

/** Characters. The longest seen is a version of 18. */
const longestWord = 64

/** Request-URI first, then To, From, and the User-Agent of DECT bases; the first that holds a hardware address counts. */
export function claimOf(request: Request): Claim {
  const mac =
    macOfUri(parseUri(request.uri)) ?? macOfHeader(request, 'to') ?? macOfHeader(request, 'from') ?? macOfAgent(request)
  const words = parseEvent(headerOf(request, 'event') ?? '')?.parameters
  const vendor = word(words?.get('vendor') ?? words?.get('vender')) // Panasonic's spelling
  const [model, version] = [word(words?.get('model')), word(words?.get('version'))]
  return {
    ...(mac !== undefined && { mac }),
    ...(vendor !== undefined && { vendor }),
    ...(model !== undefined && { model }),
    ...(version !== undefined && { version }),
  }
}

/** Printable, and not longer than any name is. */
function word(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= longestWord && /^[\x20-\x7e]+$/.test(text) ? text : undefined
}

function macOfHeader(request: Request, name: 'to' | 'from'): Mac | undefined {
  return macOfUri(parseNameAddr(headerOf(request, name) ?? '')?.uri)
}

/** `MAC%3a…`, `MAC%3A…` (snom, Gigaset, Grandstream), `MAC…` (Yealink), `MAC=…` (PLANET). A number alone may be a telephone's. */
function macOfUri(uri: Uri | undefined): Mac | undefined {
  const [, spelled] = /^mac[:=]?([0-9a-f:.-]{12,17})$/i.exec(uri === undefined ? '' : userOf(uri)) ?? []
  return spelled === undefined ? undefined : parseMac(spelled)
}

/** `snomM700/03.23.0005 (MAC=000413600001; SER= 00000; HW=255)` */
function macOfAgent(request: Request): Mac | undefined {
  const [, spelled] = /\bMAC[=:]\s?([0-9a-f:.-]{12,17})(?![0-9a-f])/i.exec(headerOf(request, 'user-agent') ?? '') ?? []
  return spelled === undefined ? undefined : parseMac(spelled)
}
