import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { formatFinding } from '../../src/config/finding.js'
import { readInventory } from '../../src/config/inventory.js'
import { nearest } from '../../src/config/nearest.js'
import type { Layer } from '../../src/fleet/phone.js'
import { some } from '../some.js'

t.test("an identity's words become settings of its index", async t => {
  const layer = await phoneLayer(
    t,
    `identities:
      - {user: 201, name: Front desk, password: 0123, registrar: pbx.lab.example, outbound: "sip:out"}
      - {settings: {srtp$: "off", "pname!": x, ring&: y, plain: z}}`,
  )
  t.same(layer.settings, [
    { name: 'user_name', index: 1, flag: '$', value: '201' },
    { name: 'user_realname', index: 1, flag: '$', value: 'Front desk' },
    { name: 'user_pass', index: 1, flag: '$', value: '0123' },
    { name: 'user_host', index: 1, flag: '$', value: 'pbx.lab.example' },
    { name: 'user_outbound', index: 1, flag: '$', value: 'sip:out' },
    { name: 'user_srtp', index: 2, flag: '$', value: 'off' },
    { name: 'user_pname', index: 2, flag: '!', value: 'x' },
    { name: 'user_ring', index: 2, flag: '&', value: 'y' },
    { name: 'user_plain', index: 2, flag: '$', value: 'z' },
  ])
})

t.test('values are kept as they are written, whatever YAML would make of them', async t => {
  const written = [
    '0123',
    '1e5',
    '0x10',
    'off',
    'yes',
    'true',
    'True',
    '-0',
    '+49',
    '12345678901234567890',
    '1.50',
    '2026-01-01',
  ]
  const layer = await phoneLayer(
    t,
    `settings: {${written.map((value, index) => `s${index}: ${value}`).join(', ')}, empty: , quoted: ""}`,
  )
  t.same(
    layer.settings.map(setting => setting.value),
    [...written, '', ''],
  )
})

t.test('keys, phone book and dial plan have their defaults', async t => {
  const layer = await phoneLayer(
    t,
    `keys: [{idx: 0, type: line}, {idx: 1, context: 12, type: dest, value: <sip:a>, label: Bob, perm: "&"}, {idx: 2, type: none, perm: ""}]
    phone-book: [{name: Workshop, number: 42}]
    dialplan: [{match: 4..}, {match: "9,1*", timeout: 3, user: phone, rewrite: ""}]
    firmware: snom370-8.4.35-SIP-f.bin`,
  )
  t.same(layer, {
    settings: [],
    keys: [
      { idx: 0, context: 'active', type: 'line', value: '', flag: '$' },
      { idx: 1, context: '12', type: 'dest', value: '<sip:a>', label: 'Bob', flag: '&' },
      { idx: 2, context: 'active', type: 'none', value: '', flag: '$' },
    ],
    phoneBook: [{ name: 'Workshop', number: '42' }],
    dialplan: [
      { match: '4..', timeout: 0, user: '', rewrite: '' },
      { match: '9,1*', timeout: 3, user: 'phone', rewrite: '' },
    ],
    firmware: 'snom370-8.4.35-SIP-f.bin',
  })
})

t.test('a MAC is read in every spelling', async t => {
  const keys = [
    '000413261234',
    '00:04:13:26:12:35',
    '00-04-13-26-12-36',
    '0004.1326.1237',
    '0004132E0001',
    '00041326abcd',
  ]
  const { inventory, findings } = await read(t, { 'a.yaml': `phones:\n${keys.map(key => `  ${key}: {}\n`).join('')}` })
  t.same(findings, [])
  t.same([...some(inventory).phones.keys()], keys.map(parseMac))
})

t.test('sections without a value are empty', async t => {
  const { inventory, findings } = await read(t, {
    'a.yaml':
      'defaults:\nmodels:\n  SNOM370:\ngroups:\n  g:\nphones:\n  000413261234:\n  000413261235: {settings: , keys: , groups: }\n',
    'b.yaml': '# nothing yet\n',
  })
  t.same(findings, [])
  t.same([...some(inventory).models.keys()], ['snom370'])
  t.equal(some(inventory).phones.size, 2)
})

t.test('several files make one inventory', async t => {
  const { inventory, findings } = await read(t, {
    'a.yaml': 'defaults: {settings: {a: 1, b: 1}}\ngroups: {g: {}}\n',
    'b.yaml': 'defaults: {settings: {b: 2}}\nphones: {000413261234: {groups: [g]}}\n',
  })
  t.same(findings, [])
  t.same(
    some(inventory).defaults.settings.map(({ name, value }) => `${name}=${value}`),
    ['a=1', 'b=2'],
  )

  const twice = await read(t, {
    'a.yaml': 'phones: {000413261234: {}}\n',
    'b.yaml': '\nphones: {00:04:13:26:12:34: {}}\n',
  })
  t.same(twice.lines, [
    'b.yaml:2:10 error duplicate-mac phone 00:04:13:26:12:34 stands in the inventory already (a.yaml:1); keep one',
  ])
})

t.test('what a phone cannot hold is refused', async t => {
  for (const [written, rule] of [
    [`identities: [${'{user: a},'.repeat(13)}]`, 'too-many'],
    ['keys: [{idx: 256, type: line}]', 'number'],
    ['keys: [{idx: 0, type: line}, {idx: 0, type: dest}]', 'duplicate-idx'],
    ['keys: [{idx: 0, type: line, context: 13}]', 'text'],
    ['keys: [{idx: 0, type: line, perm: x}]', 'flag'],
    ['keys: [{idx: 0}]', 'missing-key'],
    ['phone-book: [{name: a, number: 1}, {name: b, number: "1"}]', 'duplicate-number'],
    ['dialplan: [{match: 1}, {match: "1"}]', 'duplicate-match'],
    [`name: ${'x'.repeat(256)}`, 'too-long'],
    [`settings: {a: ${'x'.repeat(8193)}}`, 'too-long'],
    ['settings: {a: "\\u0007"}', 'text'],
    ['settings: {a$$: 1}', 'bad-key'],
    ['identities: [{settings: {user_srtp$: "off"}}]', 'identity-setting'],
    ['identities: [{user: a, settings: {name!: b}}]', 'duplicate-setting'],
    ['firmware: ../secret.bin', 'text'],
    ['model: snom 370', 'text'],
    ['address: 192.168.66.021', 'address'],
  ] as const) {
    const { findings, inventory } = await read(t, { 'a.yaml': `phones:\n  000413261234:\n    ${written}\n` })
    t.same(
      findings.map(finding => finding.rule),
      [rule],
      written.slice(0, 60),
    )
    t.equal(inventory, undefined)
  }
})

t.test('an inventory holds at most 65,536 phones', { timeout: 60_000 }, async t => {
  const phones = Array.from({ length: 65_537 }, (_, index) => `00041${index.toString(16).padStart(7, '0')}: {}`)
  const { lines } = await read(t, { 'a.yaml': `phones: {${phones.join(',')}}` })
  t.same(lines, ['a.yaml:1:1 error too-many-phones 65537 phones; one appliance serves at most 65536'])
})

t.test('the nearest key is found across spelling habits, and not at any price', async t => {
  const known = ['lease-time', 'rapid-commit', 'pool', 'port']
  for (const [word, meant] of [
    ['leaseTime', 'lease-time'],
    ['lease_time', 'lease-time'],
    ['LEASE-TIME', 'lease-time'],
    ['leas-time', 'lease-time'],
    ['opol', 'pool'],
    ['prot', 'port'],
    ['router', undefined],
    ['x'.repeat(10_000), undefined],
  ] as const) {
    t.equal(nearest(word, known), meant, word.slice(0, 20))
  }
})

async function phoneLayer(t: Test, text: string): Promise<Layer> {
  const { inventory, lines } = await read(t, { 'a.yaml': `phones:\n  000413261234:\n    ${text}\n` })
  t.same(lines, [])
  return some([...some(inventory).phones.values()][0]).layer
}

async function read(t: Test, files: Readonly<Record<string, string>>) {
  const folder = t.testdir({})
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const reading = await readInventory(Object.keys(files).map(name => join(folder, name)))
  return { ...reading, lines: reading.findings.map(finding => formatFinding(finding).replaceAll(`${folder}/`, '')) }
}
