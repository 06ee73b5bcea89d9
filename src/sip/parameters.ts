/** Values with parameters, and lists of values: `;name=value`, quoted strings, commas (RFC 3261 §7.3.1, §25.1). No I/O. */

/** By name in lower case; undefined: a parameter without value. Quotes and their backslashes are gone. The first of a name counts. */
export type Parameters = ReadonlyMap<string, string | undefined>

/** A header value bears no more parts than that: more is no phone's, and costs time. */
const mostParts = 64

/** The parts between separators that stand outside of quotes and angle brackets, trimmed; undefined when a quote stays open. */
export function splitOutside(text: string, separator: ',' | ';'): readonly string[] | undefined {
  const parts: string[] = []
  let [from, isQuoted, isInside] = [0, false, false]
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (isQuoted && character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && character === '<') isInside = true
    else if (!isQuoted && character === '>') isInside = false
    else if (!isQuoted && !isInside && character === separator && parts.length < mostParts) {
      parts.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return isQuoted ? undefined : [...parts, text.slice(from).trim()]
}

/** Of `a=b`, `a`, `a="b"`; empty parts are left out. */
export function readParameters(parts: readonly string[]): Parameters {
  const parameters = new Map<string, string | undefined>()
  for (const part of parts) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (name === '' || parameters.has(name)) continue
    parameters.set(name, equals < 0 ? undefined : unquoted(part.slice(equals + 1).trim()))
  }
  return parameters
}

/** RFC 3261 §25.1, quoted-string: `"a\"b"` is `a"b`. */
function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}
