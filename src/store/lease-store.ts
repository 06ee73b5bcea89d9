/** The leases of this appliance on disk: a journal in the state folder. */

import type { Lease, LeaseStore } from '../dhcp/lease.js'
import type { Disk } from './disk.js'
import { openJournal, readJournal } from './journal.js'
import { decodeLease, encodeLease } from './lease-record.js'
import type { Records, Report } from './records.js'

const records: Records<Lease> = {
  file: 'leases.journal',
  key: lease => lease.address,
  encode: encodeLease,
  decode: decodeLease,
}

/**
 * Holds the folder alone until `close`; one lease an address, the latest. Rejects, in a sentence for the operator, when
 * the folder cannot be used or another appliance holds it.
 */
export async function openLeaseStore(
  folder: string,
  report: Report,
  disk?: Disk,
): Promise<{ store: LeaseStore; leases: Lease[] }> {
  const { journal, values } = await openJournal(folder, records, report, disk)
  return { store: { save: leases => journal.append(leases), close: () => journal.close() }, leases: values }
}

/** For tools: needs no more than the right to read, also beside a running appliance. */
export function readLeases(folder: string, report: Report): Promise<Lease[]> {
  return readJournal(folder, records, report)
}
