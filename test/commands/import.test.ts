import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type Mac, parseMac } from '../../src/address/mac.js'
import { runImport } from '../../src/commands/import.js'
import { formatFinding } from '../../src/config/finding.js'
import { readInventory } from '../../src/config/inventory.js'
import { writeInventory } from '../../src/config/write-inventory.js'
import { wholeLayer } from '../../src/fleet/layers.js'
import type { Inventory, Layer } from '../../src/fleet/phone.js'
import { parseCsv } from '../../src/import/csv.js'
import { type ImportedFile, type ImportOptions, importFiles } from '../../src/import/import-files.js'
import { whoseName } from '../../src/import/whose.js'
import type { Content, Flag, Key, Setting } from '../../src/snom/content.js'
import { writeFirmwareSettings } from '../../src/snom/firmware-settings.js'
import { writePlain } from '../../src/snom/plain.js'
import { readDocument } from '../../src/snom/read.js'
import { writeSettings } from '../../src/snom/settings.js'
import { some } from '../some.js'

const folder = mkdtempSync(join(tmpdir(), 'option66-import-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))

const mac = some(parseMac('000413261234'))

/** What the YAML of an import reads as, and its findings, one a line. */
async function imported(files: Record<string, string | Buffer>, options: ImportOptions = {}) {
  const all = Object.entries(files).map(([name, content]): ImportedFile => ({ name, bytes: Buffer.from(content) }))
  const { inventory, findings } = importFiles(all, options)
  return { inventory: await reread(inventory), lines: findings.map(formatFinding) }
}

async function reread(written: Inventory): Promise<Inventory> {
  const file = join(folder, 'phones.yaml')
  writeFileSync(file, writeInventory(written))
  const { inventory, findings } = await readInventory([file])
  if (inventory === undefined) throw new Error(findings.map(formatFinding).join('\n'))
  return inventory
}

/** The documents of a phone hold what these hold, whatever the order of the settings. */
function same(t: Test, found: Layer | undefined, wanted: Partial<Content>): void {
  t.strictSame(plainly(some(found)), plainly({ settings: [], keys: [], phoneBook: [], dialplan: [], ...wanted }))
}

function plainly({ settings, keys, phoneBook, dialplan }: Content) {
  const id = ({ name, index }: Setting): string => `${name}@${index}`
  return {
    settings: Object.fromEntries(settings.map(one => [id(one), `${one.flag} ${one.value}`]).sort()),
    keys: keys.map(key => ({ ...key })),
    phoneBook: phoneBook.map(entry => ({ ...entry })),
    dialplan: dialplan.map(template => ({ ...template })),
  }
}

const everyKind = `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings e="2">
    <language perm="R">English</language>
    <contrast perm="!">15</contrast>
    <use_backlight perm="RW">on</use_backlight>
    <timezone perm="">GER+1</timezone>
    <admin_mode perm="$">off</admin_mode>
    <dirty_host_ttl perm=" "></dirty_host_ttl>
    <redirect_number perm="&amp;">0123</redirect_number>
    <ntp_server perm="V">ntp.lab.example</ntp_server>
    <user_name idx="1" perm="R">juser</user_name>
    <user_realname idx="1" perm="RW">Joe User</user_realname>
    <user_pass idx="1" perm="RW">12:34</user_pass>
    <user_host idx="1" perm="RW">pbx.lab.example</user_host>
    <user_outbound idx="1" perm="!">out.lab.example</user_outbound>
    <codec1_name idx="1" perm="R">8</codec1_name>
    <record_missed_calls idx="2" perm="RW">on</record_missed_calls>
    <user_srtp idx="12" perm="R">off</user_srtp>
  </phone-settings>
  <tbook e="2" complete="true">
    <item context="active" type="none" index="0"><name>Jos&#233; &amp; Co</name><number>42</number></item>
    <item context="line1" type="vip" index="1"><name>Boss</name><number>1</number><email>b@lab.example</email></item>
    <contact vip="true"><first_name>Eve</first_name><numbers><number no="7" type="home"/></numbers></contact>
  </tbook>
  <functionKeys e="2">
    <fkey idx="0" context="active" perm="R">line</fkey>
    <fkey idx="1" context="2" label="Bob" perm="">dest &lt;sip:423@tst.org;user=phone&gt;</fkey>
    <fkey idx="2" context="active" perm="R" short_label="S">speed 9</fkey>
  </functionKeys>
  <dialplan e="2">
    <template match="9,11" Timeout="0" User="Phone" rewrite="9911"/>
    <template match="1*" Timeout="8" scheme="sip"/>
  </dialplan>
</settings>
`

const everyKindRead: Partial<Content> = {
  settings: [
    { name: 'language', flag: '&', value: 'English' },
    { name: 'contrast', flag: '!', value: '15' },
    { name: 'use_backlight', flag: '$', value: 'on' },
    { name: 'timezone', flag: '$', value: 'GER+1' },
    { name: 'admin_mode', flag: '$', value: 'off' },
    { name: 'dirty_host_ttl', flag: '&', value: '' },
    { name: 'redirect_number', flag: '&', value: '0123' },
    { name: 'ntp_server', flag: '$', value: 'ntp.lab.example' },
    { name: 'user_name', index: 1, flag: '&', value: 'juser' },
    { name: 'user_realname', index: 1, flag: '$', value: 'Joe User' },
    { name: 'user_pass', index: 1, flag: '$', value: '12:34' },
    { name: 'user_host', index: 1, flag: '$', value: 'pbx.lab.example' },
    { name: 'user_outbound', index: 1, flag: '!', value: 'out.lab.example' },
    { name: 'codec1_name', index: 1, flag: '&', value: '8' },
    { name: 'record_missed_calls', index: 2, flag: '$', value: 'on' },
    { name: 'user_srtp', index: 12, flag: '&', value: 'off' },
  ],
  keys: [
    { idx: 0, context: 'active', type: 'line', value: '', flag: '&' },
    { idx: 1, context: '2', type: 'dest', value: '<sip:423@tst.org;user=phone>', label: 'Bob', flag: '$' },
    { idx: 2, context: 'active', type: 'speed', value: '9', shortLabel: 'S', flag: '&' },
  ],
  phoneBook: [
    { name: 'José & Co', number: '42' },
    { name: 'Boss', number: '1', context: 'line1', type: 'vip', email: 'b@lab.example' },
    { name: 'Eve', number: '7', numberType: 'home', firstName: 'Eve' },
  ],
  dialplan: [
    { match: '9,11', timeout: 0, user: 'phone', rewrite: '9911' },
    { match: '1*', timeout: 8, user: '', rewrite: '', scheme: 'sip' },
  ],
}

t.test('a setting file of every kind is carried over, and what cannot be is said with its place', async t => {
  const { inventory, lines } = await imported({ 'general.xml': everyKind })
  same(t, inventory.defaults, everyKindRead)
  t.strictSame(lines, [
    'general.xml:11:5 warning volatile setting ntp_server: V (volatile) is left out of its flag',
    'general.xml:24:5 error not-carried-over phone book entry "Eve": vip cannot stand in an inventory',
  ])
})

t.test('a file goes to the phone it names, else to the group, the model or the defaults', async t => {
  const setting: Partial<Content> = { settings: [{ name: 'contrast', flag: '$', value: '9' }] }
  const xml =
    '<?xml version="1.0"?><settings><phone-settings><contrast perm="">9</contrast></phone-settings></settings>'
  const all = { 'snom370-000413261234.htm': xml, 'rest.xml': xml }
  const both = await imported(all, { model: 'snom320', group: 'lab' })
  t.match(both.inventory.phones.get(mac), { model: 'snom320', groups: ['lab'] })
  same(t, both.inventory.phones.get(mac)?.layer, setting)
  same(t, both.inventory.groups.get('lab'), setting)
  const named = await imported(all, { model: 'snomD785' })
  same(t, named.inventory.models.get('snomd785'), setting)
  const neither = await imported(all)
  t.equal(neither.inventory.phones.get(mac)?.model, 'snom370', 'the type is in the name')
  same(t, neither.inventory.defaults, setting)
  const other = some(parseMac('000413AABBCC'))
  const told = await imported({ 'rest.xml': xml }, { mac: other })
  same(t, told.inventory.phones.get(other)?.layer, setting)
})

t.test('the name of a file tells whose it is', async t => {
  const names: readonly (readonly [string, Mac | undefined, string | undefined])[] = [
    ['/srv/snom370-000413261234.htm', mac, 'snom370'],
    ['snom370/00:04:13:26:12:34.xml', mac, 'snom370'],
    ['snom370/general.xml', undefined, 'snom370'],
    ['tftp\\snom320-000413261234.xml', mac, 'snom320'],
    ['backup of 00-04-13-26-12-34 (snomD785).txt', mac, 'snomD785'],
    ['cfg000413261234.txt', mac, undefined],
    ['aabbccddeeff.xml', some(parseMac('aabbccddeeff')), undefined],
    ['backup-202601011200.xml', undefined, undefined],
    ['0004132612345678.xml', undefined, undefined],
    ['snom-settings.xml', undefined, undefined],
  ]
  for (const [name, found, type] of names)
    t.strictSame([whoseName(name).mac, whoseName(name).type], [found, type], name)
})

t.test('a saved settings page becomes the phone that it was saved from', async t => {
  const page = `<html><body><pre>
mac&: 000413261234
phone_type&: snom370
language$: Deutsch
user_name1!: 201
user_pass1&: s:e;c#ret
codec1_name2$: 8
fkey0$: line
fkey_context0$: active
</pre></body></html>
`
  const { inventory, lines } = await imported({ 'settings.htm': page })
  t.strictSame(lines, [])
  const phone = some(inventory.phones.get(mac))
  t.equal(phone.model, 'snom370')
  same(t, phone.layer, {
    settings: [
      { name: 'language', flag: '$', value: 'Deutsch' },
      { name: 'user_name', index: 1, flag: '!', value: '201' },
      { name: 'user_pass', index: 1, flag: '&', value: 's:e;c#ret' },
      { name: 'codec1_name', index: 2, flag: '$', value: '8' },
    ],
    keys: [{ idx: 0, context: 'active', type: 'line', value: '', flag: '$' }],
  })
})

t.test('firmware goes to the model, and files that only name others are said to', async t => {
  const { inventory, lines } = await imported(
    {
      'firmware.xml': writeFirmwareSettings('http://old.example/fw/snom370-8.4.35-SIP-f.bin?x=1'),
      'container.xml': '<?xml version="1.0"?><setting-files><file url="http://old.example/a.xml"/></setting-files>',
      'lang.xml':
        '<?xml version="1.0"?><gui-languages><language url="http://old.example/de.xml" name="Deutsch"/></gui-languages>',
    },
    { model: 'snom370' },
  )
  t.equal(inventory.models.get('snom370')?.firmware, 'snom370-8.4.35-SIP-f.bin')
  t.strictSame(
    lines.map(line => line.replace(/:\d+:\d+ /, ' ')),
    [
      'container.xml warning names-files only names other files; import those',
      'lang.xml warning names-files only lists language files; option66 lists those in www/lang itself',
    ],
  )
  const without = await imported({
    'firmware.xml': writeFirmwareSettings('http://old.example/snom370-8.4.35-SIP-f.bin'),
  })
  t.match(without.lines, [/firmware stands with a model/])
})

t.test('a later file wins, and the value that gave way is named with its place', async t => {
  const one = (value: string) =>
    `<?xml version="1.0"?>\n<phone-settings>\n<contrast perm="">${value}</contrast>\n</phone-settings>`
  const { inventory, lines } = await imported({ 'a.xml': one('1'), 'b.xml': one('2'), 'c.xml': one('2') })
  same(t, inventory.defaults, { settings: [{ name: 'contrast', flag: '$', value: '2' }] })
  t.strictSame(lines, ['a.xml:3:1 error overridden setting contrast$ stands again at b.xml:3:1; the last one counts'])
})

t.test('a table of phones is read however its head is spelled', async t => {
  const wanted = {
    mac,
    model: 'snom370',
    name: 'Front; desk',
    address: 0xc0_a8_42_15,
    groups: ['reception', 'lab'],
  }
  const layer: Partial<Content> = {
    settings: [
      { name: 'user_name', index: 1, flag: '$', value: '0201' },
      { name: 'user_realname', index: 1, flag: '$', value: 'Front; desk' },
      { name: 'user_pass', index: 1, flag: '$', value: 'a"b' },
      { name: 'user_host', index: 1, flag: '$', value: 'pbx.lab.example' },
    ],
  }
  const tables = [
    'mac,model,name,address,user,password,registrar,group\n000413261234,snom370,"Front; desk",192.168.66.21,0201,"a""b",pbx.lab.example,"reception,lab"\n',
    '\ufeffMAC Address;Phone Type;Name;IP;Ext;SIP Secret;Server;Groups\r\n00:04:13:26:12:34;Snom 370;"Front; desk";192.168.66.21;0201;"a""b";pbx.lab.example;"reception; lab"\r\n',
    'sep=;\nmac-address;device;label;ip_address;sip user;pass;sip_server;gruppe\n413261234;370;"Front; desk";192.168.66.21;0201;"a""b";pbx.lab.example;reception|lab',
    'extension\tsecret\tHost\tGROUPS\tDescription\tModell\tIPv4\tMAC\n0201\t"a""b"\tpbx.lab.example\treception,lab\tFront; desk\tSNOM-370\t192.168.66.21\t0004.1326.1234\n\n',
  ]
  for (const table of tables) {
    for (const bytes of [Buffer.from(table), Buffer.from(`\ufeff${table.replace('\ufeff', '')}`, 'utf16le')]) {
      const { inventory, lines } = await imported({ 'phones.txt': bytes })
      t.strictSame(lines, [])
      const { layer: found, ...facts } = some(inventory.phones.get(mac))
      t.strictSame(facts, wanted)
      same(t, found, layer)
      t.ok(inventory.groups.has('reception') && inventory.groups.has('lab'), 'groups exist')
    }
  }
})

t.test('a phone of several rows, or of numbered columns, has several identities', async t => {
  const wanted: Partial<Content> = {
    settings: [
      { name: 'user_name', index: 1, flag: '$', value: '201' },
      { name: 'user_realname', index: 1, flag: '$', value: 'Desk' },
      { name: 'user_name', index: 2, flag: '$', value: '202' },
      { name: 'user_realname', index: 2, flag: '$', value: 'Door' },
    ],
  }
  const rows = await imported({ 'a.csv': 'mac,name,user\n000413261234,Desk,201\n000413261234,Door,202\n' })
  t.strictSame(rows.lines, [])
  t.equal(rows.inventory.phones.get(mac)?.name, 'Desk')
  same(t, rows.inventory.phones.get(mac)?.layer, wanted)
  const columns = await imported({
    'a.csv': 'mac,user1,display name 1,user 2,Display Name 2\n000413261234,201,Desk,202,Door\n',
  })
  t.strictSame(columns.lines, [])
  same(t, columns.inventory.phones.get(mac)?.layer, wanted)
})

t.test('what a table says in vain is named with its cell', async t => {
  const table = `mac,model,address,colour,language$,user
000413261234,Yealink T41,192.168.66.300,red,Deutsch,201,too much
,snom370,,,,202
nonsense,snom370,,,,203
000413260000,snom370,,,,"204
`
  const { inventory, lines } = await imported({ 'phones.csv': table })
  t.strictSame(lines, [
    'phones.csv:1:19 error column column "colour" means nothing here; a setting is named with its flag: language$',
    'phones.csv:2:14 error model this model is no phone type such as snom370',
    'phones.csv:2:26 error address this is no IPv4 address such as 192.168.66.1',
    'phones.csv:2:57 error column this cell stands under no column; does a value before it need quotes?',
    'phones.csv:3:1 error mac this row has no MAC address and is left out',
    'phones.csv:4:1 error mac this row has "nonsense", which is no MAC address, and is left out',
    'phones.csv:5:25 error open-quote a quote begins here and never ends; nothing from here on was read',
  ])
  t.equal(inventory.phones.size, 1)
  same(t, inventory.phones.get(mac)?.layer, {
    settings: [
      { name: 'language', flag: '$', value: 'Deutsch' },
      { name: 'user_name', index: 1, flag: '$', value: '201' },
    ],
  })
  const headless = await imported({ 'phones.csv': '000413261234,snom370\n' })
  t.match(headless.lines[0], /1:1 error column column "000413261234"/)
  t.match(headless.lines.join('\n'), /no column is named for the MAC address; expected a first line such as mac,model/)
})

t.test('any table reads as RFC 4180 writes it', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', ';', '\n', '\t', 'é'), maxLength: 6 })
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(rows, fc.constantFrom(',', ';', '\t'), fc.constantFrom('\n', '\r\n'), (table, separator, end) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
      const text = table.map(row => row.map(quoted).join(separator) + end).join('')
      const read = parseCsv(text).rows.map(row => row.map(({ text: one }) => one))
      return isDeepStrictEqual(
        read,
        table.filter(row => row.some(one => one !== '')),
      )
    }),
  )
})

const flag = fc.constantFrom<Flag[]>('$', '!', '&')
const word = fc.stringMatching(/^[!-~äöüß€ ]{0,20}$/).map(text => text.trim())
const line = word.filter(text => text !== '')
const name = fc
  .oneof(
    fc.constantFrom('user_name', 'user_pass', 'user_srtp', 'codec1_name', 'language', 'user_dp_str'),
    fc.stringMatching(/^[a-z][a-z_]{0,30}[a-z]$/),
  )
  .filter(
    text =>
      !['mac', 'phone_type', 'context_key', 'firmware', 'fkey', 'language'].includes(text) && !text.startsWith('fkey'),
  )
const setting: fc.Arbitrary<Setting> = fc
  .tuple(name, fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }), flag, word)
  .map(([name, index, flag, value]) => ({ name, ...(index !== undefined && { index }), flag, value }))
const key: fc.Arbitrary<Key> = fc
  .tuple(
    fc.nat(53),
    fc.constantFrom('active', '1', '12'),
    fc.constantFrom('line', 'dest', 'blf'),
    word,
    fc.option(word, { nil: undefined }),
    flag,
  )
  .map(([idx, context, type, value, label, flag]) => ({
    idx,
    context,
    type,
    value,
    ...(label !== undefined && { label }),
    flag,
  }))
const content: fc.Arbitrary<Content> = fc.record(
  {
    settings: fc.uniqueArray(setting, { selector: ({ name, index }) => `${name}@${index}`, maxLength: 20 }),
    keys: fc.uniqueArray(key, { selector: ({ idx }) => idx, maxLength: 6 }),
    phoneBook: fc.uniqueArray(fc.record({ name: word, number: line }, { noNullPrototype: true }), {
      selector: ({ number }) => number,
      maxLength: 5,
    }),
    dialplan: fc.uniqueArray(
      fc.record(
        { match: line, timeout: fc.nat(255), user: fc.constantFrom('phone', 'ip', ''), rewrite: word },
        { noNullPrototype: true },
      ),
      { selector: ({ match }) => match, maxLength: 5 },
    ),
  },
  { noNullPrototype: true },
)

t.test('what is imported from a written document renders the same document', async t => {
  await fc.assert(
    fc.asyncProperty(
      content,
      fc.constantFrom('v7' as const, 'v8' as const),
      fc.boolean(),
      async (written, dialect, isPhone) => {
        const text = writeSettings(written, dialect)
        const { inventory, lines } = await imported({ 'a.xml': text }, isPhone ? { mac } : {})
        const layer = isPhone ? wholeLayer(inventory, some(inventory.phones.get(mac))) : inventory.defaults
        if (lines.length > 0) throw new Error(lines.join('\n'))
        const again = readDocument(Buffer.from(writeSettings(layer, dialect)))
        return isDeepStrictEqual(plainly(layer), plainly(written)) && again.flaws.length === 0
      },
    ),
    { numRuns: 300 },
  )
  t.pass('300 documents')
})

t.test('the same holds for plain files, where a name and its index are one word', async t => {
  const lines = (layer: Content): readonly string[] => writePlain(layer).split('\n').sort()
  await fc.assert(
    fc.asyncProperty(content, async written => {
      const plain = { ...written, phoneBook: [], dialplan: [] }
      fc.pre(plain.settings.length + plain.keys.length > 0) // a file without a setting is said to be one
      const { inventory, lines: findings } = await imported({ 'a.htm': writePlain(plain) })
      if (findings.length > 0) throw new Error(findings.join('\n'))
      return isDeepStrictEqual(lines(inventory.defaults), lines(plain))
    }),
    { numRuns: 300 },
  )
  t.pass('300 documents')
})

const corpus = join(import.meta.dirname, '../../../shared/corpus/settings/expected-snom-320.xml')
const skip = existsSync(corpus) ? false : 'needs the file of another system that is not part of this project'

t.test('a real file of another system renders the same elements, values and flags', { skip }, async t => {
  const text = readFileSync(corpus, 'utf8')
  const wanted = leaves(text)
  t.equal(wanted.length, 426, 'and four elements that hold them')
  const { inventory, lines } = await imported({ [corpus]: text }, { mac, model: 'snom320' })
  t.strictSame(lines, [])
  const layer = wholeLayer(inventory, some(inventory.phones.get(mac)))
  t.strictSame(leaves(writeSettings(layer, 'v8')).sort(), wanted.sort())
})

/** Every element with a value, as `tag idx context flag value`. No part of the reader under test. */
function leaves(xml: string): string[] {
  const twins: Readonly<Record<string, string>> = { R: '&', '&amp;': '&', RW: '$' }
  return [...xml.matchAll(/<(\w+)((?:\s+\w+="[^"]*")*)>([^<]*)<\/\1>/g)].flatMap(([, tag, attributes = '', value]) => {
    const of = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(attributes)?.[1] ?? ''
    const perm = of('perm')
    return perm === '' ? [] : [`${tag} ${of('idx')} ${of('context')} ${twins[perm] ?? perm} ${value}`]
  })
}

t.test('the command prints YAML, says what is lost on the other stream, and its exit code says whether', async t => {
  const file = join(folder, 'general.xml')
  writeFileSync(file, everyKind)
  const call = async (...rest: readonly Partial<Parameters<typeof runImport>[0]>[]) => {
    const [out, err]: [string[], string[]] = [[], []]
    const options = Object.assign({ files: [file] }, ...rest)
    const code = await runImport({
      ...options,
      write: (text: string) => out.push(text),
      complain: (text: string) => err.push(text),
    })
    return { code, out: out.join(''), err: err.join('') }
  }
  const printed = await call()
  t.equal(printed.code, 1)
  t.match(
    printed.out,
    /^defaults:\n {2}settings:\n {4}language&: English\n {4}contrast!: "15"\n {4}use_backlight\$: "on"/,
  )
  t.match(printed.err, `${file}:24:5 error not-carried-over`)
  t.match(
    printed.err,
    '1 file: 0 phones, 16 settings, 3 keys, 3 phone book entries, 2 dial patterns; 1 thing not carried over',
  )
  t.notMatch(printed.err, '12:34', 'no password is said')
  const json = JSON.parse((await call({ json: true })).out)
  t.equal(json.inventory.defaults.settings['language&'], 'English')
  t.equal(json.findings.length, 2)
  t.match(await call({ mac: 'x' }), { code: 2, out: '', err: /--mac x: expected a MAC address/ })
  t.match(await call({ model: '../x' }), { code: 2, err: /expected a phone type/ })
  t.match(await call({ files: [] }), { code: 2, err: /name the files/ })
  t.match(await call({ files: [join(folder, 'none.xml')] }), { code: 2, err: /there is no such file/ })
})
