/** The NOTIFY of Plug & Play as a phone reads it: the URL in its body, or why there is none. No I/O. */

import { bodyText, header, lengthTrouble, type SipText } from './sip-text.js'

export interface Notified {
  readonly status: string // that the phone answers: `200 OK`
  readonly url?: string
  readonly trouble?: string // `without a URL`
}

const longestUrl = 255 // characters; a setting of a phone holds no more

export function readNotify(message: SipText): Notified {
  const cut = lengthTrouble(message)
  // RFC 3261 §18.3: a request that was cut short is refused
  if (cut !== undefined) return { status: '400 Bad Request', trouble: `whose ${cut}` }
  const type = header(message, 'content-type').replace(/;.*$/, '').trim().toLowerCase()
  const url = bodyText(message).trim()
  if (url === '') return { status: '200 OK', trouble: 'without a URL' }
  if (type !== 'application/url') {
    return { status: '415 Unsupported Media Type', trouble: `with ${type || 'no Content-Type'}, not application/url` }
  }
  if (!/^(?:https?|tftp):\/\/[^\s/]+\S*$/i.test(url) || url.length > longestUrl) {
    return { status: '200 OK', trouble: `whose body is no settings URL: ${JSON.stringify(url.slice(0, 60))}` }
  }
  return { status: '200 OK', url }
}
