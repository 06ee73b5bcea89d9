import fc from 'fast-check'
import t from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import { emptyInventory, reservationsOf } from '../../src/fleet/inventory.js'
import {
  emptyLayer,
  generalLayer,
  mergeLayers,
  mergeWithOrigin,
  ownLayer,
  wholeLayer,
  wholeLayers,
} from '../../src/fleet/layers.js'
import type { Inventory, Layer, Phone } from '../../src/fleet/phone.js'
import { some } from '../some.js'

const mac = some(parseMac('000413261234'))
const address = some(parseIpv4('192.168.66.21'))

const phone: Phone = {
  mac,
  model: 'snom370',
  address,
  groups: ['first', 'gone', 'second'],
  layer: says('phone', 'd', 'own'),
}

const inventory: Inventory = {
  ...emptyInventory,
  defaults: says('defaults', 'a', 'b', 'c', 'd'),
  models: new Map([['snom370', says('model', 'b', 'c', 'd')]]),
  groups: new Map([
    ['first', says('first', 'c', 'd')],
    ['second', says('second', 'c', 'd')],
  ]),
  phones: new Map([[mac, phone]]),
}

t.test('a later layer wins per setting, at the place where the setting first appeared', async t => {
  t.same(values(wholeLayer(inventory, phone)), ['a=defaults', 'b=model', 'c=second', 'd=phone', 'own=phone'])
  t.same(values(generalLayer(inventory, 'snom370')), ['a=defaults', 'b=model', 'c=model', 'd=model'])
  t.same(values(ownLayer(inventory, phone)), ['c=second', 'd=phone', 'own=phone'])
})

t.test("a model's case does not matter, and one that nobody lists has the defaults", async t => {
  t.same(generalLayer(inventory, 'SNOM370'), generalLayer(inventory, 'snom370'))
  t.same(values(generalLayer(inventory, 'snom300')), ['a=defaults', 'b=defaults', 'c=defaults', 'd=defaults'])
  t.same(generalLayer(inventory, undefined), generalLayer(inventory, 'snom300'))
})

t.test('a phone that does not know its model can be told it', async t => {
  const { model, ...unknown } = phone
  t.equal(model, 'snom370')
  t.same(values(wholeLayer(inventory, unknown))[1], 'b=defaults')
  t.same(values(wholeLayer(inventory, unknown, 'Snom370'))[1], 'b=model')
})

t.test('each value knows the layer it comes from', async t => {
  const { settings, firmware } = mergeWithOrigin(wholeLayers(inventory, phone))
  t.same(
    settings.map(({ value, from }) => `${value.name} ${from}`),
    ['a defaults', 'b model snom370', 'c group second', 'd phone 000413261234', 'own phone 000413261234'],
  )
  t.equal(firmware, undefined)
  const named = [
    { name: 'model snom370', layer: { ...emptyLayer, firmware: 'a.bin' } },
    { name: 'phone', layer: emptyLayer },
  ]
  t.same(mergeWithOrigin(named).firmware, { value: 'a.bin', from: 'model snom370' })
})

t.test('identities of different index do not replace each other', async t => {
  const of = (index: number, value: string): Layer => {
    return { ...emptyLayer, settings: [{ name: 'user_name', index, flag: '$', value }] }
  }
  const merged = mergeLayers([of(1, 'a'), of(2, 'b'), of(1, 'c')])
  t.same(
    merged.settings.map(({ index, value }) => [index, value]),
    [
      [1, 'c'],
      [2, 'b'],
    ],
  )
})

t.test('keys win by idx, book entries by number, dial templates by pattern, firmware as a whole', async t => {
  const layer = (label: string, ...ids: number[]): Layer => ({
    settings: [],
    keys: ids.map(idx => ({ idx, context: 'active', type: label, value: '', flag: '$' as const })),
    phoneBook: ids.map(id => ({ name: label, number: String(id) })),
    dialplan: ids.map(id => ({ match: String(id), timeout: 0, user: '', rewrite: label })),
    firmware: `${label}.bin`,
  })
  const { keys, phoneBook, dialplan, firmware } = mergeLayers([layer('low', 1, 2), layer('high', 2, 3)])
  t.same(
    keys.map(({ idx, type }) => `${idx} ${type}`),
    ['1 low', '2 high', '3 high'],
  )
  t.same(
    phoneBook.map(({ name, number }) => `${number} ${name}`),
    ['1 low', '2 high', '3 high'],
  )
  t.same(
    dialplan.map(({ match, rewrite }) => `${match} ${rewrite}`),
    ['1 low', '2 high', '3 high'],
  )
  t.equal(firmware, 'high.bin')
})

t.test('merging is the same in one step or in several, and finds the same values with their origin', async t => {
  const layer = fc
    .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 })
    .chain(names => fc.nat().map(tag => says(String(tag), ...names)))
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 6 }), fc.nat(6), (layers, cut) => {
      const whole = mergeLayers(layers)
      t.same(mergeLayers([mergeLayers(layers.slice(0, cut)), mergeLayers(layers.slice(cut))]), whole)
      t.same(
        mergeWithOrigin(layers.map(one => ({ name: 'x', layer: one }))).settings.map(({ value }) => value),
        whole.settings,
      )
      t.same(mergeLayers([whole]), whole)
    }),
    { numRuns: 50 },
  )
})

t.test('reservations are found by phone and by address', async t => {
  const reservations = reservationsOf(inventory)
  t.equal(reservations.of(mac), address)
  t.equal(reservations.holder(address), mac)
  t.equal(reservations.holder(address + 1), undefined)
  t.equal(reservations.size, 1)
  t.equal(reservationsOf(emptyInventory).size, 0)
})

/** A layer that sets each name to where it stands. */
function says(value: string, ...names: string[]): Layer {
  return { ...emptyLayer, settings: names.map(name => ({ name, flag: '$', value })) }
}

function values(layer: Layer): readonly string[] {
  return layer.settings.map(({ name, value }) => `${name}=${value}`)
}
