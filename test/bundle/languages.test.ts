/** Documents (4) and (5), the container that names them, the language files behind them, and the way of firmware. */

import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import type { Asker, Found } from '../../src/bundle/bundle.js'
import { createBundle } from '../../src/bundle/create-bundle.js'
import { openLanguageShelf } from '../../src/bundle/language-shelf.js'
import { openShelf } from '../../src/bundle/shelf.js'
import type { Inventory, Layer } from '../../src/fleet/phone.js'
import { some } from '../some.js'

const mac = some(parseMac('000413261234'))
const address = some(parseIpv4('192.168.66.21'))
const nothing: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }

const gui = (name: string) => `<?xml version="1.0" encoding="utf-8"?>
<phrases><language t="${name}"/><phrase n="lang_none" t="&#26;"/></phrases>
`
const web = (name: string) => `<?xml version="1.0" encoding="utf-8"?>
<w_phrases><w_phrase n="wlang_x" t=""/><language n="wlang_web_language_name" t="${name}" /></w_phrases>
`

const agentOf = (version: string, type = 'snom370') => `Mozilla/4.0 (compatible; ${type}-SIP ${version})`
const byHttp: Asker = { door: 'http', baseUrl: 'http://ss', address, userAgent: agentOf('7.1.30') }
const byTftp: Asker = { door: 'tftp', baseUrl: 'tftp://ss', address }

interface SiteParts {
  readonly www?: Record<string, unknown>
  readonly tftproot?: Record<string, string>
  readonly firmware?: string // of the model snom370
  readonly any?: string // of every model
  readonly own?: string // of the phone
}

function open(t: Test, parts: SiteParts = {}) {
  const { www = { lang: languages }, tftproot = {}, firmware, any, own } = parts
  const root = t.testdir({ www: www as Record<string, string>, tftproot })
  const layerOf = (image: string | undefined): Layer => ({
    ...nothing,
    ...(image !== undefined && { firmware: image }),
  })
  const inventory: Inventory = {
    defaults: layerOf(any),
    models: new Map([['snom370', layerOf(firmware)]]),
    groups: new Map(),
    phones: new Map([[mac, { mac, model: 'snom370', groups: [], layer: layerOf(own) }]]),
  }
  const clock = { now: Date.now() }
  const warnings: string[] = []
  const bundle = createBundle({
    inventory: () => inventory,
    www: openShelf(join(root, 'www')),
    tftproot: openShelf(join(root, 'tftproot')),
    holderOf: asked => (asked === address ? mac : undefined),
    tftpSecrets: false,
    warn: text => warnings.push(text),
    now: () => clock.now,
  })
  const text = async (name: string, asker: Asker = byHttp) => textOf(await bundle.find(name, asker))
  const find = (name: string, asker: Asker = byHttp) => bundle.find(name, asker)
  const asSeen = (version: string, type?: string): Asker => ({ ...byHttp, userAgent: agentOf(version, type) })
  return { root, text, find, warnings, clock, asSeen }
}

const languages = {
  '7.1.28': { 'gui_de.xml': gui('Deutsch'), 'gui_fr.xml': gui('Fran&#195;&#167;ais'), 'web_de.xml': web('Deutsch') },
}

async function textOf(found: Found | undefined): Promise<string> {
  const file = some(found)
  if (file.kind === 'refused') throw new Error('refused')
  return String(file.kind === 'rendered' ? file.bytes : await file.read())
}

const filesOf = (container: string) => [...container.matchAll(/<file url="(.*?)"/g)].map(([, url]) => url)
const namesOf = (list: string) => [...list.matchAll(/name="(.*?)"/g)].map(([, name]) => name)

t.test('the lists name the files that match, with the names the files give themselves', async t => {
  const { text } = open(t)
  t.equal(
    await text('/snom370/gui-lang.xml'),
    `<?xml version="1.0" encoding="utf-8"?>
<gui-languages>
  <language url="http://ss/lang/7.1.28/gui_de.xml" name="Deutsch"/>
  <language url="http://ss/lang/7.1.28/gui_fr.xml" name="Français"/>
</gui-languages>
`,
  )
  t.equal(
    await text('/snom370/web-lang.xml'),
    `<?xml version="1.0" encoding="utf-8"?>
<web-languages>
  <language url="http://ss/lang/7.1.28/web_de.xml" name="Deutsch"/>
</web-languages>
`,
  )
  t.equal(await text('/gui-lang.xml'), await text('/snom370/gui-lang.xml'), 'and at the root')
  t.equal(await text('/lang/7.1.28/gui_de.xml'), gui('Deutsch'), 'the file itself goes out as it is')
})

t.test('over TFTP all names are flat, and lead to the files', async t => {
  const { text } = open(t)
  t.equal(
    await text('snom370-gui-lang.xml', byTftp),
    `<?xml version="1.0" encoding="utf-8"?>
<gui-languages>
  <language url="tftp://ss/lang-7.1.28-gui_de.xml" name="Deutsch"/>
  <language url="tftp://ss/lang-7.1.28-gui_fr.xml" name="Français"/>
</gui-languages>
`,
  )
  t.equal(await text('lang-7.1.28-gui_de.xml', byTftp), gui('Deutsch'))
  t.same(filesOf(await text('snom370.htm', byTftp)), [
    'tftp://ss/snom370-general.xml',
    'tftp://ss/snom370-gui-lang.xml',
    'tftp://ss/snom370-web-lang.xml',
  ])
})

t.test('the general container names settings, phone languages and web languages in that order', async t => {
  const { text, asSeen } = open(t)
  t.equal(
    await text('/snom370.htm'),
    `<?xml version="1.0" encoding="utf-8"?>
<setting-files>
  <file url="http://ss/snom370/general.xml"/>
  <file url="http://ss/snom370/gui-lang.xml"/>
  <file url="http://ss/snom370/web-lang.xml"/>
</setting-files>
`,
  )
  t.same(filesOf(await text('/snom370-000413261234.htm')), ['http://ss/snom370/000413261234.xml'])
  t.match(await text('/snom370.htm', asSeen('6.5.20')), '<html>', 'firmware 6 knows no containers, and one language')
})

t.test('a list that would name nothing is not there, and no container names it', async t => {
  const onlyWeb = open(t, { www: { lang: { '8.9.3': { 'web.xml': web('Dansk') } } } })
  const eight = onlyWeb.asSeen('8.9.3')
  t.same(filesOf(await onlyWeb.text('/snom370.htm', eight)), [
    'http://ss/snom370/general.xml',
    'http://ss/snom370/web-lang.xml',
  ])
  t.equal(await onlyWeb.find('/snom370/gui-lang.xml', eight), undefined)
  for (const version of ['7.1.30', '8.4.35', '10.1.33.33', '6.5.20']) {
    t.notMatch(await onlyWeb.text('/snom370.htm', onlyWeb.asSeen(version)), 'lang', version)
    t.equal(await onlyWeb.find('/snom370/web-lang.xml', onlyWeb.asSeen(version)), undefined, version)
  }
  const none = open(t, { www: {} })
  t.same(filesOf(await none.text('/snom370.htm')), ['http://ss/snom370/general.xml'])
  t.equal(await none.find('/gui-lang.xml'), undefined)
})

t.test('a phone gets the languages of the firmware it runs, else of that the inventory puts on it', async t => {
  const lang = {
    '7.1.28': { 'a.xml': gui('Alt') },
    '8.7.5': { 'b.xml': gui('Neu') },
    '8.9.3': { 'c.xml': gui('Neuer') },
  }
  const site = open(t, { www: { lang }, firmware: 'snom370-8.7.5.35-SIP-f.bin' })
  const { text, asSeen } = site
  const list = '/snom370/gui-lang.xml'
  t.same(namesOf(await text(list, asSeen('7.1.30'))), ['Alt'])
  t.same(namesOf(await text(list, asSeen('8.9.3.80'))), ['Neuer'])
  const { userAgent: _silent, ...silent } = byHttp
  t.same(namesOf(await text(list, silent)), ['Neu'], 'it does not say, and the inventory has 8.7.5.35')
  t.same(namesOf(await text('snom370-gui-lang.xml', byTftp)), ['Neu'])
  t.equal(
    await site.find('snom360-gui-lang.xml', { ...byTftp, address: 0 as typeof address }),
    undefined,
    'nobody knows',
  )
  const own = open(t, { www: { lang }, firmware: 'snom370-8.7.5.35-SIP-f.bin', own: '8.9.3.60' })
  t.same(namesOf(await own.text('snom370-gui-lang.xml', byTftp)), ['Neuer'], 'its own firmware, as a version alone')
})

t.test('a list made by hand is named and served', async t => {
  const hand = '<?xml version="1.0"?><gui-languages/>'
  const www = { snom370: { 'gui-lang.xml': hand } }
  const site = open(t, { www, tftproot: { 'snom370-web-lang.xml': hand } })
  t.same(filesOf(await site.text('/snom370.htm')), ['http://ss/snom370/general.xml', 'http://ss/snom370/gui-lang.xml'])
  t.equal(await site.text('/snom370/gui-lang.xml'), hand)
  t.same(filesOf(await site.text('snom370.htm', byTftp)), [
    'tftp://ss/snom370-general.xml',
    'tftp://ss/snom370-web-lang.xml',
  ])
})

t.test('files that come, change or go are noticed within a second', async t => {
  const { root, text, clock, find } = open(t)
  const folder = join(root, 'www/lang/7.1.28')
  const list = '/snom370/gui-lang.xml'
  const first = some(await find(list))
  t.equal(await find(list), first, 'made once')
  await writeFile(join(folder, 'gui_da.xml'), gui('Dansk'))
  t.same(namesOf(await text(list)), ['Deutsch', 'Français'], 'not at once')
  clock.now += 1_000
  t.same(namesOf(await text(list)), ['Dansk', 'Deutsch', 'Français'])
  await writeFile(join(folder, 'gui_da.xml'), gui('Norsk bokmål'))
  clock.now += 1_000
  t.same(namesOf(await text(list)), ['Norsk bokmål', 'Deutsch', 'Français'], 'written over in its place')
  await rename(folder, join(root, 'www/lang/8.9.3'))
  clock.now += 1_000
  t.equal(await find(list), undefined)
  t.notMatch(await text('/snom370.htm'), 'lang')
  await rename(join(root, 'www/lang/8.9.3'), folder)
  clock.now += 1_000
  t.match(await text('/snom370.htm'), 'gui-lang')
})

t.test('what is no language file is passed over, and of two for one language the first counts', async t => {
  const folder = {
    'README.txt': 'text',
    'a.xml': gui('Deutsch'),
    'b.xml': gui('Deutsch'),
    'c.xml': '<?xml version="1.0"?><settings/>',
    'd.xml': gui('Cut').slice(0, -12),
    'e.xml': '',
    'f.xml': gui(''),
    '.g.xml': gui('Hidden'),
    'h.xml': { 'i.xml': gui('Deeper') },
  }
  const root = t.testdir({ www: { lang: { '7.1.28': folder, 'x7.1': { 'a.xml': gui('X') }, 'a.xml': gui('X') } } })
  const outside = join(root, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, 'o.xml'), gui('Outside'))
  await symlink(outside, join(root, 'www/lang/8.9.3'))
  await symlink(join(outside, 'o.xml'), join(root, 'www/lang/7.1.28/o.xml'))
  await symlink('7.1.28', join(root, 'www/lang/7.1.30'))
  await symlink('nowhere', join(root, 'www/lang/7.3.1'))
  const { sets } = await openLanguageShelf(join(root, 'www')).current()
  const files = [{ kind: 'gui', name: 'Deutsch', file: 'a.xml' }]
  t.strictSame(sets, [
    { version: '7.1.28', files },
    { version: '7.1.30', files },
  ])
  await rm(join(root, 'www'), { recursive: true })
  t.strictSame((await openLanguageShelf(join(root, 'www')).current()).sets, [], 'no folder, no languages')
})

t.test('many who ask at once share one look', async t => {
  const root = t.testdir({ lang: languages })
  const shelf = openLanguageShelf(root, () => 0)
  const all = await Promise.all(Array.from({ length: 100 }, () => shelf.current()))
  t.equal(new Set(all).size, 1)
  t.equal(some(all[0]).sets.length, 1)
})

const images = (...names: string[]) => ({ firmware: Object.fromEntries(names.map(name => [name, 'image'])) })
const status = (text: string) => /<firmware_status[^>]*>([^<]*)/.exec(text)?.[1]

t.test('by TFTP only firmware 7.2 and later is led to an image', async t => {
  const old = open(t, { www: images('snom370-7.1.30-SIP-f.bin'), firmware: 'snom370-7.1.30-SIP-f.bin' })
  t.equal(status(await old.text('snom370-general.xml', byTftp)), undefined)
  t.equal(await old.find('snom370-firmware.xml', byTftp), undefined)
  t.match(old.warnings, ['snom370 fetches no firmware by TFTP before 7.2'])
  t.ok(status(await old.text('/snom370/general.xml')), 'by HTTP any')
  const site = open(t, { www: images('snom370-7.3.30-SIP-f.bin'), firmware: 'snom370-7.3.30-SIP-f.bin' })
  t.equal(status(await site.text('snom370-general.xml', byTftp)), 'tftp://ss/snom370-firmware.xml')
  t.match(await site.text('snom370-firmware.xml', byTftp), '>tftp://ss/snom370-7.3.30-SIP-f.bin<')
  const asker = { ...byTftp, userAgent: agentOf('7.1.30') }
  t.equal(status(await site.text('snom370-general.xml', asker)), undefined, 'a phone known to be older')
})

t.test('a version in place of a file is the image of each type', async t => {
  const site = open(t, { www: images('snom370-8.7.5.35-SIP-f.bin'), firmware: '8.7.5.35' })
  t.match(await site.text('/snom370/firmware.xml'), '>http://ss/firmware/snom370-8.7.5.35-SIP-f.bin<')
  const missing = open(t, { www: {}, firmware: '8.7.5.35' })
  t.equal(await missing.find('/snom370/firmware.xml'), undefined)
  t.match(missing.warnings, ['firmware snom370-8.7.5.35-SIP-f.bin is in the inventory, but not in www/firmware'])
})

t.test('an image of another model is named to nobody', async t => {
  const file = 'snom360-7.3.30-SIP-f.bin'
  const site = open(t, { www: images(file), firmware: file })
  t.equal(status(await site.text('/snom370/general.xml')), undefined)
  t.equal(await site.find('/snom370/firmware.xml'), undefined)
  t.strictSame(site.warnings, ['firmware snom360-7.3.30-SIP-f.bin is for snom360: no snom370 is sent to it'])
})

t.test('from 6 to 7 each step is named when its turn has come, and none when it is missing', async t => {
  const target = 'snom370-7.3.30-SIP-f.bin'
  const linux = 'snom370-3.38-l.bin'
  const six = (flash: string): Asker => ({
    ...byHttp,
    userAgent: `Mozilla/4.0 (compatible; snom370-SIP 6.5.20; ${flash})`,
  })
  const old = six('snom370 jffs2 v3.36; snom370 linux 3.25')
  const site = open(t, { www: images(target, linux), firmware: target })
  t.match(await site.text('/snom370/firmware.xml', old), `firmware: http://ss/firmware/${linux}`)
  t.match(await site.text('/snom370/firmware.xml'), `>http://ss/firmware/${target}<`)
  t.strictSame(site.warnings, [])
  const ready = six('snom370 jffs2 v3.36; snom370 linux 3.38')
  t.equal(await site.find('/snom370/firmware.xml', ready), undefined)
  t.notMatch(await site.text('/snom370.htm', ready), 'firmware_status')
  t.match(site.warnings, ['it needs snom370-update6to7-7.1.6-bf.bin first'])
})

t.test('whatever strangers say of themselves, the warnings are bounded', async t => {
  const any = 'snom370-7.3.30-SIP-f.bin'
  const site = open(t, { www: images(any), any })
  for (let n = 10; n < 510; n += 1) t.equal(await site.find(`/snomX${n}/firmware.xml`), undefined)
  t.equal(site.warnings.length, 64)
  t.equal(new Set(site.warnings).size, 64)
})

t.test('update_policy and firmware_interval stay as they are', async t => {
  const settings = (['update_policy', 'firmware_interval'] as const).map((name, index) => {
    return { name, flag: '$' as const, value: ['auto_update', '1440'][index] ?? '' }
  })
  const root = t.testdir({ www: {} })
  const bundle = createBundle({
    inventory: () => ({ defaults: { ...nothing, settings }, models: new Map(), groups: new Map(), phones: new Map() }),
    www: openShelf(root),
    tftproot: openShelf(root),
    holderOf: () => undefined,
    tftpSecrets: false,
  })
  const text = await textOf(await bundle.find('/snom370/general.xml', byHttp))
  t.match(text, '<update_policy perm="$">auto_update</update_policy>')
  t.match(text, '<firmware_interval perm="$">1440</firmware_interval>')
})
