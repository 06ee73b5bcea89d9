/** Which request is the same one again (RFC 3261 §17.2.3). No I/O. */

import { type Endpoint, formatEndpoint } from './endpoint.js'
import { headerOf, headersOf, type Request } from './message.js'
import { magicCookie, parseVia, splitVias } from './via.js'

/** Timer J (RFC 3261 §17.2.2), ms: so long the same request is given the same answer. */
export const remembered = 64 * 500

/**
 * The same text for the same transaction. Phones of before RFC 3261 send no branch, or one without the cookie: then it is
 * Request-URI, tags, Call-ID, CSeq and the topmost Via that must agree. The source is part of it, so that nobody who has
 * heard a request can take its place.
 */
export function transactionKey(request: Request, source: Endpoint): string {
  const [top = ''] = splitVias(headersOf(request, 'via'))
  const via = parseVia(top)
  const branch = via?.parameters.get('branch') ?? ''
  const isUnique = branch.startsWith(magicCookie) && branch.length > magicCookie.length
  const parts = isUnique
    ? [branch, `${via?.host}:${via?.port ?? ''}`]
    : [request.uri, ...['to', 'from', 'call-id', 'cseq'].map(name => headerOf(request, name) ?? ''), top]
  return [request.method, formatEndpoint(source), ...parts].join('\n')
}
