import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import { createBundle } from '../../src/bundle/create-bundle.js'
import { createInspection, type Inspected } from '../../src/bundle/inspection.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { emptyInventory } from '../../src/fleet/inventory.js'
import { emptyLayer } from '../../src/fleet/layers.js'
import { some } from '../some.js'

const mac = some(parseMac('000413261234'))
const address = some(parseIpv4('192.168.66.21'))

t.test('a fresh document is inspected once, after its answer, with what is known of the phone', async t => {
  const seen: Inspected[] = []
  const phones = new Map([[mac, { mac, model: 'snom370', groups: [], layer: emptyLayer }]])
  let inventory = { ...emptyInventory, phones }
  const shelf = openShelf(t.testdir({ 'hand.htm': 'written by hand' }))
  const bundle = createBundle({
    ...{ inventory: () => inventory, www: shelf, tftproot: shelf, holderOf: () => mac, tftpSecrets: false },
    inspect: inspected => seen.push(inspected),
  })
  const asker = { door: 'http', baseUrl: 'http://192.168.66.1', address } as const
  const userAgent = 'Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 1.1.5)'

  await bundle.find('/SNOM370/000413261234.xml', { ...asker, userAgent })
  t.strictSame(seen, [], 'not while the answer waits')
  await turn()
  const [first] = seen
  t.match(first, { name: 'snom370/000413261234.xml', door: 'http', type: 'snom370', version: '8.7.5.35', mac })
  t.match(String(first?.bytes), '<settings>')

  await bundle.find('/snom370/000413261234.xml', { ...asker, userAgent })
  await bundle.find('/hand.htm', asker)
  await bundle.find('/nothing.htm', asker)
  await turn()
  t.equal(seen.length, 1, 'not again from the cache; nor files, nor what is not there')

  inventory = { ...inventory }
  await bundle.find('/snom370/000413261234.xml', { ...asker, userAgent })
  await turn()
  t.equal(seen.length, 2, 'again for another inventory')
})

t.test('documents wait for their turn, one each, and never more than 2,000', async t => {
  const seen: string[] = []
  const inspect = createInspection(({ name }) => seen.push(name))
  for (let n = 0; n < 3000; n++) inspect({ name: String(n), bytes: Buffer.alloc(0), door: 'http' })
  t.equal(seen.length, 0)
  await turn()
  t.strictSame(seen, ['0'])
  for (let n = 0; n < 2500; n++) await turn()
  t.equal(seen.length, 2000)
  inspect({ name: 'later', bytes: Buffer.alloc(0), door: 'http' })
  await turn()
  t.equal(seen.at(-1), 'later')
})
