/**
 * Documents a second that `option66 check` fetches and checks, for 5,000 phones with some 40 settings, 12 keys, a book
 * and a dial plan each; and the memory that takes. Prints two lines; some 20 seconds.
 * Run: `npx tsc --outDir .tap/bench && node .tap/bench/test/bench/check-rate.js`.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mac, parseMac } from '../../src/address/mac.js'
import { createBundle } from '../../src/bundle/create-bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { checkDocuments } from '../../src/commands/check-documents.js'
import type { Site } from '../../src/config/site.js'
import { emptyInventory } from '../../src/fleet/inventory.js'
import { emptyLayer } from '../../src/fleet/layers.js'
import type { Inventory, Layer, Phone } from '../../src/fleet/phone.js'
import { some } from '../some.js'

const phones = 5_000
const longest = 60 // seconds

const root = await mkdtemp(join(tmpdir(), 'check-rate-'))
const inventory = inventoryOf()
await rate('rendered', () => render(inventory))
await rate('fetched, read and checked', async () => {
  const { count, findings } = await checkDocuments(siteOf(inventory))
  if (findings.length > 0) process.stdout.write(`${JSON.stringify(findings.slice(0, 3))}\n`)
  return count
})
await rm(root, { recursive: true })

async function rate(what: string, run: () => Promise<number>): Promise<void> {
  const before = process.memoryUsage().rss
  const began = performance.now()
  const count = await run()
  const seconds = (performance.now() - began) / 1000
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024
  const said = `${count} documents ${what} in ${seconds.toFixed(1)} s: ${Math.round(count / seconds)} a second`
  process.stdout.write(`${said}; memory grew by ${grown.toFixed(0)} MiB to ${mebibytes()} MiB\n`)
  if (seconds > longest) throw new Error(`took longer than ${longest} s`)
}

function mebibytes(): number {
  return Math.round(process.memoryUsage().rss / 1024 / 1024)
}

async function render(inventory: Inventory): Promise<number> {
  const shelf = openShelf(root)
  let holder: Mac | undefined
  const bundle = createBundle({
    ...{ inventory: () => inventory, www: shelf, tftproot: shelf, tftpSecrets: false, holderOf: () => holder },
  })
  const asker = { door: 'http', baseUrl: 'http://127.0.0.1', address: 1 } as const
  for (const { mac, model } of inventory.phones.values()) {
    holder = mac
    some(await bundle.find(`/${model}-${mac}.htm`, asker))
    some(await bundle.find(`/${model}/${mac}.xml`, asker))
  }
  return 2 * inventory.phones.size
}

function inventoryOf(): Inventory {
  const all = Array.from({ length: phones }, (_, n): [Mac, Phone] => {
    const mac = some(parseMac(`00041326${n.toString(16).padStart(4, '0')}`))
    return [mac, { mac, model: 'snom370', groups: [], layer: layerOf(n) }]
  })
  const settings = [{ name: 'language', flag: '$' as const, value: 'English' }]
  return { ...emptyInventory, defaults: { ...emptyLayer, settings }, phones: new Map(all) }
}

function layerOf(n: number): Layer {
  const identity = (index: number) =>
    ['user_realname', 'user_name', 'user_pname', 'user_host'].map(name => {
      return { name, index, flag: '$' as const, value: name === 'user_host' ? 'pbx.example' : `u${n}-${index}` }
    })
  return {
    settings: Array.from({ length: 10 }, (_, place) => identity(place + 1)).flat(),
    keys: Array.from({ length: 12 }, (_, idx) => {
      return { idx, context: 'active', type: 'speed', value: String(100 + idx), flag: '$' as const }
    }),
    phoneBook: Array.from({ length: 20 }, (_, place) => ({ name: `Name ${place}`, number: String(200 + place) })),
    dialplan: [{ match: '0.', timeout: 3, user: 'phone', rewrite: '' }],
  }
}

function siteOf(inventory: Inventory): Site {
  return {
    ...{ file: 'bench', site: 'bench', interface: 'lo', state: root, log: { level: 'info' as const } },
    ...{ http: { port: 80, root }, inventory },
  }
}
