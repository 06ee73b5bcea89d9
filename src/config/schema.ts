/** Sections, lists and words of a configuration as one zod schema: read with every mistake, written as JSON Schema. No I/O. */

import { z } from 'zod'
import type { Range, Subnet } from '../address/subnet.js'
import type { Path } from './finding.js'
import { nearest } from './nearest.js'
import { isTreeMap, kindOf, type Scalar, show, showKey, type Tree, type TreeMap } from './tree.js'
import type { Refuse, Word } from './words.js'

export type Schema<T = unknown> = z.ZodType<T>

/** What a schema makes of a file. */
export type Read<S> = z.output<S>

/** The same with a hole for every part that was wrong, so that the parts that are right can still be checked together. */
export type Loose<T> = T extends Range | Subnet
  ? T
  : T extends readonly (infer E)[]
    ? readonly (Loose<E> | undefined)[]
    : T extends object
      ? { readonly [K in keyof T]?: Loose<T[K]> | undefined }
      : T

export interface Mistake {
  readonly path: Path
  readonly end: 'key' | 'value'
  readonly rule: string
  readonly message: string
}

export interface Reading<T> {
  readonly whole?: T // where there is no mistake
  readonly parts: Loose<T> | undefined
  readonly mistakes: readonly Mistake[]
}

/** One value, converted while it is read. */
export function word<T>(form: Word<T>): z.ZodType<T, unknown> {
  return z
    .unknown()
    .transform((value, context) => {
      const found = parseWord(form, value)
      if (found.ok) return found.value
      context.issues.push({ code: 'custom', input: value, message: found.message, params: { rule: found.rule } })
      return z.NEVER
    })
    .meta({ ...form.json })
}

/** Keys that are fixed; others are refused. */
export function section<Shape extends Record<string, Schema>>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape)
}

/** A section, or `false` for none. */
export function closable<S extends Schema>(open: S) {
  return z.union([z.literal(false), open])
}

/** An empty value is an empty list. */
export function list<S extends Schema>(of: S, most: number) {
  return z.array(of).max(most, `has more than ${most} entries`).nullable()
}

export function oneOrMore<S extends Schema>(of: S, most: number) {
  return z.union([of, z.array(of).max(most, `has more than ${most} entries`)])
}

/** Keys that the operator chooses. `expected` completes "key x is not …". */
export function mapOf<S extends Schema>(keys: RegExp, expected: string, of: S) {
  return z.record(z.string().regex(keys, `is not ${expected}`), of).nullable()
}

/** Anything; what reads it checks it. */
export function anything(json: Readonly<Record<string, unknown>>): z.ZodType<unknown, unknown> {
  return z.unknown().meta({ ...json })
}

/** Never throws. */
export function readTree<T>(schema: Schema<T>, tree: Tree): Reading<T> {
  const outcome = schema.safeParse(tree ?? {})
  if (outcome.success) return { whole: outcome.data, parts: looseOf(outcome.data), mistakes: [] }
  const mistakes: Mistake[] = []
  const parts = salvage(schema, tree ?? {}, [], mistakes)
  return { parts: parts as Loose<T> | undefined, mistakes } // salvage() fills the same schema
}

/** For editors: what stands in the file, before it is converted. */
export function jsonSchema(schema: Schema, title: string): Record<string, unknown> {
  return { title, ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) }
}

function looseOf<T>(whole: T): Loose<T> {
  return whole as Loose<T> // a whole has no holes
}

function parseWord<T>(
  form: Word<T>,
  value: unknown,
): { ok: true; value: T } | { ok: false; rule: string; message: string } {
  const { expected, rule } = form
  if (value === undefined) return { ok: false, rule: 'missing-key', message: `is missing; expected ${expected}` }
  if (!isScalar(value)) return { ok: false, rule: 'wrong-kind', message: `is ${kindOf(value)}; expected ${expected}` }
  let refusal = value === null ? { rule: 'empty-value', message: `is empty; expected ${expected}` } : undefined
  const refuse: Refuse = (reason, own = rule) => {
    refusal = { rule: own, message: reason }
    return undefined
  }
  const parsed = form.parse(value, refuse)
  if (parsed !== undefined) return { ok: true, value: parsed }
  const shown = form.secret ? '' : `${show(value)} `
  return { ok: false, ...(refusal ?? { rule, message: `${shown}is not ${expected}` }) }
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** Reads part by part what does not parse as a whole. */
function salvage(schema: z.core.$ZodType, value: unknown, path: Path, mistakes: Mistake[]): unknown {
  const inner = unwrap(schema, value)
  if (inner instanceof z.ZodObject && isTreeMap(value)) return salvageSection(inner, value, path, mistakes)
  if (inner instanceof z.ZodRecord && isTreeMap(value)) return salvageMap(inner, value, path, mistakes)
  if (inner instanceof z.ZodArray && Array.isArray(value)) return salvageList(inner, value, path, mistakes)
  const outcome = z.safeParse(schema, value)
  if (outcome.success) return outcome.data
  const [issue] = outcome.error.issues
  const name = nameOf(path)
  if (issue?.code === 'custom') {
    mistakes.push({ path, end: 'value', rule: String(issue.params?.rule), message: `${name}${issue.message}` })
  } else {
    mistakes.push({
      path,
      end: 'value',
      rule: 'wrong-kind',
      message: `${entryOf(path)}is ${kindOf(value)}; expected ${wanted(inner)}`,
    })
  }
  return undefined
}

/** The schema inside its wrappers; of a union, the branch that the value's kind asks for. */
function unwrap(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap(), value)
  }
  if (!(schema instanceof z.ZodUnion)) return schema
  const fits = (option: z.core.$ZodType): boolean => {
    if (Array.isArray(value)) return option instanceof z.ZodArray
    return isTreeMap(value) ? option instanceof z.ZodObject : option instanceof z.ZodPipe
  }
  return schema.options.find(fits) ?? schema
}

function salvageSection(schema: z.ZodObject, value: TreeMap, path: Path, mistakes: Mistake[]): unknown {
  const parts: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(schema.shape)) {
    const part = salvage(child, value[key], [...path, key], mistakes)
    if (part !== undefined || key in value) parts[key] = part // a hole is what stands there and is wrong
  }
  const known = Object.keys(schema.shape)
  for (const [key, child] of Object.entries(value)) {
    if (known.includes(key)) continue
    const meant = nearest(key, known)
    const remedy = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`
    const shown = meant === undefined ? showKey(key, child) : ` ${show(key)}`
    mistakes.push({ path: [...path, key], end: 'key', rule: 'unknown-key', message: `unknown key${shown}; ${remedy}` })
  }
  return parts
}

function salvageMap(schema: z.ZodRecord, value: TreeMap, path: Path, mistakes: Mistake[]): unknown {
  const parts: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(value)) {
    const named = z.safeParse(schema.keyType, key)
    if (named.success) parts[key] = salvage(schema.valueType, child, [...path, key], mistakes)
    const shown = showKey(key, child)
    const problem = named.success ? '' : `${shown ? `key${shown}` : 'this key'} ${named.error.issues[0]?.message}`
    if (!named.success) mistakes.push({ path: [...path, key], end: 'key', rule: 'bad-key', message: problem })
  }
  return parts
}

function salvageList(schema: z.ZodArray, value: readonly unknown[], path: Path, mistakes: Mistake[]): unknown {
  const most = z.safeParse(schema, value).error?.issues.find(issue => issue.code === 'too_big')
  if (most) mistakes.push({ path, end: 'value', rule: 'too-many', message: `${nameOf(path)}${most.message}` })
  return value.map((child, index) => salvage(schema.element, child, [...path, index], mistakes))
}

/** The key that a message begins with: of an entry of a list, the list's. */
function nameOf(path: Path): string {
  const name = path.findLast(step => typeof step === 'string')
  return name === undefined ? 'this file ' : `${name} `
}

/** `entry 3 of subnets`, counted as people count. */
function entryOf(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'number' ? `entry ${last + 1} of ${nameOf(path)}` : nameOf(path)
}

function wanted(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodUnion) return 'a section of "key: value" lines, or false'
  if (schema instanceof z.ZodArray) return 'a list'
  return 'a section of "key: value" lines'
}
