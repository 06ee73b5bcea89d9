/** An empty folder that goes with its test; in the system's own place, whose short paths a socket can take. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

export function newFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'option66-store-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
