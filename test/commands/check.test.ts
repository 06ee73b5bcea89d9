import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { check } from '../../src/commands/check.js'
import type { Finding } from '../../src/config/finding.js'
import { rules } from '../../src/snom/rules/check-document.js'

const conf = join(import.meta.dirname, '../../conf')

const shipped = join(conf, 'option66.yaml')

interface Said {
  readonly code: number
  readonly text: string
}

async function run(call: Omit<Parameters<typeof check>[0], 'write' | 'json'> & { json?: boolean }): Promise<Said> {
  let text = ''
  const write = (piece: string): void => {
    text += piece
  }
  return { code: await check({ json: false, ...call, write }), text }
}

/** A copy of the shipped configuration with another inventory, and with files in www/. */
function siteWith(t: Test, inventory: string, www: Parameters<Test['testdir']>[0] = {}): string {
  const folder = t.testdir({ conf: {}, www })
  cpSync(conf, join(folder, 'conf'), { recursive: true })
  const root = join(folder, 'www')
  const site = `interface: lo\naddress: 127.66.0.1\nhttp: {port: 8080, root: ${root}}\nphones: phones.yaml\n`
  writeFileSync(join(folder, 'conf/option66.yaml'), site)
  writeFileSync(join(folder, 'conf/phones.yaml'), inventory)
  return join(folder, 'conf/option66.yaml')
}

t.test('the shipped configuration and inventory have no finding in any document', async t => {
  const { code, text } = await run({ file: shipped })
  t.equal(code, 0)
  t.match(text, /^\S*option66\.yaml: 3 phones, \d+ documents, no error\n$/)
})

t.test('a finding names the document, its place, and the layer that the value comes from', async t => {
  const file = siteWith(
    t,
    `
defaults: {settings: {use_backlight$: maybe}}
models: {snom300: {settings: {phone_type$: snom300}}}
groups: {lab: {keys: [{idx: 9, type: line}]}}
phones:
  000413250001:
    model: snom300
    groups: [lab]
    identities: [{user: "1", password: geheim-9, registrar: a.example}]
`,
  )
  const { code, text } = await run({ file })
  t.equal(code, 1)
  t.match(text, /^\/snom300\/general\.xml:4:\d+ error setting-value use_backlight "maybe".*\(from defaults\)$/m)
  t.match(text, /^\/snom300\/general\.xml:5:5 error phone-type-setting phone_type .*\(from model snom300\)$/m)
  t.match(text, /^\/snom300\/000413250001\.xml:\d+:\d+ error key-beyond-model key 9 on snom300.*\(from group lab\)$/m)
  t.match(text, /1 phone, 4 documents, 3 errors\n$/)
  t.notMatch(text, 'geheim-9')
})

t.test('what many phones share is said once, with their number', async t => {
  const phones = Array.from({ length: 40 }, (_, n) => `  0004132500${n + 10}: {model: snom300, groups: [lab]}`)
  const file = siteWith(t, `groups: {lab: {settings: {langauge$: English}}}\nphones:\n${phones.join('\n')}\n`)
  const { code, text } = await run({ file })
  t.equal(code, 0, 'a warning is no error')
  t.strictSame(text.split('\n').length, 3, text)
  t.match(text, 'did you mean language? (from group lab), and in 39 more documents')
})

t.test('a file written by hand is checked in the place of the rendered one, with all it leads to', async t => {
  const written = (url: string) =>
    `<?xml version="1.0"?>\n<setting-files><file url="http://127.66.0.1:8080/${url}"/></setting-files>`
  const file = siteWith(t, 'phones: {000413250001: {model: snom300}}\n', {
    'snom300.htm': written('absent.xml'),
    'snom300-000413250001.htm': written('own.xml'),
    'own.xml': '<settings><phone-settings><mac perm="">1</mac></phone-settings></settings>',
  })
  const { code, text } = await run({ file })
  t.equal(code, 1)
  t.match(text, /^\/snom300\.htm:2:\d+ error missing-file "http:\/\/127\.66\.0\.1:8080\/absent\.xml"/m)
  t.match(text, /^\/own\.xml:1:1 error missing-declaration /m)
  t.match(text, /^\/own\.xml:1:\d+ error write-protected-setting mac /m)
})

t.test('a phone whose firmware has no language files is told apart', async t => {
  const phones = ['{model: snom320, firmware: 8.7.5.35}', '{model: snom320, firmware: 7.3.30}']
  const inventory = `
defaults: {settings: {language$: Deutsch}}
phones:
${phones.map((phone, n) => `  00041324000${n}: ${phone}`).join('\n')}
`
  const german = '<?xml version="1.0"?>\n<phrases><language t="Deutsch"/><phrase n="a" t="b"/></phrases>\n'
  const file = siteWith(t, inventory, { lang: { '7.3.30': { 'gui_de.xml': german } } })
  const { text } = await run({ file })
  const said = text.split('\n').filter(line => line.includes(' language-'))
  t.equal(said.length, 1, text)
  t.match(said[0], 'language "Deutsch" on snom320 with firmware 8.7.5.35; expected English: no other is offered')
})

t.test('documents are not looked at where the inventory is wrong', async t => {
  const file = siteWith(t, 'phones: {nonsense: {}}\n')
  const { code, text } = await run({ file })
  t.equal(code, 1)
  t.match(text, /phones\.yaml:1:\d+ error mac /)
})

t.test('setting files are checked as they are: XML, plain, or none', async t => {
  const folder = t.testdir({
    snom300: {
      'general.xml': '<?xml version="1.0"?><settings><phone-settings>\n<mac>1</mac></phone-settings></settings>',
    },
    'old.htm': '<html><pre>\nlanguage: English\n</pre></html>\n',
    'fine.xml': '<?xml version="1.0"?><phone-settings><language perm="$">English</language></phone-settings>',
  })
  const files = ['snom300/general.xml', 'old.htm', 'fine.xml', 'absent.xml', 'snom300'].map(name => join(folder, name))
  const { code, text } = await run({ file: shipped, files })
  t.equal(code, 1)
  t.match(text, /snom300\/general\.xml:2:1 error write-protected-setting /)
  t.match(text, /old\.htm:2:1 warning missing-flag /)
  t.notMatch(text, /fine\.xml/)
  t.match(text, /absent\.xml:1:1 error unreadable cannot be read: ENOENT/)
  t.match(text, /snom300:1:1 error unreadable this is no ordinary file/)
  const seven = await run({ file: shipped, files: [join(folder, 'fine.xml')], firmware: '6.5.20' })
  t.match(seven.text, /xml-for-old-firmware/, 'and for a phone that is named')
  t.match(await run({ file: shipped, files: [join(folder, 'fine.xml')] }), { code: 0, text: '1 file, no error\n' })
})

t.test('--json prints findings as an array, --rules the rules as a table or as JSON', async t => {
  const folder = t.testdir({ 'a.xml': '<settings/>' })
  const found: Finding[] = JSON.parse((await run({ file: shipped, files: [join(folder, 'a.xml')], json: true })).text)
  t.match(found, [{ file: join(folder, 'a.xml'), line: 1, column: 1, rule: 'missing-declaration', severity: 'error' }])
  t.strictSame(JSON.parse((await run({ file: shipped, json: true })).text), [])
  const { text, code } = await run({ file: shipped, rules: true })
  t.equal(code, 0)
  t.equal(text.split('\n').length, rules.length + 3)
  const listed: { name: string }[] = JSON.parse((await run({ file: shipped, rules: true, json: true })).text)
  t.strictSame(
    listed.map(({ name }) => name),
    rules.map(({ name }) => name),
  )
})
