/** SIP messages as a phone reads and writes them (RFC 3261 §7), leniently; the server's parser is another. No I/O. */

export interface SipText {
  readonly start: string // `NOTIFY sip:… SIP/2.0`, `SIP/2.0 200 OK`
  readonly headers: ReadonlyMap<string, readonly string[]> // by long name in lower case, values in order
  readonly body: Buffer // all that came after the empty line
}

const longest = 8 * 1024 // bytes; a phone's buffer
const compact: ReadonlyMap<string, string> = new Map([
  ...[['v', 'via'] as const, ['f', 'from'] as const, ['t', 'to'] as const, ['i', 'call-id'] as const],
  ...[['m', 'contact'] as const, ['c', 'content-type'] as const, ['l', 'content-length'] as const],
  ...[['o', 'event'] as const],
])

/** Undefined for what is no SIP message. */
export function readSip(bytes: Buffer): SipText | undefined {
  if (bytes.length > longest) return undefined
  const head = /^([\s\S]*?)(?:\r\n\r\n|\n\n)/.exec(bytes.toString('latin1'))
  const [start = '', ...lines] = unfold(head?.[1] ?? '').split(/\r?\n/)
  if (head === null || !/^SIP\/2\.0 \d{3}\b|^[A-Z]+ \S+ SIP\/2\.0$/i.test(start)) return undefined
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    const [, name, value = ''] = /^([\w.!%*+`'~-]+)[ \t]*:[ \t]*(.*)$/.exec(line) ?? []
    if (name === undefined) return undefined
    const long = compact.get(name.toLowerCase()) ?? name.toLowerCase()
    headers.set(long, [...(headers.get(long) ?? []), value.trim()])
  }
  return { start, headers, body: bytes.subarray(head[0].length) }
}

/** The first value of that header; '' where there is none. */
export function header(message: SipText, name: string): string {
  return message.headers.get(name)?.[0] ?? ''
}

/** The response's code and words; undefined for a request. */
export function statusOf({ start }: SipText): { readonly code: number; readonly reason: string } | undefined {
  const [, code, reason = ''] = /^SIP\/2\.0 (\d{3}) ?(.*)$/i.exec(start) ?? []
  return code === undefined ? undefined : { code: Number(code), reason }
}

/** The value of a parameter: `tag`, of `<sip:a@b>;tag=7`. */
export function parameter(value: string, name: string): string | undefined {
  return new RegExp(`;\\s*${name}\\s*=\\s*([^;,\\s]+)`, 'i').exec(value.replace(/^[^>]*>/, ''))?.[1]
}

/** Undefined where Content-Length is missing or says how long the body is; else what is wrong. */
export function lengthTrouble(message: SipText): string | undefined {
  const written = header(message, 'content-length')
  if (written === '' || Number(written) <= message.body.length) return undefined
  return `Content-Length says ${written} bytes, ${message.body.length} came`
}

/** Whether there is more than white space behind the body. */
export function isLonger(message: SipText): boolean {
  const written = header(message, 'content-length')
  return /^\d+$/.test(written) && message.body.subarray(Number(written)).toString('latin1').trim() !== ''
}

/** The body as far as Content-Length goes (RFC 3261 §18.3: over UDP the rest is no part of it). */
export function bodyText(message: SipText): string {
  const written = header(message, 'content-length')
  return message.body.subarray(0, /^\d+$/.test(written) ? Number(written) : undefined).toString('latin1')
}

/** `toTag` where the request began a dialog and its To has none. */
export function answerTo(request: SipText, status: string, toTag?: string): string {
  const all = (name: string, as: string) => (request.headers.get(name) ?? []).map(value => `${as}: ${value}`)
  const to = header(request, 'to')
  const tag = toTag === undefined || parameter(to, 'tag') !== undefined ? '' : `;tag=${toTag}`
  return writeSip([
    `SIP/2.0 ${status}`,
    ...all('via', 'Via'),
    ...all('from', 'From').slice(0, 1),
    `To: ${to}${tag}`,
    ...all('call-id', 'Call-ID').slice(0, 1),
    ...all('cseq', 'CSeq').slice(0, 1),
    'Content-Length: 0',
  ])
}

export function writeSip(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`
}

// RFC 3261 §7.3.1: a line that begins with a blank goes on with the one before.
function unfold(text: string): string {
  return text.replaceAll(/\r?\n[ \t]+/g, ' ')
}
