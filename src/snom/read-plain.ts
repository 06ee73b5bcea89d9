/** The plain form, lines of `key!: value`, and pages saved from the phone's web interface that show it. No I/O. */

import type { Section, SettingsDocument, WrittenKey, WrittenSetting } from './document.js'
import { given } from './given.js'
import { readPlainPermission } from './permission.js'
import { splitPlainName } from './plain-name.js'
import { splitKeyText } from './read-items.js'
import { decodeReferences } from './read-references.js'
import { type Report, refuse } from './read-report.js'

interface Line extends WrittenSetting {
  readonly offset: number
}

/** As for XML. */
const mostLines = 100_000
const longestLine = 65_536 // characters

const comment = /^\s*(?:[#;<]|$)/
const setting = /^[ \t]*([^\s:!&$]+(?:\$\w+)*)[ \t]*([!&$]?)[ \t]*:/
const name = /^[A-Za-z0-9_.-]+$/

/** Whether any line of the text says something in the plain form. */
export function isPlain(text: string): boolean {
  return /^[ \t]*[A-Za-z][\w.-]{0,64}[!&$]?[ \t]{0,9}:/m.test(text)
}

export function readPlain(text: string, report: Report): SettingsDocument {
  return documentOf(
    'plain',
    linesIn(text, 0, line => line, report),
    report,
  )
}

/** The lines within `<pre>`; without one, all. HTML tags are left out, references decoded. */
export function readPage(text: string, report: Report): SettingsDocument {
  const opened = /<pre\b[^>]{0,200}>/i.exec(text)
  const start = opened === null ? 0 : opened.index + opened[0].length
  const end = text.slice(start).search(/<\/pre\b/i)
  const region = end < 0 ? text.slice(start) : text.slice(start, start + end)
  const decode = (line: string, offset: number): string =>
    decodeReferences(line.replaceAll(htmlTag, '').replaceAll('&nbsp;', ' '), { areCodePoints: true }, offset, report)
  return documentOf('page', linesIn(region, start, decode, report), report)
}

/** Not `<sip:…>`, which may stand in a value as it is. */
const htmlTag = /<\/?(?:a|b|br|div|em|font|i|p|span|strong|td|tr|tt|u)(?:\s[^<>]{0,400})?\/?>/gi

function linesIn(
  text: string,
  start: number,
  decode: (line: string, offset: number) => string,
  report: Report,
): readonly Line[] {
  const lines: Line[] = []
  for (const { 0: raw, index } of text.matchAll(/[^\r\n]+/g)) {
    const offset = start + index
    if (raw.length > longestLine) {
      report.add(offset, 'error', 'too-long', `a line of ${raw.length} characters; at most ${longestLine} are read`)
      continue
    }
    const text = decode(raw, offset)
    if (comment.test(text)) continue
    if (lines.length === mostLines) refuse(report, offset, 'too-many-elements', `more than ${mostLines} settings`)
    const line = readLine(text, raw, offset, report)
    if (line !== undefined) lines.push(line)
  }
  if (lines.length === 0) report.add(0, 'warning', 'no-settings', 'no line here is a setting (name!: value)')
  return lines
}

/** Splits at the first colon only: values are full of them. */
function readLine(text: string, raw: string, offset: number, report: Report): Line | undefined {
  const [head, written, perm = ''] = setting.exec(text) ?? []
  if (head === undefined || written === undefined) {
    const shown = JSON.stringify(text.trim().split(/[=\s]/, 1)[0]?.slice(0, 60)) // what is behind may be a password
    report.add(offset, 'warning', 'no-setting', `${shown} … is neither a setting (name!: value) nor a comment`)
    return undefined
  }
  const start = offset + Math.max(0, raw.search(/\S/))
  if (!name.test(written)) {
    report.add(start, 'warning', 'setting-name', `${JSON.stringify(written.slice(0, 60))} cannot name a setting`)
  }
  const after = raw.indexOf(':') + 1
  const blanks = Math.max(0, raw.slice(after).search(/\S|$/))
  return {
    ...{ tag: written, place: report.place(start), strays: [], offset },
    at: { value: report.place(offset + after + blanks) },
    ...splitPlainName(written),
    ...readPlainPermission(perm),
    value: text.slice(head.length).trim(),
  }
}

/** `fkey3`, `fkey_context3` and `fkey_label3` are one key. */
function documentOf(form: 'plain' | 'page', lines: readonly Line[], report: Report): SettingsDocument {
  const parts = new Map(lines.filter(({ tag }) => keyLine.test(tag)).map(line => [line.tag, line]))
  const isOfKey = ({ tag }: Line): boolean => {
    const [, , digits] = keyLine.exec(tag) ?? []
    return digits !== undefined && parts.has(`fkey${digits}`)
  }
  const settings = lines.filter(line => !isOfKey(line)).map(bare)
  const keys = lines.filter(line => isOfKey(line) && /^fkey\d+$/.test(line.tag)).map(line => keyOf(line, parts))
  const place = report.place(0)
  const part = { tag: '', place, at: {}, strays: [] }
  const sections: Section[] = [{ kind: 'phone-settings', ...part, settings }]
  if (keys.length > 0) sections.push({ kind: 'function-keys', ...part, keys })
  return { kind: 'settings', form, ...part, sections }
}

const keyLine = /^fkey(_context|_label)?(\d{1,3})$/

function keyOf(line: Line, parts: ReadonlyMap<string, Line>): WrittenKey {
  const { tag, place, strays, at, perm, flag, isVolatile } = line
  const digits = tag.slice('fkey'.length)
  const context = parts.get(`fkey_context${digits}`)
  const label = parts.get(`fkey_label${digits}`)
  return {
    ...{ tag, place, strays },
    at: { ...at, ...given({ context: context?.at.value, label: label?.at.value }) },
    ...{ idx: Number(digits), ...given({ context: context?.value }) },
    ...given({ perm, flag, isVolatile }),
    ...splitKeyText(line.value),
    ...given({ label: label?.value }),
  }
}

function bare({ offset: _, ...setting }: Line): WrittenSetting {
  return setting
}
