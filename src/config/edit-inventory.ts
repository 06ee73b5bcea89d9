/** A phone more in the text of an inventory: its lines are added, every other byte stays. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Phone } from '../fleet/phone.js'
import { given } from '../snom/given.js'
import type { TreeMap } from './tree.js'
import { writeEntry } from './write-yaml.js'
import { type Outline, outlineYaml } from './yaml.js'

/** What an entry begins with; the rest is for a person to write. */
export type NewPhone = Partial<Pick<Phone, 'model' | 'name' | 'address' | 'groups'>>

export interface Edited {
  readonly text: string
  readonly line: number // of the new entry, 1-based
}

/** Bytes that go, and what comes in their place. */
interface Splice {
  readonly at: number
  readonly removed: number
  readonly text: string
}

/** Undefined where the file has a form that has no place for it: phones that are an alias, a list, no YAML at all. */
export function addPhone(text: string, mac: Mac, phone: NewPhone): Edited | undefined {
  const root = outlineYaml(text)
  const section = root && phonesOf(root)
  const key = spell(mac, section?.entries ?? [])
  const splices = root && splicesFor(text, root, section, { key, phone, lineBreak: lineBreakOf(text) })
  const last = splices?.at(-1)
  if (splices === undefined || last === undefined) return undefined
  const edited = splices.reduceRight((rest, { at, removed, text }) => {
    return `${rest.slice(0, at)}${text}${rest.slice(at + removed)}`
  }, text)
  const removed = splices.slice(0, -1).reduce((sum, splice) => sum + splice.removed, 0)
  return { text: edited, line: lineAt(edited, last.at - removed + last.text.indexOf(key)) }
}

interface Addition {
  readonly key: string
  readonly phone: NewPhone
  readonly lineBreak: string
}

function phonesOf({ entries }: Outline): Outline | undefined {
  return entries.find(({ key }) => /^(["']?)phones\1$/.test(key))?.value
}

function splicesFor(
  text: string,
  root: Outline,
  phones: Outline | undefined,
  addition: Addition,
): readonly Splice[] | undefined {
  if (root.form === 'other' || phones?.form === 'other') return undefined
  if (phones?.form === 'block') return [afterLast(text, phones, addition)]
  if (phones !== undefined && phones.entries.length > 0) return [intoBraces(phones, flowEntry(addition))]
  const isBare = phones === undefined || /^(?:\{\s*\}|\S*)$/.test(text.slice(phones.start, phones.end))
  if (!isBare) return undefined // a comment in empty braces
  if (root.form === 'flow') {
    if (phones === undefined) return [intoBraces(root, `phones: {${flowEntry(addition)}}`)]
    return [{ at: phones.start, removed: phones.end - phones.start, text: ` {${flowEntry(addition)}}` }]
  }
  const indent = ' '.repeat(columnOf(text, root.entries[0]?.start ?? 0))
  const lines = blockEntry(addition, 2).map(line => `${indent}  ${line}`)
  if (phones !== undefined) return inPlaceOf(text, phones, lines, addition)
  return [{ at: text.length, removed: 0, text: asLines(text, text.length, [`${indent}phones:`, ...lines], addition) }]
}

/** Behind the last phone, and behind the comments that are indented as a part of it. */
function afterLast(text: string, { entries }: Outline, addition: Addition): Splice {
  const last = entries.at(-1)
  const column = columnOf(text, last?.start ?? 0)
  const at = afterComments(text, lineEnd(text, last?.value.end ?? text.length), column)
  const like = last?.value
  const step = like?.form === 'block' ? columnOf(text, like.start) - column : 2
  const lines = like?.form === 'flow' && like.entries.length > 0 ? [flowEntry(addition)] : blockEntry(addition, step)
  const indented = lines.map(line => `${' '.repeat(column)}${line}`)
  return { at, removed: 0, text: asLines(text, at, isSpaced(text, entries) ? ['', ...indented] : indented, addition) }
}

/** `phones: {} # none yet` becomes `phones: # none yet`, with the entry below. */
function inPlaceOf(text: string, value: Outline, lines: readonly string[], addition: Addition): readonly Splice[] {
  const { start, end } = value
  const blanks = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0
  const at = lineEnd(text, end)
  return [
    { at: start - blanks, removed: end - start + blanks, text: '' },
    { at, removed: 0, text: asLines(text, at, lines, addition) },
  ]
}

function intoBraces({ start, entries }: Outline, entry: string): Splice {
  const last = entries.at(-1)
  return last === undefined
    ? { at: start + 1, removed: 0, text: entry }
    : { at: last.value.end, removed: 0, text: `, ${entry}` }
}

function blockEntry({ key, phone }: Addition, step: number): readonly string[] {
  const fields = fieldTexts(phone)
  return fields.length === 0 ? [`${key}: {}`] : [`${key}:`, ...fields.map(field => `${' '.repeat(step)}${field}`)]
}

function flowEntry({ key, phone }: Addition): string {
  return `${key}: {${fieldTexts(phone).join(', ')}}`
}

function fieldTexts({ model, name, address, groups = [] }: NewPhone): readonly string[] {
  const fields: TreeMap = {
    ...given({ model, name, address: address === undefined ? undefined : formatIpv4(address) }),
    ...(groups.length > 0 && { groups }),
  }
  return Object.entries(fields).map(([word, value]) => writeEntry(word, value))
}

/** In the separators, case and quotes of its neighbours. */
function spell(mac: Mac, neighbours: Outline['entries']): string {
  const keys = neighbours.map(({ key }) => key)
  const like = keys.at(-1) ?? ''
  const isLower = keys.some(key => /[a-f]/.test(key)) && !keys.some(key => /[A-F]/.test(key))
  const quote = /^["']/.exec(like)?.[0] ?? ''
  const separator = /[:.-]/.exec(like)?.[0] ?? ''
  const pairs = separator === '.' ? /....(?!$)/g : /..(?!$)/g
  const spelled = mac.replaceAll(pairs, `$&${separator}`)
  return `${quote}${isLower ? spelled.toLowerCase() : spelled}${quote}`
}

/** Whether a blank line stands between the last two phones. */
function isSpaced(text: string, entries: Outline['entries']): boolean {
  const [before, last] = entries.slice(-2)
  return last !== undefined && /\n[ \t]*\r?\n/.test(text.slice(before?.value.end, last.start))
}

/** Whole lines at the beginning of a line, whatever the text before it ends with. */
function asLines(text: string, at: number, lines: readonly string[], { lineBreak }: Addition): string {
  const begin = at === 0 || text[at - 1] === '\n' ? '' : lineBreak
  return `${begin}${lines.join(lineBreak)}${lineBreak}`
}

function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset // a block scalar ends with its line
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

function afterComments(text: string, offset: number, column: number): number {
  const comment = /[ \t]*(?=#)/y
  let at = offset
  for (;;) {
    comment.lastIndex = at
    const indent = comment.exec(text)?.[0].length
    if (indent === undefined || indent <= column) return at
    at = lineEnd(text, at + indent)
  }
}

function columnOf(text: string, offset: number): number {
  return offset === 0 ? 0 : offset - (text.lastIndexOf('\n', offset - 1) + 1) // a negative place would count as 0
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function lineBreakOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n'
}
