/** Plain values as YAML text; what any YAML might read otherwise stands in quotes. No I/O. */

import { isTreeMap, type Scalar, type Tree, type TreeMap } from './tree.js'
import { isPlain, isPlainKey } from './yaml-words.js'

/** Text that parseYaml() reads as the same tree. Keys have at most 1,000 characters. */
export function writeYaml(tree: Tree): string {
  return `${linesOf(tree).join('\n')}\n`
}

/** `name: Front desk` */
export function writeEntry(key: string, value: Tree): string {
  return `${keyText(key)}: ${inlineText(value) ?? ''}`
}

function linesOf(tree: Tree): readonly string[] {
  const inline = inlineText(tree)
  if (inline !== undefined) return [inline]
  return isTreeMap(tree) ? mapLines(tree) : listLines(isList(tree) ? tree : [])
}

function mapLines(map: TreeMap): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    if (inlineText(value) !== undefined) return [writeEntry(key, value)]
    return [`${keyText(key)}:`, ...linesOf(value).map(line => `  ${line}`)]
  })
}

function listLines(list: readonly Tree[]): readonly string[] {
  return list.flatMap(item => {
    const [first = '', ...rest] = isShort(item) ? [flowText(item)] : linesOf(item)
    return [`- ${first}`, ...rest.map(line => `  ${line}`)]
  })
}

/** What fits on a line stands on one: words, lists of words, and what is empty. */
function inlineText(tree: Tree): string | undefined {
  if (isTreeMap(tree)) return Object.keys(tree).length === 0 ? '{}' : undefined
  if (!isList(tree)) return wordText(tree)
  return tree.every(isWord) ? `[${tree.map(flowText).join(', ')}]` : undefined
}

/** In lists, sections of words alone stand on one line too. */
function isShort(tree: Tree): tree is TreeMap {
  return isTreeMap(tree) && Object.values(tree).every(isWord)
}

function flowText(tree: Tree): string {
  if (!isTreeMap(tree)) return inlineText(tree) ?? ''
  return `{${Object.entries(tree)
    .map(([key, value]) => writeEntry(key, value))
    .join(', ')}}`
}

function keyText(key: string): string {
  return isPlainKey(key) ? key : quoted(key)
}

function wordText(word: Scalar): string {
  return typeof word !== 'string' || isPlain(word) ? String(word) : quoted(word)
}

/** The escapes of JSON are escapes of YAML (YAML 1.2.2 §5.7); what YAML 1.1 took for a line break is escaped too. */
function quoted(text: string): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028\u2029\ufeff]/g, escaped)
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree)
}

function isWord(tree: Tree): tree is Scalar {
  return !isList(tree) && !isTreeMap(tree)
}
