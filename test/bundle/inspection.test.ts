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
  let heard = (): void => undefined
  const inspection = () =>
    new Promise<void>(resolve => {
      heard = resolve
    })
  const phones = new Map([[mac, { mac, model: 'snom370', groups: [], layer: emptyLayer }]])
  let inventory = { ...emptyInventory, phones }
  const shelf = openShelf(t.testdir({ 'hand.htm': 'written by hand' }))
  const bundle = createBundle({
    ...{ inventory: () => inventory, www: shelf, tftproot: shelf, holderOf: () => mac, tftpSecrets: false },
    inspect: inspected => {
      seen.push(inspected)
      heard()
    },
  })
  const userAgent = 'Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 1.1.5)'
  const asker = { door: 'http', baseUrl: 'http://192.168.66.1', address, userAgent } as const
  // the inspection's timer alone keeps no process running
  const alive = setInterval(() => undefined, 1000)
  t.teardown(() => clearInterval(alive))

  const first = inspection()
  await bundle.find('/SNOM370/000413261234.xml', asker)
  t.strictSame(seen, [], 'not while the answer waits')
  await first
  t.match(seen, [{ name: 'snom370/000413261234.xml', door: 'http', type: 'snom370', version: '8.7.5.35', mac }])
  t.match(String(seen[0]?.bytes), '<settings>')

  const second = inspection()
  await bundle.find('/snom370/000413261234.xml', asker)
  await bundle.find('/hand.htm', asker)
  await bundle.find('/nothing.htm', asker)
  inventory = { ...inventory }
  await bundle.find('/snom370-000413261234.htm', asker)
  await second
  t.strictSame(
    seen.slice(1).map(({ name }) => name),
    ['snom370-000413261234.htm'],
    'neither what the cache holds, nor files, nor what is not there',
  )
})

t.test('documents wait for their turn, one each, and never more than 2,000', async t => {
  const seen: string[] = []
  const turns: (() => void)[] = []
  const inspect = createInspection(
    ({ name }) => seen.push(name),
    next => turns.push(next),
  )
  for (let n = 0; n < 3000; n++) inspect({ name: String(n), bytes: Buffer.alloc(0), door: 'http' })
  t.strictSame(seen, [])
  turns.shift()?.()
  t.strictSame(seen, ['0'])
  for (let next = turns.shift(); next !== undefined; next = turns.shift()) next()
  t.equal(seen.length, 2000)
  inspect({ name: 'later', bytes: Buffer.alloc(0), door: 'http' })
  turns.shift()?.()
  t.equal(seen.at(-1), 'later')
  t.equal(turns.length, 0)
})
