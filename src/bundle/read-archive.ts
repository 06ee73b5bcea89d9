/** A tar, tar.gz or zip read whole in memory, from somebody nobody knows. What is wrong with one member spoils it all. */

import { gunzipSync } from 'node:zlib'
import { type ArchiveLimits, BadArchive, type Member, tooLarge } from './archive.js'
import { isTar, readTar } from './tar.js'
import { isZip, readZip } from './zip.js'

/** Small archives may be all repetition; only what is large is judged by its ratio. */
const smallBytes = 1024 * 1024

/** Undefined when the bytes are no archive. Throws BadArchive, and nothing else. */
export function readArchive(bytes: Buffer, limits: ArchiveLimits): readonly Member[] | undefined {
  const most = Math.min(limits.totalBytes, Math.max(smallBytes, bytes.length * limits.ratio))
  const bounded = { ...limits, totalBytes: most }
  if (isZip(bytes)) return withoutDoubles(readZip(bytes, bounded))
  if (isTar(bytes)) return withoutDoubles(readTar(bytes, bounded))
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return undefined
  const tar = gunzip(bytes, most)
  if (!isTar(tar)) throw new BadArchive('is compressed, and no tar archive is in it')
  return withoutDoubles(readTar(tar, bounded))
}

function gunzip(bytes: Buffer, most: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: most })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(most)
    throw new BadArchive('is damaged: it cannot be uncompressed')
  }
}

function withoutDoubles(members: readonly Member[]): readonly Member[] {
  const names = new Set<string>()
  for (const { name } of members) {
    if (names.has(name)) throw new BadArchive(`holds ${JSON.stringify(name)} twice`)
    names.add(name)
  }
  return members
}
