/**
 * One change as a line of text, and a file of them read back.
 *
 *     5d41402a {"address":"192.168.66.100",…}⏎
 *     CRC-32 of the JSON's bytes in 8 hexadecimal digits, a blank, the JSON, a line feed
 */

import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/** Bytes of one line. A record takes some hundred; a longer line is damage, and reading holds no more than this of it. */
export const longestLine = 65_536

const chunkSize = 1_048_576 // bytes read at once
const mostNamed = 10 // line numbers that a report spells out

export interface Reading<Value> {
  readonly values: readonly Value[] // oldest first
  readonly length: number // bytes to the end of the last sound line
  readonly size: number // bytes in all
  readonly lines: number // sound ones
  readonly damaged: number // lines that are none, the torn one included
  readonly damagedLines: readonly number[] // the numbers of the first of them, from 1
  /** The only fault is one line at the very end: a write that the power cut, or one under way. */
  readonly torn: boolean
}

/** Throws when the text would not come back: a line feed inside, or too long. */
export function journalLine(text: string): string {
  const line = `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`
  if (text.includes('\n')) throw new Error('a journal record may hold no line feed')
  // A UTF-16 unit takes at most 3 bytes.
  if (line.length * 3 > longestLine && Buffer.byteLength(line) > longestLine) {
    throw new Error(`a journal record may take ${longestLine} bytes, not ${Buffer.byteLength(line)}`)
  }
  return line
}

/** The text of a line without its line feed; undefined when its checksum does not hold. */
export function lineText(line: Buffer): string | undefined {
  if (line.length < 9 || line[8] !== 0x20) return undefined
  const json = line.subarray(9)
  const sum = line.toString('latin1', 0, 8)
  if (!/^[0-9a-f]{8}$/.test(sum) || Number.parseInt(sum, 16) !== crc32(json)) return undefined
  return json.toString('utf8')
}

/** Never throws for what the file holds; rejects when it cannot be read. */
export async function readLines<Value>(
  handle: FileHandle,
  decode: (text: string) => Value | undefined,
): Promise<Reading<Value>> {
  const values: Value[] = []
  const damagedLines: number[] = []
  let [number, damaged, size, length, lastDamaged] = [0, 0, 0, 0, 0]
  const bad = () => {
    damaged++
    lastDamaged = number
    if (damagedLines.length < mostNamed) damagedLines.push(number)
  }
  for await (const { line, ended, bytes } of splitLines(handle)) {
    number++
    size += bytes
    const text = ended && line !== undefined ? lineText(line) : undefined
    const value = text === undefined ? undefined : decode(text)
    if (value === undefined) bad()
    else {
      values.push(value)
      length = size
    }
  }
  const torn = damaged === 1 && lastDamaged === number
  return { values, length, size, lines: values.length, damaged, damagedLines, torn }
}

/** `lines 3, 17 and 2 more` */
export function nameLines(reading: Reading<unknown>): string {
  const { damaged, damagedLines } = reading
  const more = damaged > damagedLines.length ? ` and ${damaged - damagedLines.length} more` : ''
  return `${damaged === 1 ? 'line' : 'lines'} ${damagedLines.join(', ')}${more}`
}

interface RawLine {
  readonly line: Buffer | undefined // undefined: longer than any record
  readonly ended: boolean // by a line feed
  readonly bytes: number // with it
}

async function* splitLines(handle: FileHandle): AsyncGenerator<RawLine> {
  const chunk = Buffer.allocUnsafe(chunkSize)
  let rest = Buffer.alloc(0) // the begin of a line whose end was not read yet
  let skipped = 0 // bytes of a too long line already let go
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunkSize, position)
    if (bytesRead === 0) break
    position += bytesRead
    const text = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
    let from = 0
    for (let feed = text.indexOf(0x0a); feed >= 0; feed = text.indexOf(0x0a, from)) {
      yield { line: skipped > 0 ? undefined : text.subarray(from, feed), ended: true, bytes: skipped + feed + 1 - from }
      from = feed + 1
      skipped = 0
    }
    rest = text.subarray(from)
    if (rest.length <= longestLine) continue
    skipped += rest.length
    rest = rest.subarray(rest.length)
  }
  if (rest.length + skipped > 0) yield { line: undefined, ended: false, bytes: rest.length + skipped }
}
