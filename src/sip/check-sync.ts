/** NOTIFY check-sync: has a phone read its settings again, with or without a restart. No I/O. */

import { encodeMessage } from './encode.js'
import { type Endpoint, formatEndpoint } from './endpoint.js'
import type { Outgoing } from './response.js'
import { magicCookie } from './via.js'

export interface CheckSync {
  readonly own: Endpoint
  readonly phone: Endpoint
  readonly isReboot: boolean // false: the phone restarts only where a changed setting needs it
  readonly tag: string
  readonly branch: string // without the cookie
  readonly callId: string
}

/** A NOTIFY that nobody subscribed to, as phones have taken it since before RFC 3265. `challenge_checksync` must be off there. */
export function checkSync(order: CheckSync): Outgoing & { readonly branch: string } {
  const { own, phone, isReboot, tag, callId } = order
  const branch = `${magicCookie}${order.branch}`
  const bytes = encodeMessage({
    method: 'NOTIFY',
    uri: `sip:${formatEndpoint(phone)}`,
    headers: [
      ['Via', `SIP/2.0/UDP ${formatEndpoint(own)};branch=${branch}`],
      ['Max-Forwards', '70'],
      ['From', `<sip:option66@${formatEndpoint(own)}>;tag=${tag}`],
      ['To', `<sip:${formatEndpoint(phone)}>`],
      ['Call-ID', callId],
      ['CSeq', '1 NOTIFY'],
      ['Contact', `<sip:${formatEndpoint(own)}>`],
      ['Event', `check-sync;reboot=${isReboot}`],
      ['Subscription-State', 'active'],
    ],
  })
  return { bytes, to: phone, branch }
}
