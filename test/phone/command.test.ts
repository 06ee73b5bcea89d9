import t, { type Test } from 'tap'
import { type PhoneOptions, runPhone } from '../../src/commands/phone.js'
import { ipv4, messageTypes, serveDhcp, serveHttp, serveTftp } from './servers.js'

const document = `<?xml version="1.0" encoding="utf-8"?>
<settings>
  <phone-settings>
    <language perm="$">English</language>
    <user_name idx="1" perm="$">201</user_name>
    <user_realname idx="1" perm="$">Front&#9;desk</user_realname>
    <user_pass idx="1" perm="$">s3cret-1</user_pass>
    <user_host idx="1" perm="$">pbx.lab.example</user_host>
    <user_name idx="2" perm="$">202</user_name>
    <user_pass idx="2" perm="$"></user_pass>
    <http_pass perm="$">s3cret-2</http_pass>
  </phone-settings>
  <function-keys>
    <fkey idx="11" context="1" label="Bob">blf sip:423@tst.org</fkey>
    <fkey idx="0" context="active">line</fkey>
  </function-keys>
  <phone-book><item><name>Workshop</name><number>42</number></item></phone-book>
</settings>`

async function run(options: Partial<PhoneOptions>): Promise<{ code: number; text: string }> {
  let text = ''
  const all = { model: 'snom370', mac: '00:04:13:26:12:34', via: 'dhcp', timeLimit: 3000, ...options }
  const code = await runPhone(all, lines => {
    text += lines
  })
  return { code, text: text.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST').replaceAll(/\d+(?:\.\d)? m?s\b/g, 'TIME') }
}

async function leasing(t: Test, url: string) {
  const { via } = await serveDhcp(t, ({ type }) => ({
    ...{ type: type === messageTypes.discover ? messageTypes.offer : messageTypes.ack, address: '127.66.1.1' },
    options: [
      [54, ipv4('127.0.0.1')],
      [66, Buffer.from(url)],
      [67, Buffer.from('snom370.htm')],
    ],
  }))
  return via
}

t.test('each step is a line, and at the end stands what the phone came up with', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370.htm': document }))
  const { code, text } = await run({ via: base })
  t.equal(code, 0)
  t.equal(
    text,
    `settings at http://HOST (given)
GET http://HOST/snom370.htm 200 ${Buffer.byteLength(document)} bytes TIME
GET http://HOST/snom370-000413261234.htm 404 0 bytes TIME
snom370 000413261234 booted: 1 document, 8 settings
  identity 1: 201 at pbx.lab.example, "Front?desk", password set
  identity 2: 202 at no registrar, password not set
  language: English
  key 0: line on active
  key 11: blf sip:423@tst.org on 1, "Bob"
  phone book: 1 number
`,
  )
})

t.test('--via dhcp tells the exchange before the fetches', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370.htm': document }))
  const { server, port, clientPort } = await leasing(t, base)
  const { code, text } = await run({ server, port, clientPort })
  t.equal(code, 0)
  t.match(
    text,
    /^DISCOVER → OFFER 127\.66\.1\.1 from 127\.0\.0\.1 TIME\nREQUEST → ACK 127\.66\.1\.1 from 127\.0\.0\.1 TIME\n/,
  )
  t.match(text, 'settings at http://HOST/snom370.htm (option 66 and option 67)\n')
})

t.test('--json is one object, without a single secret', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370.htm': document }))
  const { server, port, clientPort } = await leasing(t, base)
  const { code, text } = await run({ server, port, clientPort, json: true })
  t.equal(code, 0)
  t.notMatch(text, 's3cret')
  t.match(JSON.parse(text), {
    booted: true,
    lease: { address: '127.66.1.1', serverId: '127.0.0.1', option67: 'snom370.htm', inside43: {} },
    documents: [
      { name: 'snom370.htm', status: '200', found: true },
      { status: '404', found: false },
    ],
    settings: {
      user_name1: { value: '201', flag: '$' },
      user_pass1: { value: 'set' },
      user_pass2: { value: 'not set' },
      http_pass: { value: 'set' },
    },
    keys: [{ idx: 11 }, { idx: 0, context: 'active' }],
  })
})

t.test('a phone that hangs is exit 1, and its last line says where and why', async t => {
  const { base } = await serveTftp(t, {})
  const { code, text } = await run({ via: base, model: 'snom320' })
  t.equal(code, 1)
  t.equal(
    text,
    `settings at tftp://HOST (given)
RRQ tftp://HOST/snom320.htm ERROR 1 no such file 0 bytes TIME
RRQ tftp://HOST/snom320-000413261234.htm ERROR 1 no such file 0 bytes TIME
hangs at tftp://HOST/snom320.htm and tftp://HOST/snom320-000413261234.htm: nothing there: the phone has no settings
`,
  )
  const { code: jsonCode, text: json } = await run({ via: base, json: true })
  t.equal(jsonCode, 1)
  t.match(JSON.parse(json), { booted: false, steps: [{}, {}, {}, { kind: 'hang' }] })
})

t.test('a wrong call is exit 2 and one sentence', async t => {
  const wrong: readonly (readonly [Partial<PhoneOptions>, string])[] = [
    [{ mac: '0004132612' }, '--mac 0004132612: expected a hardware address such as 000413261234'],
    [{ model: '../x' }, '--model ../x: expected a phone type such as snom370'],
    [
      { via: 'ftp://x' },
      '--via ftp://x: expected dhcp, pnp, or a settings URL such as http://192.168.66.1 or tftp://192.168.66.1',
    ],
    [{ server: 'here' }, '--server here: expected an IPv4 address'],
    [{ address: '1.2.3' }, '--address 1.2.3: expected an IPv4 address'],
    [{ port: 70_000 }, '--port 70000: expected a port below 65535'],
    [{ save: '/dev/null/x' }, '--save /dev/null/x: cannot be written to (ENOTDIR); name a folder of your own'],
    [{ firmware: 'new' }, '--firmware new: expected a version such as 8.4.35'],
  ]
  for (const [options, sentence] of wrong) t.same(await run(options), { code: 2, text: `${sentence}\n` })
})
