/** Splits a setting file into coloured words: XML, and the plain `key$: value` files. Nothing is judged. No I/O. */

export type TokenKind = 'text' | 'comment' | 'tag' | 'name' | 'value' | 'entity' | 'flag' | 'punctuation'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
}

type Line = readonly Token[]

/** Lines with their words. Put together they are the text again, line ends aside. */
export function tokenLines(text: string): readonly Line[] {
  const lines = /^\s*<(?!html\b|pre\b)/i.test(text) ? linesOf(xmlTokens(text)) : text.split('\n').map(plainTokens)
  return lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines
}

const outside: readonly (readonly [TokenKind, RegExp])[] = [
  ['comment', /<!--[\s\S]*?(?:-->|$)/y],
  ['value', /<!\[CDATA\[[\s\S]*?(?:\]\]>|$)/y],
  ['comment', /<[?!][^>]*>?/y],
  ['tag', /<\/?[^\s<>/="']+/y],
  ['entity', /&#?\w{1,32};/y],
  ['text', /[^<&]+|[<&]/y],
]

const inside: readonly (readonly [TokenKind, RegExp])[] = [
  ['punctuation', /\s+|=|\//y],
  ['tag', />/y],
  ['value', /"[^"<]*"?|'[^'<]*'?/y],
  ['name', /[^\s<>/="']+/y],
]

function xmlTokens(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let isInTag = false
  while (at < text.length) {
    const token: Token = isInTag && text[at] !== '<' ? tokenAt(inside, text, at) : tokenAt(outside, text, at)
    isInTag = token.kind === 'tag' ? token.text !== '>' : isInTag && token.kind !== 'text'
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

function tokenAt(rules: typeof outside, text: string, at: number): Token {
  for (const [kind, rule] of rules) {
    rule.lastIndex = at
    const found = rule.exec(text)?.[0]
    if (found !== undefined && found !== '') return { kind, text: found }
  }
  return { kind: 'text', text: text.slice(at, at + 1) }
}

function linesOf(tokens: readonly Token[]): Line[] {
  const lines: Token[][] = [[]]
  for (const { kind, text } of tokens) {
    const [first = '', ...more] = text.split('\n')
    if (first !== '') lines.at(-1)?.push({ kind, text: first })
    for (const part of more) lines.push(part === '' ? [] : [{ kind, text: part }])
  }
  return lines
}

/** `user_name1$: 401`; what begins with # ; or < is no setting. */
function plainTokens(line: string): Line {
  const [, name, flag = '', colon = '', value = ''] = /^(\s*\w+)([$!&]?)(:)(.*)$/s.exec(line) ?? []
  const comment = { kind: 'comment', text: line } as const
  if (name === undefined) return line === '' ? [] : [/^\s*[#;<]/.test(line) ? comment : { ...comment, kind: 'text' }]
  const tokens: Token[] = [
    { kind: 'name', text: name },
    { kind: 'flag', text: flag },
    { kind: 'punctuation', text: colon },
    { kind: 'value', text: value },
  ]
  return tokens.filter(({ text }) => text !== '')
}
