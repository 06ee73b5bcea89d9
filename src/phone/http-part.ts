/** What came so far of one file by HTTP, and why no more, in a phone installer's words. No I/O. */

import { codeOf } from './step.js'

export interface Part {
  readonly url: string
  chunks: Buffer[]
  bytes: number
  expected: number | undefined // of the whole, by Content-Length
  isCut: boolean // the connection ended in the middle
}

/** `Content-Length says 100 bytes, 10 came` */
export function describeCut({ bytes, expected }: Part): string {
  return expected === undefined
    ? `stopped after ${bytes} bytes`
    : `Content-Length says ${expected} bytes, ${bytes} came`
}

/** `speaks`: the TLS versions of the phone, `TLS 1.0`. */
export function describeError(part: Part, error: Error, speaks: string): string {
  const code = codeOf(error)
  const { host } = new URL(part.url)
  const { expected } = part
  if (code.startsWith('HPE_')) {
    return expected === undefined
      ? `the answer is no HTTP (${code})`
      : `more came than Content-Length's ${expected} bytes`
  }
  if (expected !== undefined) return describeCut(part)
  if (code === 'ECONNREFUSED') return `nothing listens at ${host}`
  return describeHandshake(code, error.message, host, speaks) ?? `the connection to ${host} failed (${code})`
}

/** OpenSSL's own words stand in the code, or in the message beside EPROTO. */
function describeHandshake(code: string, message: string, host: string, speaks: string): string | undefined {
  const words = `${code} ${message}`.toUpperCase().replaceAll(' ', '_')
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|WRONG_VERSION|HANDSHAKE_FAILURE|NO_CIPHER/.test(words)) {
    return `no TLS in common with ${host} (${code}); this phone speaks ${speaks}`
  }
  if (/ALERT.*CERT|CERT.*ALERT/.test(words)) return `${host} does not take the phone's certificate (${code})`
  if (/CERT|SIGNATURE|ISSUER|SELF_SIGNED|ALTNAME/.test(code)) {
    return `the certificate of ${host} is not to be trusted (${code})`
  }
  return undefined
}
