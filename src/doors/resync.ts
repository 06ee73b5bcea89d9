/** Resync: tells a phone by SIP NOTIFY to read its settings again, and hears whether it understood. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Note } from '../fleet/fact.js'
import { checkSync } from '../sip/check-sync.js'
import { decodeMessage, MalformedMessage } from '../sip/decode.js'
import { type Endpoint, usualPort } from '../sip/endpoint.js'
import { randomText } from './random-text.js'
import { SipSender } from './sip-sender.js'
import type { Datagram, Udp } from './udp.js'

export interface ResyncParts {
  readonly udp: Udp // any port, on the phones' interface
  readonly own: Ipv4
  readonly note?: Note
  readonly now: () => number // ms since 1970
}

export interface ResyncCall {
  readonly address: Ipv4 // of the phone
  readonly port?: number // on which it hears SIP; default 5060
  readonly mac?: Mac // for the timeline
  readonly isReboot?: boolean // default false: it restarts only where a changed setting needs it
}

/** The status of the phone's answer; none when it did not answer within 32 seconds (RFC 3261, timer F). */
export interface Resynchronised {
  readonly status?: number
}

export interface Resync {
  /** Never rejects. While so many wait that it takes no more, the oldest is given up. */
  send(call: ResyncCall): Promise<Resynchronised>
  /** Those that wait resolve without status. */
  close(): Promise<void>
}

/** An operator resyncs a whole site at once; one costs about a kilobyte. */
const mostWaiting = 4096

export function openResync({ udp, own, note, now }: ResyncParts): Resync {
  const sender = new SipSender({ udp, now, most: mostWaiting })
  const from: Endpoint = { address: own, port: udp.port }
  udp.receive(datagrams => {
    for (const datagram of datagrams) hear(datagram, sender)
  })
  return {
    send: ({ address, port = usualPort, mac, isReboot = false }) =>
      new Promise(resolve => {
        const phone = { address, port }
        const [tag, branch, callId] = [randomText(), randomText(), randomText()]
        const request = checkSync({ own: from, phone, isReboot, tag, branch, callId })
        const ended = (status: number | undefined): void => {
          const answer = status === undefined ? {} : { status }
          note?.({ kind: 'resync', at: now(), address, ...(mac !== undefined && { mac }), ...answer })
          resolve(answer)
        }
        sender.watch({ ...request, method: 'NOTIFY', ended })
        udp.send([{ bytes: request.bytes, ...phone }])
      }),
    async close() {
      sender.close()
      await udp.close()
    },
  }
}

function hear({ bytes, address, port }: Datagram, sender: SipSender): void {
  try {
    const message = decodeMessage(bytes)
    if (message.kind === 'response') sender.hear(message, { address, port })
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error // noise on a port that nobody else knows
  }
}
