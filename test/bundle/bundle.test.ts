import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type Ipv4, parseIpv4 } from '../../src/address/ipv4.js'
import { type Mac, parseMac } from '../../src/address/mac.js'
import type { Asker, Found, Rendered } from '../../src/bundle/bundle.js'
import { type BundleOptions, createBundle } from '../../src/bundle/create-bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import type { Inventory, Layer, Phone } from '../../src/fleet/phone.js'
import { some } from '../some.js'

const mac = some(parseMac('000413261234'))
const other = some(parseMac('000413231111'))
const unlisted = some(parseMac('00041326FFFF'))
const address = some(parseIpv4('192.168.66.21'))
const stranger = some(parseIpv4('192.168.66.99'))

const nothing: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }

function layer(parts: Partial<Layer>): Layer {
  return { ...nothing, ...parts }
}

function inventoryOf(parts: Partial<Inventory> = {}): Inventory {
  const phone: Phone = {
    mac,
    model: 'snom370',
    groups: ['reception', 'absent'],
    layer: layer({
      settings: [
        { name: 'user_name', index: 1, flag: '$', value: '201' },
        { name: 'user_pass', index: 1, flag: '$', value: 'geheim' },
        { name: 'language', flag: '&', value: 'Deutsch' },
      ],
      keys: [{ idx: 0, context: 'active', type: 'dest', value: '42', flag: '$' }],
    }),
  }
  const second: Phone = { mac: other, groups: [], layer: nothing }
  return {
    defaults: layer({
      settings: [
        { name: 'language', flag: '$', value: 'English' },
        { name: 'admin_mode_password', flag: '$', value: '4711' },
      ],
      phoneBook: [{ name: 'Workshop', number: '42' }],
    }),
    models: new Map([['snom370', layer({ settings: [{ name: 'with_flash', flag: '!', value: 'off' }] })]]),
    groups: new Map([['reception', layer({ settings: [{ name: 'language', flag: '$', value: 'Français' }] })]]),
    phones: new Map([
      [mac, phone],
      [other, second],
    ]),
    ...parts,
  }
}

const v6 = 'Mozilla/4.0 (compatible; snom370-SIP 6.5.20; snom370 jffs2 v3.36)'
const v7 = 'Mozilla/4.0 (compatible; snom370-SIP 7.3.30 1.1.3-u)'
const v8 = 'Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 1.1.5 000413261234)'

const byHttp: Asker = { door: 'http', baseUrl: 'http://192.168.66.1', address }
const byTftp: Asker = { door: 'tftp', baseUrl: 'tftp://192.168.66.1', address }
const fromElsewhere: Asker = { ...byHttp, address: stranger }

interface Site {
  readonly find: (name: string, asker?: Asker) => Promise<Found | undefined>
  readonly text: (name: string, asker?: Asker) => Promise<string>
  readonly root: string
}

function open(t: Test, parts: Partial<BundleOptions> = {}): Site {
  const root = t.testdir({ www: { firmware: { 'snom370-8.bin': 'image' }, lang: { 'de.xml': 'lang' } }, tftproot: {} })
  const inventory = inventoryOf()
  const bundle = createBundle({
    inventory: () => inventory,
    www: openShelf(join(root, 'www')),
    tftproot: openShelf(join(root, 'tftproot')),
    holderOf: asked => (asked === address ? mac : undefined),
    tftpSecrets: false,
    ...parts,
  })
  const find = (name: string, asker = byHttp) => bundle.find(name, asker)
  return { find, text: async (name, asker) => textOf(await find(name, asker)), root }
}

async function textOf(found: Found | undefined): Promise<string> {
  const file = some(found)
  if (file.kind === 'refused') throw new Error('refused')
  return String(file.kind === 'rendered' ? file.bytes : await file.read())
}

function rendered(found: Found | undefined): Rendered {
  const document = some(found)
  if (document.kind !== 'rendered') throw new Error('expected a rendered document')
  return document
}

const containerOf = (url: string) => `<?xml version="1.0" encoding="utf-8"?>
<setting-files>
  <file url="${url}"/>
</setting-files>
`

t.test('a container names what exists, by the door through which it was asked', async t => {
  const { text } = open(t)
  const elsewhere = { ...byHttp, baseUrl: 'http://10.0.0.1:8080/' }
  t.equal(await text('/snom370.htm'), containerOf('http://192.168.66.1/snom370/general.xml'))
  t.equal(await text('/SNOM370.HTM', elsewhere), containerOf('http://10.0.0.1:8080/snom370/general.xml'))
  t.equal(await text('/snom370-000413261234.htm'), containerOf('http://192.168.66.1/snom370/000413261234.xml'))
  t.equal(await text('snom370.htm', byTftp), containerOf('tftp://192.168.66.1/snom370-general.xml'))
  t.equal(await text('snom370-000413261234.htm', byTftp), containerOf('tftp://192.168.66.1/snom370-000413261234.xml'))
})

t.test('the general document holds defaults and model, the own one groups and phone', async t => {
  const { text } = open(t)
  t.equal(
    await text('/snom370/general.xml', { ...byHttp, userAgent: v7 }),
    `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings>
    <language perm="$">English</language>
    <admin_mode_password perm="$">4711</admin_mode_password>
    <with_flash perm="!">off</with_flash>
  </phone-settings>
  <phone-book>
    <item context="active" type="none" index="0">
      <name>Workshop</name>
      <number>42</number>
    </item>
  </phone-book>
</settings>
`,
  )
  const own = `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings e="2">
    <language perm="&amp;">Deutsch</language>
    <user_name idx="1" perm="$">201</user_name>
    <user_pass idx="1" perm="$">geheim</user_pass>
  </phone-settings>
  <functionKeys e="2">
    <fkey idx="0" context="active" perm="$">dest 42</fkey>
  </functionKeys>
</settings>
`
  const asker = { ...byHttp, userAgent: v8 }
  for (const name of ['/snom370/000413261234.xml', '/snom370/00:04:13:26:12:34.XML', 'snom370-000413261234.xml']) {
    t.equal(await text(name, asker), own, name)
  }
})

t.test('firmware before 7.1.8 gets its settings at once, in place of a container', async t => {
  const { find, text } = open(t)
  const asker = { ...byHttp, userAgent: v6 }
  const general = '<html><pre>\nlanguage$: English\nadmin_mode_password$: 4711\nwith_flash!: off\n</pre></html>\n'
  t.equal(await text('/snom370.htm', asker), general)
  t.equal(await text('/snom370/general.xml', asker), general)
  t.equal(
    await text('/snom370-000413261234.htm', asker),
    `<html><pre>
language&: Deutsch
user_name1$: 201
user_pass1$: geheim
fkey0$: dest 42
fkey_context0$: active
</pre></html>
`,
  )
  t.equal(rendered(await find('/snom370.htm', asker)).type, 'text/html; charset=utf-8')
  const withoutLease = rendered(await find('/snom370-000413261234.htm', { ...asker, address: stranger }))
  t.equal(withoutLease.withheld, 1)
  t.notMatch(String(withoutLease.bytes), 'geheim')
})

t.test('a model or a phone can fix its dialect, whatever its firmware', async t => {
  const base = inventoryOf()
  const phone = {
    ...some(base.phones.get(mac)),
    layer: layer({ dialect: 'v7', keys: some(base.phones.get(mac)).layer.keys }),
  }
  const models = new Map([['snom370', layer({ dialect: 'plain' })]])
  const inventory = inventoryOf({ models, phones: new Map([[mac, phone]]) })
  const { text } = open(t, { inventory: () => inventory })
  const agent = { userAgent: v8 }
  t.match(await text(`/snom370/${mac}.xml`, { ...byHttp, ...agent }), '<function-keys>')
  t.match(await text('/snom370/general.xml', { ...fromElsewhere, ...agent }), '<pre>')
  t.match(await text('/snom360/general.xml', { ...fromElsewhere, ...agent }), 'e="2"')
})

t.test('/settings holds everything in one document, for any spelling of the MAC address', async t => {
  const { text, find } = open(t)
  const whole = await text('/settings?mac=000413261234')
  t.match(whole, /<language perm="&amp;">Deutsch</)
  t.match(whole, /<with_flash perm="!">off</, 'the model is known from the inventory')
  t.match(whole, /<user_pass idx="1" perm="\$">geheim</)
  t.match(whole, '<function-keys>')
  t.match(whole, '<phone-book>')
  for (const spelling of ['00:04:13:26:12:34', '00-04-13-26-12-34', '000413261234', '00%3A04%3A13%3A26%3A12%3A34']) {
    t.equal(await text(`settings?mac=${spelling}`), whole, spelling)
  }
  t.equal(await text('/snom3x0/snom3x0.php?mac=000413261234'), whole, 'and under the path fixed in the firmware')
  t.match(
    await text('/settings?mac=00041326FFFF'),
    /<with_flash perm="!">off</,
    'an unlisted phone gets what is for all',
  )
  t.equal(await find('/settings?mac=001565123456'), undefined, 'a phone whose type nobody knows gets nothing')
})

t.test('an unlisted phone has no documents of its own, and what is no name of ours is not found', async t => {
  const { find } = open(t)
  const names = ['/snom370-00041326FFFF.htm', '/snom370/00041326FFFF.xml', '/snom370/firmware.xml', '/', '', '/x.htm']
  for (const name of [...names, '/yealink.htm', '/settings', '/snom370', '/firmware', '/firmware/absent.bin']) {
    t.equal(await find(name), undefined, name)
    t.equal(await find(name, byTftp), undefined, name)
  }
})

t.test('a phone is served as the type it says it is, whatever the inventory thinks', async t => {
  const { text } = open(t)
  t.equal(await text('/snom360-000413261234.htm'), containerOf('http://192.168.66.1/snom360/000413261234.xml'))
  const asker = { ...byHttp, userAgent: 'Mozilla/4.0 (compatible; snom360-SIP 8.4.35 1.1.3-u)' }
  t.notMatch(await text('/settings?mac=000413261234', asker), 'with_flash')
  t.match(await text('/snomD999.htm'), 'snomD999/general.xml', 'a type nobody has heard of gets the defaults')
})

t.test('secrets go to the holder of the lease alone', async t => {
  const holders = new Map<Ipv4, Mac>([[address, mac]])
  const second = some(parseIpv4('192.168.66.23'))
  holders.set(second, other)
  const guest = some(parseIpv4('192.168.66.24'))
  holders.set(guest, unlisted)
  const site = open(t, { holderOf: asked => holders.get(asked) })
  const withheld = async (name: string, asker: Asker) => rendered(await site.find(name, asker)).withheld
  const own = '/snom370/000413261234.xml'
  const general = '/snom370/general.xml'
  const whole = '/settings?mac=000413261234'

  for (const [name, secrets] of [
    [own, 1],
    [general, 1],
    [whole, 2],
  ] as const) {
    t.equal(await withheld(name, byHttp), 0, `${name} to its holder`)
    t.equal(await withheld(name, { ...byHttp, door: 'https' }), 0, `${name} to its holder by https`)
    t.equal(await withheld(name, fromElsewhere), secrets, `${name} to an address nobody leases`)
    t.equal(await withheld(name, { ...byHttp, address: guest }), secrets, `${name} to a phone that is not listed`)
    t.equal(
      await withheld(name, { ...byHttp, userAgent: v8, address: stranger }),
      secrets,
      `${name} to who claims to be it`,
    )
    t.equal(await withheld(name, byTftp), secrets, `${name} by TFTP`)
  }
  t.equal(await withheld(own, { ...byHttp, address: second }), 1, "another phone's own")
  t.equal(await withheld(general, { ...byHttp, address: second }), 0, 'what is for all phones goes to each listed one')
  t.notMatch(await site.text(whole, fromElsewhere), /geheim|4711/)
  t.match(await site.text(whole, fromElsewhere), />201</, 'the rest stays')
})

t.test('by TFTP secrets go to the holder of the lease where the site says so', async t => {
  const site = open(t, { tftpSecrets: true })
  t.equal(rendered(await site.find('snom370-000413261234.xml', byTftp)).withheld, 0)
  t.equal(rendered(await site.find('snom370-000413261234.xml', { ...byTftp, address: stranger })).withheld, 1)
})

t.test('a file on the shelf wins over a rendered document of the same name', async t => {
  const { root, text, find } = open(t)
  await mkdir(join(root, 'www', 'snom370'))
  await writeFile(join(root, 'www', 'snom370', 'General.xml'), 'by hand')
  await writeFile(join(root, 'tftproot', 'snom370-general.xml'), 'by hand, for TFTP')
  t.equal(await text('/snom370/general.xml'), 'by hand')
  t.equal(some(await find('/SNOM370/general.xml?x=1')).kind, 'shelved', 'in any case, with any query')
  t.match(await text('/snom370-general.xml'), '<settings>', 'each door has a shelf of its own')
  t.equal(await text('snom370-general.xml', byTftp), 'by hand, for TFTP')
  t.match(await text('snom370/general.xml', byTftp), '<settings>')
  await rm(join(root, 'www', 'snom370'), { recursive: true })
  t.match(await text('/snom370/general.xml'), '<settings>', 'and once it is gone, the rendered one is back')
})

t.test(
  'images and language files lie under www/ and are reached by TFTP too, under their bare names as well',
  async t => {
    const { root, text, find } = open(t)
    t.equal(await text('/firmware/snom370-8.bin'), 'image')
    for (const name of ['firmware/snom370-8.bin', 'snom370-8.bin', '/SNOM370-8.BIN'])
      t.equal(await text(name, byTftp), 'image', name)
    for (const name of ['lang/de.xml', 'de.xml']) t.equal(await text(name, byTftp), 'lang', name)
    t.equal(await find('/snom370-8.bin'), undefined, 'HTTP has the full names only')
    await writeFile(join(root, 'www', 'notes.txt'), 'for HTTP')
    t.equal(await find('notes.txt', byTftp), undefined, 'nothing else of www/ is reached by TFTP')
    await writeFile(join(root, 'tftproot', 'snom370-8.bin'), 'own image')
    t.equal(await text('snom370-8.bin', byTftp), 'own image')
  },
)

t.test('a type with firmware is led to its image, as long as the image is there', async t => {
  const warnings: string[] = []
  const model = layer({ firmware: 'snom370-8.bin' })
  const inventory = inventoryOf({ models: new Map([['snom370', model]]) })
  const site = open(t, { inventory: () => inventory, warn: text => warnings.push(text) })
  const status = /<firmware_status perm="\$">(.*)<\/firmware_status>/
  t.equal(status.exec(await site.text('/snom370/general.xml'))?.[1], 'http://192.168.66.1/snom370/firmware.xml')
  t.equal(
    await site.text('/snom370/firmware.xml'),
    `<?xml version="1.0" encoding="utf-8"?>
<firmware-settings>
  <firmware perm="">http://192.168.66.1/firmware/snom370-8.bin</firmware>
</firmware-settings>
`,
  )
  t.equal(
    await site.text('/snom370/firmware.xml', { ...byHttp, userAgent: v6 }),
    '<html><pre>\nfirmware: http://192.168.66.1/firmware/snom370-8.bin\n</pre></html>\n',
  )
  t.equal(status.exec(await site.text('snom370-general.xml', byTftp))?.[1], 'tftp://192.168.66.1/snom370-firmware.xml')
  t.match(await site.text('snom370-firmware.xml', byTftp), '>tftp://192.168.66.1/snom370-8.bin<')
  t.notMatch(await site.text('/snom370/000413261234.xml'), 'firmware_status', 'said once is enough')
  t.notMatch(await site.text('/snom360/general.xml'), 'firmware_status', 'other types have none')
  t.equal(await site.find('/snom360/firmware.xml'), undefined)
  t.match(await site.text('/settings?mac=000413261234'), '>http://192.168.66.1/snom370/firmware.xml<')
  t.same(warnings, [])

  await rm(join(site.root, 'www', 'firmware', 'snom370-8.bin'))
  t.notMatch(await site.text('/snom370/general.xml'), 'firmware_status')
  t.equal(await site.find('/snom370/firmware.xml'), undefined)
  t.same(warnings, ['firmware snom370-8.bin is in the inventory, but not in www/firmware: no phone is sent to it'])
})

t.test("a phone's own firmware has a file of its own, since its firmware request tells no MAC address", async t => {
  const groups = new Map([['reception', layer({ firmware: 'snom370-8.bin' })]])
  const inventory = inventoryOf({ groups })
  const { text, find } = open(t, { inventory: () => inventory })
  t.match(await text('/snom370/000413261234.xml'), '>http://192.168.66.1/snom370/firmware.xml?mac=000413261234<')
  t.match(await text('/snom370/firmware.xml?mac=000413261234'), '>http://192.168.66.1/firmware/snom370-8.bin<')
  t.equal(await find('/snom370/firmware.xml'), undefined)
  t.match(await text('snom370-000413261234.xml', byTftp), '>tftp://192.168.66.1/snom370-000413261234-firmware.xml<')
  t.match(await text('snom370-000413261234-firmware.xml', byTftp), '>tftp://192.168.66.1/snom370-8.bin<')
})

t.test('an image is never named by https', async t => {
  const inventory = inventoryOf({ models: new Map([['snom370', layer({ firmware: 'snom370-8.bin' })]]) })
  const asker: Asker = { ...byHttp, door: 'https', baseUrl: 'https://192.168.66.1' }
  const without = open(t, { inventory: () => inventory })
  t.notMatch(await without.text('/snom370/general.xml', asker), 'firmware_status')
  t.equal(await without.find('/snom370/firmware.xml', asker), undefined)
  const beside = open(t, { inventory: () => inventory, plainUrl: () => 'http://192.168.66.1:8080' })
  t.match(await beside.text('/snom370/general.xml', asker), '>https://192.168.66.1/snom370/firmware.xml<')
  t.match(await beside.text('/snom370/firmware.xml', asker), '>http://192.168.66.1:8080/firmware/snom370-8.bin<')
})

t.test('a site that sets firmware_status itself keeps its own', async t => {
  const settings = [{ name: 'firmware_status', flag: '$' as const, value: 'http://else/' }]
  const inventory = inventoryOf({ models: new Map([['snom370', layer({ settings, firmware: 'snom370-8.bin' })]]) })
  const { text } = open(t, { inventory: () => inventory })
  t.same((await text('/snom370/general.xml')).match(/<firmware_status.*/g), [
    '<firmware_status perm="$">http://else/</firmware_status>',
  ])
})

t.test('the phone book of a phone is whole, so that its places stay unique', async t => {
  const phone: Phone = {
    mac,
    model: 'snom370',
    groups: [],
    layer: layer({ phoneBook: [{ name: 'Own', number: '7' }] }),
  }
  const inventory = inventoryOf({ phones: new Map([[mac, phone]]) })
  const { text } = open(t, { inventory: () => inventory })
  const own = await text('/snom370/000413261234.xml', { ...byHttp, userAgent: v8 })
  t.same(
    [...own.matchAll(/index="(\d)"|<name>(.*)</g)].map(([, index, name]) => index ?? name),
    ['0', 'Workshop', '1', 'Own'],
  )
})

t.test('a setting whose name is none is left out, and the rest stays', async t => {
  const settings = ['a b', '<x>', 'good'].map(name => ({ name, flag: '$' as const, value: 'v' }))
  const inventory = inventoryOf({ models: new Map([['snom370', layer({ settings })]]) })
  const { text } = open(t, { inventory: () => inventory })
  t.same((await text('/snom370/general.xml')).match(/<\w+ perm/g), [
    '<language perm',
    '<admin_mode_password perm',
    '<good perm',
  ])
})

t.test('a document is made once, until the inventory is another', async t => {
  let inventory = inventoryOf()
  const site = open(t, { inventory: () => inventory })
  const name = '/snom370/000413261234.xml'
  const first = rendered(await site.find(name))
  t.equal(rendered(await site.find(name.toUpperCase())), first)
  t.match(first.etag, /^"[\w-]{27}"$/)
  t.equal(first.mac, mac)
  t.not(rendered(await site.find(name, fromElsewhere)).etag, first.etag)
  t.not(rendered(await site.find(name, { ...byHttp, userAgent: v8 })), first)
  inventory = inventoryOf()
  const again = rendered(await site.find(name))
  t.not(again, first)
  t.equal(again.etag, first.etag, 'the same bytes have the same ETag')
})

t.test('any name from anybody is answered or not found, and never throws', async t => {
  const { find } = open(t)
  const part = fc.constantFrom(
    'snom370',
    '-',
    '/',
    '000413261234',
    '.htm',
    '.xml',
    'general',
    'settings',
    '?mac=',
    '..',
    '\0',
    '%',
  )
  const name = fc.oneof(
    fc.array(part, { maxLength: 8 }).map(parts => parts.join('')),
    fc.string({ unit: 'binary' }),
  )
  const asker = fc.record({
    door: fc.constantFrom('http' as const, 'https' as const, 'tftp' as const),
    baseUrl: fc.constant('http://h'),
    address: fc.constantFrom(address, stranger),
    userAgent: fc.oneof(fc.constantFrom(v6, v7, v8), fc.string({ unit: 'binary' })),
  })
  await fc.assert(
    fc.asyncProperty(name, asker, async (name, asker) => {
      const found = await find(name, asker)
      if (found?.kind === 'rendered' && asker.address === stranger) t.notMatch(String(found.bytes), /geheim|4711/)
    }),
    { numRuns: 2000 },
  )
  t.pass('2000 names')
})
