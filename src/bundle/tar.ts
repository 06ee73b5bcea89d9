/** The tar format (POSIX.1-2017, pax: ustar and its extended headers; GNU long names): plain files out of it. No I/O. */

import { type ArchiveLimits, BadArchive, type Member, safeName, tooLarge, tooMany } from './archive.js'

const block = 512 // bytes
const longestHeader = 16 * 1024 // bytes of an extended header; a path in it has some hundred

/** Whether a first header is there whose checksum is right: older archives have no other mark. */
export function isTar(bytes: Buffer): boolean {
  return bytes.length >= block && isSound(bytes.subarray(0, block))
}

export function readTar(bytes: Buffer, limits: ArchiveLimits): Member[] {
  const members: Member[] = []
  let [count, total] = [0, 0]
  let longName: string | undefined
  for (let at = 0; at + block <= bytes.length; ) {
    const header = bytes.subarray(at, at + block)
    if (header.every(byte => byte === 0)) return members // the end is marked by a block of zeros
    const { type, size, name } = readHeader(header)
    const data = bytes.subarray(at + block, at + block + size)
    if (data.length < size) throw cutOff()
    at += block + Math.ceil(size / block) * block
    count += 1
    total += size
    if (count > limits.members) throw tooMany(limits.members)
    if (total > limits.totalBytes) throw tooLarge(limits.totalBytes)
    if ('xgLK'.includes(type)) {
      longName = readExtension(type, data) ?? longName
      continue
    }
    const path = safeName(longName ?? name)
    longName = undefined
    if (!isPlain(type, path)) continue
    if (size > limits.memberBytes) throw new BadArchive(`holds a member of ${size} bytes: ${path}`)
    members.push({ name: path, bytes: data })
  }
  throw cutOff()
}

function readHeader(header: Buffer) {
  if (!isSound(header)) throw new BadArchive('is damaged: the checksum of a member is wrong')
  const size = octal(header, 124, 12)
  if (size === undefined) throw new BadArchive('is damaged: the size of a member is no octal number')
  // Only ustar has a prefix; GNU uses its place otherwise and writes "ustar " with blanks.
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(header, 345, 155) : ''
  const name = text(header, 0, 100)
  const type = String.fromCharCode(header[156] ?? 0)
  return { type, size, name: prefix === '' ? name : `${prefix}/${name}` }
}

/** The path an extended header gives to the next member, if any. */
function readExtension(type: string, data: Buffer): string | undefined {
  if (data.length > longestHeader) throw new BadArchive(`holds an extended header of ${data.length} bytes`)
  if (type === 'L') return text(data, 0, data.length)
  if (type !== 'x') return undefined // g: for all members, K: where a link leads
  const records = data.toString('utf8')
  // A size here would move all that follows; it is written for files of 8 GiB and more.
  if (/(?:^|\n)\d+ size=/.test(records)) throw new BadArchive('holds a member of 8 GiB or more')
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records)?.[1]
}

/** False for a folder. Throws for what no archive of files needs. */
function isPlain(type: string, path: string): boolean {
  if (type === '5') return false
  if (type === '1' || type === '2') throw new BadArchive(`holds a link: ${path}`)
  if (type === '3' || type === '4' || type === '6') throw new BadArchive(`holds a device: ${path}`)
  if (!'0\x007'.includes(type)) throw new BadArchive(`holds a member of type ${JSON.stringify(type)}: ${path}`)
  return !path.endsWith('/')
}

/** The sum of all bytes of the header, its own field counted as blanks. */
function isSound(header: Buffer): boolean {
  const sum = header.reduce((total, byte, place) => total + (place >= 148 && place < 156 ? 0x20 : byte), 0)
  return octal(header, 148, 8) === sum
}

/** Undefined for base-256 too, which only sizes of 8 GiB need. */
function octal(header: Buffer, at: number, length: number): number | undefined {
  const digits = /^ *([0-7]*)[ \0]*$/.exec(header.toString('latin1', at, at + length))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits || '0', 8)
}

function text(bytes: Buffer, at: number, length: number): string {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

function cutOff(): BadArchive {
  return new BadArchive('ends too early: it was cut off')
}
