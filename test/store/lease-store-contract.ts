/** What every lease store promises, whatever it is made of. */

import type { Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import type { Lease, LeaseStore } from '../../src/dhcp/lease.js'
import { some } from '../some.js'

/** A place for leases that outlives the store that was opened on it. */
export interface Place {
  open(): Promise<{ store: LeaseStore; leases: readonly Lease[] }>
}

const base = 0xc0a84264 // 192.168.66.100

export function lease(i: number, start = 0, more: Partial<Lease> = {}): Lease {
  const mac = some(parseMac(`000413${i.toString(16).padStart(6, '0')}`))
  return { address: base + i, state: 'bound', client: `hw:01${mac}`, mac, start, end: start + 3_600_000, ...more }
}

export function byAddress(leases: Iterable<Lease>): Lease[] {
  return [...leases].sort((a, b) => a.address - b.address)
}

export function leaseStoreContract(t: Test, name: string, makePlace: (t: Test) => Place): void {
  t.test(`${name}: a new place holds no lease`, async t => {
    const { store, leases } = await makePlace(t).open()
    t.same(leases, [])
    await store.save([])
    await store.close()
  })

  t.test(`${name}: what was saved is there again, field for field`, async t => {
    const place = makePlace(t)
    const saved = [
      lease(1, 1000, { hostname: 'snom370', vendorClass: 'snom370', client: 'id:ff00' }),
      lease(2, 1000, { state: 'released', hostname: '"\\\u0000\u007f\u2028\n😀\ud800' }),
      lease(3, 1000, { state: 'declined', end: 8_640_000_000_000_000 }),
      { address: 0, state: 'bound', client: 'hw:', start: 0, end: 0.5 } satisfies Lease,
      { address: 0xff_ff_ff_ff, state: 'bound', client: 'id:', start: 0, end: 0, hostname: '' } satisfies Lease,
    ]
    const first = await place.open()
    await first.store.save(saved)
    await first.store.close()
    const second = await place.open()
    t.same(byAddress(second.leases), byAddress(saved))
    await second.store.close()
  })

  t.test(`${name}: the later lease of an address wins, within one save and across many at once`, async t => {
    const place = makePlace(t)
    const { store } = await place.open()
    await store.save([lease(1, 1), lease(2, 1), lease(1, 2)])
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.save([lease(2, i), lease(3 + (i % 5), i)])))
    await store.close()
    const { store: again, leases } = await place.open()
    const expected = [lease(1, 2), lease(2, 49), ...[45, 46, 47, 48, 49].map((start, i) => lease(3 + i, start))]
    t.same(byAddress(leases), expected)
    await again.close()
  })

  t.test(`${name}: close waits for what is being saved, and nothing is saved after it`, async t => {
    const place = makePlace(t)
    const { store } = await place.open()
    const saving = store.save([lease(1)])
    await store.close()
    await saving
    await t.rejects(store.save([lease(2)]), /closed/)
    await store.close()
    const again = await place.open()
    t.same(again.leases, [lease(1)])
    await again.store.close()
  })
}

/** The double that tests of other parts may use in a journal's place. */
export function memoryPlace(): Place {
  const kept = new Map<number, Lease>()
  return {
    open: async () => {
      let closed = false
      const save = async (leases: readonly Lease[]) => {
        if (closed) throw new Error('closed')
        for (const lease of leases) kept.set(lease.address, lease)
      }
      const close = async () => {
        closed = true
      }
      return { store: { save, close }, leases: [...kept.values()] }
    },
  }
}
