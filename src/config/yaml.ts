/** YAML text as plain values that know their lines; the only place that knows the yaml package. No I/O. */

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Finding, Locate, Path, Place } from './finding.js'
import { type Scalar, showKey, type Tree, type TreeMap } from './tree.js'
import { mostDepth, syntaxWords } from './yaml-words.js'

export interface Source {
  readonly file: string
  readonly tree: Tree | undefined // undefined where the text is no YAML
  readonly locate: Locate
}

// One slip often makes the parser stumble on every line after it.
const mostSyntaxErrors = 20

// Aliases can double a text with every line; honest ones repeat a few key lists.
const mostAliased = 100_000 // values

/** Never throws: what is no YAML becomes findings, one a line at most. */
export function parseYaml(file: string, text: string, findings: Finding[]): Source {
  const lines = new LineCounter()
  // uniqueKeys would compare each key with every other; grow() does it in one pass. Pretty errors quote the text, and so its secrets.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  })
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const locate = locator(document, at)
  if (addSyntaxErrors(file, document, at, findings)) return { file, tree: undefined, locate }
  const growth: Growth = {
    anchors: new Map(),
    aliased: 0,
    refuse: (offset, rule, message) => findings.push({ file, ...at(offset), severity: 'error', rule, message }),
    lineOf: offset => at(offset).line,
  }
  return { file, tree: grow(document.contents, growth, 0, false), locate }
}

/**
 * Where the sections of a text stand, for who adds to it: offsets, in UTF-16 units. `block`: a key a line; `flow`: in
 * braces; `nothing`: no value, or null; `other`: text, a list, an alias.
 */
export interface Outline {
  readonly form: 'block' | 'flow' | 'nothing' | 'other'
  readonly start: number
  readonly end: number
  readonly entries: readonly { readonly key: string; readonly start: number; readonly value: Outline }[] // key: unread
}

const outlined = 3 // levels: the file, its phones, what a phone has

/** Undefined where the text is no YAML. */
export function outlineYaml(text: string): Outline | undefined {
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, logLevel: 'error' })
  return document.errors.length > 0 ? undefined : outlineOf(document.contents, text, 0, outlined)
}

/** `after`: where the key before it ends, for a value that is not there. */
function outlineOf(node: unknown, text: string, after: number, levels: number): Outline {
  const [start, end] = (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined) ?? []
  const entries: Outline['entries'][number][] = []
  if (start === undefined || end === undefined || (isScalar(node) && node.value === null && start === end)) {
    return { form: 'nothing', start: after, end: after, entries }
  }
  if (isScalar(node) && node.value === null) return { form: 'nothing', start, end, entries }
  if (!isMap(node)) return { form: 'other', start, end: contentEnd(node, end), entries }
  for (const { key, value } of levels === 0 ? [] : node.items) {
    const [first = 0, last = 0] = isScalar(key) ? (key.range ?? []) : []
    const colon = last + (/^\s*:/.exec(text.slice(last, last + 8))?.[0].length ?? 0)
    entries.push({ key: text.slice(first, last), start: first, value: outlineOf(value, text, colon, levels - 1) })
  }
  return { form: node.flow ? 'flow' : 'block', start, end: contentEnd(node, end), entries }
}

/** Where the last value ends: a section or list that is not in brackets goes on over the blank lines and comments below. */
function contentEnd(node: unknown, after: number): number {
  if (isMap(node) && !node.flow) {
    const { key, value } = node.items.at(-1) ?? {}
    return contentEnd(value, (isScalar(key) ? key.range?.[1] : undefined) ?? after)
  }
  if (isSeq(node) && !node.flow) return contentEnd(node.items.at(-1), node.range?.[0] ?? after)
  const [start = after, end = after] =
    (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined) ?? []
  return start === end ? after : end
}

/** A source of which nothing is known but its name. */
export function noSource(file: string): Source {
  return { file, tree: undefined, locate: () => ({ line: 1, column: 1 }) }
}

function addSyntaxErrors(
  file: string,
  document: Document,
  at: (offset: number) => Place,
  findings: Finding[],
): boolean {
  const lines = new Set<number>()
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    if (code === 'TAG_RESOLVE_FAILED') continue // grow() refuses every tag, in better words
    const place = at(pos[0])
    if (lines.has(place.line) || lines.size === mostSyntaxErrors) continue
    lines.add(place.line)
    const [rule, message] = syntaxWords(code)
    findings.push({ file, ...place, severity: 'error', rule, message })
  }
  return lines.size > 0
}

interface Growth {
  readonly anchors: Map<string, unknown>
  aliased: number // values that stand in the tree through an alias
  readonly refuse: (offset: number, rule: string, message: string) => void
  readonly lineOf: (offset: number) => number
}

function grow(node: unknown, growth: Growth, depth: number, aliased: boolean): Tree {
  if (node === null || node === undefined) return null
  if (aliased && ++growth.aliased > mostAliased) return null
  if (isAlias(node)) return growAlias(node.source, startOf(node), growth, depth)
  if (depth > mostDepth) {
    growth.refuse(startOf(node), 'yaml-depth', `nested deeper than ${mostDepth} levels`)
    return null
  }
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return null
  if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str') {
    growth.refuse(startOf(node), 'yaml-tag', 'tags (!name) mean nothing here; leave the tag out')
  }
  const tree = isScalar(node)
    ? scalarOf(node)
    : isSeq(node)
      ? node.items.map(item => grow(item, growth, depth + 1, aliased))
      : growMap(node.items, growth, depth, aliased)
  // Known only now, so that an alias cannot stand inside its own anchor.
  if (node.anchor !== undefined) growth.anchors.set(node.anchor, node)
  return tree
}

function growAlias(name: string, offset: number, growth: Growth, depth: number): Tree {
  const target = growth.anchors.get(name)
  if (target === undefined) {
    growth.refuse(offset, 'yaml-alias', 'no anchor of this name stands above; aliases (*name) repeat an anchor (&name)')
    return null
  }
  const tree = grow(target, growth, depth, true)
  if (growth.aliased > mostAliased && growth.aliased !== Number.POSITIVE_INFINITY) {
    growth.aliased = Number.POSITIVE_INFINITY // said once
    growth.refuse(offset, 'yaml-alias', `aliases stand for more than ${mostAliased} values; write fewer of them`)
  }
  return tree
}

function growMap(
  items: readonly { readonly key: unknown; readonly value: unknown }[],
  growth: Growth,
  depth: number,
  aliased: boolean,
): TreeMap {
  const map: Record<string, Tree> = Object.create(null)
  const lines = new Map<string, number>()
  for (const { key, value } of items) {
    const name = isScalar(key) ? keyText(key) : undefined
    const tree = grow(value, growth, depth + 1, aliased)
    if (name === undefined || name === '__proto__') {
      growth.refuse(startOf(key), 'bad-key', 'a key is one word or text in quotes')
      continue
    }
    const line = lines.get(name)
    if (line !== undefined && !aliased) {
      growth.refuse(
        startOf(key),
        'duplicate-key',
        `key${showKey(name, tree)} stands here again, first on line ${line}; keep one`,
      )
      continue
    }
    lines.set(name, growth.lineOf(startOf(key)))
    map[name] = tree
  }
  return map
}

interface ReadScalar {
  readonly value: unknown
  readonly source?: string
}

function scalarOf(node: ReadScalar): Scalar {
  const { value, source } = node
  if (typeof value === 'string' || value === null) return value
  if ((typeof value === 'number' || typeof value === 'boolean') && String(value) === source) return value
  return source ?? ''
}

/** Keys keep their spelling: 000413261234 is no number, and `~` no nothing. */
function keyText(node: ReadScalar): string | undefined {
  if (typeof node.value === 'string') return node.value
  return node.source === '' ? undefined : node.source
}

type Step = { readonly key: number; readonly value: unknown } // offset of the key, and the node behind it

function locator(document: Document, at: (offset: number) => Place): Locate {
  const indexes = new WeakMap<object, ReadonlyMap<string, Step>>() // made for a map on its first question
  const stepInto = (from: unknown, step: string | number): Step | undefined => {
    const node = isAlias(from) ? from.resolve(document) : from
    if (isSeq(node) && typeof step === 'number') {
      const value = node.items[step]
      return value === undefined ? undefined : { key: startOf(value), value }
    }
    if (!isMap(node)) return undefined
    const index = indexes.get(node) ?? indexMap(node.items)
    indexes.set(node, index)
    return index.get(String(step))
  }
  return (path: Path, end: 'key' | 'value'): Place => {
    let place: Step = { key: 0, value: document.contents }
    for (const step of path) {
      const next = stepInto(place.value, step)
      if (next === undefined) return at(place.key) // what is missing is missed where it belongs
      place = next
    }
    return at(end === 'key' || place.value === null ? place.key : startOf(place.value))
  }
}

function indexMap(items: readonly { readonly key: unknown; readonly value: unknown }[]): ReadonlyMap<string, Step> {
  const index = new Map<string, Step>()
  for (const { key, value } of items) {
    const name = isScalar(key) ? keyText(key) : undefined
    if (name !== undefined && !index.has(name)) index.set(name, { key: startOf(key), value })
  }
  return index
}

function startOf(node: unknown): number {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined) ?? 0
}
