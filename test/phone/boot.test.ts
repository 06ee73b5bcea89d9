import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { type BootOrder, bootPhone } from '../../src/phone/boot.js'
import { some } from '../some.js'
import { dhcpReply, ipv4, messageTypes, serveDhcp, serveHttp, serveRaw, serveTftp } from './servers.js'

const mac = some(parseMac('000413261234'))
const quiet = { mac, phoneType: 'snom370', report: () => undefined, timeLimit: 3000 }

function boot(url: string, more: Partial<BootOrder> = {}) {
  return bootPhone({ ...quiet, via: { kind: 'url', url }, ...more })
}

function xml(body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${body}`
}

function container(...urls: readonly string[]): string {
  return xml(`<setting-files>${urls.map(url => `<file url="${url}"/>`).join('')}</setting-files>`)
}

const general = xml(`<settings><phone-settings><language perm="$">Deutsch</language></phone-settings></settings>`)
const own = xml(`<settings>
  <phone-settings>
    <user_name idx="1" perm="">201</user_name><user_pass idx="1" perm="">secret</user_pass>
    <language perm="!">Français</language>
  </phone-settings>
  <function-keys><fkey idx="1" context="1" perm="&amp;" label="Bob">dest &lt;sip:423@tst.org;user=phone&gt;</fkey></function-keys>
  <phone-book><item><name>Workshop</name><number>42</number></item></phone-book>
  <dialplan><TEMPLATE MATCH="9,1" Timeout="0" User="phone" Rewrite=""/></dialplan>
</settings>`)

/** The last step of a boot that did not end well. */
async function hangOf(order: Promise<Awaited<ReturnType<typeof boot>>>): Promise<string> {
  const { booted, steps } = await order
  const last = some(steps.at(-1))
  return booted || last.kind !== 'hang' ? 'booted' : `${last.where}: ${last.why}`
}

t.test('a phone asks for the names of its type and MAC, then the files of each container in order', async t => {
  const { base, requests } = await serveHttp(t, base => ({
    '/snom370.htm': container(`${base}/snom370/general.xml`),
    '/snom370-000413261234.htm': container(`${base}/snom370/{mac}.xml`),
    '/snom370/general.xml': general,
    '/snom370/00:04:13:26:12:34.xml': own, // firmware 8 of the 3xx writes {mac} so
  }))
  const { booted, documents, memory, settings } = await boot(base)
  t.ok(booted)
  t.same(
    requests.map(request => request.url),
    ['/snom370.htm', '/snom370/general.xml', '/snom370-000413261234.htm', '/snom370/00:04:13:26:12:34.xml'],
  )
  t.same(requests[0]?.userAgent, 'Mozilla/4.0 (compatible; snom370-SIP 8.4.35 1.1.3-u)')
  t.equal(new Set(requests.map(request => request.fromPort)).size, 4, 'each file has a connection of its own')
  t.match(documents[1], { name: 'general.xml', status: '200', bytes: Buffer.byteLength(general), found: true })
  t.match(settings.get('user_name1'), { value: '201', flag: '$', from: `${base}/snom370/00:04:13:26:12:34.xml` })
  t.match(settings.get('language'), { value: 'Français', flag: '!' })
  t.match(memory.keys.get(1), { context: '1', label: 'Bob', value: 'dest <sip:423@tst.org;user=phone>' })
  t.same([...memory.book], [['42', 'Workshop']])
  t.same(memory.templates, ['9,1'])
})

t.test('a value with ! leaves alone what the user changed, one with $ does not', async t => {
  const both = xml(`<phone-settings><tone perm="!">USA</tone><ring perm="$">2</ring></phone-settings>`)
  const { base } = await serveHttp(t, () => ({ '/a.xml?mac=00:04:13:26:12:34': both }))
  const userChanged = new Map(Object.entries({ tone: 'GER', ring: '9' }))
  const { settings } = await boot(`${base}/a.xml?mac={mac}`, { userChanged })
  t.match([settings.get('tone')?.value, settings.get('ring')?.value], ['GER', '2'])
})

t.test('the phone fetches from the address it is given', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/snom370.htm': general }))
  t.ok((await boot(base, { address: '127.66.1.9' })).booted)
  t.equal(requests[0]?.from, '127.66.1.9')
})

t.test('what was fetched is saved under flat names that cannot leave the folder', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'phone-'))
  const { base } = await serveHttp(t, base => ({
    '/snom370.htm': container(`${base}/../%2e%2e/etc/x.xml?a=../b`),
    '/etc/x.xml?a=../b': general,
  }))
  t.ok((await boot(base, { save: join(folder, 'saved') })).booted)
  t.same(await readdir(folder), ['saved'])
  t.same((await readdir(join(folder, 'saved'))).toSorted(), ['etc-x.xml-a-..-b', 'snom370.htm'])
  t.equal(await readFile(join(folder, 'saved', 'etc-x.xml-a-..-b'), 'utf8'), general)
})

t.test('the chosen languages and new firmware are fetched last, the image with a User-Agent of its own', async t => {
  const { base, requests } = await serveHttp(t, base => ({
    '/snom370.htm': xml(`<settings>
      <phone-settings><language perm="">Deutsch</language><web_language perm="">English</web_language>
        <firmware_status perm="">
          ${base}/firmware.xml
        </firmware_status></phone-settings>
      <gui-languages><language url="${base}/gui_DE.xml" name="Deutsch"/></gui-languages>
      <web-languages><language url="${base}/web_EN.xml" name="English"/></web-languages></settings>`),
    '/gui_DE.xml': '<phrases>&#26; is no XML, and phones read it</phrases>',
    '/firmware.xml': xml(
      `<firmware-settings><firmware>${base}/snom370-8.7.5.35-SIP-f.bin</firmware></firmware-settings>`,
    ),
    '/snom370-8.7.5.35-SIP-f.bin': Buffer.alloc(2 * 1024 * 1024),
  }))
  t.ok((await boot(base)).booted)
  const last = requests.slice(-3)
  t.same(
    last.map(request => request.url),
    ['/gui_DE.xml', '/firmware.xml', '/snom370-8.7.5.35-SIP-f.bin'],
  )
  t.equal(last.at(-1)?.userAgent, 'Mozilla/4.0 (compatible; snom370 8.4.35)')
  const asked = requests.length
  t.ok((await boot(base, { firmware: '8.7.5.35' })).booted)
  t.notMatch(requests.slice(asked), [{ url: /bin$/ }], 'an image that runs already is not fetched')
})

t.test('a phone hangs, and says where and why', async t => {
  const hang = async (t: Test, pages: (base: string) => Record<string, string>, more: Partial<BootOrder> = {}) => {
    const { base } = await serveHttp(t, pages)
    return (await hangOf(boot(base, more))).replaceAll(base, '')
  }
  const loop = (base: string) => ({
    '/snom370.htm': container(`${base}/a.xml`),
    '/a.xml': container(`${base}/b.xml`),
    '/b.xml': container(`${base}/a.xml`),
  })
  const first = (document: string) => () => ({ '/snom370.htm': document })
  t.equal(
    await hang(t, () => ({})),
    '/snom370.htm and /snom370-000413261234.htm: nothing there: the phone has no settings',
  )
  t.equal(await hang(t, loop), '/a.xml: includes itself: /snom370.htm → /a.xml → /b.xml → /a.xml')
  t.equal(
    await hang(t, base =>
      Object.fromEntries(
        [1, 2, 3, 4, 5, 6].map(at => [at === 1 ? '/snom370.htm' : `/${at}`, container(`${base}/${at + 1}`)]),
      ),
    ),
    '/6: stands 5 containers deep',
  )
  t.equal(
    await hang(t, base => ({ '/snom370.htm': container(...Array(70).fill(`${base}/x.xml`)), '/x.xml': general })),
    '/x.xml: comes after 64 documents, without end',
  )
  t.match(
    await hang(t, first(xml('<settings><phone-settings>'))),
    /^\/snom370.htm: a phone cannot read it: 2:26: .*unclosed tag/,
  )
  t.match(await hang(t, first('<settings/>')), /cannot read it: 1:0: expected the XML header/)
  t.match(await hang(t, first(`\n${general}`)), /cannot read it: 1:0: expected the XML header/)
  t.match(await hang(t, first(xml('<!DOCTYPE settings [<!ENTITY a "b">]><settings/>'))), /has a document type/)
  t.match(await hang(t, first(xml('<settings>&nbsp;</settings>'))), /cannot read it: 2:16: undefined entity/)
  t.match(await hang(t, first(xml('<a>'.repeat(40)))), /more than 16 elements in one another/)
  t.match(await hang(t, first(xml('<web-page/>'))), /hold nothing that a phone understands/)
  t.match(
    await hang(t, first(xml('<firmware-settings><firmware>http://127.0.0.1/f.bin</firmware></firmware-settings>'))),
    /is a firmware file; a phone takes it from firmware_status only/,
  )
  t.equal(
    await hang(t, base => ({
      '/snom370.htm': xml(`<phone-settings><firmware_status>${base}/f.htm</firmware_status></phone-settings>`),
      '/f.htm': `firmware: ${base}/new.bin`,
    })),
    '/new.bin: firmware image not found: the phone waits for a key to be pressed',
  )
  t.match(await hang(t, first(general), { firmware: '6.5.20' }), /is XML, and firmware 6.5.20 reads only plain files/)
  t.match(await hang(t, first(`a: ${'b'.repeat(1024 * 1024)}`)), /is longer than 1048576 bytes/)
  t.match(await hang(t, first(container('general.xml'))), /general.xml: is no URL/)
  t.match(await hang(t, first(container('tftp://127.0.0.1/%zz'))), /%zz: cannot be asked for \(URI malformed\)/)
  t.match(await hang(t, first(container('tftp://127.0.0.1:0/x'))), /x: cannot be asked for/)
  t.match(await hang(t, first(container('http://[::ffff:1/x'))), /is no URL/)
  t.match(await hang(t, first(container('ftp://127.0.0.1/x'))), /speaks http, https and tftp, not ftp/)
})

t.test('one missing name is not the end: the other has the settings', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370-000413261234.htm': own }))
  const { booted, documents } = await boot(base)
  t.ok(booted)
  t.same(
    documents.map(document => [document.name, document.status, document.found]),
    [
      ['snom370.htm', '404', false],
      ['snom370-000413261234.htm', '200', true],
    ],
  )
})

t.test('half an answer leaves a phone hanging', async t => {
  const half = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nlanguage: '
  t.match(await hangOf(boot(await serveRaw(t, half, 'close'))), /Content-Length says 100 bytes, 10 came$/)
  t.match(
    await hangOf(boot(await serveRaw(t, half, 'stay'), { timeLimit: 300 })),
    /Content-Length says 100 bytes, 10 came within 300 ms; the phone waits for the rest/,
  )
  const short = `HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n${general}`
  t.match(await hangOf(boot(await serveRaw(t, short, 'close'))), /more came than Content-Length's 60 bytes/)
  t.match(await hangOf(boot(await serveRaw(t, '', 'stay'), { timeLimit: 300 })), /no answer within 300 ms/)
  t.match(await hangOf(boot(await serveRaw(t, 'SIP/2.0 200 OK\r\n\r\n', 'close'))), /the answer is no HTTP/)
  const closed = await serveHttp(t, () => ({}))
  t.match(await hangOf(boot(closed.base.replace('127.0.0.1', '127.0.0.77'))), /nothing listens at 127.0.0.77/)
})

t.test('an answer without Content-Length is taken, and noted', async t => {
  const { base } = await serveHttp(t, () => ({
    '/snom370.htm': (_request, response) => {
      response.write(general)
      response.end()
    },
  }))
  const { booted, steps } = await boot(base)
  t.ok(booted)
  t.match(
    steps.find(step => step.kind === 'note'),
    { text: /came without Content-Length/ },
  )
})

t.test('TFTP brings files of every length around a block, whatever is lost on the way', async t => {
  const line = (length: number) => Buffer.from(`a: ${'b'.repeat(length - 3)}`)
  for (const length of [100, 511, 512, 513, 1024, 5000]) {
    const { base } = await serveTftp(t, { 'snom370.htm': line(length) })
    const { booted, documents } = await boot(base)
    t.ok(booted, `${length} bytes`)
    t.match(documents, [
      { status: 'DATA', bytes: length },
      { status: 'ERROR 1 no such file', found: false },
    ])
  }
  const lossy = await serveTftp(t, { 'one.htm': line(1200) }, { loseRequests: 1, loseAckOf: 1 })
  const { booted, documents } = await boot(`${lossy.base}/one.htm`)
  t.ok(booted, 'a lost RRQ and a lost ACK')
  t.equal(documents[0]?.bytes, 1200)
})

t.test('datagrams that end the package tftp2 do not end the phone', async t => {
  const noise = [[], [0], [0, 4], [0, 3, 0], [0, 9, 0, 1], [0, 5, 0, 1]].map(bytes => Buffer.from(bytes))
  const sound = noise.slice(0, -1)
  const { base } = await serveTftp(t, { 'snom370.htm': Buffer.from('language!: English') }, { noise: sound })
  t.equal((await boot(base)).settings.get('language')?.value, 'English')
  const broken = await serveTftp(t, { 'snom370.htm': Buffer.from('language!: English') }, { noise })
  t.match(await hangOf(boot(broken.base)), /nothing there/, 'an ERROR without text is an ERROR')
})

t.test('a silent TFTP server leaves a phone hanging', async t => {
  const file = { 'snom370.htm': Buffer.alloc(2000) }
  const mute = await serveTftp(t, file, { loseRequests: 99 })
  t.match(await hangOf(boot(mute.base, { timeLimit: 300 })), /snom370.htm: no DATA within 300 ms; the phone waits/)
  const stuck = await serveTftp(t, file, { loseBlock: 3 })
  t.match(await hangOf(boot(stuck.base, { timeLimit: 300 })), /snom370.htm: silence after DATA 2 within 300 ms/)
})

t.test('a phone finds TFTP names at the root only', async t => {
  const { base, asked } = await serveTftp(t, {
    'snom370.htm': Buffer.from('a: b'),
    'snom370/x.xml': Buffer.from('a: c'),
  })
  const { documents } = await boot(`${base}/snom370/x.xml`)
  t.same(asked, [])
  t.match(documents[0]?.status, /not asked: a phone finds TFTP names at the root only/)
})

const serverId = [54, ipv4('127.0.0.1')] as const
const address = '127.66.1.1'
const dhcpAnswers =
  (url: string) =>
  ({ type }: { type: number }) => ({
    ...{ type: type === messageTypes.discover ? messageTypes.offer : messageTypes.ack, address },
    options: [
      serverId,
      [1, ipv4('255.255.255.0')],
      [51, Buffer.from([0, 0, 168, 192])],
      [66, Buffer.from(url)],
    ] as const,
  })

t.test('a lease first, then the settings it points at, fetched from the leased address', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/snom370.htm': general }))
  const { via, questions } = await serveDhcp(t, dhcpAnswers(base))
  const { booted, lease, steps } = await bootPhone({ ...quiet, via })
  t.ok(booted)
  t.match(lease, { address, mask: '255.255.255.0', serverId: '127.0.0.1', leaseTime: 43_200 })
  t.match(steps.slice(0, 3), [
    { kind: 'exchange', sent: 'DISCOVER', got: 'OFFER', address, server: '127.0.0.1', tries: 1 },
    { kind: 'exchange', sent: 'REQUEST', got: 'ACK', address, server: '127.0.0.1', tries: 1 },
    { kind: 'pointer', url: base, by: 'option 66' },
  ])
  t.equal(requests[0]?.from, address)
  const [discover, request] = [some(questions[0]), some(questions[1])]
  t.equal(discover.bytes.toString('hex', 0, 4), '01010600')
  t.equal(discover.bytes.readUInt16BE(10), 0x8000, 'broadcast flag')
  t.equal(discover.bytes.toString('hex', 28, 34), '000413261234')
  t.equal(discover.options.get(60)?.toString(), 'snom370')
  t.same([...some(discover.options.get(55))], [1, 3, 6, 12, 15, 42, 66, 67, 120])
  t.notOk(discover.options.has(50))
  t.same([...some(request.options.get(50))], [127, 66, 1, 1])
  t.same([...some(request.options.get(54))], [127, 0, 0, 1])
  t.equal(request.bytes.readUInt32BE(4), discover.bytes.readUInt32BE(4), 'the same xid')
  t.ok(discover.bytes.length >= 300)
})

t.test('firmware before 7.3.15 does not name itself in option 60', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370.htm': general }))
  const { via, questions } = await serveDhcp(t, dhcpAnswers(base))
  t.ok((await bootPhone({ ...quiet, via, firmware: '7.1.2' })).booted)
  t.notOk(questions[0]?.options.has(60))
})

t.test('a lost OFFER and strange datagrams are survived', async t => {
  const { base } = await serveHttp(t, () => ({ '/snom370.htm': general }))
  const answers = dhcpAnswers(base)
  const { via } = await serveDhcp(t, (question, count) => {
    if (count === 1) return undefined
    const right = dhcpReply(question.bytes, answers(question))
    const foreign = Buffer.from(right)
    foreign.writeUInt8(foreign.readUInt8(4) ^ 1, 4)
    const cut = right.subarray(0, 250)
    return [Buffer.alloc(0), Buffer.from([1]), Buffer.alloc(236), question.bytes, foreign, cut, right, right]
  })
  const { booted, steps } = await bootPhone({ ...quiet, via })
  t.ok(booted)
  t.match(steps[0], { got: 'OFFER', tries: 2 })
})

t.test('without what it needs from DHCP a phone hangs, and says what', async t => {
  const hang = async (answer: Parameters<typeof serveDhcp>[1]) => {
    const { via } = await serveDhcp(t, answer)
    return hangOf(bootPhone({ ...quiet, via, timeLimit: 300 }))
  }
  const offer = { type: messageTypes.offer, address, options: [serverId] }
  const ifDiscover = (then: Parameters<typeof serveDhcp>[1]) => (question: Parameters<typeof then>[0]) =>
    question.type === messageTypes.discover ? offer : then(question, 2)
  t.match(await hang(() => undefined), /^DISCOVER: no OFFER within 300 ms, 1 DISCOVER sent to 127.0.0.1:\d+$/)
  t.match(await hang(() => ({ ...offer, options: [] })), /no OFFER .*an OFFER without server identifier \(option 54\)$/)
  t.match(await hang(() => ({ ...offer, address: '0.0.0.0' })), /no OFFER .*an OFFER without an address \(yiaddr\)$/)
  t.match(await hang(ifDiscover(() => undefined)), /^REQUEST: no ACK within 300 ms, 1 REQUEST sent/)
  t.match(
    await hang(ifDiscover(() => ({ type: messageTypes.ack, address, options: [[54, ipv4('127.0.0.9')]] }))),
    /no ACK .*from another server$/,
  )
  t.match(
    await hang(ifDiscover(() => ({ type: messageTypes.nak, options: [serverId] }))),
    /^REQUEST: refused with a NAK 3 times/,
  )
  t.match(
    await hang(ifDiscover(() => ({ type: messageTypes.ack, address, options: [serverId] }))),
    /^ACK: brings no option 66/,
  )
})
