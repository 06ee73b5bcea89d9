/** The answer to a phone's SUBSCRIBE: 200, then a NOTIFY that names its settings URL and ends the subscription (RFC 6665 §4.2). No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import { mostCSeq, parseCSeq } from './cseq.js'
import { encodeMessage } from './encode.js'
import { type Endpoint, formatEndpoint, usualPort } from './endpoint.js'
import { headerOf, headersOf, type Request } from './message.js'
import { type NameAddr, parseNameAddr } from './name-addr.js'
import { splitOutside } from './parameters.js'
import { type Outgoing, respond, withTag } from './response.js'
import { magicCookie } from './via.js'

export interface Circumstances {
  readonly own: Endpoint // from which we answer
  readonly source: Endpoint // from which the SUBSCRIBE came
  readonly tag: string // ours, never used before
  readonly branch: string // of the NOTIFY, without the cookie, never used before
}

export interface Answer {
  readonly ok: Outgoing
  readonly notify: Outgoing & { readonly branch: string } // with the cookie
}

/**
 * To a request without flaw (see flaw.ts). `url` is the body. Both go to the address that the SUBSCRIBE came from, whatever
 * Via and Contact say: nobody can have us talk to somebody else. Undefined when no Via tells the way back.
 *
 * RFC 6665 §4.4.1 would have a dialog with a route set; on one LAN there is no proxy, so Record-Route is left out of both.
 */
export function answerSubscribe(request: Request, url: string, circumstances: Circumstances): Answer | undefined {
  const { own, source, tag } = circumstances
  const reply = {
    status: 200,
    reason: 'OK',
    headers: [
      ['Contact', contact(own)],
      ['Expires', '0'],
    ],
  } as const
  const ok = respond(request, reply, source, tag)
  return ok === undefined ? undefined : { ok, notify: notify(request, url, circumstances) }
}

function notify(request: Request, url: string, { own, source, tag, branch }: Circumstances): Answer['notify'] {
  const contacted = contactOf(request)
  const number = parseCSeq(headerOf(request, 'cseq') ?? '')?.number ?? 0
  const bytes = encodeMessage({
    method: 'NOTIFY',
    uri: contacted?.text ?? `sip:${formatEndpoint(source)}`,
    headers: [
      ['Via', `SIP/2.0/UDP ${formatEndpoint(own)};branch=${magicCookie}${branch}`],
      ['Max-Forwards', '70'],
      ['From', withTag(headerOf(request, 'to') ?? '', tag)],
      ['To', headerOf(request, 'from') ?? ''],
      ['Call-ID', headerOf(request, 'call-id') ?? ''],
      // each side counts for itself (RFC 3261 §12.2.1.1), but a phone that compares the two is pleased as well
      ['CSeq', `${Math.min(number + 1, mostCSeq)} NOTIFY`],
      ['Contact', contact(own)],
      ['Event', headerOf(request, 'event') ?? ''],
      ['Subscription-State', 'terminated;reason=timeout'],
      ['Content-Type', 'application/url'],
    ],
    body: url,
  })
  return { bytes, to: notifyTarget(contacted, source), branch: `${magicCookie}${branch}` }
}

function contact(own: Endpoint): string {
  return `<sip:${formatEndpoint(own)}>`
}

/** The first Contact, when it is a SIP one: `*` and `tel:` cannot be asked anything. */
function contactOf(request: Request): NameAddr | undefined {
  const [first = ''] = splitOutside(headersOf(request, 'contact')[0] ?? '', ',') ?? []
  const contacted = parseNameAddr(first)
  return contacted === undefined || contacted.uri.host === '' ? undefined : contacted
}

/** The port of the Contact where that is the phone itself; behind an address translator only the source's is of use. */
function notifyTarget(contacted: NameAddr | undefined, source: Endpoint): Endpoint {
  if (contacted?.uri.host !== formatIpv4(source.address)) return source
  return { address: source.address, port: contacted.uri.port ?? usualPort }
}
