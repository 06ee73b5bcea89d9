import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ShowCall, show } from '../../src/commands/show.js'
import { hideDocument } from '../../src/desk/hide-secrets.js'

const phones = `
defaults:
  settings: {language$: English, http_pass$: web-secret, contrast!: "9"}
models:
  snom370:
    settings: {contrast&: "10"}
    firmware: snom370-8.4.35-SIP-f.bin
groups:
  reception: {settings: {contrast$: "11", ring_sound!: Ringer3}, keys: [{idx: 0, context: active, type: line}]}
phones:
  000413261234:
    model: snom370
    address: 127.66.0.21
    groups: [reception]
    identities: [{user: "201", password: phone-secret}]
    settings: {codec1_name@1&: "8"}
    keys: [{idx: 0, context: 1, type: dest, value: "<sip:1@a>", label: Bob}]
    phone-book: [{name: Workshop, number: "42"}]
    dialplan: [{match: "4..", timeout: 3, user: phone}]
  000413AA0001: {}
`

/** A site of its own in a new folder. */
function site(t: Test, doors = 'http: {port: 8066, root: ROOT}\ntftp: {port: 6966, root: ROOT, secrets: true}') {
  const folder = mkdtempSync(join(tmpdir(), 'option66-show-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const www = join(folder, 'www')
  mkdirSync(join(www, 'firmware'), { recursive: true })
  writeFileSync(join(folder, 'phones.yaml'), phones)
  const file = join(folder, 'option66.yaml')
  const text = `interface: lo\naddress: 127.66.0.1\nstate: ${folder}\n${doors.replaceAll('ROOT', www)}\nphones: phones.yaml\n`
  writeFileSync(file, text)
  const call = async (mac: string, options: Partial<ShowCall> = {}) => {
    const [out, err]: [string[], string[]] = [[], []]
    const write = (text: string): void => void out.push(text)
    const complain = (text: string): void => void err.push(text)
    const code = await show({ file, mac, write, complain, ...options })
    return { code, out: out.join(''), err: err.join('') }
  }
  return { call, www }
}

const heads = (out: string): string[] => out.split('\n').filter(line => line.startsWith('--- '))

t.test('a phone is shown each document in the order in which it asks', async t => {
  const { call } = site(t)
  const { code, out, err } = await call('00:04:13:26:12:34')
  t.equal(
    err,
    'firmware snom370-8.4.35-SIP-f.bin is in the inventory, but not in www/firmware: no phone is sent to it\n',
  )
  t.equal(code, 0)
  t.strictSame(heads(out), [
    '--- http://127.66.0.1:8066/snom370.htm',
    '--- http://127.66.0.1:8066/snom370/general.xml',
    '--- http://127.66.0.1:8066/snom370-000413261234.htm',
    '--- http://127.66.0.1:8066/snom370/000413261234.xml',
  ])
  t.match(out, '<user_name idx="1" perm="$">201</user_name>')
})

t.test('passwords are stars unless they are asked for', async t => {
  const { call, www } = site(t)
  writeFileSync(
    join(www, 'snom370.htm'),
    '<?xml version="1.0"?>\n<settings><phone-settings><http_pass perm="">web-secret</http_pass><x perm="">y</x></phone-settings></settings>\n',
  )
  for (const json of [false, true]) {
    const hidden = await call('000413261234', { json, origin: true })
    t.notMatch(hidden.out, /secret/)
    t.match(hidden.out, '********')
    const open = await call('000413261234', { json, origin: true, secrets: true })
    t.match(open.out, 'web-secret')
    t.match(open.out, 'phone-secret')
  }
  t.equal(hideDocument('user_pass1$: a b\nuser_name1$: c\n'), 'user_pass1$: ********\nuser_name1$: c\n')
})

t.test('a password is hidden however a person wrote it down', t => {
  for (const text of [
    '<user_pass idx="1" perm=""><![CDATA[S3CRET]]></user_pass>',
    '<user_pass idx="1">S3CRET<!-- x --></user_pass>',
    '<user_pass idx="1" perm="a>b">S3CRET</user_pass>',
    '<user_pass\n idx="1">\nS3CRET\n</user_pass >',
    '<user_pass>S3<b/>CRET S3CRET</user_pass>',
    '<user_pass>S3CRET',
    '<!-- <user_pass>S3CRET</user_pass> -->',
    '<s:user_pass>S3CRET</s:user_pass>',
    '<account password="S3CRET"/>',
    '<html><pre>user_pass1$: S3CRET\n</pre></html>',
    'language: x\nuser_pass1! : S3CRET\r\n',
    '<b>user_pass1</b>: S3CRET',
    '\ufeffuser_pass1: S3CRET\n',
    '# user_pass1: S3CRET\n',
    'account.1.password = S3CRET\n',
    'setting_server: https://joe:S3CRET@h/{mac}\n',
    '<action_setup_url perm="">http://joe:S3CRET@h/x</action_setup_url>',
    '<action_setup_url perm="">http://h/x?a=1&amp;password=S3CRET&amp;b=2</action_setup_url>',
  ]) {
    t.notMatch(hideDocument(text), 'S3CRET', text)
  }
  for (const text of [
    '<user_name idx="1" perm="$">201</user_name><x>http://h:8080/a?mac=1@2</x>',
    'user_name1$: <sip:201@pbx.lab.example:5060;user=phone>\nhttp_port: 80\n',
  ]) {
    t.equal(hideDocument(text), text)
  }
  t.end()
})

t.test('in a value of any setting or key, the password of a URL is hidden', async t => {
  const { call, www } = site(t)
  const action = 'action_setup_url$: "http://joe:url-secret@h/x"'
  const key = '{idx: 1, context: 1, type: url, value: "http://joe:url-secret@h/y"}'
  const own = phones
    .replace('language$: English', `$&, ${action}`)
    .replace('keys: [{idx: 0, context: 1', `keys: [${key}, {idx: 0, context: 1`)
  writeFileSync(join(www, '../phones.yaml'), own)
  const { out } = await call('000413261234', { origin: true })
  t.match(out, 'http://joe:********@h/x')
  t.match(out, 'http://joe:********@h/y')
  t.notMatch(out, 'url-secret')
})

t.test('each value names the layer that it comes from', async t => {
  const { call } = site(t)
  const { out } = await call('000413261234', { origin: true })
  t.equal(
    out.slice(out.indexOf('--- where')),
    `--- where each value comes from
setting        value                       flag  from
language       English                     $     defaults
http_pass      ********                    $     defaults
contrast       11                          $     group reception
ring_sound     Ringer3                     !     group reception
codec1_name@1  8                           &     phone 000413261234
user_name@1    201                         $     phone 000413261234
user_pass@1    ********                    $     phone 000413261234
key 0          dest <sip:1@a> on 1, "Bob"  $     phone 000413261234
phone book 42  Workshop                          phone 000413261234
dial plan 4..  after 3 s, user phone             phone 000413261234
firmware       snom370-8.4.35-SIP-f.bin          model snom370
`,
  )
  const json = JSON.parse((await call('000413261234', { origin: true, json: true })).out)
  t.match(json, { mac: '000413261234', model: 'snom370', listed: true })
  t.strictSame(json.origins[2], { setting: 'contrast', value: '11', flag: '$', from: 'group reception' })
  t.equal(json.documents.length, 4)
})

t.test('the firmware chooses the dialect', async t => {
  const { call } = site(t)
  const old = await call('000413261234', { firmware: '6.5.20' })
  t.strictSame(heads(old.out), [
    '--- http://127.66.0.1:8066/snom370.htm',
    '--- http://127.66.0.1:8066/snom370-000413261234.htm',
  ])
  t.match(old.out, '\nuser_name1$: 201\n')
  t.match((await call('000413261234', { firmware: '7.3.30' })).out, '<function-keys>')
  t.match((await call('000413261234', { firmware: '8.4.35' })).out, '<functionKeys e="2">')
})

t.test('languages, firmware and files made by hand are found where the phone finds them', async t => {
  const { call, www } = site(t)
  writeFileSync(
    join(www, 'snom370.htm'),
    '<?xml version="1.0"?><setting-files><file url="http://127.66.0.1:8066/hand.xml"/><file url="http://127.66.0.1:8066/{mac}.xml"/>' +
      '<file url="http://other.example/x.xml"/><file url="http://127.66.0.1:8066/snom370.htm"/>' +
      '<file url="http://127.66.0.1:8066/by-hand.xml"/></setting-files>',
  )
  writeFileSync(
    join(www, 'hand.xml'),
    '<?xml version="1.0"?><settings><phone-settings><language perm="">Deutsch</language>' +
      '<firmware_status perm="">http://127.66.0.1:8066/fw.xml</firmware_status></phone-settings></settings>',
  )
  writeFileSync(
    join(www, 'by-hand.xml'),
    '<?xml version="1.0"?><gui-languages><language url="http://127.66.0.1:8066/de.xml" name="Deutsch"/></gui-languages>',
  )
  writeFileSync(join(www, 'de.xml'), 'not read')
  writeFileSync(
    join(www, 'fw.xml'),
    '<?xml version="1.0"?><firmware-settings><firmware perm="">http://127.66.0.1:8066/firmware/a%20b.bin</firmware></firmware-settings>',
  )
  writeFileSync(join(www, 'firmware', 'a b.bin'), Buffer.alloc(7))
  const { out } = await call('000413AA0002', { model: 'snom370' })
  t.match(
    heads(out).map(line => line.replace('http://127.66.0.1:8066', '')),
    [
      /^--- \/snom370.htm \(a file of \d+ bytes\)$/,
      /^--- \/hand.xml \(a file of \d+ bytes\)$/,
      '--- /000413AA0002.xml (not there)',
      '--- http://other.example/x.xml (on another server)',
      /^--- \/by-hand.xml \(a file of \d+ bytes\)$/,
      '--- /snom370-000413AA0002.htm (not there)',
      '--- /de.xml (a file of 8 bytes)',
      /^--- \/fw.xml \(a file of \d+ bytes\)$/,
      '--- /firmware/a%20b.bin (a file of 7 bytes)',
    ],
  )
})

t.test('a phone that is not in the inventory gets what its model gets, without its secrets', async t => {
  const { call } = site(t)
  const known = await call('000413260002')
  t.equal(known.code, 0)
  t.match(known.err, '000413260002 is not in the inventory: it gets what every snom370 gets\n')
  t.strictSame(heads(known.out), [
    '--- http://127.66.0.1:8066/snom370.htm',
    '--- http://127.66.0.1:8066/snom370/general.xml (1 secret left out)',
    '--- http://127.66.0.1:8066/snom370-000413260002.htm (not there)',
  ])
  const unknown = await call('AABBCCDDEEFF')
  t.equal(unknown.code, 1)
  t.equal(
    unknown.err,
    'AABBCCDDEEFF gets nothing: it is not in the inventory, and its MAC tells no model; name one with --model\n',
  )
  const listed = await call('000413AA0001')
  t.strictSame(
    heads(listed.out),
    ['--- http://127.66.0.1:8066/settings?mac=000413AA0001'],
    'a listed phone of no known model',
  )
})

t.test('the settings URL to type into the phone is that of the door for settings', async t => {
  const { call } = site(t)
  t.strictSame(await call('0004.1326.1234', { url: true }), {
    code: 0,
    out: 'http://127.66.0.1:8066/settings?mac=000413261234\n',
    err: '',
  })
  const tftp = site(t, 'tftp: {port: 69, root: ROOT}')
  t.equal((await tftp.call('000413261234', { url: true })).out, 'tftp://127.66.0.1/settings?mac=000413261234\n')
  const flat = await tftp.call('000413261234')
  t.match(heads(flat.out), [
    '--- tftp://127.66.0.1/snom370.htm',
    '--- tftp://127.66.0.1/snom370-general.xml (1 secret left out)',
  ])
  t.match(await site(t, '').call('000413261234', { url: true }), {
    code: 1,
    err: /neither http, https nor tftp is open/,
  })
})

t.test('a wrong call says what was expected', async t => {
  const { call } = site(t)
  t.match(await call('x'), { code: 2, err: /expected a MAC address/ })
  t.match(await call('000413261234', { firmware: 'new' }), { code: 2, err: /expected a version such as 8.4.35/ })
  t.match(await call('000413261234', { model: 'a/b' }), { code: 2, err: /expected a phone type/ })
  t.match(await call('000413261234', { file: '/nowhere/option66.yaml' }), { code: 2, err: /there is no such file/ })
})
