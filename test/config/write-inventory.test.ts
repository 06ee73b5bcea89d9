import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { readInventory } from '../../src/config/inventory.js'
import type { Tree } from '../../src/config/tree.js'
import { whyUnwritable, writeInventory } from '../../src/config/write-inventory.js'
import { writeYaml } from '../../src/config/write-yaml.js'
import { parseYaml } from '../../src/config/yaml.js'
import { emptyInventory } from '../../src/fleet/inventory.js'
import { emptyLayer } from '../../src/fleet/layers.js'
import type { BookEntry, DialTemplate, Flag, Inventory, Key, Layer, Setting } from '../../src/fleet/phone.js'
import { some } from '../some.js'

const folder = mkdtempSync(join(tmpdir(), 'option66-write-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

const mac = some(parseMac('000413261234'))

async function reread(text: string): Promise<Inventory | undefined> {
  const file = join(folder, 'phones.yaml')
  writeFileSync(file, text)
  return (await readInventory([file])).inventory
}

t.test('a phone is written as a person would write it', async t => {
  const settings: Setting[] = [
    { name: 'language', flag: '!', value: 'English' },
    { name: 'user_name', index: 1, flag: '$', value: '0123' },
    { name: 'user_pass', index: 1, flag: '&', value: 'x' },
    { name: 'user_srtp', index: 3, flag: '$', value: 'off' },
    { name: 'codec1_name', index: 1, flag: '&', value: '8' },
    { name: 'user_name', index: 13, flag: '$', value: '~' },
    { name: 'ntp_refresh', flag: '$', value: '12:30' },
  ]
  const layer: Layer = {
    settings,
    keys: [
      { idx: 0, context: 'active', type: 'line', value: '', flag: '$' },
      { idx: 1, context: '2', type: 'dest', value: '<sip:a@b;user=phone>', label: '', flag: '&' },
    ],
    phoneBook: [{ name: 'Yes', number: '+49 1' }],
    dialplan: [{ match: '9,1.', timeout: 0, user: 'phone', rewrite: '' }],
    firmware: 'snom370-8.4.35-SIP-f.bin',
  }
  const phone = { mac, model: 'snom370', name: 'Front desk', address: 0xc0_a8_42_15, groups: ['reception', '7'], layer }
  const groups = new Map([['reception', emptyLayer]])
  const text = writeInventory({ ...emptyInventory, groups, phones: new Map([[mac, phone]]) })
  t.equal(
    text,
    `groups:
  reception: {}
phones:
  000413261234:
    model: snom370
    name: Front desk
    address: "192.168.66.21"
    groups: [reception, "7"]
    identities:
      - user: "0123"
        settings:
          pass&: x
      - {}
      - settings:
          srtp$: "off"
    firmware: snom370-8.4.35-SIP-f.bin
    settings:
      language!: English
      codec1_name@1&: "8"
      user_name@13$: "~"
      ntp_refresh$: "12:30"
    keys:
      - {idx: 0, context: active, type: line}
      - {idx: 1, context: 2, type: dest, value: "<sip:a@b;user=phone>", label: "", perm: "&"}
    phone-book:
      - {name: "Yes", number: "+49 1"}
    dialplan:
      - {match: "9,1.", timeout: 0, user: phone}
`,
  )
})

t.test('an empty inventory is an empty text', async t => {
  t.equal(writeInventory(emptyInventory), '')
})

t.test('a setting keeps its index in every layer, and may not be set twice', async t => {
  const read = async (text: string) => {
    const file = join(folder, 'indexed.yaml')
    writeFileSync(file, text)
    const { inventory, findings } = await readInventory([file])
    return { inventory, messages: findings.map(finding => `${finding.line}:${finding.column} ${finding.message}`) }
  }
  const { inventory } = await read('defaults: {settings: {user_name@1: a, codec1_name@12&: "8", speed@0!: b}}')
  t.same(inventory?.defaults.settings, [
    { name: 'user_name', index: 1, flag: '$', value: 'a' },
    { name: 'codec1_name', index: 12, flag: '&', value: '8' },
    { name: 'speed', index: 0, flag: '!', value: 'b' },
  ])
  const twice = await read(`phones:
  000413261234:
    identities: [{user: a}]
    settings: {user_name@1&: b, x@1$: c, x@1!: d, x@01: e, x@1000: f}
`)
  t.strictSame(twice.messages, [
    '4:16 setting user_name@1 is set by identity 1 too; keep one',
    '4:42 setting x@1 stands here twice with different flags; keep one',
    '4:51 this key is not a setting: letters, digits, _ . - perhaps @ and an index, and at most one flag $ ! &',
    '4:60 this key is not a setting: letters, digits, _ . - perhaps @ and an index, and at most one flag $ ! &',
  ])
})

t.test('a layer that no inventory can hold says why', async t => {
  const why = (layer: Partial<Layer>) => whyUnwritable({ ...emptyLayer, ...layer })
  t.equal(why({ settings: [{ name: 'language', flag: '$', value: 'English' }] }), undefined)
  t.match(why({ settings: [{ name: 'größe', flag: '$', value: '' }] }), /is not a setting/)
  t.match(why({ settings: [{ name: 'a', flag: '$', value: 'x'.repeat(8193) }] }), /8193 characters/)
  t.match(why({ phoneBook: [{ name: 'a', number: '' }] }), /number is empty/)
  t.match(why({ dialplan: [{ match: 'a', timeout: 256, user: '', rewrite: '' }] }), /timeout 256/)
})

t.test('any tree of words reads as it was written', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(...' :#,[]{}&*!|>\'"%@`-?\n\t0123abc~'), maxLength: 8 }),
    fc.constantFrom('off', 'Yes', 'n', 'NULL', '0123', '1e5', '12:30', '2026-01-01', '.inf', '=', '<<', '0o7', '- a'),
  )
  const word = fc.oneof(text, fc.integer({ min: -999, max: 999 }), fc.boolean())
  const tree: fc.Memo<Tree> = fc.memo(depth =>
    depth <= 1 ? word : fc.oneof(word, fc.array(tree(), { maxLength: 4 }), fc.dictionary(text, tree(), { maxKeys: 4 })),
  )
  fc.assert(
    fc.property(fc.dictionary(text, tree(4), { maxKeys: 4 }), written => {
      fc.pre(!JSON.stringify(written).includes('__proto__'))
      const read = parseYaml('x', writeYaml(written), []).tree
      return fc.stringify(plainly(read)) === fc.stringify(plainly(written))
    }),
  )
})

/** Without the prototypes, and with the keys in one order. */
function plainly(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(plainly)
  if (typeof tree !== 'object' || tree === null) return tree
  return Object.entries(tree)
    .map(([key, value]) => [key, plainly(value)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}

const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { noNullPrototype: true })
const flag = fc.constantFrom<Flag[]>('$', '!', '&')
const anyText = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constantFrom('off', '0123', '12:30', ' a ', 'a\nb\tc'))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what an inventory refuses
  .filter(value => !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(value))
const settingName = fc.oneof(
  fc.constantFrom(
    'language',
    'user_name',
    'user_pass',
    'user_srtp',
    'user_user_x',
    'user_',
    'codec1_name',
    'stun_server',
  ),
  fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/),
)
const setting: fc.Arbitrary<Setting> = fc
  .tuple(
    settingName,
    fc.option(
      fc.integer({ min: 0, max: 999 }).map(index => index % 15),
      { nil: undefined },
    ),
    flag,
    anyText,
  )
  .map(([name, index, flag, value]) => ({ name, ...(index !== undefined && { index }), flag, value }))
const key: fc.Arbitrary<Key> = record({
  idx: fc.nat(255),
  context: fc.constantFrom('active', '1', '12'),
  type: fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/),
  value: anyText,
  label: fc.option(anyText, { nil: undefined }),
  flag,
}).map(({ label, ...rest }) => ({ ...rest, ...(label !== undefined && { label }) }))
const line = anyText.filter(value => value !== '' && !/[\n\t]/.test(value))
const entry: fc.Arbitrary<BookEntry> = record({ name: anyText, number: line })
const template: fc.Arbitrary<DialTemplate> = record({
  match: line,
  timeout: fc.nat(255),
  user: fc.constantFrom('phone', 'ip', ''),
  rewrite: anyText,
})
const layer: fc.Arbitrary<Layer> = record({
  settings: fc.uniqueArray(setting, { selector: ({ name, index }) => `${name} ${index}`, maxLength: 30 }),
  keys: fc.uniqueArray(key, { selector: ({ idx }) => idx, maxLength: 5 }),
  phoneBook: fc.uniqueArray(entry, { selector: ({ number }) => number, maxLength: 5 }),
  dialplan: fc.uniqueArray(template, { selector: ({ match }) => match, maxLength: 5 }),
})

t.test('any inventory reads as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(layer, layer, layer, line, async (defaults, group, own, name) => {
      const phone = { mac, model: 'snom370', name, groups: ['g'], layer: own }
      const inventory = {
        defaults,
        models: new Map([['snom370', group]]),
        groups: new Map([['g', group]]),
        phones: new Map([[mac, phone]]),
      }
      const read = await reread(writeInventory(inventory))
      const found = some(read?.phones.get(mac))
      return isDeepStrictEqual(
        { ...read, phones: { ...found, layer: sorted(found.layer) } },
        { ...inventory, phones: { ...phone, layer: sorted(own) } },
      )
    }),
    { numRuns: 200 },
  )
})

/** An identity's settings are read after the others. */
function sorted(layer: Layer): Layer {
  const id = ({ name, index }: Setting) => `${name} ${index}`
  return { ...layer, settings: layer.settings.toSorted((a, b) => (id(a) < id(b) ? -1 : 1)) }
}
