/** A SIP message to bytes (RFC 3261 §7): CRLF, long names, Content-Length always there. No I/O. */

import type { Header, Message } from './message.js'
import { sipVersion } from './message.js'

/** What is written; Content-Length is added by the writer. */
export type Draft =
  | { readonly method: string; readonly uri: string; readonly headers: readonly Header[]; readonly body?: string }
  | { readonly status: number; readonly reason: string; readonly headers: readonly Header[]; readonly body?: string }

/** A CR or LF in a value would be a line of its own: a blank stands for it. */
export function encodeMessage(draft: Draft): Buffer {
  const body = Buffer.from(draft.body ?? '', 'latin1')
  const start =
    'method' in draft ? `${draft.method} ${draft.uri} ${sipVersion}` : `${sipVersion} ${draft.status} ${draft.reason}`
  const lines = [start, ...draft.headers.map(([name, value]) => `${name}: ${value}`), `Content-Length: ${body.length}`]
  return Buffer.concat([Buffer.from(`${lines.map(oneLine).join('\r\n')}\r\n\r\n`, 'latin1'), body])
}

/** What a decoded message looks like when it is written again. */
export function draftOf(message: Message): Draft {
  const headers = message.headers.filter(([name]) => name !== 'content-length')
  const body = message.body.toString('latin1')
  return message.kind === 'request'
    ? { method: message.method, uri: message.uri, headers, body }
    : { status: message.status, reason: message.reason, headers, body }
}

function oneLine(line: string): string {
  return line.replaceAll(/[\r\n]+/g, ' ')
}
