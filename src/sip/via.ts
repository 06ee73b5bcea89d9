/** Via: which way a message came, and which way its response goes back (RFC 3261 §18.2, §20.42; RFC 3581). No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import type { Endpoint } from './endpoint.js'
import { usualPort } from './endpoint.js'
import { type Parameters, readParameters, splitOutside } from './parameters.js'

export interface Via {
  readonly host: string // sent-by
  readonly port?: number
  readonly parameters: Parameters
}

/** RFC 3261 §8.1.1.7: what a branch of this RFC begins with. */
export const magicCookie = 'z9hG4bK'

const sentProtocol = /^SIP\s*\/\s*2\.0\s*\/\s*[a-z0-9._+-]+\s+(\[[0-9a-f:.]+\]|[^\s:]+)\s*(?::\s*(\d{1,5}))?$/i

/** One value: `SIP/2.0/UDP 192.168.66.21:5060;branch=z9hG4bK1`. Blanks are allowed around slashes and colon (RFC 3261 §25.1). */
export function parseVia(value: string): Via | undefined {
  const [sentBy = '', ...rest] = splitOutside(value, ';') ?? []
  const [, host, port] = sentProtocol.exec(sentBy) ?? []
  if (host === undefined || Number(port ?? 1) > 65_535 || port === '0') return undefined
  return {
    host: host.toLowerCase(),
    ...(port !== undefined && { port: Number(port) }),
    parameters: readParameters(rest),
  }
}

/** Several values in one header line, or one in each: the same (RFC 3261 §7.3.1). */
export function splitVias(values: readonly string[]): readonly string[] {
  return values.flatMap(value => splitOutside(value, ',') ?? [value])
}

/**
 * The topmost value as it goes into the response: where the request really came from is added. RFC 3261 §18.2.1 asks for
 * `received` where the sent-by is another address, RFC 3581 §4 for `rport` and `received` where `rport` was asked for.
 */
export function markVia(value: string, via: Via, source: Endpoint): string {
  const address = formatIpv4(source.address)
  const parts = (splitOutside(value, ';') ?? []).filter(part => !/^received\s*(?:=|$)/i.test(part))
  const isAsked = via.parameters.has('rport')
  const marked = parts.map(part => (/^rport\s*(?:=|$)/i.test(part) ? `rport=${source.port}` : part))
  return [...marked, ...(isAsked || via.host !== address ? [`received=${address}`] : [])].join(';')
}

/**
 * Where the response goes. Never to another address than the request came from: `maddr` and `received` of a stranger
 * (RFC 3261 §18.2.2) could make us talk to anybody. The port is the source's with `rport`, else the sent-by's.
 */
export function responseTarget(via: Via, source: Endpoint): Endpoint {
  return { address: source.address, port: via.parameters.has('rport') ? source.port : (via.port ?? usualPort) }
}
