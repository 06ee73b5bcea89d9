/** The redirection registry of this appliance on disk: a journal in the state folder. */

import type { Change, RedirectionStore } from '../redirect/registry.js'
import type { Disk } from './disk.js'
import { openJournal, readJournal } from './journal.js'
import type { Records, Report } from './records.js'
import { decodeChange, encodeChange } from './redirection-record.js'

const records: Records<Change> = {
  file: 'redirections.journal',
  key: keyOf,
  encode: encodeChange,
  decode: decodeChange,
  isGone: change => change.kind === 'gone',
}

/**
 * Holds the registry of that folder alone until `close`. `changes` are those that count. Rejects, in a sentence for the
 * operator, when the folder cannot be used or another appliance holds it.
 */
export async function openRedirectionStore(
  folder: string,
  report: Report,
  disk?: Disk,
): Promise<{ store: RedirectionStore; changes: Change[] }> {
  const { journal, values } = await openJournal(folder, records, report, disk)
  return { store: { save: changes => journal.append(changes), close: () => journal.close() }, changes: values }
}

/** For tools: needs no more than the right to read, also beside a running appliance. */
export function readRedirections(folder: string, report: Report): Promise<Change[]> {
  return readJournal(folder, records, report)
}

/** A phone's key has no blank. */
function keyOf(change: Change): string {
  switch (change.kind) {
    case 'redirection':
      return change.redirection.mac
    case 'gone':
      return change.mac
    case 'target':
      return `target ${change.owner}`
  }
}
