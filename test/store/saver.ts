/** Saves without end and prints each acknowledged lease; a test kills it. */

import { writeSync } from 'node:fs'
import { openLeaseStore } from '../../src/store/lease-store.js'
import { lease } from './lease-store-contract.js'

const [folder, from = '0'] = process.argv.slice(2)
if (folder === undefined) throw new Error('no test: expected a folder')
const { store } = await openLeaseStore(folder, text => writeSync(2, `${text}\n`))
let version = Number(from)

async function saveWithoutEnd(side: number): Promise<void> {
  for (;;) {
    const start = ++version
    const leases = [0, 1, 2, 3].map(i => lease(side * 40 + ((start + i) % 40), start))
    await store.save(leases)
    writeSync(1, leases.map(({ address }) => `${address} ${start}\n`).join(''))
  }
}

await Promise.all([0, 1, 2, 3, 4].map(saveWithoutEnd))
