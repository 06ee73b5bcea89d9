import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { formatQuestion, parseReply } from '../../src/phone/dhcp-message.js'
import { readDocument } from '../../src/phone/document.js'
import { firmwareAgent, isOlder, readsXml, sendsVendorClass, userAgent, usualFirmware } from '../../src/phone/model.js'
import { isEmpty, type Reading } from '../../src/phone/reading.js'
import { readOption43, settingsUrl, settingsUrls } from '../../src/phone/urls.js'
import { Unreadable } from '../../src/phone/xml.js'
import { some } from '../some.js'
import { dhcpReply, ipv4 } from './servers.js'

const mac = some(parseMac('00:04:13:26:12:34'))
const none = new Map<number, string>()

function urlOf(option66: string, option67?: string, inside43: ReadonlyMap<number, string> = none): string | undefined {
  return settingsUrl({ option66, ...(option67 !== undefined && { option67 }), inside43 })?.url
}

function read(body: string): Reading {
  return readDocument(Buffer.from(`<?xml version="1.0" encoding="utf-8"?>${body}`))
}

t.test('options 66 and 67 are joined whatever slashes they carry', async t => {
  const joined = 'http://192.168.66.1/snom370.htm'
  for (const [server, file] of [
    ['http://192.168.66.1', 'snom370.htm'],
    ['http://192.168.66.1/', 'snom370.htm'],
    ['http://192.168.66.1', '/snom370.htm'],
    ['http://192.168.66.1//', '//snom370.htm'],
  ] as const) {
    t.equal(urlOf(server, file), joined, `${server} + ${file}`)
  }
  t.equal(
    urlOf('http://192.168.1.130:80', 'gemeinschaft/prov/snom/settings.php?mac={mac}'),
    'http://192.168.1.130:80/gemeinschaft/prov/snom/settings.php?mac={mac}',
  )
  t.equal(urlOf('http://ip/provisioning?mac={mac}'), 'http://ip/provisioning?mac={mac}')
})

t.test('a bare name in option 66 is a TFTP server; no option 66 is no server', async t => {
  t.equal(urlOf('192.168.66.1', 'snom370.htm'), 'tftp://192.168.66.1/snom370.htm')
  t.equal(urlOf('192.168.66.1'), 'tftp://192.168.66.1')
  t.equal(settingsUrl({ option67: 'snom370.htm', inside43: none }), undefined)
})

t.test('values inside option 43 win over the plain options, each for itself', async t => {
  const example = Buffer.from('420c687474703a2f2f7465737400' + '4312736e6f6d2f73657474696e67732e70687000', 'hex')
  const inside43 = readOption43([...example])
  t.same(
    [...inside43],
    [
      [66, 'http://test'],
      [67, 'snom/settings.php'],
    ],
  )
  t.equal(urlOf('http://other', 'other.htm', inside43), 'http://test/snom/settings.php')
  t.same(settingsUrl({ option66: 'http://x', inside43: new Map([[67, 'y.htm']]) }), {
    url: 'http://x/y.htm',
    by: 'option 66 and option 43.67',
  })
  t.same([...readOption43([0, 0, 132, 2, 51, 0, 255, 66, 1, 65])], [[132, '3']], 'pads and the end are known')
})

t.test('any bytes in option 43 are read without end or exception', async t => {
  const anyBytes = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 255 })
  t.doesNotThrow(() => fc.assert(fc.property(anyBytes, bytes => readOption43(bytes).size <= 128)))
})

t.test('a settings URL becomes the names a phone asks', async t => {
  const names = (url: string, firmware = '7.3.30') => settingsUrls(url, { phoneType: 'snom370', mac, firmware })
  const guessed = (base: string) => [`${base}/snom370.htm`, `${base}/snom370-000413261234.htm`]
  t.same(names('http://192.168.137.1'), guessed('http://192.168.137.1'))
  t.same(names('http://192.168.137.1/'), guessed('http://192.168.137.1'))
  t.same(names('http://host:84/prov/'), guessed('http://host:84/prov'))
  t.same(names('tftp://192.168.66.1'), guessed('tftp://192.168.66.1'))
  t.same(names('http://ss/snom3x0.htm'), ['http://ss/snom3x0.htm', 'http://ss/snom3x0-000413261234.htm'])
  t.same(names('http://ss/settings'), ['http://ss/settings', 'http://ss/settings-000413261234'])
  t.same(names('http://ss/a.b.php?x=1/2.3'), ['http://ss/a.b.php?x=1/2.3', 'http://ss/a.b-000413261234.php?x=1/2.3'])
  t.same(names('http://ss/settings?mac={mac}'), ['http://ss/settings?mac=000413261234'])
  t.same(names('http://ss/{phone_type}/{MAC}.xml'), ['http://ss/snom370/000413261234.xml'])
  t.same(names('http://ss/{phone_type}.htm'), guessed('http://ss'))
  t.same(
    names('http://ss/settings?mac={mac}', '8.4.35'),
    ['http://ss/settings?mac=00:04:13:26:12:34'],
    'firmware 8 of the 3xx expands with colons',
  )
  t.same(names('http://ss', '8.4.35'), guessed('http://ss'), 'and appends without')
})

t.test('both spellings of every element mean the same', async t => {
  const keys = (name: string) =>
    read(`<settings><${name}><fkey idx="3" context="active" perm="">line</fkey></${name}></settings>`)
  const book = (name: string) =>
    read(`<${name} e="2"><item context="active"><name>A&amp;B</name><number>42</number></item></${name}>`)
  const plan = (name: string, template: string) =>
    read(`<${name}><${template} MATCH="9,11" Timeout="0" rewrite="x"/></${name}>`)
  t.same(keys('functionKeys').keys, keys('function-keys').keys)
  t.same(keys('functionKeys').keys, [{ idx: 3, context: 'active', label: '', value: 'line' }])
  t.same(book('tbook').book, book('phone-book').book)
  t.same(book('tbook').book, [{ name: 'A&B', number: '42' }])
  t.same(plan('dialplan', 'TEMPLATE').templates, plan('dial-plan', 'template').templates)
  t.same(plan('dialplan', 'template').templates, [{ match: '9,11', rewrite: 'x' }])
})

t.test('an empty flag is writable in XML and read only in the plain format', async t => {
  const flags = ['', '$', 'RW', '&amp;', 'R', ' ', '!', 'V!', 'V'].map(
    perm => read(`<phone-settings><a perm="${perm}">1</a></phone-settings>`).settings[0]?.flag,
  )
  t.same(flags.join(''), '$$$&&&!!$')
  const plain = readDocument(Buffer.from('<html><pre>\r\na!: 1\r\nb$: 2\r\nc&: 3\r\nd: 4\r\n</pre></html>'))
  t.same(plain.settings.map(setting => setting.flag).join(''), '!$&&')
})

t.test('the plain format is read as the field writes it', async t => {
  const { settings, keys, unknown } = readDocument(
    Buffer.from(`<html><pre># comment
; another
<!-- and another -->
user_outbound1$:$localip;transport=tcp
user_name1!: 401
empty!:
fkey0$: dest <sip:1@x>
fkey_context0$: active
fkey_label0$: One
what is this
</pre></html>`),
  )
  const values = new Map(settings.map(setting => [setting.name, setting.value]))
  t.equal(values.get('user_outbound1'), '$localip;transport=tcp')
  t.equal(values.get('user_name1'), '401')
  t.equal(values.get('empty'), '')
  t.same(keys, [{ idx: 0, context: 'active', label: 'One', value: 'dest <sip:1@x>' }])
  t.same(unknown, ['what is this'])
})

t.test('XML that is not UTF-8 is unreadable, a plain file is taken as Latin-1', async t => {
  const header = '<?xml version="1.0" encoding="utf-8"?>'
  t.throws(() => readDocument(Buffer.from(`${header}<settings>\xe9</settings>`, 'latin1')), Unreadable)
  const plain = readDocument(Buffer.from('name!: Caf\xe9', 'latin1'))
  t.equal(plain.settings[0]?.value, 'Café')
})

t.test('a document is read or is Unreadable, whatever its bytes', async t => {
  const words = [
    '<settings>',
    '</settings>',
    '<phone-settings>',
    '<a perm="!">',
    '</a>',
    '&amp;',
    '&#27;',
    '<![CDATA[',
    ']]>',
  ]
  const pieces = fc.oneof(fc.constantFrom(...words, '<?xml version="1.0"?>', 'a!: b\n', '\0'), fc.string())
  const property = fc.property(fc.boolean(), fc.array(pieces, { maxLength: 30 }), (header, parts) => {
    const text = `${header ? '<?xml version="1.0" encoding="utf-8"?>' : ''}${parts.join('')}`
    try {
      return Array.isArray(readDocument(Buffer.from(text)).settings)
    } catch (error) {
      return error instanceof Unreadable
    }
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 2000 }))
})

t.test('a document as large as a phone takes is read: many elements of one kind', async t => {
  t.equal(read(`<phone-settings>${'<a/>'.repeat(200_000)}</phone-settings>`).settings.length, 200_000)
})

const corpus = '../shared/corpus/settings'
t.test(
  'setting files from the field give settings, or a place',
  { skip: !existsSync(corpus) && `needs ${corpus}` },
  async t => {
    for (const name of readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.xml'),
    )) {
      try {
        t.notOk(isEmpty(readDocument(readFileSync(`${corpus}/${name}`))), name)
      } catch (error) {
        t.match(error, { name: 'Unreadable', message: /^\d+:\d+: / }, `${name}: ${error}`)
      }
    }
  },
)

t.test('User-Agent strings are those of the field', async t => {
  const compatible = (words: string) => `Mozilla/4.0 (compatible; ${words})`
  const agent = (phoneType: string, firmware: string) => userAgent({ phoneType, firmware, mac })
  const strings = [
    ['snom360', '6.5.2', 'snom360-SIP 6.5.2; snom360 ramdisk v3.31; snom360 linux 3.25'],
    ['snom320', '6.5.20', 'snom320-SIP 6.5.20; snom320 jffs2 v3.36; snom320 linux 3.38'],
    ['snom370', '7.1.2', 'snom370-SIP 7.1.2'],
    ['snom300', '7.3.27', 'snom300-SIP 7.3.27'],
    ['snom320', '7.3.30', 'snom320-SIP 7.3.30 1.1.3-u'],
    ['snom320', '8.4.18', 'snom320-SIP 8.4.18 1.1.3-s'],
    ['snom300', '8.4.35', 'snom300-SIP 8.4.35 1.1.3-u'],
    ['snom870', '8.4.35', 'snom870-SIP 8.4.35 SPEAr300 SNOM 1.4'],
    ['snom710', '8.7.3.19', 'snom710-SIP 8.7.3.19 1.1.5-IFX-05.01.12'],
    ['snom710', '8.7.5.35', 'snom710-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413261234'],
    ['snomD785', '10.1.33.33', 'snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413261234 SXM:0 UXM:0'],
    ['snomM900', '05.20.0001', 'Snom M900 05.20.0001 000413261234'],
    ['snom-m9', '9.1.43', 'snom m9 9.1.43'],
  ] as const
  for (const [type, firmware, words] of strings) t.equal(agent(type, firmware), compatible(words))
  t.equal(
    userAgent({ phoneType: 'snom360', firmware: '6.5.2', mac, flash: { rootfs: 'jffs2 v3.36', linux: '3.38' } }),
    compatible('snom360-SIP 6.5.2; snom360 jffs2 v3.36; snom360 linux 3.38'),
    'firmware 6 tells what lies in the flash now',
  )
  const image = (phoneType: string, firmware: string) => firmwareAgent({ phoneType, firmware, mac })
  t.equal(image('snom720', '8.7.5.35'), compatible('snom720 8.7.5.35'))
  t.equal(image('snom360', '6.5.2'), compatible('snom lid 3605'))
})

t.test('each line of phones has its usual firmware, and says or does not say what it is', async t => {
  const types = ['snom190', 'snom320', 'snom370', 'snom720', 'snomD785', 'snomM900', 'snom-m9']
  t.same(types.map(usualFirmware), ['6.5.20', '8.4.35', '8.4.35', '8.7.5.35', '10.1.33.33', '05.20.0001', '9.1.43'])
  const says = (phoneType: string, firmware = usualFirmware(phoneType)) =>
    sendsVendorClass({ phoneType, firmware, mac })
  t.same(
    [says('snom370', '7.3.14'), says('snom370', '7.3.15'), says('snomM900'), says('snom-m9')],
    [...[false, true, true, false]],
  )
  t.ok(readsXml({ phoneType: 'snomM900', firmware: '05.20.0001', mac }), 'bases count their versions otherwise')
  t.notOk(readsXml({ phoneType: 'snom360', firmware: '6.5.20', mac }))
  t.ok(isOlder('7.3.9', '7.3.15'))
  t.notOk(isOlder('7.3.15', '7.3.15'))
  t.ok(isOlder('8.7', '8.7.5'))
})

t.test('a DISCOVER is these bytes', async t => {
  const bytes = formatQuestion({ type: 'DISCOVER', xid: 0x01020304, secs: 5, mac, vendorClass: 'snom370' })
  const fixed = `01010600 01020304 00058000 ${'00'.repeat(16)} 000413261234 ${'00'.repeat(10 + 64 + 128)}`
  const options = '63825363 350101 37090103060c0f2a424378 3c07736e6f6d333730 ff'
  const golden = `${fixed} ${options}`.replaceAll(' ', '')
  t.equal(bytes.toString('hex'), golden.padEnd(600, '0'))
})

t.test('a reply is read, and one that is not for a phone or not whole is none', async t => {
  const question = formatQuestion({ type: 'DISCOVER', xid: 7, secs: 0, mac })
  const options = [
    [54, ipv4('192.168.66.1')],
    [3, ipv4('192.168.66.1')],
    [66, Buffer.from('http://192.168.66.1\0')],
    [82, Buffer.from([1, 1, 1])],
    [120, Buffer.from([1, 192, 168, 66, 1])],
    [43, Buffer.from([67, 2, 97, 0])],
  ] as const
  const reply = dhcpReply(question, { type: 2, address: '192.168.66.21', options })
  t.match(parseReply(reply), {
    ...{ type: 'OFFER', xid: 7, mac, address: '192.168.66.21', server: '192.168.66.1', router: ['192.168.66.1'] },
    pointers: { option66: 'http://192.168.66.1', inside43: new Map([[67, 'a']]) },
  })
  t.equal(parseReply(question), undefined, 'a question is no reply')
  t.equal(parseReply(dhcpReply(question, { type: 4 })), undefined, 'a DECLINE is no reply')
  const cookieless = Buffer.from(reply)
  cookieless.writeUInt8(0, 236)
  t.equal(parseReply(cookieless), undefined, 'no magic cookie')
  fc.assert(
    fc.property(fc.nat(reply.length - 1), fc.uint8Array({ maxLength: 40 }), (at, bytes) => {
      const mangled = Buffer.concat([reply.subarray(0, at), bytes, reply.subarray(at + bytes.length)])
      const parsed = parseReply(mangled.subarray(0, reply.length - (at % 50)))
      return parsed === undefined || typeof parsed.xid === 'number'
    }),
    { numRuns: 2000 },
  )
})
