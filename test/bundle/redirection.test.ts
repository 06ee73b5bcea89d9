import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type Ipv4, parseIpv4 } from '../../src/address/ipv4.js'
import { type Mac, parseMac } from '../../src/address/mac.js'
import type { Asker, Found, Rendered } from '../../src/bundle/bundle.js'
import { type BundleOptions, createBundle } from '../../src/bundle/create-bundle.js'
import { createFixedPaths } from '../../src/bundle/fixed-paths.js'
import { openShelf } from '../../src/bundle/shelf.js'
import type { Inventory, Layer, Setting } from '../../src/fleet/phone.js'
import { macsIn } from '../../src/snom/mac-in-text.js'
import { readDocument } from '../../src/snom/read.js'
import { some } from '../some.js'

const mac = some(parseMac('000413261234'))
const other = some(parseMac('000413231111'))
const unlisted = some(parseMac('00041326FFFF'))
const address = some(parseIpv4('192.168.66.21'))
const stranger = some(parseIpv4('192.168.66.99'))
const target = 'http://partner.example/snom.php?mac={mac}&k=1'

const nothing: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }
const set = (name: string, value: string): Setting => ({ name, flag: '$', value })
const layer = (...settings: Setting[]): Layer => ({ ...nothing, settings })

const inventory: Inventory = {
  defaults: layer(set('language', 'English'), set('admin_mode_password', '4711')),
  models: new Map(),
  groups: new Map(),
  phones: new Map([
    [mac, { mac, model: 'snom370', groups: [], layer: layer(set('user_name', '201'), set('user_pass', 'geheim')) }],
    [other, { mac: other, groups: [], layer: layer(set('user_name', '202')) }],
  ]),
}

const v6 = 'Mozilla/4.0 (compatible; snom190-SIP 3.60x)'
const v7 = 'Mozilla/4.0 (compatible; snom370-SIP 7.3.30 1.1.3-u)'
const v8 = 'Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 1.1.5 000413261234)'
const byHttp: Asker = { door: 'http', baseUrl: 'http://192.168.66.1', address: stranger }

interface Site {
  readonly find: (name: string, asker?: Partial<Asker>) => Promise<Found | undefined>
  readonly rendered: (name: string, asker?: Partial<Asker>) => Promise<Rendered>
  readonly text: (name: string, asker?: Partial<Asker>) => Promise<string>
  readonly registry: Map<Mac, { url: string }>
  readonly www: string
}

function open(t: Test, parts: Partial<BundleOptions> = {}): Site {
  const root = t.testdir({ www: { firmware: { 'snom-202511220000-f.bin': 'image' } }, tftproot: {} })
  const registry = new Map<Mac, { url: string }>()
  const bundle = createBundle({
    inventory: () => inventory,
    www: openShelf(join(root, 'www')),
    tftproot: openShelf(join(root, 'tftproot')),
    holderOf: (asked: Ipv4) => (asked === address ? mac : undefined),
    tftpSecrets: false,
    redirectionOf: asked => registry.get(asked),
    ...parts,
  })
  const find = (name: string, asker: Partial<Asker> = {}) => bundle.find(name, { ...byHttp, ...asker })
  const rendered = async (name: string, asker?: Partial<Asker>) => {
    const found = some(await find(name, asker))
    if (found.kind !== 'rendered') throw new Error(`${found.kind}, not rendered`)
    return found
  }
  return {
    find,
    rendered,
    text: async (name, asker) => String((await rendered(name, asker)).bytes),
    registry,
    www: join(root, 'www'),
  }
}

const redirectTo = (url: string) => `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings>
    <setting_server perm="">${url}</setting_server>
  </phone-settings>
</settings>
`

const hardCoded = [
  '/snom3x0/snom3x0.php?mac=000413261234',
  '/snom370/snom370.php?mac=00:04:13:26:12:34',
  '/SNOM370/Snom370.PHP?MAC=000413261234',
  '/snom190/snom190.php?mac=000413261234',
  '/snom190/snom190.htm?mac=000413261234',
]

t.test('a registered phone that asks by a hard-coded name gets its new settings server and nothing else', async t => {
  const { rendered, registry } = open(t)
  registry.set(mac, { url: target })
  for (const name of hardCoded) {
    const found = await rendered(name, { userAgent: v7 })
    t.equal(String(found.bytes), redirectTo('http://partner.example/snom.php?mac={mac}&amp;k=1'), name)
    t.match(found, { mac, withheld: 0, redirected: { url: target, by: 'registry' } })
  }
  t.strictSame(
    (await rendered(some(hardCoded[0]), { userAgent: v8 })).bytes,
    Buffer.from(redirectTo(target.replace('&', '&amp;'))),
  )
})

t.test('firmware before XML is redirected in its own words', async t => {
  const { rendered, registry } = open(t)
  registry.set(unlisted, { url: target })
  for (const [name, userAgent] of [
    ['/snom190/snom190.php?mac=00041326FFFF', undefined],
    ['/snom190/snom190.php?mac=00041326FFFF', v6],
    ['/snom3x0/snom3x0.php?mac=00041326FFFF', 'Mozilla/4.0 (compatible; snom360-SIP 6.5.2; snom360 ramdisk v3.31)'],
  ] as const) {
    const found = await rendered(name, userAgent === undefined ? {} : { userAgent })
    t.equal(String(found.bytes), `<html><pre>\nsetting_server$: ${target}\n</pre></html>\n`, name)
    t.match(found.type, 'text/html')
    const section = some(readDocument(found.bytes).document)
    t.match(section, { sections: [{ settings: [{ name: 'setting_server', value: target, flag: '$' }] }] })
  }
})

t.test('everyone else gets its own settings there, with secrets for who leases the address', async t => {
  const { text, find } = open(t)
  for (const name of hardCoded) {
    const whole = await text('/settings?mac=000413261234', { userAgent: v8, address })
    t.equal(await text(name, { userAgent: v8, address }), whole, name)
    t.match(whole, 'geheim')
    t.notMatch(await text(name, { userAgent: v8 }), 'geheim')
  }
  t.match(await text('/snom370/snom370.php?mac=00041326FFFF'), 'English', 'an unlisted phone: what all are told')
  t.equal(await find('/snom370/snom360.php?mac=000413261234'), undefined)
  t.equal(await find('/snom370/snom370.htm?mac=000413261234'), undefined, 'only old models have that name')
  t.equal(await find('/snom3x0/snom3x0.php?mac={mac}'), undefined)
})

t.test('without a MAC address the phone is known by its User-Agent, else by its lease, else it is asked', async t => {
  const { text, registry, find } = open(t)
  registry.set(mac, { url: 'http://one.example/' })
  t.equal(await text('/snom3x0/snom3x0.php', { userAgent: v8 }), redirectTo('http://one.example/'))
  t.equal(await text('/snom370/snom370.php', { address }), redirectTo('http://one.example/'))
  t.equal(
    await text('/snom190/snom190.htm', { userAgent: v6 }),
    '<html><pre>\nsetting_server$: http://192.168.66.1/snom3x0/snom3x0.php?mac={mac}\n</pre></html>\n',
  )
  t.equal((await find('/snom190/snom190.htm', { userAgent: v6 }).then(found => some(found))).kind, 'rendered')
  const tftp = { door: 'tftp', baseUrl: 'tftp://192.168.66.1' } as const
  t.equal(await find('snom190/snom190.htm', tftp), undefined)
})

t.test('a change of the registry counts at once', async t => {
  const { rendered, registry } = open(t)
  const name = some(hardCoded[0])
  const own = await rendered(name)
  registry.set(mac, { url: 'http://one.example/' })
  const one = await rendered(name)
  t.equal(String(one.bytes), redirectTo('http://one.example/'))
  registry.set(mac, { url: 'http://two.example/' })
  const two = await rendered(name)
  t.equal(String(two.bytes), redirectTo('http://two.example/'))
  t.not(one.etag, two.etag)
  registry.delete(mac)
  t.strictSame(await rendered(name), own)
})

t.test('/settings and the containers never ask the registry, so that a redirection can end there', async t => {
  const { text, rendered, registry } = open(t)
  registry.set(mac, { url: 'http://192.168.66.1/settings?mac={mac}' })
  t.match(await text('/settings?mac=000413261234'), '<user_name')
  t.match(await text('/snom370/000413261234.xml'), '<user_name')
  t.notMatch(await text('/snom370-000413261234.htm'), 'setting_server')
  t.equal((await rendered('/settings?mac=000413261234')).redirected, undefined)
})

t.test('a setting_server of the inventory stays as it is, and is told', async t => {
  const own: Layer = {
    ...nothing,
    settings: [{ name: 'setting_server', flag: '&', value: 'https://pbx.example/{mac}' }],
  }
  const phones = new Map([[mac, { mac, model: 'snom370', groups: [], layer: own }]])
  const { rendered } = open(t, { inventory: () => ({ ...inventory, phones }) })
  for (const name of ['/snom370/000413261234.xml', '/settings?mac=000413261234', some(hardCoded[0])]) {
    const found = await rendered(name)
    t.match(String(found.bytes), '<setting_server perm="&amp;">https://pbx.example/{mac}</setting_server>', name)
    t.strictSame(found.redirected, { url: 'https://pbx.example/{mac}', by: 'inventory' }, name)
  }
  t.equal((await rendered('/snom370/general.xml')).redirected, undefined)
  const ours = await rendered(some(hardCoded[0]), { baseUrl: 'https://pbx.example' })
  t.equal(ours.redirected, undefined, 'to this server is nowhere else')
  t.ok((await rendered(some(hardCoded[0]), { baseUrl: 'https://pbx.exam' })).redirected)
})

t.test('the paths of an OEM are served like those of snom', async t => {
  let paths: readonly string[] = ['/oem/{mac}.xml', 'acme/boot.php', '/q/boot?id={mac}', '/a.b/(x)+{MAC}/{mac}']
  const { text, find, registry } = open(t, { paths: () => paths })
  const whole = await text('/settings?mac=000413261234', { userAgent: v7 })
  for (const name of [
    '/oem/000413261234.xml',
    '/OEM/00:04:13:26:12:34.XML',
    '/oem/0004.1326.1234.xml?x=1',
    '/acme/boot.php?mac=00-04-13-26-12-34',
    '/acme/boot.php?MAC=000413261234&v=2',
    '/q/boot?ID=000413261234',
    '/q/boot?id=000413261234&more=1',
    '/a.b/(x)+000413261234/00:04:13:26:12:34',
  ]) {
    t.equal(await text(name, { userAgent: v7 }), whole, name)
  }
  t.equal(
    await text('/acme/boot.php', { userAgent: v7, address }),
    await text('/settings?mac=000413261234', { userAgent: v7, address }),
  )
  t.equal(
    await text('/acme/boot.php', { userAgent: v7 }),
    redirectTo('http://192.168.66.1/snom3x0/snom3x0.php?mac={mac}'),
  )
  for (const name of [
    '/oem/00041326123.xml',
    '/oem/{mac}.xml',
    '/oem/000413261234xml',
    '/x/oem/000413261234.xml',
    '/oem/000413261234.xml/x',
    '/q/boot',
    '/q/boot?xid=000413261234',
    '/acme/boot.php?mac={mac}',
    '/aXb/(x)+000413261234/000413261234',
    '/a.b/(x)+000413261234/000413231111',
  ]) {
    t.equal(await find(name, { userAgent: v7 }), undefined, name)
  }
  registry.set(mac, { url: 'http://one.example/' })
  t.equal(
    await text('/oem/000413261234.xml', { userAgent: v7 }),
    redirectTo('http://one.example/'),
    'the registry first',
  )
  paths = []
  t.equal(await find('/oem/000413261234.xml'), undefined, 'the list that holds now counts')
})

t.test('a file by hand wins over a hard-coded name too', async t => {
  const { find, registry, www } = open(t)
  mkdirSync(join(www, 'snom3x0'))
  writeFileSync(join(www, 'snom3x0', 'snom3x0.php'), 'by hand')
  registry.set(mac, { url: target })
  t.equal(some(await find('/snom3x0/snom3x0.php?mac=000413261234')).kind, 'shelved')
})

t.test('a certificate opens the files of its phone from any address, with secrets', async t => {
  const { text, rendered } = open(t)
  const phone = { door: 'https', baseUrl: 'https://192.168.66.1', certified: mac } as const
  t.match(await text('/snom370/000413261234.xml', phone), 'geheim')
  t.match(await text('/settings?mac=000413261234', phone), 'geheim')
  t.match(await text('/snom3x0/snom3x0.php', phone), 'geheim', 'and tells which phone asks')
  t.match(await text('/snom370/general.xml', phone), '4711')
  const without = await rendered('/snom370/000413261234.xml', { ...phone, certified: unlisted }).catch(() => undefined)
  t.equal(without, undefined)
  const leased = { door: 'https', baseUrl: 'https://192.168.66.1' } as const
  t.notMatch(await text('/snom370/000413261234.xml', leased), 'geheim', 'none: as by http')
  t.match(await text('/snom370/000413261234.xml', { ...leased, address }), 'geheim')
})

t.test('with a certificate the files of other phones are refused, also those by hand', async t => {
  const { find, www } = open(t, { paths: () => ['/oem/{mac}.xml'] })
  const phone = { door: 'https', baseUrl: 'https://192.168.66.1', certified: mac, address } as const
  for (const name of ['by-hand-000413231111.cfg', 'snom370-000413231111.htm', '000413261234.cfg']) {
    writeFileSync(join(www, name), 'by hand')
  }
  for (const name of [
    '/snom370-000413231111.htm',
    '/snom370/000413231111.xml',
    '/snom370/00041326FFFF.xml',
    '/settings?mac=00:04:13:23:11:11',
    '/settings?mac=00%3A04%3A13%3A23%3A11%3A11',
    '/snom370/firmware.xml?mac=000413231111',
    '/snom3x0/snom3x0.php?mac=000413231111',
    '/oem/0004.1323.1111.xml',
    '/by-hand-000413231111.cfg',
  ]) {
    t.strictSame(await find(name, phone), { kind: 'refused', reason: 'certificate-mismatch', mac }, name)
  }
  t.equal(some(await find('/000413261234.cfg', phone)).kind, 'shelved')
  t.equal(
    some(await find('/firmware/snom-202511220000-f.bin', phone)).kind,
    'shelved',
    'twelve digits in an image are a date',
  )
})

t.test('MAC addresses are found in other text, and no two of them in one', async t => {
  for (const [text, macs] of [
    ['000413261234', [mac]],
    ['CN=snom370-00:04:13:26:12:34/x', [mac]],
    ['0004.1326.1234 and 00-04-13-23-11-11', [mac, other]],
    ['snom370-SIP 000413261234 00:04:13:26:12:34', [mac]],
    ['0004132612345', []],
    ['00:04:13-26:12:34', []],
    ['', []],
  ] as const) {
    t.strictSame(macsIn(text), macs, text)
  }
})

t.test('a path of any characters matches itself with any MAC address in its place', async t => {
  const text = fc
    .string({ unit: fc.constantFrom(...'ab.+*([\\^$|/-{}xY_%'), maxLength: 12 })
    .filter(part => !/\{mac\}/i.test(part))
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(text, text, digits, (before, after, spelled) => {
      const path = `${before.replace(/^\/+/, '')}/{mac}/${after}`
      const match = createFixedPaths(() => [path])
      return match(`/${path.replace('{mac}', spelled)}`)?.mac === parseMac(spelled) && match(`/${path}`) === undefined
    }),
  )
  t.pass()
})
