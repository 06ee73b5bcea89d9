/** The console's host key: a file that is there, or is made on the first start so that clients know us again. */

import { randomBytes } from 'node:crypto'
import { chown, type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fingerprint, makeHostKey } from './console-ssh.js'
import type { Log } from './log.js'

export interface HostKeyPlan {
  readonly file: string
  readonly isOurs: boolean // made where it is missing
}

/** The private key as text. Rejects with one sentence when there is none to be had. */
export async function openHostKey({ file, isOurs }: HostKeyPlan, log: Log): Promise<string> {
  const kept = await readKey(file, isOurs)
  const text = kept ?? (await makeKey(file))
  log.info({ door: 'console', file, fingerprint: printOf(text, file), isNew: kept === undefined }, 'SSH host key')
  return text
}

async function readKey(file: string, mayBeMissing: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (mayBeMissing && codeOf(error) === 'ENOENT') return undefined
    throw new Error(`cannot read the SSH host key ${file}: ${messageOf(error)}`, { cause: error })
  }
}

/** Whole or not at all, also when the power fails, and for nobody else to read. */
async function makeKey(file: string): Promise<string> {
  const text = makeHostKey()
  const temporary = `${file}.${randomBytes(6).toString('hex')}`
  try {
    await writeWhole(await open(temporary, 'wx', 0o600), text)
    await ownAsFolder(temporary)
    await rename(temporary, file)
    await syncFolder(dirname(file))
  } catch (error) {
    await rm(temporary, { force: true })
    throw new Error(`cannot make the SSH host key ${file}: ${messageOf(error)}`, { cause: error })
  }
  return text
}

async function writeWhole(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A run as root, by hand, must not leave a file that the service cannot open afterwards. */
async function ownAsFolder(path: string): Promise<void> {
  const [file, folder] = await Promise.all([stat(path), stat(dirname(path))])
  if (file.uid === 0 && folder.uid !== 0) await chown(path, folder.uid, folder.gid)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

function printOf(text: string, file: string): string {
  try {
    return fingerprint(text)
  } catch (error) {
    throw new Error(
      `the SSH host key ${file} ${messageOf(error)}; put another in its place, or remove it and have one made`,
      { cause: error },
    )
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
