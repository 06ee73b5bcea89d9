/** What the appliance keeps in its state folder: leases, the redirection registry, the history of phones. */

import type { Lease, LeaseStore } from './dhcp/lease.js'
import type { Log } from './doors/log.js'
import type { Fact } from './fleet/fact.js'
import { type DurableRedirections, openRedirections } from './redirections.js'
import { type History, openHistory } from './store/history.js'
import { openLeaseStore } from './store/lease-store.js'

export interface Stores {
  readonly leaseStore: LeaseStore
  readonly leases: readonly Lease[] // as they were stored
  readonly redirections: DurableRedirections
  readonly history: History
  readonly facts: AsyncIterable<Fact> // of earlier runs, oldest first
  close(): Promise<void>
}

/** Rejects with one sentence, and then holds nothing. `now`: ms since 1970. */
export async function openStores(folder: string, log: Log, now: () => number): Promise<Stores> {
  const report = (text: string): void => log.warn({}, text)
  const open: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    await Promise.all(open.map(store => store.close()))
  }
  try {
    const { store: leaseStore, leases } = await openLeaseStore(folder, report)
    open.push(leaseStore)
    const redirections = await openRedirections({ folder, log, now })
    open.push(redirections)
    const { history, facts } = await openHistory(folder, { now }, report)
    open.push(history)
    return { leaseStore, leases, redirections, history, facts, close }
  } catch (error) {
    await close()
    throw error
  }
}
