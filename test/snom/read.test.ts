import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { contentOf } from '../../src/snom/content-of.js'
import type { Document, Section, WrittenSetting } from '../../src/snom/document.js'
import { readDocument } from '../../src/snom/read.js'
import { mostBytes } from '../../src/snom/read-bytes.js'
import { writeDocument } from '../../src/snom/write.js'
import { some } from '../some.js'

const head = '<?xml version="1.0" encoding="utf-8"?>\n'

function read(text: string | Buffer): Document {
  return some(readDocument(text).document)
}

function rules(text: string | Buffer): string[] {
  return readDocument(text).flaws.map(
    ({ place, rule, severity }) => `${place.line}:${place.column} ${severity} ${rule}`,
  )
}

function sections(document: Document): readonly Section[] {
  return document.kind === 'settings' ? document.sections : []
}

function settings(document: Document): readonly WrittenSetting[] {
  const all = document.kind === 'phone-settings' ? [document] : sections(document)
  return all.flatMap(section => (section.kind === 'phone-settings' ? section.settings : []))
}

/** `user_name@1&=401`: the flag is what it means. */
function said(text: string | Buffer): string[] {
  return settings(read(text)).map(({ name, index, flag, value }) => {
    return `${name}${index === undefined ? '' : `@${index}`}${flag ?? '?'}=${value}`
  })
}

t.test('each value knows its line and column', async t => {
  const text = `${head}<settings>\n  <phone-settings e="2">\n    <user_name idx="3" perm="R">401</user_name>\n  </phone-settings>\n</settings>\n`
  const [setting] = settings(read(text))
  t.strictSame(setting, {
    tag: 'user_name',
    place: { line: 4, column: 5 },
    at: {
      idx: { line: 4, column: 21 },
      index: { line: 4, column: 21 },
      perm: { line: 4, column: 30 },
      value: { line: 4, column: 33 },
    },
    strays: [],
    name: 'user_name',
    index: 3,
    perm: 'R',
    flag: '&',
    value: '401',
  })
  t.strictSame(rules(text), [])
})

t.test('every spelling of a flag means $, ! or &; none is left open in XML', async t => {
  const spellings = ['', '$', 'RW', 'R', ' ', '&amp;', '!', 'V', 'RWV', 'X']
  const text = spellings.map(perm => `<a perm="${perm}"/>`).join('')
  const flags = settings(read(`${head}<phone-settings>${text}<a/></phone-settings>`)).map(
    ({ perm, flag, isVolatile }) => [perm, flag, isVolatile],
  )
  t.strictSame(flags, [
    ['', '$', undefined],
    ['$', '$', undefined],
    ['RW', '$', undefined],
    ['R', '&', undefined],
    [' ', '&', undefined],
    ['&', '&', undefined],
    ['!', '!', undefined],
    ['V', '$', true],
    ['RWV', '$', true],
    ['X', undefined, undefined],
    [undefined, undefined, undefined],
  ])
})

t.test('twins of a tag are one kind, and keep their spelling', async t => {
  const twins = [
    ['functionKeys', 'function-keys'],
    ['function-keys', 'function-keys'],
    ['tbook', 'phone-book'],
    ['phone-book', 'phone-book'],
    ['dial-plan', 'dialplan'],
    ['dialplan', 'dialplan'],
  ] as const
  for (const [tag, kind] of twins) {
    const root = read(`${head}<${tag}></${tag}>`)
    t.match(root, { kind, tag })
    const inside = sections(read(`${head}<settings><${tag} e="2"/></settings>`))
    t.match(inside, [{ kind, tag, e: '2' }])
  }
})

t.test('keys, entries, contacts and templates are read with all that they say', async t => {
  const content = contentOf(
    read(`${head}<settings>
  <functionKeys>
    <fkey idx="1" context="2" label="Bob" short_label="B" default_text="$name" lp="speed 9" clp="1" perm="&amp;">
      dest &lt;sip:423@pbx.example;user=phone&gt;
    </fkey>
  </functionKeys>
  <tbook complete="true" version="2.0">
    <item context="line1" type="vip" index="7" fav="true"><name>Ann</name><number>12</number><number_type>mobile</number_type></item>
    <contact fav="true"><first_name>Eve</first_name><last_name>Adams</last_name>
      <numbers><number no="13" type="home"/><number no="14"/></numbers>
    </contact>
  </tbook>
  <dialplan><template Timeout="8" user="phone" match="[2-9]..." rewrite="" scheme="sip"/></dialplan>
</settings>`),
  )
  t.strictSame(content.keys, [
    {
      ...{ idx: 1, context: '2', type: 'dest', value: '<sip:423@pbx.example;user=phone>' },
      ...{ label: 'Bob', shortLabel: 'B', defaultText: '$name', lp: 'speed 9', clp: '1', flag: '&' },
    },
  ])
  const eve = { name: 'Eve Adams', firstName: 'Eve', lastName: 'Adams', fav: 'true' }
  t.strictSame(content.phoneBook, [
    { name: 'Ann', number: '12', numberType: 'mobile', context: 'line1', type: 'vip', index: 7, fav: 'true' },
    { ...eve, number: '13', numberType: 'home' },
    { ...eve, number: '14' },
  ])
  t.strictSame(content.dialplan, [{ match: '[2-9]...', timeout: 8, user: 'phone', rewrite: '', scheme: 'sip' }])
})

t.test('a value that is XML keeps its elements, and is written with them', async t => {
  const value = '<initialization>\n  <variable name="label" value="Müller &amp; Co"/>\n</initialization>'
  const document = read(
    `${head}<phone-settings><context_key idx="0" perm="">\n${value}\n</context_key></phone-settings>`,
  )
  t.match(settings(document), [{ name: 'context_key', index: 0, isXml: true, value }])
  t.match(settings(read(some(writeDocument(document, 'v8')))), [{ isXml: true, value }])
})

t.test('what nobody knows is kept as a stray', async t => {
  const document = read(
    `${head}<settings><uploads><file url="u"/></uploads><phone-settings><a idx="x" colour="red">1</a></phone-settings></settings>`,
  )
  t.match(document.strays, [{ kind: 'element', name: 'uploads', text: '<uploads><file url="u"/></uploads>' }])
  t.match(settings(document)[0]?.strays, [
    { kind: 'attribute', name: 'colour', text: 'red', place: { line: 2, column: 72 } },
    { kind: 'attribute', name: 'idx', text: 'x' },
  ])
})

t.test('references carry the bytes of UTF-8, unless e="2" makes them code points', async t => {
  const name = (attribute: string, value: string) =>
    said(`${head}<phone-settings${attribute}><a perm="">${value}</a></phone-settings>`)
  t.strictSame(name('', 'S&#195;&#188;dafrika'), ['a$=Südafrika'])
  t.strictSame(name('', 'S&#xC3;&#xBC;dafrika &#226;&#130;&#172; &#128512;'), ['a$=Südafrika € 😀'])
  t.strictSame(name(' e="2"', 'S&#252;dafrika &#195;&#188;'), ['a$=Südafrika Ã¼'])
  t.strictSame(name('', 'S&#252;dafrika'), ['a$=Südafrika'], 'what is no UTF-8 is a code point after all')
  t.strictSame(name('', '1&#26;2&#10;'), ['a$=1\x1a2\n'])
  t.strictSame(name('', '&lt;&gt;&amp;&quot;&apos;&#0;'), [`a$=<>&"'\ufffd`])
  t.strictSame(rules(`${head}<phrases><phrase n="a" t="&#26;"/><phrase n="b" t="&#27;"/></phrases>`), [
    '2:27 info control-reference',
  ])
})

t.test('encodings, a BOM and what stands before the declaration are read, with a flaw', async t => {
  const body = '<phone-settings><a perm="">Müller</a></phone-settings>'
  const latin = Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${body}`, 'latin1')
  t.strictSame([said(latin), rules(latin)], [['a$=Müller'], []])
  const wrong = Buffer.from(`${head}${body}`, 'latin1')
  t.strictSame([said(wrong), rules(wrong)], [['a$=Müller'], ['1:1 warning encoding']])
  const unknown = Buffer.from(`<?xml version="1.0" encoding="klingon"?>${body}`)
  t.strictSame([said(unknown), rules(unknown)], [['a$=Müller'], ['1:1 warning encoding']])
  const marked = Buffer.from(`\ufeff${head}${body}`)
  t.strictSame([said(marked), rules(marked)], [['a$=Müller'], ['1:1 warning byte-order-mark']])
  for (const before of ['\n', '<!-- made by hand -->\n', 'Warning: line 3\n']) {
    t.strictSame(
      [said(before + head + body), rules(before + head + body)],
      [['a$=Müller'], ['1:1 error text-before-declaration']],
    )
  }
  t.strictSame([said(body), rules(body)], [['a$=Müller'], ['1:1 warning missing-declaration']])
})

t.test('attributes without quotes are read', async t => {
  const listing = `${head}<gui-languages>\n<language url=http://ss/gui_de.xml\n name="Deutsch" />\n<language url=http://ss/x.xml/>\n</gui-languages>`
  const document = read(listing)
  t.match(document, {
    kind: 'gui-languages',
    languages: [{ url: 'http://ss/gui_de.xml', name: 'Deutsch' }, { url: 'http://ss/x.xml' }],
  })
  t.strictSame(rules(listing), ['3:11 warning unquoted-attribute', '5:11 warning unquoted-attribute'])
})

t.test('forgotten and crossed end tags are told, and what follows is read', async t => {
  const table: [string, string[], string[]][] = [
    ['<a perm="">1<b perm="">2</b><c perm="">3</c>', ['a$=1', 'b$=2', 'c$=3'], ['3:1 error unclosed-element']],
    ['<a perm="">1</b><b perm="">2</b>', ['a$=1', 'b$=2'], ['3:1 error unclosed-element', '3:13 error stray-end-tag']],
    ['<a perm="">1</a></x><b perm="">2</b>', ['a$=1', 'b$=2'], ['3:17 error stray-end-tag']],
    ['<a perm="">1 < 2 & 3</a>', ['a$=1 < 2 & 3'], ['3:14 error bare-less-than', '3:18 error bare-ampersand']],
    ['<a perm="" perm="!">1</a>', ['a$=1'], ['3:12 error duplicate-attribute']],
    ['<a perm=""\n<b perm="">2</b>', ['a$=', 'b$=2'], ['3:1 error unclosed-element', '3:1 error unclosed-markup']],
    ['<a perm="">&nbsp;</a>', ['a$=&nbsp;'], ['3:12 error unknown-entity']],
  ]
  for (const [inside, values, flaws] of table) {
    const text = `${head}<settings><phone-settings>\n${inside}\n</phone-settings></settings>`
    t.strictSame(said(text), values, inside)
    t.strictSame(rules(text).sort(), flaws, inside)
  }
  const cut = `${head}<settings>\n<phone-settings>\n<a perm="">1</a>\n<function-keys><fkey idx="0">line</fkey>`
  t.match(sections(read(cut)), [{ settings: [{ name: 'a' }] }, { keys: [{ idx: 0, type: 'line' }] }])
  t.strictSame(rules(cut), ['2:1 error unclosed-element', '3:1 error unclosed-element', '5:1 error unclosed-element'])
})

t.test('the plain form splits at the first colon, knows comments, and puts keys together', async t => {
  const text = [
    '<html><pre>',
    '# comment: one',
    '; comment: two',
    'language$: English(UK)',
    'ldap_search_filter!: (|(name=%)(sn=%))',
    'user_outbound1$:$localip;transport=tls',
    'update_policy: ',
    'dns_server1&: 10.0.0.1',
    'user_dp_str12!: |^0(.*)$|sip:\\1|d',
    'fkey3$: dest <sip:423@pbx.example;user=phone>',
    'fkey_context3$: active',
    'fkey_label3$: Bob',
    'fkey_label4$: nobody',
    'this is nothing',
    '</pre></html>',
  ].join('\r\n')
  t.strictSame(said(text), [
    'language$=English(UK)',
    'ldap_search_filter!=(|(name=%)(sn=%))',
    'user_outbound@1$=$localip;transport=tls',
    'update_policy&=',
    'dns_server1&=10.0.0.1',
    'user_dp_str@12!=|^0(.*)$|sip:\\1|d',
    'fkey_label@4$=nobody',
  ])
  t.match(read(text), { kind: 'settings', form: 'plain' })
  t.match(contentOf(read(text)).keys, [{ idx: 3, context: 'active', type: 'dest', label: 'Bob' }])
  t.strictSame(rules(text), ['14:1 warning no-setting'])
  t.match(settings(read(text))[2], { place: { line: 6, column: 1 }, at: { value: { line: 6, column: 17 } } })
  t.strictSame(said('a!: b: <?xml version="1.0"?>\nb: <pre>'), ['a!=b: <?xml version="1.0"?>', 'b&=<pre>'])
})

t.test('a mistyped line is told by its first word, for what is behind may be a password', async t => {
  const { flaws } = readDocument(Buffer.from('language!: English\nuser_pass1=s3cret\nadmin_pass s3cret\n'))
  t.strictSame(
    flaws.map(({ rule, message }) => `${rule} ${message}`),
    ['user_pass1', 'admin_pass'].map(
      word => `no-setting "${word}" … is neither a setting (name!: value) nor a comment`,
    ),
  )
})

t.test('a saved settings page is read from its <pre>', async t => {
  const page = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0//EN">
<html><head><title>snom 320: settings</title></head><body><h1>Settings</h1>
<pre>language!: English<br>
user_name1!: 401
fkey0!: dest &lt;sip:423@pbx.example&gt;<br>
<b>mac&amp;: 000413240001</b>
</pre></body></html>`
  t.match(read(page), { kind: 'settings', form: 'page' })
  t.strictSame(said(page), ['language!=English', 'user_name@1!=401', 'mac&=000413240001'])
  t.match(contentOf(read(page)).keys, [{ idx: 0, type: 'dest', value: '<sip:423@pbx.example>', flag: '!' }])
  t.strictSame(rules(page), [])
  const inXml = `<html><body>\n<settings><phone-settings><a perm="RW">1</a></phone-settings></settings></body></html>`
  t.strictSame(said(inXml), ['a$=1'])
})

t.test('what is no document of the phones is refused with the reason', async t => {
  t.strictSame(rules(`${head}<provision/>`), ['2:1 error unknown-root'])
  t.strictSame(rules('<provision/>'), ['1:1 warning missing-declaration', '1:1 error unknown-root'])
  t.strictSame(rules(`${head}<settings/><settings/>`), ['2:12 error second-root'])
  t.strictSame(rules(''), ['1:1 warning no-settings'])
  t.strictSame(rules(head), ['1:1 error unknown-root'])
})

t.test('hostile files cost little and are refused with the reason', async t => {
  const entities = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i} "&l${i - 1};&l${i - 1};">`).join('')
  const table: [string, string | Buffer, string][] = [
    ['billion laughs', `${head}<!DOCTYPE l [${entities}]><settings>&l9;</settings>`, '2:1 error doctype'],
    [
      'external entity',
      `${head}<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><settings>&x;</settings>`,
      '2:1 error doctype',
    ],
    ['entity alone', `${head}<settings><!ENTITY x "y"></settings>`, '2:11 error doctype'],
    ['100,000 levels', `${head}<settings>${'<a>'.repeat(100_000)}`, '2:200 error too-deep'],
    ['a file over the limit', Buffer.alloc(mostBytes + 1, '<a b="x'), '1:1 error too-large'],
    ['a huge attribute', `${head}<settings e="${'x'.repeat(1_000_000)}"/>`, '2:14 error too-long'],
    ['a huge text', `${head}<phone-settings><a>${'x'.repeat(1_000_000)}</a></phone-settings>`, '2:20 error too-long'],
    ['a huge name', `${head}<settings><${'a'.repeat(1_000_000)}/></settings>`, '2:12 error too-long'],
    ['500,000 elements', `${head}<settings>${'<a/>'.repeat(500_000)}</settings>`, '2:1600007 error too-many-elements'],
    [
      '500,000 attributes',
      `${head}<settings ${Array.from({ length: 500_000 }, (_, i) => `a${i}=""`).join(' ')}/>`,
      '2:449 error too-many-attributes',
    ],
    ['200,000 lines', 'a: b\n'.repeat(200_000), '100001:1 error too-many-elements'],
    ['NUL', `${head}<settings>\n a\0</settings>`, '3:3 error nul-byte'],
    ['UTF-16 LE', Buffer.from(`\ufeff${head}<settings/>`, 'utf16le'), '1:1 error utf-16'],
    ['UTF-16 LE without BOM', Buffer.from(`${head}<settings/>`, 'utf16le'), '1:1 error utf-16'],
    ['UTF-16 BE', Buffer.from(`\ufeff${head}<settings/>`, 'utf16le').swap16(), '1:1 error utf-16'],
    ['tags never closed', `${head}<settings>${'<a b="'.repeat(300_000)}`, '2:11 error unclosed-markup'],
    ['comments never closed', `${head}<settings>${'<!--'.repeat(300_000)}`, '2:11 error unclosed-markup'],
    ['< alone', `${head}<settings>${'<'.repeat(300_000)}`, '2:11 error bare-less-than'],
    ['& alone', `${head}<settings>${'&'.repeat(50_000)}`, '2:11 error bare-ampersand'],
    ['end tags alone', `${head}<settings>${'</a>'.repeat(300_000)}`, '2:11 error stray-end-tag'],
  ]
  for (const [name, text, flaw] of table) {
    const found = rules(text)
    t.ok(found.includes(flaw), `${name}: ${found.slice(0, 3)}`)
    t.ok(found.length <= 1000, `${name}: flaws are bounded`)
  }
})

t.test('no bytes make the reader throw, and whatever it reads can be written and read', async t => {
  const words = [
    '<settings>',
    '</settings>',
    '<phone-settings e="2">',
    '<fkey idx=',
    '<a perm="',
    '"',
    '>',
    '/>',
    '<',
    '&',
    '&#195;',
    '&#',
    ';',
    ':',
    'x',
    '\n',
    '<pre>',
    head,
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    ' ',
  ]
  const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map(parts => Buffer.from(parts.join('')))
  const bytes = fc.uint8Array({ maxLength: 200 }).map(each => Buffer.from(each))
  let written = 0
  fc.assert(
    fc.property(fc.oneof(soup, bytes), input => {
      const { document, flaws } = readDocument(input)
      if (document === undefined && !flaws.some(({ severity }) => severity === 'error')) return false
      if (document === undefined) return true
      written++
      return readDocument(some(writeDocument(document, 'v8'))).document?.kind === document.kind
    }),
    { numRuns: 5000 },
  )
  t.ok(written > 0)
})

const corpus = '../shared/corpus'

t.test(
  'real files are read without an error',
  { skip: existsSync(corpus) ? false : 'needs ../shared/corpus' },
  async t => {
    const counts: Record<string, string> = {}
    const plain = readdirSync(`${corpus}/plain`).map(name => `plain/${name}`)
    for (const file of ['settings/expected-snom-320.xml', 'lang/gui_lang_DE.xml', 'lang/web_lang_DE.xml', ...plain]) {
      const { document, flaws } = readDocument(readFileSync(`${corpus}/${file}`))
      t.strictSame(
        flaws.filter(({ severity }) => severity === 'error'),
        [],
        file,
      )
      const found = some(document)
      if (found.kind === 'phrases' || found.kind === 'w_phrases') {
        counts[file] = `${found.phrases.length} phrases ${found.language?.t}`
      } else counts[file] = `${settings(found).length} settings, ${contentOf(found).keys.length} keys`
      t.comment(`${file}: ${counts[file]}`)
      if (file.endsWith('gui_lang_DE.xml') && found.kind === 'phrases') {
        t.equal(found.phrases.find(({ n }) => n === 'lang_cntry_ZAF')?.t, 'Südafrika')
      }
    }
    t.match(counts, {
      'settings/expected-snom-320.xml': '414 settings, 12 keys', // with four sections 430 elements
      'lang/gui_lang_DE.xml': '1474 phrases Deutsch',
      'lang/web_lang_DE.xml': '1336 phrases Deutsch',
      'plain/snom.Common.plain.txt': '50 settings, 0 keys',
    })
  },
)
