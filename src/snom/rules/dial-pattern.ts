/** What a pattern of a dial plan says. No I/O. */

const class_ = /\[[^[\]]*\]/g

/** The bracket without a counterpart, if there is one. Brackets do not nest. */
export function unbalancedClass(pattern: string): '[' | ']' | undefined {
  const rest = pattern.replaceAll(class_, '')
  if (rest.includes('[')) return '['
  return rest.includes(']') ? ']' : undefined
}

/** Whether a class of the pattern holds no character. */
export function isUnmatchable(pattern: string): boolean {
  return [...pattern.matchAll(class_)].some(([found]) => charactersOf(found) === '')
}

/** The first character that can neither be dialled nor means anything; letters are dialled in SIP names. */
export function strangerIn(pattern: string): string | undefined {
  const bare = pattern.replaceAll(class_, found => (/^\[\^?[\w*#+-]*\]$/.test(found) ? '' : found))
  return /[^A-Za-z0-9*#+.,_@:[\]|-]/u.exec(bare)?.[0]
}

/** Two patterns that match the same have the same normal form: tones make no difference, classes are spelled out. */
export function normalPattern(pattern: string): string {
  return pattern.replaceAll(',', '').replaceAll(class_, found => {
    const characters = charactersOf(found)
    return characters.length === 1 ? characters : `[${characters}]`
  })
}

/** The characters of a class in order, ranges spelled out: [2-5] is 2345. A negated one keeps its ^. */
function charactersOf(written: string): string {
  const inside = written.slice(1, -1)
  const isNegated = inside.startsWith('^')
  const spelled = inside.slice(isNegated ? 1 : 0).replaceAll(/(.)-(.)/g, (_, from: string, to: string) => {
    let all = ''
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0) && all.length < 128; code++)
      all += String.fromCharCode(code)
    return all
  })
  const sorted = [...new Set(spelled)].sort().join('')
  return isNegated ? `^${sorted}` : sorted
}
