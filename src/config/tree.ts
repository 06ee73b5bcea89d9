/** What a YAML file says, as plain values. No I/O. */

/** Numbers and booleans only where they print back as they were written: `0123` and `1e5` stay text, and so do MACs. */
export type Scalar = string | number | boolean | null

export type Tree = Scalar | readonly Tree[] | TreeMap

/** Without a prototype, so that no key of a file means anything to JavaScript. */
export interface TreeMap {
  readonly [key: string]: Tree
}

export function isTreeMap(tree: unknown): tree is TreeMap {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree)
}

/** What a value is, in the words of a message. */
export function kindOf(tree: unknown): string {
  if (tree === null || tree === undefined) return 'empty'
  if (Array.isArray(tree)) return 'a list'
  if (typeof tree === 'object') return 'a section'
  if (typeof tree === 'string') return 'text'
  return typeof tree === 'number' ? 'a number' : 'true or false'
}

/** A value for a message: as it was typed where that is plain, else quoted; cut where it is long. */
export function show(value: unknown): string {
  const text = String(value)
  if (/^[\w.:/+@-][\w.:/+@ -]{0,58}$/.test(text)) return text
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)
}

/**
 * A key for a message. A key without a value may be a password whose own key was forgotten, `{user: a, secret}`,
 * so it is shown only where it is known or has a value.
 */
export function showKey(key: string, value: unknown): string {
  return value === null || !/^[\w.$!&-]{1,60}$/.test(key) ? '' : ` ${key}`
}
