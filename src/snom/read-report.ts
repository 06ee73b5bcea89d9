/** Flaws found while a file is read, each at its line and column, and never more of them than anybody reads. No I/O. */

import type { Flaw, Place } from './document.js'

export interface Report {
  readonly flaws: readonly Flaw[]
  place(offset: number): Place
  add(offset: number, severity: Flaw['severity'], rule: string, message: string): void
  /** For what would be found a hundred times in a file: only the first one is kept. */
  addOnce(offset: number, severity: Flaw['severity'], rule: string, message: string): void
}

/** Whoever has not understood after these will not after a million. */
const mostFlaws = 1000

/** Ends the reading: what follows in the file cannot be read, or must not be. Its flaw is in the report. */
export class Refused extends Error {}

export function createReport(text: string): Report {
  const flaws: Flaw[] = []
  const seen = new Set<string>()
  const place = placesIn(text)

  function add(offset: number, severity: Flaw['severity'], rule: string, message: string): void {
    if (flaws.length === mostFlaws) return
    const isLast = flaws.length === mostFlaws - 1 && severity !== 'error'
    if (isLast) flaws.push({ place: place(offset), rule: 'too-many-flaws', severity, message: 'more flaws follow' })
    else flaws.push({ place: place(offset), rule, severity, message })
  }

  function addOnce(offset: number, severity: Flaw['severity'], rule: string, message: string): void {
    if (seen.has(rule)) return
    seen.add(rule)
    add(offset, severity, rule, message)
  }

  return { flaws, place, add, addOnce }
}

/** Throws Refused. */
export function refuse(report: Report, offset: number, rule: string, message: string): never {
  report.add(offset, 'error', rule, message)
  throw new Refused(message)
}

/** Lines end with LF, CRLF or CR. Offsets mostly ask for the same or a later line, so the search begins at the last. */
function placesIn(text: string): (offset: number) => Place {
  const starts = lineStarts(text)
  let line = 0

  function isIn(candidate: number, offset: number): boolean {
    const start = starts[candidate] ?? Number.POSITIVE_INFINITY
    return offset >= start && offset < (starts[candidate + 1] ?? Number.POSITIVE_INFINITY)
  }

  return offset => {
    if (!isIn(line, offset)) line = isIn(line + 1, offset) ? line + 1 : lineOf(starts, offset)
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.search(/[\r\n]/); at >= 0 && at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1)
  }
  return starts
}

/** The last line that begins at or before the offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
