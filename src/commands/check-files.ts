/** Setting files that somebody wrote, against the rules. */

import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { arrangeFindings, type Finding } from '../config/finding.js'
import { checkBytes } from '../snom/rules/check-bytes.js'
import type { Circumstances } from '../snom/rules/rule.js'

/** The longest in use are language files of some 130 kB. */
const mostBytes = 16 * 1024 * 1024

/** `reader`: the phone that the files are for, as far as it is known. Never rejects. */
export async function checkFiles(
  files: readonly string[],
  reader: Pick<Circumstances, 'type' | 'version'>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const file of files) {
    const read = await readBytes(file)
    if ('refused' in read) {
      findings.push({ file, line: 1, column: 1, severity: 'error', rule: 'unreadable', message: read.refused })
      continue
    }
    const found = checkBytes(read.bytes, { ...reader, name: nameOf(file) })
    findings.push(...found.map(({ place, ...rest }) => ({ file, ...place, ...rest })))
  }
  return arrangeFindings(findings, files)
}

/** The name by which a phone would ask: /site/snom370/general.xml is snom370/general.xml, else the file's alone. */
function nameOf(file: string): string {
  const [name = '', folder = ''] = file.split('/').toReversed()
  return /^snom/i.test(folder) ? `/${folder}/${name}` : `/${name}`
}

async function readBytes(file: string): Promise<{ readonly bytes: Buffer } | { readonly refused: string }> {
  try {
    // Non-blocking, or opening a named pipe would wait for its writer.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = await handle.stat()
    if (!status.isFile()) return { refused: 'this is no ordinary file' }
    if (status.size > mostBytes) return { refused: `has ${status.size} bytes; at most 16 MiB are read` }
    return { bytes: await handle.readFile() }
  } catch (error) {
    return { refused: `cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}
