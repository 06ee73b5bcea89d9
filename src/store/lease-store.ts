/** The leases of this appliance on disk: a journal in the state folder. */

import type { Ipv4 } from '../address/ipv4.js'
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

/**
 * For tools, while no appliance runs: ends what runs or is declined at that address, and resolves with it; undefined
 * where nothing is. Rejects as openLeaseStore() does.
 */
export async function releaseLease(
  folder: string,
  address: Ipv4,
  now: number, // ms since 1970
  report: Report,
): Promise<Lease | undefined> {
  const { store, leases } = await openLeaseStore(folder, report)
  try {
    const lease = leases.find(lease => lease.address === address)
    if (lease === undefined || lease.state === 'released' || lease.end <= now) return undefined
    const released: Lease = { ...lease, state: 'released', start: now, end: now }
    await store.save([released])
    return released
  } finally {
    await store.close()
  }
}
