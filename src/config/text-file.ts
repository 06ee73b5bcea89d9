/** A file of the operator's, as text or bytes, within limits. */

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

// 65,536 phones with everything written out take less; the parser needs some hundred bytes of memory for each.
const mostBytes = 16 * 1024 * 1024

export type FileText = { readonly text: string } | { readonly rule: string; readonly message: string }

export type FileBytes = { readonly bytes: Buffer } | { readonly rule: string; readonly message: string }

/** Never rejects: what cannot be read says why. */
export async function readText(path: string): Promise<FileText> {
  const read = await readBytes(path)
  return 'bytes' in read ? decode(read.bytes) : read
}

/** The same before it is text. */
export async function readBytes(path: string): Promise<FileBytes> {
  let handle: FileHandle | undefined
  try {
    // Non-blocking, or opening a named pipe would wait for its writer.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = await handle.stat()
    if (status.isDirectory()) return { rule: 'not-a-file', message: 'this is a folder; name the file in it' }
    if (!status.isFile()) return { rule: 'not-a-file', message: 'this is no ordinary file' }
    if (status.size > mostBytes)
      return { rule: 'file-too-large', message: `has ${status.size} bytes; at most 16 MiB (${mostBytes}) are read` }
    return { bytes: await readAll(handle, status.size) }
  } catch (error) {
    return unreadable(error)
  } finally {
    await handle?.close()
  }
}

/** At most as many bytes as it had when it was opened. */
async function readAll(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

function decode(bytes: Buffer): FileText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { rule: 'not-utf8', message: 'the file is not UTF-8 text; save it as UTF-8' }
  }
}

function unreadable(error: unknown): { readonly rule: string; readonly message: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return { rule: 'missing-file', message: 'there is no such file; create it, or name another' }
  if (code === 'EACCES' || code === 'EPERM')
    return { rule: 'unreadable-file', message: 'may not be read by this user; see its permissions' }
  return { rule: 'unreadable-file', message: `cannot be read (${code ?? error})` }
}
