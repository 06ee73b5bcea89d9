/** SIP URIs (RFC 3261 §19.1), as much of them as is needed to know who is meant. No I/O. */

export interface Uri {
  readonly scheme: string // in lower case
  readonly user?: string // with its %XX as they came
  readonly host: string // in lower case; IPv6 in brackets
  readonly port?: number
}

/** Undefined: no URI at all. What is no SIP URI has its scheme, and an empty host. */
export function parseUri(text: string): Uri | undefined {
  if (/[\s<>"]/.test(text)) return undefined
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(.*)$/i.exec(text) ?? []
  if (scheme === '') return undefined
  const name = scheme.toLowerCase()
  if (name !== 'sip' && name !== 'sips') return { scheme: name, host: '' }
  // RFC 3261 §25.1: a user may hold ; and ?, so the @ is looked for first
  const at = rest.indexOf('@')
  const hostPort = /^(\[[0-9a-f:.]+\]|[^:;?]+)(?::(\d{1,5}))?(?:[;?].*)?$/i.exec(rest.slice(at + 1))
  const port = hostPort?.[2] === undefined ? undefined : Number(hostPort[2])
  if (hostPort === null || (port !== undefined && (port === 0 || port > 65_535))) return undefined
  return {
    scheme: name,
    ...(at > 0 && { user: rest.slice(0, at) }),
    host: (hostPort[1] ?? '').toLowerCase(),
    ...(port !== undefined && { port }),
  }
}

/** The user with its %XX read (RFC 3261 §19.1.2); as it came where they are broken. */
export function userOf({ user = '' }: Uri): string {
  try {
    return decodeURIComponent(user)
  } catch {
    return user
  }
}
