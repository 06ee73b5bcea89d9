/** Character references as snom writes them: they carry code points, or the bytes of UTF-8. No I/O. */

import type { Report } from './read-report.js'

export interface ReferenceRules {
  /** Where e="2" stands, `&#252;` is ü; elsewhere `&#195;&#188;` is. */
  readonly areCodePoints: boolean
}

const named: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

/** Several in a row are one match, since a character may take up to four. */
const reference = /(?:&#(?:\d{1,7}|[xX][0-9a-fA-F]{1,6});)+|&([A-Za-z][A-Za-z0-9]{0,31});|&/g

/** `offset`: of the raw text in the file. What is no reference stays as it stands. */
export function decodeReferences(raw: string, rules: ReferenceRules, offset: number, report: Report): string {
  if (!raw.includes('&')) return raw
  return raw.replaceAll(reference, (match: string, name: string | undefined, at: number) => {
    if (match === '&') {
      // perm="&" stands in the maker's own listings
      const severity = raw === '&' ? 'warning' : 'error'
      report.add(offset + at, severity, 'bare-ampersand', 'an & that begins no reference; write &amp;')
      return match
    }
    if (name === undefined) return decodeNumbers(numbersIn(match), rules, offset + at, report)
    const character = named.get(name)
    if (character !== undefined) return character
    report.add(offset + at, 'error', 'unknown-entity', `${match} stands for nothing; only ${known} do`)
    return match
  })
}

const known = '&lt; &gt; &amp; &quot; &apos;'

function numbersIn(references: string): readonly number[] {
  return references
    .slice(2, -1)
    .split(';&#')
    .map(digits => Number(/^x/i.test(digits) ? `0x${digits.slice(1)}` : digits))
}

function decodeNumbers(numbers: readonly number[], rules: ReferenceRules, offset: number, report: Report): string {
  const bad = numbers.find(number => number === 0 || number > 0x10ffff || (number >= 0xd800 && number <= 0xdfff))
  if (bad !== undefined) report.add(offset, 'error', 'no-character', `&#${bad}; is no character`)
  const control = numbers.find(number => number > 0 && number < 32 && number !== 9 && number !== 10 && number !== 13)
  if (control !== undefined) {
    const message = `&#${control}; is a control character, which XML 1.0 cannot hold; snom's own language files do`
    report.addOnce(offset, 'info', 'control-reference', message)
  }
  return rules.areCodePoints ? numbers.map(fromCodePoint).join('') : decodeRuns(numbers, offset, report)
}

/** Runs of 128 to 255 are UTF-8 where they can be. */
function decodeRuns(numbers: readonly number[], offset: number, report: Report): string {
  let text = ''
  let bytes: number[] = []
  for (const number of [...numbers, -1]) {
    if (number >= 0x80 && number <= 0xff) bytes.push(number)
    else {
      text += decodeBytes(bytes, offset, report)
      bytes = []
      if (number >= 0) text += fromCodePoint(number)
    }
  }
  return text
}

function decodeBytes(bytes: readonly number[], offset: number, report: Report): string {
  if (bytes.length === 0) return ''
  const text = Buffer.from(bytes).toString('utf8')
  if (!text.includes('\ufffd') || Buffer.from(text).equals(Buffer.from(bytes))) return text
  const message = `&#${bytes[0]}; is taken for a code point; without e="2" phones take it for a byte of UTF-8`
  report.addOnce(offset, 'warning', 'code-point-reference', message)
  return bytes.map(fromCodePoint).join('')
}

function fromCodePoint(number: number): string {
  const isCharacter = number > 0 && number <= 0x10ffff && (number < 0xd800 || number > 0xdfff)
  return isCharacter ? String.fromCodePoint(number) : '\ufffd'
}
