/** Adds a phone to the inventory on disk: tried first, then put in place at once; nothing else in the file changes. */

import { randomUUID } from 'node:crypto'
import { access, constants, type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Mac } from '../address/mac.js'
import { Impossible } from '../api/desk.js'
import type { NewPhone } from './edit-inventory.js'
import { formatFinding } from './finding.js'
import type { SiteFacts, SiteReading } from './site.js'
import { tryPhoneAside } from './site-aside.js'
import { readBytes } from './text-file.js'

export interface Adoption {
  readonly configuration: string // option66.yaml
  readonly files: readonly string[] // as the last reading of it names them: the configuration, then the inventory
  readonly into?: string // one of them; default: the last
  readonly mac: Mac
  readonly phone: NewPhone
}

export interface AdoptedPhone {
  readonly file: string
  readonly line: number // 1-based
  readonly reading: SiteReading // of the site as it is now on disk
}

/** One at a time. Rejects with Impossible, and then nothing has changed. */
export async function adoptPhone(adoption: Adoption, facts: SiteFacts = {}): Promise<AdoptedPhone> {
  const { configuration, mac, phone } = adoption
  const file = inventoryFile(adoption)
  const bytes = await readInventoryFile(file)
  const text = decode(file, bytes)
  const body = text.replace(/^\ufeff/, '')
  const trial = await tryPhoneAside(configuration, { file, text: body, mac, phone }, facts)
  const { edited, ...reading } = trial
  if (edited === undefined) {
    throw new Impossible(
      'invalid',
      `${file} has no section phones that an entry can be added to; write it there by hand`,
    )
  }
  checkReading(reading, { file, line: edited.line, mac })
  await replaceFile(file, bytes, `${text.slice(0, text.length - body.length)}${edited.text}`)
  return { file, line: edited.line, reading }
}

function inventoryFile({ files, into }: Adoption): string {
  const inventory = files.slice(1)
  const file = into ?? inventory.at(-1)
  if (file === undefined) {
    throw new Impossible('conflict', 'the configuration names no inventory file; add one under the key phones')
  }
  if (inventory.includes(file)) return file
  throw new Impossible('invalid', `${file} is no file of the inventory; expected one of ${inventory.join(', ')}`)
}

async function readInventoryFile(file: string): Promise<Buffer> {
  const status = await lstat(file).catch(() => undefined)
  if (status?.isSymbolicLink()) {
    throw new Impossible('conflict', `${file} is a symbolic link, which would be replaced; name the file itself`)
  }
  const read = await readBytes(file)
  if ('bytes' in read) return read.bytes
  throw new Impossible('conflict', `${file}: ${read.message}`)
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Impossible('conflict', `${file} is not UTF-8 text; save it as UTF-8`)
  }
}

function checkReading(reading: SiteReading, entry: { file: string; line: number; mac: Mac }): void {
  const { file, line, mac } = entry
  const error = reading.findings.find(({ severity }) => severity === 'error')
  if (error?.rule === 'duplicate-mac' || (error?.rule === 'duplicate-key' && error.line === line)) {
    const place = error.message.replace(/; keep one$/, '')
    throw new Impossible('conflict', `phone ${mac} stands in the inventory already: ${place}`)
  }
  if (error !== undefined) throw new Impossible('invalid', `the inventory would be wrong: ${formatFinding(error)}`)
  if (reading.site?.inventory.phones.has(mac) !== true) {
    throw new Impossible('invalid', `phone ${mac} cannot be added to ${file} as it is written; write it there by hand`)
  }
}

/** The new file is on disk before it takes the old one's name; after a power cut there is the one or the other. */
async function replaceFile(file: string, before: Buffer, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}.new`
  try {
    await access(file, constants.W_OK)
    await writeLike(file, temporary, text)
    const now = await readBytes(file)
    if (!('bytes' in now && now.bytes.equals(before))) {
      throw new Impossible('conflict', `${file} was changed meanwhile; try again`)
    }
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined) // what could not be made is not there
    if (error instanceof Impossible) throw error
    throw new Impossible('conflict', `${file} cannot be written: ${reasonOf(error)}`)
  }
}

/** With the owner and the mode of the old file; what only its owner could give back is not taken away. */
async function writeLike(file: string, temporary: string, text: string): Promise<void> {
  const { uid, gid, mode } = await lstat(file)
  const handle: FileHandle = await open(temporary, 'wx', 0o600)
  try {
    const made = await handle.stat()
    if (made.uid !== uid || made.gid !== gid) await handle.chown(uid, gid)
    await handle.chmod(mode & 0o7777)
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EACCES' || code === 'EPERM') {
    return 'this user may not write it, or not in its folder, or not keep its owner; name a file of its own under phones'
  }
  if (code === 'EROFS') return 'it is on a file system that is read-only for this process; name another under phones'
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no space is left; free some'
  return error instanceof Error ? error.message : String(error)
}
