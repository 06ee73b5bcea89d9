/** Fills a small file system with leases and a file, makes room, and compares; prints a line each. */

import { rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openLeaseStore } from '../../src/store/lease-store.js'
import { byAddress, lease } from './lease-store-contract.js'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('no test: expected a folder')
const filler = join(folder, 'filler')
writeFileSync(filler, Buffer.alloc(160_000))
const { store } = await openLeaseStore(folder, () => undefined)
const acked = []
let refused = 0
for (let i = 0; refused < 20; i++) {
  const one = lease(i)
  try {
    await store.save([one])
    acked.push(one)
  } catch (error) {
    if (refused++ === 0) writeSync(1, `${error instanceof Error ? error.message : error}\n`)
  }
}
rmSync(filler)
await store.save([lease(99_999)])
acked.push(lease(99_999))
writeSync(1, `refused ${refused}, then saved again\n`)
await store.close()
const again = await openLeaseStore(folder, () => undefined)
const same = JSON.stringify(byAddress(again.leases)) === JSON.stringify(byAddress(acked))
writeSync(1, same ? 'as acknowledged\n' : `${again.leases.length} instead of ${acked.length}\n`)
await again.store.close()
