/** What is wrong with a request, or what else it is than a SUBSCRIBE, in the order in which a server looks (RFC 3261 §8.2, RFC 6665 §4.2.1). No I/O. */

import { parseCSeq } from './cseq.js'
import { parseEvent } from './event.js'
import { headerOf, headersOf, type Request, sipVersion } from './message.js'
import { parseNameAddr } from './name-addr.js'
import { splitOutside } from './parameters.js'
import type { Reply } from './response.js'
import { parseUri } from './uri.js'
import { parseVia, splitVias } from './via.js'

/** Undefined: a SUBSCRIBE to ua-profile that can be answered. */
export function flawOf(request: Request): Reply | undefined {
  if (request.version !== sipVersion) return { status: 505, reason: 'Version Not Supported' }
  return (
    syntaxFlaw(request) ?? methodFlaw(request) ?? extensionFlaw(request) ?? optionsAnswer(request) ?? eventFlaw(request)
  )
}

/** A server of this kind takes nothing else; OPTIONS asks what it takes. */
export const allowed = [
  ['Allow', 'SUBSCRIBE, OPTIONS'],
  ['Allow-Events', 'ua-profile'],
  ['Accept', 'application/url'],
] as const

/**
 * RFC 3261 §8.1.1 asks for more than phones send: Max-Forwards, a From tag, a branch, even a Contact may be missing here.
 * What makes a message ambiguous, or cannot be echoed, is refused.
 */
function syntaxFlaw(request: Request): Reply | undefined {
  const single = ['to', 'from', 'call-id', 'cseq']
  const missing = single.find(name => (headerOf(request, name) ?? '') === '')
  if (missing !== undefined) return badRequest(`Missing ${missing}`)
  const double = single.find(name => headersOf(request, name).length > 1)
  if (double !== undefined) return badRequest(`More than one ${double}`)
  if (['to', 'from'].some(name => parseNameAddr(headerOf(request, name) ?? '') === undefined)) {
    return badRequest('To or From cannot be read')
  }
  if (parseCSeq(headerOf(request, 'cseq') ?? '')?.method !== request.method)
    return badRequest('CSeq is not of this method')
  if (parseUri(request.uri) === undefined) return badRequest('Request-URI cannot be read')
  const vias = splitVias(headersOf(request, 'via'))
  if (vias.length === 0 || vias.some(via => parseVia(via) === undefined)) return badRequest('Via cannot be read')
  if (request.isCut) return badRequest('Content-Length is wrong') // RFC 3261 §18.3
  return undefined
}

function badRequest(reason: string): Reply {
  return { status: 400, reason: `Bad Request: ${reason}` }
}

/** RFC 3261 §8.2.1, §9.2, §21.5.2 */
function methodFlaw({ method }: Request): Reply | undefined {
  switch (method) {
    case 'SUBSCRIBE':
    case 'OPTIONS':
      return undefined
    case 'CANCEL': // of a request that is answered at once there is never anything to cancel
      return { status: 481, reason: 'Call/Transaction Does Not Exist' }
    default:
      return known.has(method)
        ? { status: 405, reason: 'Method Not Allowed', headers: allowed.slice(0, 1) }
        : { status: 501, reason: 'Not Implemented', headers: allowed.slice(0, 1) }
  }
}

const known: ReadonlySet<string> = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'REGISTER',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'MESSAGE',
  'UPDATE',
  'PRACK',
])

/** RFC 3261 §8.2.2.1, §8.2.2.3 */
function extensionFlaw(request: Request): Reply | undefined {
  if (!['sip', 'sips'].includes(parseUri(request.uri)?.scheme ?? ''))
    return { status: 416, reason: 'Unsupported URI Scheme' }
  const required = headersOf(request, 'require').flatMap(value => splitOutside(value, ',') ?? [value])
  if (required.length === 0) return undefined
  return { status: 420, reason: 'Bad Extension', headers: [['Unsupported', required.join(', ')]] }
}

/** RFC 3261 §11.2 */
function optionsAnswer({ method }: Request): Reply | undefined {
  return method === 'OPTIONS' ? { status: 200, reason: 'OK', headers: allowed } : undefined
}

/** AudioCodes phones ask for the profile of the application, all others for that of the device (RFC 6080 §6.3). */
const profiles: readonly (string | undefined)[] = [undefined, 'device', 'application']

function eventFlaw(request: Request): Reply | undefined {
  const event = parseEvent(headerOf(request, 'event') ?? '')
  const profile = event?.parameters.get('profile-type')?.toLowerCase()
  if (event?.package !== 'ua-profile' || !profiles.includes(profile)) {
    return { status: 489, reason: 'Bad Event', headers: allowed.slice(1, 2) }
  }
  // RFC 6665 §4.2.1: a subscription that we ended when it began cannot be refreshed
  const isInDialog = parseNameAddr(headerOf(request, 'to') ?? '')?.parameters.has('tag')
  return isInDialog ? { status: 481, reason: 'Subscription Does Not Exist' } : undefined
}
