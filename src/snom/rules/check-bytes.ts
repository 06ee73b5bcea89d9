/** A file as it came: what the reader finds wrong in it and what the rules find, as one list. No I/O. */

import type { Document, Flaw } from '../document.js'
import { readDocument } from '../read.js'
import { checkDocument } from './check-document.js'
import type { Circumstances, Finding } from './rule.js'

/** Bytes looked at for the first-byte rules: a longer comment before the declaration is a missing one. */
const startLength = 4096

export interface Reading {
  readonly document?: Document
  readonly flaws: readonly Flaw[]
  readonly start: string
}

export function readBytes(bytes: Buffer): Reading {
  return { ...readDocument(bytes), start: bytes.toString('utf8', 0, startLength) }
}

/** By place. Of the reader's flaws those that only inform are left out. */
export function checkReading({ document, flaws, start }: Reading, circumstances: Circumstances): readonly Finding[] {
  const ruled = document === undefined ? [] : checkDocument(document, { ...circumstances, start })
  const said = new Set(ruled.map(placeAndRule))
  const read = flaws.flatMap(({ severity, place, rule, message }): Finding[] => {
    if (severity === 'info' || said.has(placeAndRule({ place, rule }))) return []
    return [{ place, rule, severity, message }]
  })
  return [...read, ...ruled].toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
}

export function checkBytes(bytes: Buffer, circumstances: Circumstances): readonly Finding[] {
  return checkReading(readBytes(bytes), circumstances)
}

function placeAndRule({ place, rule }: Pick<Finding, 'place' | 'rule'>): string {
  return `${place.line}:${place.column} ${rule}`
}
