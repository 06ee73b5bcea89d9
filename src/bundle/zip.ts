/** The zip format (PKWARE APPNOTE 6.3, without encryption and zip64): plain files out of it, stored or deflated. No I/O. */

import { crc32, inflateRawSync } from 'node:zlib'
import { type ArchiveLimits, BadArchive, type Member, safeName, tooLarge, tooMany } from './archive.js'

const localSignature = 0x04034b50
const centralSignature = 0x02014b50
const endSignature = 0x06054b50
const endSize = 22 // bytes, without the comment of up to 65,535

export function isZip(bytes: Buffer): boolean {
  return bytes.length >= endSize && [localSignature, endSignature].includes(bytes.readUInt32LE(0))
}

/** The central directory is what counts; local headers must agree with it, so that no two readers see two archives. */
export function readZip(bytes: Buffer, limits: ArchiveLimits): Member[] {
  try {
    return readMembers(bytes, limits)
  } catch (error) {
    if (error instanceof BadArchive) throw error
    throw new BadArchive('is damaged: a field lies outside it') // RangeError of a read past the end
  }
}

interface Entry {
  readonly name: string
  readonly method: number // 0 stored, 8 deflated
  readonly crc: number
  readonly packed: number // bytes
  readonly size: number // bytes, unpacked
  readonly offset: number // of the local header
}

function readMembers(bytes: Buffer, limits: ArchiveLimits): Member[] {
  const end = findEnd(bytes)
  const count = bytes.readUInt16LE(end + 10)
  if (count > limits.members) throw tooMany(limits.members)
  const members: Member[] = []
  let total = 0
  let at = bytes.readUInt32LE(end + 16)
  for (let n = 0; n < count; n += 1) {
    const entry = readEntry(bytes, at)
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
    const path = safeName(entry.name)
    if (path.endsWith('/')) continue
    total += entry.size
    if (entry.size > limits.memberBytes) throw new BadArchive(`holds a member of ${entry.size} bytes: ${path}`)
    if (total > limits.totalBytes) throw tooLarge(limits.totalBytes)
    members.push({ name: path, bytes: unpack(bytes, entry, path) })
  }
  return members
}

/** APPNOTE 4.3.16. The comment behind it may hold anything, so the record's own length must fit. */
function findEnd(bytes: Buffer): number {
  for (let at = bytes.length - endSize; at >= 0 && at >= bytes.length - endSize - 0xffff; at -= 1) {
    if (bytes.readUInt32LE(at) === endSignature && at + endSize + bytes.readUInt16LE(at + 20) === bytes.length)
      return at
  }
  throw new BadArchive('ends too early: it was cut off')
}

/** APPNOTE 4.3.12 */
function readEntry(bytes: Buffer, at: number): Entry {
  if (bytes.readUInt32LE(at) !== centralSignature) throw new BadArchive('is damaged: its directory is broken')
  const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28))
  const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)]
  if ((bytes.readUInt16LE(at + 8) & 1) !== 0) throw new BadArchive(`is encrypted: ${JSON.stringify(name)}`)
  // The upper half is the file's mode where a Unix wrote it (4.4.2.2); 0 and 0o10 are no type and a plain file.
  const type = bytes[at + 5] === 3 ? bytes.readUInt32LE(at + 38) >>> 28 : 0
  if (type === 0o12) throw new BadArchive(`holds a link: ${JSON.stringify(name)}`)
  if (![0, 0o4, 0o10].includes(type)) throw new BadArchive(`holds a device: ${JSON.stringify(name)}`)
  const [method, crc, offset] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 42)]
  return { name, method, crc, packed, size, offset }
}

/** APPNOTE 4.3.7 */
function unpack(bytes: Buffer, { name, method, crc, packed, size, offset }: Entry, path: string): Buffer {
  const nameLength = bytes.readUInt16LE(offset + 26)
  const start = offset + 30 + nameLength + bytes.readUInt16LE(offset + 28)
  const isTwin = bytes.readUInt32LE(offset) === localSignature
  if (!isTwin || bytes.toString('utf8', offset + 30, offset + 30 + nameLength) !== name) {
    throw new BadArchive(`is damaged: its directory does not fit ${path}`)
  }
  const data = bytes.subarray(start, start + packed)
  if (data.length < packed) throw new BadArchive('ends too early: it was cut off')
  const plain = method === 0 ? data : method === 8 ? inflate(data, size, path) : undefined
  if (plain === undefined) throw new BadArchive(`packs ${path} by method ${method}; only store and deflate are read`)
  if (plain.length !== size || crc32(plain) !== crc) throw new BadArchive(`is damaged: ${path} is not what was packed`)
  return plain
}

function inflate(data: Buffer, size: number, path: string): Buffer {
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(size, 1) })
  } catch {
    throw new BadArchive(`is damaged: ${path} cannot be uncompressed to its ${size} bytes`)
  }
}
