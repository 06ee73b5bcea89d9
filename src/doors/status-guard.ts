/** Which requests may not even be looked at: those that another site made a browser send, or that come by a false name. No I/O. */

/** What the header and the socket say of a request. */
export interface Asked {
  readonly method: string
  readonly remote: string // address of the peer
  readonly host?: string | undefined
  readonly origin?: string | undefined
  readonly fetchSite?: string | undefined // Sec-Fetch-Site
  readonly fetchMode?: string | undefined // Sec-Fetch-Mode
  readonly mark?: string | undefined // x-option66: no form and no link can send it
}

const changesNothing: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** One sentence for whoever asks; undefined: go on. Without a password the network itself has to be the fence. */
export function objection(asked: Asked, hasPassword: boolean): string | undefined {
  if (!hasPassword && !isLoopback(asked.remote)) {
    return 'without a password only programs on this machine may ask; set status.password'
  }
  // A page of evil.example whose name now leads to 127.0.0.1 is same-origin to the browser, but says its name here.
  if (!hasPassword && !namesLoopback(asked.host)) {
    return 'without a password this page has to be asked for as 127.0.0.1 or localhost; set status.password for other names'
  }
  if (isFromElsewhere(asked)) return 'another site may not ask for this'
  if (changesNothing.has(asked.method) || isProven(asked)) return undefined
  return 'a change needs the header x-option66, with any value'
}

/** The addresses that never leave a machine (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
export function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address) || address === '::1'
}

function namesLoopback(host = ''): boolean {
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  return name === 'localhost' || isLoopback(name.replace(/^\[(.*)\]$/, '$1'))
}

/** Following a link from elsewhere is harmless and allowed; all else that another site causes is not. */
function isFromElsewhere({ method, origin, host, fetchSite, fetchMode }: Asked): boolean {
  if (origin !== undefined && !isOwn(origin, host)) return true
  if (fetchSite !== 'cross-site' && fetchSite !== 'same-site') return false
  return !(fetchMode === 'navigate' && (method === 'GET' || method === 'HEAD'))
}

/** That the change was wanted by our own page, or by a program that is no browser. */
function isProven({ origin, host, fetchSite, mark }: Asked): boolean {
  return mark !== undefined || fetchSite === 'same-origin' || (origin !== undefined && isOwn(origin, host))
}

/** The scheme may differ: something that speaks TLS may stand before this door. `null` is nobody's own. */
function isOwn(origin: string, host = ''): boolean {
  return host !== '' && [`http://${host}`, `https://${host}`].includes(origin)
}
