import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import t from 'tap'
import type { Content, Setting } from '../../src/snom/content.js'
import { writeFirmwareSettings } from '../../src/snom/firmware-settings.js'
import { writePlain, writePlainFirmware } from '../../src/snom/plain.js'
import { writeSettingFiles } from '../../src/snom/setting-files.js'
import { writeSettings } from '../../src/snom/settings.js'
import { element, isXmlName, writeXml } from '../../src/snom/xml.js'

const empty: Content = { settings: [], keys: [], phoneBook: [], dialplan: [] }

const content: Content = {
  settings: [
    { name: 'language', flag: '$', value: 'English' },
    { name: 'redirect_number', flag: '!', value: '253' },
    { name: 'user_realname', index: 1, flag: '&', value: 'Müller & Söhne <1>' },
    { name: 'auto_reboot_on_setting_change', flag: '$', value: 'on' },
    { name: 'user_name', index: 12, flag: '$', value: '' },
  ],
  keys: [
    { idx: 0, context: 'active', type: 'line', value: '', flag: '$' },
    { idx: 1, context: '1', type: 'dest', value: '<sip:423@tst.org;user=phone>', label: 'Bob "B"', flag: '&' },
  ],
  phoneBook: [{ name: 'Workshop', number: '42' }],
  dialplan: [
    { match: '9,1..........', timeout: 0, user: 'phone', rewrite: '' },
    { match: '11', timeout: 3, user: '', rewrite: '9911' },
  ],
}

t.test('firmware 7 gets the tags function-keys and phone-book', async t => {
  t.equal(
    writeSettings(content, 'v7'),
    `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings>
    <auto_reboot_on_setting_change perm="$">on</auto_reboot_on_setting_change>
    <language perm="$">English</language>
    <redirect_number perm="!">253</redirect_number>
    <user_realname idx="1" perm="&amp;">Müller &amp; Söhne &lt;1&gt;</user_realname>
    <user_name idx="12" perm="$"></user_name>
  </phone-settings>
  <function-keys>
    <fkey idx="0" context="active" perm="$">line</fkey>
    <fkey idx="1" context="1" label="Bob &quot;B&quot;" perm="&amp;">dest &lt;sip:423@tst.org;user=phone&gt;</fkey>
  </function-keys>
  <phone-book>
    <item context="active" type="none" index="0">
      <name>Workshop</name>
      <number>42</number>
    </item>
  </phone-book>
  <dialplan>
    <TEMPLATE MATCH="9,1.........." Timeout="0" User="phone" Rewrite=""/>
    <TEMPLATE MATCH="11" Timeout="3" Rewrite="9911"/>
  </dialplan>
</settings>
`,
  )
})

t.test('firmware 8 gets functionKeys, tbook and e="2"', async t => {
  t.equal(
    writeSettings({ ...content, settings: content.settings.slice(0, 1) }, 'v8'),
    `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings e="2">
    <language perm="$">English</language>
  </phone-settings>
  <functionKeys e="2">
    <fkey idx="0" context="active" perm="$">line</fkey>
    <fkey idx="1" context="1" label="Bob &quot;B&quot;" perm="&amp;">dest &lt;sip:423@tst.org;user=phone&gt;</fkey>
  </functionKeys>
  <tbook e="2" complete="true">
    <item context="active" type="none" index="0">
      <name>Workshop</name>
      <number>42</number>
    </item>
  </tbook>
  <dialplan e="2">
    <TEMPLATE MATCH="9,1.........." Timeout="0" User="phone" Rewrite=""/>
    <TEMPLATE MATCH="11" Timeout="3" Rewrite="9911"/>
  </dialplan>
</settings>
`,
  )
})

t.test('firmware before 7.1.8 gets lines, with the index behind the name', async t => {
  t.equal(
    writePlain(content),
    `<html><pre>
auto_reboot_on_setting_change$: on
language$: English
redirect_number!: 253
user_realname1&: Müller & Söhne <1>
user_name12$: 
fkey0$: line
fkey_context0$: active
fkey1&: dest <sip:423@tst.org;user=phone>
fkey_context1&: 1
fkey_label1&: Bob "B"
</pre></html>
`,
  )
  t.equal(writePlainFirmware('http://h/f.bin'), '<html><pre>\nfirmware: http://h/f.bin\n</pre></html>\n')
})

t.test('containers and firmware files name absolute URLs', async t => {
  t.equal(
    writeSettingFiles(['http://h/snom370/general.xml', 'http://h/x?a=1&b=2']),
    `<?xml version="1.0" encoding="utf-8"?>
<setting-files>
  <file url="http://h/snom370/general.xml"/>
  <file url="http://h/x?a=1&amp;b=2"/>
</setting-files>
`,
  )
  t.equal(
    writeFirmwareSettings('http://h/firmware/snom370-8.4.35-SIP-f.bin'),
    `<?xml version="1.0" encoding="utf-8"?>
<firmware-settings>
  <firmware perm="">http://h/firmware/snom370-8.4.35-SIP-f.bin</firmware>
</firmware-settings>
`,
  )
})

t.test('a document without settings is still one', async t => {
  t.equal(
    writeSettings(empty, 'v7'),
    '<?xml version="1.0" encoding="utf-8"?>\n<settings>\n  <phone-settings/>\n</settings>\n',
  )
  t.equal(writePlain(empty), '<html><pre>\n</pre></html>\n')
})

t.test('what is no XML name cannot become one', async t => {
  for (const name of ['', '1a', 'a b', 'a>', 'a:b', 'ü', 'a\n']) {
    t.equal(isXmlName(name), false, JSON.stringify(name))
    t.throws(() => element(name, {}), TypeError)
    t.throws(() => element('a', { [name]: '' }), TypeError)
  }
})

t.test('text beside elements gets no blanks it did not have', async t => {
  const mixed = element('a', {}, 'x', element('b', {}, element('c', {})), 'y')
  t.match(writeXml(mixed), '\n<a>x<b>\n  <c/>\n</b>y</a>\n')
})

/** What a strict parser reads: each element with its attributes and text, in document order. */
function read(text: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: { name: string; attributes: Record<string, string>; text: string }[] = []
  const open: (typeof found)[number][] = []
  const parser = new SaxesParser()
  parser.on('error', error => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const node = { name, attributes: { ...attributes }, text: '' }
    found.push(node)
    open.push(node)
  })
  parser.on('text', piece => {
    const node = open.at(-1)
    if (node !== undefined) node.text += piece
  })
  parser.on('closetag', () => open.pop())
  parser.write(text).close()
  return found
}

/** What becomes of text no XML can hold: the replacement character, one for each. */
function legible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
  return text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
}

/** Any UTF-16, lone surrogates and controls included, and much of what XML treats specially. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map(unit => String.fromCharCode(unit)) }),
  fc.string({
    unit: fc.constantFrom('&', '<', '>', '"', "'", ']', ']]>', '\r', '\n', '\t', ' ', '&#13;', '<!--', '\0'),
  }),
)

t.test('any value in any place comes back from a strict parser', async t => {
  const flag = fc.constantFrom('$', '!', '&')
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
  const settings = fc.array(fc.record({ name, flag, value: anyText }), { maxLength: 5 })
  const keys = fc.array(
    fc.record({ idx: fc.nat(53), context: anyText, type: name, value: anyText, label: anyText, flag }),
    { maxLength: 3 },
  )
  const phoneBook = fc.array(fc.record({ name: anyText, number: anyText }), { maxLength: 3 })
  const dialplan = fc.array(fc.record({ match: anyText, timeout: fc.nat(60), user: anyText, rewrite: anyText }), {
    maxLength: 3,
  })
  const any = fc.record({ settings, keys, phoneBook, dialplan })
  fc.assert(
    fc.property(any, fc.constantFrom('v7' as const, 'v8' as const), (content, dialect) => {
      const nodes = read(writeSettings(content, dialect))
      const texts = nodes.filter(node => node.attributes.perm !== undefined && node.name !== 'fkey')
      const ordered: Setting[] = content.settings.filter(setting => setting.name !== 'auto_reboot_on_setting_change')
      const wanted = ordered.map(setting => [setting.name, setting.flag, legible(setting.value)])
      const got = texts.filter(node => node.name !== 'auto_reboot_on_setting_change')
      t.strictSame(
        got.map(node => [node.name, node.attributes.perm, node.text]),
        wanted,
      )
      const fkeys = nodes.filter(node => node.name === 'fkey' && node.attributes.context !== undefined)
      t.strictSame(
        fkeys.map(node => [node.text, node.attributes.context, node.attributes.label]),
        content.keys.map(key => [
          key.value === '' ? key.type : `${key.type} ${legible(key.value)}`,
          legible(key.context),
          legible(key.label),
        ]),
      )
      const templates = nodes.filter(node => node.name === 'TEMPLATE')
      t.strictSame(
        templates.map(node => [node.attributes.MATCH, node.attributes.User ?? '', node.attributes.Rewrite]),
        content.dialplan.map(each => [legible(each.match), legible(each.user), legible(each.rewrite)]),
      )
      const names = nodes.slice(nodes.findIndex(node => node.name === 'item')).filter(node => node.name === 'number')
      if (content.phoneBook.length > 0 && content.settings.every(setting => setting.name !== 'number')) {
        t.strictSame(
          names.map(node => node.text),
          content.phoneBook.map(entry => legible(entry.number)),
        )
      }
    }),
    { numRuns: 300 },
  )
})

t.test('any value stays on its line in the plain form', async t => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 6 }), values => {
      const settings = values.map((value, place) => ({ name: `s${place}`, flag: '$' as const, value }))
      const lines = writePlain({ ...empty, settings }).split(/\r\n|[\n\r\u2028\u2029\u0085\v\f]/)
      t.strictSame(
        lines.slice(1, -2).map(line => line.split(':', 1)[0]),
        settings.map(setting => `${setting.name}$`),
      )
    }),
    { numRuns: 300 },
  )
})
