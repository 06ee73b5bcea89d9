/** Virtual phones boot from a bundle behind its own doors and fetch the language they were told, and their firmware. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Ipv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import { createBundle } from '../../src/bundle/create-bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { languagesAdd } from '../../src/commands/languages.js'
import { openHttp } from '../../src/doors/http.js'
import type { Log } from '../../src/doors/log.js'
import { openTftp } from '../../src/doors/tftp.js'
import type { Inventory, Layer, Setting } from '../../src/fleet/phone.js'
import { bootPhone } from '../../src/phone/boot.js'
import { tar } from '../commands/archives.js'
import { some } from '../some.js'
import { loopbackUdp } from '../tftp/udp.js'

const mac = some(parseMac('000413231234'))
const nothing: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }
const mute = () => undefined
const log: Log = { debug: mute, info: mute, warn: mute, error: mute }

const gui = (name: string) => `<?xml version="1.0" encoding="utf-8"?>\n<phrases><language t="${name}"/></phrases>\n`
const web = (name: string) => `<?xml version="1.0" encoding="utf-8"?>\n<w_phrases><language t="${name}"/></w_phrases>\n`

interface SiteParts {
  readonly language: string
  readonly webLanguage?: string
  readonly firmware?: string
}

/** Both doors of a site with languages for 7.1.28 and 8.7.5, put there by the command. */
async function open(t: Test, { language, webLanguage = language, firmware }: SiteParts) {
  const folder = t.testdir({ www: { firmware: {} }, tftproot: {} })
  const www = join(folder, 'www')
  for (const version of ['7.1.28', '8.7.5']) {
    const archive = join(folder, `snomlang-${version}.tar`)
    const files = ['Deutsch', 'Dansk'].flatMap((name, n) => [
      { name: `gui_${n}.xml`, bytes: gui(name) },
      { name: `web_${n}.xml`, bytes: web(name) },
    ])
    writeFileSync(archive, tar(...files))
    const call = { archives: [archive], www, json: false, write: mute, now: Date.now() }
    t.equal(await languagesAdd(call), 0)
  }
  mkdirSync(join(www, 'firmware'), { recursive: true })
  if (firmware !== undefined) writeFileSync(join(www, 'firmware', firmware), Buffer.alloc(10_000, 1))
  const bundle = createBundle({ ...bundleOf(inventoryOf(language, webLanguage, firmware)), ...shelves(folder) })
  const now = () => performance.now()
  const http = await openHttp({ listen: { host: '127.0.0.1', port: 0 }, bundle, log, now })
  t.teardown(() => http.close())
  const [requests, transfers] = [await loopbackUdp(), await loopbackUdp()]
  const baseUrl = `tftp://127.0.0.1:${requests.port}`
  const tftp = openTftp({ requests, transfers, bundle, baseUrl, mtu: 1500, log, now })
  t.teardown(() => tftp.close())
  return { http: `http://127.0.0.1:${http.port}`, tftp: baseUrl }
}

function inventoryOf(language: string, webLanguage: string, firmware: string | undefined): Inventory {
  const settings: Setting[] = [
    { name: 'language', flag: '$', value: language },
    { name: 'web_language', flag: '$', value: webLanguage },
  ]
  const phone = { mac, model: 'snom360', groups: [], layer: nothing }
  const defaults = { ...nothing, settings, ...(firmware !== undefined && { firmware }) }
  return { defaults, models: new Map(), groups: new Map(), phones: new Map([[mac, phone]]) }
}

function bundleOf(inventory: Inventory) {
  return { inventory: () => inventory, holderOf: (_: Ipv4) => mac, tftpSecrets: false }
}

function shelves(folder: string) {
  return { www: openShelf(join(folder, 'www')), tftproot: openShelf(join(folder, 'tftproot')) }
}

async function boot(url: string, firmware: string) {
  const via = { kind: 'url' as const, url }
  const { booted, documents } = await bootPhone({
    mac,
    phoneType: 'snom360',
    firmware,
    via,
    report: mute,
    timeLimit: 5000,
  })
  const missing = documents.filter(({ found }) => !found).map(({ name }) => name)
  return { booted, missing, urls: documents.map(({ url: asked }) => asked.slice(url.length)) }
}

t.test('a phone fetches the lists, then the selected language of its own firmware on request', async t => {
  const { http } = await open(t, { language: 'Deutsch', webLanguage: 'Dansk' })
  t.same(await boot(http, '7.1.30'), {
    booted: true,
    missing: [],
    urls: [
      ...['/snom360.htm', '/snom360/general.xml', '/snom360/gui-lang.xml', '/snom360/web-lang.xml'],
      ...['/snom360-000413231234.htm', '/snom360/000413231234.xml'],
      ...['/lang/7.1.28/gui_0.xml', '/lang/7.1.28/web_1.xml'],
    ],
  })
  const { urls } = await boot(http, '8.7.5.35')
  t.same(urls.slice(-2), ['/lang/8.7.5/gui_0.xml', '/lang/8.7.5/web_1.xml'])
})

t.test('what is built in, or in no list, is not asked for', async t => {
  const english = await open(t, { language: 'English' })
  t.notMatch((await boot(english.http, '7.1.30')).urls.join(), '/lang/', 'built in')
  const other = await open(t, { language: 'Suomi' })
  t.notMatch((await boot(other.http, '7.1.30')).urls.join(), '/lang/', 'in no list')
  const german = await open(t, { language: 'Deutsch' })
  const { urls, booted } = await boot(german.http, '8.4.35')
  t.ok(booted)
  t.notMatch(urls.join(), 'lang', 'no files for its firmware: not even the lists')
})

t.test('over TFTP a phone finds everything under flat names', async t => {
  const firmware = 'snom360-8.7.5.35-SIP-f.bin'
  const { tftp } = await open(t, { language: 'Deutsch', firmware })
  t.same(await boot(tftp, '8.7.5.20'), {
    booted: true,
    missing: [],
    urls: [
      ...['/snom360.htm', '/snom360-general.xml', '/snom360-gui-lang.xml', '/snom360-web-lang.xml'],
      ...['/snom360-000413231234.htm', '/snom360-000413231234.xml'],
      ...['/lang-8.7.5-gui_0.xml', '/lang-8.7.5-web_0.xml'],
      ...['/snom360-firmware.xml', `/${firmware}`],
    ],
  })
})

t.test('a phone with firmware 6 is not sent to an image it cannot take', async t => {
  const { http } = await open(t, { language: 'English', firmware: 'snom360-7.3.30-SIP-f.bin' })
  const { booted, urls } = await boot(http, '6.5.20')
  t.ok(booted)
  t.notMatch(urls.join(), 'firmware', 'the images between are missing')
  t.match((await boot(http, '7.1.30')).urls.join(), '/firmware/snom360-7.3.30-SIP-f.bin')
})
