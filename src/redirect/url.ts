/** The URL of a settings server, as a phone will be told it (RFC 3986 §3). No I/O. */

/** Characters. Phones keep a setting in a buffer of that order, and it travels inside option 66 elsewhere. */
export const longestUrl = 255

const form =
  /^(?<scheme>https?|tftp):\/\/(?<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?<port>:\d{1,5})?(?<rest>[/?].*)?$/i

/** RFC 3986 §2 without the fragment, and the words in braces that phones fill in: `{mac}`, `{phone_type}`. */
const rest = /^(?:[a-z0-9._~:/?@!$&'()*+,;=[\]-]|%[0-9a-f]{2}|\{[a-z0-9_]{1,20}\})*$/i

const usualPorts: ReadonlyMap<string, string> = new Map([
  ['http', ':80'],
  ['https', ':443'],
  ['tftp', ':69'],
])

/**
 * The normal form: scheme and host in lower case, no port that is the scheme's own. The path stays as it is: to a
 * phone `http://host` and `http://host/` differ, and so does letter case. Undefined: no absolute http, https or tftp
 * URL, or one with a user name, a fragment, a blank or a control character.
 */
export function parseTargetUrl(text: string): string | undefined {
  if (text.length > longestUrl) return undefined
  const { scheme = '', host = '', port = '', rest: path = '' } = form.exec(text)?.groups ?? {}
  if (scheme === '' || !rest.test(path) || !isPort(port) || !URL.canParse(`http://${host}`)) return undefined
  const name = scheme.toLowerCase()
  return `${name}://${host.toLowerCase()}${port === usualPorts.get(name) ? '' : port}${path}`
}

function isPort(port: string): boolean {
  return port === '' || (Number(port.slice(1)) >= 1 && Number(port.slice(1)) <= 65_535)
}
