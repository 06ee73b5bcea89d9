/** Who else answers Plug & Play: a SUBSCRIBE of our own, and what comes back. No I/O. */

import type { Mac } from '../address/mac.js'
import { parseCSeq } from './cseq.js'
import { encodeMessage } from './encode.js'
import { type Endpoint, formatEndpoint } from './endpoint.js'
import { headerOf, type Message } from './message.js'
import { type Outgoing, respond } from './response.js'
import { magicCookie } from './via.js'

export interface PnpProbe {
  readonly mac: Mac // of no real phone
  readonly own: Endpoint
  readonly group: Endpoint // 224.0.1.75:5060
  readonly tag: string
  readonly branch: string // without the cookie
  readonly callId: string
}

/** Somebody who answered. */
export interface PnpResponder extends Endpoint {
  readonly status?: number // of its response
  readonly server?: string // as it names itself
  readonly url?: string // that it would send a phone to
}

/** What a snom370 says when it boots. */
export function probeSubscribe({ mac, own, group, tag, branch, callId }: PnpProbe): Outgoing {
  const phone = `<sip:MAC%3a${mac}@${formatEndpoint(group).split(':')[0]}>`
  const bytes = encodeMessage({
    method: 'SUBSCRIBE',
    uri: phone.slice(1, -1),
    headers: [
      ['Via', `SIP/2.0/UDP ${formatEndpoint(own)};branch=${magicCookie}${branch};rport`],
      ['Max-Forwards', '70'],
      ['From', `${phone};tag=${tag}`],
      ['To', phone],
      ['Call-ID', callId],
      ['CSeq', '1 SUBSCRIBE'],
      ['Contact', `<sip:${formatEndpoint(own)}>`],
      ['Event', 'ua-profile;profile-type="device";vendor="snom";model="snom370";version="8.7.5.48"'],
      ['Expires', '0'],
      ['Accept', 'application/url'],
    ],
  })
  return { bytes, to: group }
}

/** What a message tells of who sent it; undefined when it has nothing to do with that question. */
export function responderBehind(message: Message, source: Endpoint, callId: string): PnpResponder | undefined {
  if (headerOf(message, 'call-id') !== callId) return undefined
  const { address, port } = source
  const name = word(headerOf(message, 'server') ?? headerOf(message, 'user-agent'))
  const server = name === undefined ? {} : { server: name }
  if (message.kind === 'response')
    return isOfSubscribe(message) ? { address, port, status: message.status, ...server } : undefined
  if (message.method !== 'NOTIFY') return undefined
  const url = word(message.body.toString('latin1').trim())
  return { address, port, ...server, ...(url !== undefined && { url }) }
}

/** 200 to its NOTIFY, or it would repeat it for half a minute. */
export function acknowledge(message: Message, source: Endpoint, tag: string): Outgoing | undefined {
  return message.kind === 'request' ? respond(message, { status: 200, reason: 'OK' }, source, tag) : undefined
}

function isOfSubscribe(message: Message): boolean {
  return parseCSeq(headerOf(message, 'cseq') ?? '')?.method === 'SUBSCRIBE'
}

/** Printable, and no longer than a line of a terminal bears. */
function word(text: string | undefined): string | undefined {
  const clean = text?.replaceAll(/[^\x20-\x7e]/g, '').slice(0, 160)
  return clean === '' ? undefined : clean
}
