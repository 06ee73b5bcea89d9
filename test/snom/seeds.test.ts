/** Each listing of the deck, rebuilt from an inventory in our own values, and each as a page of the deck has it. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import type { Asker } from '../../src/bundle/bundle.js'
import { createBundle } from '../../src/bundle/create-bundle.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { readInventory } from '../../src/config/inventory.js'
import type { Dialect } from '../../src/snom/dialect.js'
import { readDocument } from '../../src/snom/read.js'
import { writeDocument } from '../../src/snom/write.js'
import { some } from '../some.js'
import { meaningOf } from './generated.js'

const head = '<?xml version="1.0" encoding="utf-8"?>'
const image = 'snom370-7.1.30-SIP-f.bin'
const guiFile = `${head}<phrases><phrase i="0" n="lang_none" t=""/><language n="lang_language_name" t="Deutsch"/></phrases>`
const webFile = `${head}<w_phrases><phrase i="0" n="lang_none" t=""/><language n="lang_language_name" t="Deutsch"/></w_phrases>`

const phones = `
defaults:
  settings: {language!: English, timezone$: GER+1}
models:
  snom370:
    firmware: ${image}
    keys: [{idx: 53, context: 12, type: line}]
    phone-book: [{name: Gate, number: "11"}]
    dialplan: [{match: "0*", timeout: 5}]
phones:
  000413260001:
    model: snom370
    identities:
      - {user: "31", name: Ann Lee, registrar: pbx.example}
      - {name: Second}
    settings: {redirect_number$: "32", user_realname@12&: Twelfth}
    keys:
      - {idx: 0, context: active, type: line}
      - {idx: 1, context: 1, type: dest, value: "<sip:32@pbx.example;user=phone>", perm: "&"}
    phone-book:
      - {name: Workshop, number: "42"}
      - {name: "Müller & Co", number: "0301234"}
    dialplan:
      - {match: "9,1....", timeout: 0, user: phone, rewrite: ""}
      - {match: "11", timeout: 3, user: phone, rewrite: "0911"}
`

/** The documents of this inventory as a snom370 with firmware 7 gets them by http://ss. */
async function open(t: Test) {
  const folders = {
    www: { firmware: { [image]: 'image' }, lang: { '7.1.28': { 'gui_de.xml': guiFile, 'web_de.xml': webFile } } },
    tftproot: {},
  }
  const root = t.testdir(folders)
  await writeFile(join(root, 'phones.yaml'), phones)
  const { inventory, findings } = await readInventory([join(root, 'phones.yaml')])
  t.strictSame(findings, [])
  const known = some(inventory)
  const bundle = createBundle({
    inventory: () => known,
    www: openShelf(join(root, 'www')),
    tftproot: openShelf(join(root, 'tftproot')),
    holderOf: () => undefined,
    tftpSecrets: false,
  })
  const userAgent = 'Mozilla/4.0 (compatible; snom370-SIP 7.1.30)'
  const asker: Asker = { door: 'http', baseUrl: 'http://ss', address: some(parseIpv4('192.168.66.21')), userAgent }
  return async (name: string): Promise<string> => {
    const found = some(await bundle.find(name, asker))
    if (found.kind === 'refused') throw new Error('refused')
    return String(found.kind === 'rendered' ? found.bytes : await found.read())
  }
}

/** White space aside: between tags, around values, and beside the slash of an empty tag. */
function aside(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([<>]|\/>|\?>) ?/g, '$1')
    .trim()
}

interface Row {
  readonly page: string // of the deck
  readonly name: string // as asked
  readonly listing: string // the form of the deck, with the values of the inventory
}

const own = '000413260001'

const rows: readonly Row[] = [
  {
    page: '(1) general container',
    name: 'snom370.htm',
    listing: `<setting-files>
      <file url="http://ss/snom370/general.xml" />
      <file url="http://ss/snom370/gui-lang.xml" />
      <file url="http://ss/snom370/web-lang.xml" />
    </setting-files>`,
  },
  {
    page: '(2) specific container',
    name: `snom370-${own}.htm`,
    listing: `<setting-files> <file url="http://ss/snom370/${own}.xml" /> </setting-files>`,
  },
  {
    page: '(3) general settings',
    name: 'snom370/general.xml',
    listing: `<settings>
      <phone-settings>
        <language perm="!">English</language>
        <timezone perm="$">GER+1</timezone>
        <firmware_status perm="$">
          http://ss/snom370/firmware.xml
        </firmware_status>
      </phone-settings>
      <function-keys> <fkey idx="53" context="12" perm="$">line</fkey> </function-keys>
      <phone-book>
        <item context="active" type="none" index="0"><name>Gate</name><number>11</number></item>
      </phone-book>
      <dialplan> <TEMPLATE MATCH="0*" Timeout="5" Rewrite=""/> </dialplan>
    </settings>`,
  },
  {
    page: '(4) phone languages',
    name: 'snom370/gui-lang.xml',
    listing: '<gui-languages> <language url="http://ss/lang/7.1.28/gui_de.xml" name="Deutsch" /> </gui-languages>',
  },
  {
    page: '(5) web languages',
    name: 'snom370/web-lang.xml',
    listing: '<web-languages> <language url="http://ss/lang/7.1.28/web_de.xml" name="Deutsch" /> </web-languages>',
  },
  {
    page: '(6) specific settings',
    name: `snom370/${own}.xml`,
    listing: `<settings>
      <phone-settings>
        <redirect_number perm="$">32</redirect_number>
        <user_realname idx="12" perm="&amp;">Twelfth</user_realname>
        <user_name idx="1" perm="$">31</user_name>
        <user_realname idx="1" perm="$">Ann Lee</user_realname>
        <user_host idx="1" perm="$">pbx.example</user_host>
        <user_realname idx="2" perm="$">Second</user_realname>
      </phone-settings>
      <function-keys>
        <fkey idx="0" context="active" perm="$">line</fkey>
        <fkey idx="1" context="1" perm="&amp;">dest &lt;sip:32@pbx.example;user=phone&gt;</fkey>
      </function-keys>
      <phone-book>
        <item context="active" type="none" index="0"><name>Gate</name><number>11</number></item>
        <item context="active" type="none" index="1"><name>Workshop</name><number>42</number></item>
        <item context="active" type="none" index="2"><name>Müller &amp; Co</name><number>0301234</number></item>
      </phone-book>
      <dialplan>
        <TEMPLATE MATCH="0*" Timeout="5" Rewrite=""/>
        <TEMPLATE MATCH="9,1...." Timeout="0" User="phone" Rewrite=""/>
        <TEMPLATE MATCH="11" Timeout="3" User="phone" Rewrite="0911"/>
      </dialplan>
    </settings>`,
  },
  {
    page: '(7) firmware',
    name: 'snom370/firmware.xml',
    listing: `<firmware-settings>
      <firmware perm="">
        http://ss/firmware/${image}
      </firmware>
    </firmware-settings>`,
  },
]

t.test('the files (1) to (7) of the deck come out of an inventory', async t => {
  const text = await open(t)
  for (const { page, name, listing } of rows) {
    const found = await text(name)
    t.equal(aside(found), aside(head + listing), page)
    t.strictSame(readDocument(found).flaws, [], page)
    t.comment(`${page} → /${name} → equal`)
  }
  t.equal(await text('lang/7.1.28/web_de.xml'), webFile, 'a language file is served as it is')
  t.comment('(8) firmware image and language files → /firmware/, /lang/ → served as they are')
})

interface Page {
  readonly page: string
  readonly kind: string
  readonly dialect?: Dialect
  readonly listing: string
  readonly flaws?: readonly string[]
}

/** As a page of the deck lays it out: all flags, all fields. */
const pages: readonly Page[] = [
  {
    page: 'setting files: flags and identity index',
    kind: 'phone-settings',
    listing: `<phone-settings>
      <language perm="">Deutsch</language>
      <redirect_number perm="$">31</redirect_number>
      <setting_server perm="">http://ss/snom.php?mac={mac}</setting_server>
      <user_realname idx="1" perm=""> </user_realname>
      <user_realname idx="12" perm=""> </user_realname>
    </phone-settings>`,
  },
  {
    page: '<phone-settings>',
    kind: 'phone-settings',
    listing: `<phone-settings>
      <language perm="!">Deutsch</language>
      <redirect_number perm="$">31</redirect_number>
      <user_realname idx="1" perm="&amp;"></user_realname>
      <firmware perm="">http://ss/370/firmware.xml</firmware>
    </phone-settings>`,
  },
  {
    page: '<phone-settings> with flags written bare',
    kind: 'phone-settings',
    listing: '<phone-settings> <user_realname idx="1" perm="&"></user_realname> </phone-settings>',
    flaws: ['bare-ampersand'],
  },
  {
    page: '(3) <settings>',
    kind: 'settings',
    listing: '<settings> <phone-settings/> <function-keys/> <phone-book/> <dialplan/> </settings>',
  },
  {
    page: '<setting-files>',
    kind: 'setting-files',
    listing:
      '<setting-files> <file url="http://ss/370/general.xml" /> <file url="http://ss/old-plain.txt"/> </setting-files>',
  },
  {
    page: '<firmware-settings>',
    kind: 'firmware-settings',
    listing: '<firmware-settings> <firmware perm="">http://ss/snom-7.1.30-SIP-f.bin</firmware> </firmware-settings>',
  },
  {
    page: '<function-keys>',
    kind: 'function-keys',
    listing: `<function-keys>
      <fkey idx="0" context="active" perm="$">line</fkey>
      <fkey idx="1" context="1" perm="&amp;">dest
        &lt;sip:32@pbx.example;user=phone&gt;</fkey>
      <fkey idx="53" context="12" perm="">line</fkey>
    </function-keys>`,
  },
  {
    page: '<phone-book>',
    kind: 'phone-book',
    listing: `<phone-book>
      <item context="active" type="friends" index="0"><name>Ann</name><number>31</number></item>
    </phone-book>`,
  },
  {
    page: '<dialplan>',
    kind: 'dialplan',
    listing: `<dialplan>
      <TEMPLATE MATCH="0,*" Timeout="4" User="Phone" Rewrite=""/>
      <TEMPLATE MATCH="11." Timeout="0" User="IP" Rewrite="0911"/>
    </dialplan>`,
  },
  {
    page: '(4) <gui-languages>',
    kind: 'gui-languages',
    listing: '<gui-languages> <language url="http://ss/gui_fr.xml" name="Français" /> </gui-languages>',
  },
  {
    page: '(5) <web-languages> with a URL without quotes',
    kind: 'web-languages',
    listing: '<web-languages> <language url=http://ss/web_fr.xml\n name="Français" /> </web-languages>',
    flaws: ['unquoted-attribute'],
  },
  {
    page: '<phrases>',
    kind: 'phrases',
    listing: `<phrases>
      <phrase i="0" n="lang_none" t="" />
      <phrase i="1" n="lang_language_name" t="Français" />
      <phrase i="2" n="lang_tbook" t="Carnet" />
      <language n="lang_language_name" t="Français" />
    </phrases>`,
  },
  {
    page: '<w_phrases>',
    kind: 'w_phrases',
    listing: '<w_phrases> <phrase i="0" n="lang_none" t="" /> </w_phrases>',
  },
]

t.test('each page of the deck is read, and written again as it stands there', async t => {
  for (const { page, kind, listing, flaws = [] } of pages) {
    const { document, flaws: found } = readDocument(`${head}\n${listing}`)
    t.equal(document?.kind, kind, page)
    t.strictSame(
      found.map(({ rule }) => rule),
      flaws,
      page,
    )
    const text = some(writeDocument(some(document), 'v7'))
    const mended = listing.replace('perm="&"', 'perm="&amp;"').replace(/url=(http\S+)/, 'url="$1"')
    t.equal(aside(text), aside(head + mended), page)
    const newer = readDocument(some(writeDocument(some(document), 'v8'))).document
    t.strictSame(withoutE(meaningOf(newer)), withoutE(meaningOf(document)), `${page} in v8`)
    t.comment(`${page} → ${kind} → equal${flaws.length === 0 ? '' : `, told: ${flaws}`}`)
  }
})

function withoutE(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'e' ? undefined : inner)))
}

t.test('the settings page of the deck is read line by line', async t => {
  const { document, flaws } = readDocument(
    'phone_type!: snom300-SIP\nmac&: 000413240001\ndst!: 3600 03.05.07 02:00:00 10.05.07 03:00:00\ndhcp!: on\nredirect_busy_number!:\n',
  )
  t.strictSame(flaws, [])
  const lines = some(writeDocument(some(document), 'plain'))
    .split('\n')
    .slice(1, -2)
  t.strictSame(lines, [
    'phone_type!: snom300-SIP',
    'mac&: 000413240001',
    'dst!: 3600 03.05.07 02:00:00 10.05.07 03:00:00',
    'dhcp!: on',
    'redirect_busy_number!: ',
  ])
})
