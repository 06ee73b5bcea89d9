import { execFileSync } from 'node:child_process'
import { truncateSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { formatIpv4, parseIpv4 } from '../../src/address/ipv4.js'
import { formatRange, formatSubnet } from '../../src/address/subnet.js'
import { arrangeFindings, formatFinding, hasError } from '../../src/config/finding.js'
import { readInventory } from '../../src/config/inventory.js'
import { schemaFiles } from '../../src/config/json-schema.js'
import { readSite } from '../../src/config/site.js'
import { some } from '../some.js'

const conf = join(import.meta.dirname, '../../conf')

t.test('the shipped configuration works as it is', async t => {
  const { site, findings } = await readSite(join(conf, 'option66.yaml'))
  t.same(findings.map(formatFinding), [])
  const { dhcp, http, https, tftp, pnp, redirection, status, inventory, ...rest } = some(site)
  t.match(rest, {
    interface: 'lo',
    address: parseIpv4('127.66.0.1'),
    state: join(conf, 'state'),
    log: { level: 'info' },
  })
  t.match(dhcp, { port: 6767, rival: 'ignore', clients: 'phones', leaseTime: 43_200, settingsUrl: 'http' })
  const [subnet] = some(dhcp).subnets
  t.equal(formatSubnet(some(subnet).subnet), '127.66.0.0/16')
  t.same(some(subnet).pool.map(formatRange), ['127.66.1.1 - 127.66.1.250'])
  t.same(http, { port: 8080, root: join(conf, '../www') })
  t.same(https, { port: 8443, oldTls: false })
  t.same(pnp, { port: 5066, group: parseIpv4('224.0.1.75'), unknown: 'answer', vendors: new Map() })
  t.equal(redirection, undefined, 'nobody has an account before the operator makes one')
  t.same(status, { address: parseIpv4('127.0.0.1'), port: 8066 })
  t.same(tftp, { port: 6969, root: join(conf, '../tftproot'), secrets: false })
  t.same(
    [...inventory.phones.values()].map(({ mac, model, address }) => [mac, model, address && formatIpv4(address)]),
    [
      ['000413240001', 'snom320', '127.66.0.20'],
      ['000413230001', 'snom360', '127.66.0.60'],
      ['000413260001', 'snom370', undefined],
    ],
  )
})

t.test('the shipped configuration names every key', async t => {
  for (const [file, schema] of [
    ['option66.yaml', 'option66.schema.json'],
    ['phones.yaml', 'phones.schema.json'],
  ] as const) {
    const text = await readFile(join(conf, file), 'utf8')
    t.equal(text.split('\n')[0], `# yaml-language-server: $schema=${schema}`)
    const json: unknown = JSON.parse(await readFile(join(conf, schema), 'utf8'))
    for (const { name, description } of propertiesOf(json)) {
      t.ok(description, `${schema}: ${name} has a description`)
      t.match(text, new RegExp(`\\b${name}\\b`), `${file} names ${name}`)
    }
  }
})

t.test('the JSON Schemas say what the reader says', async t => {
  for (const { name, text } of schemaFiles()) {
    t.equal(
      await readFile(join(conf, name), 'utf8'),
      text,
      `conf/${name} is up to date; else write it anew: npm run schema`,
    )
  }
})

t.test('what is left out has its default', async t => {
  const { site, findings } = await readText(t.testdir({}), {
    'option66.yaml': 'interface: eth1\ndhcp: {subnets: [{subnet: 10.0.0.0/24}]}\nhttp: {}\nphones: []\n',
  })
  t.same(findings, [])
  t.match(site, { site: 'host', http: { port: 80 }, dhcp: { port: 67, authoritative: true, rapidCommit: false } })
  t.match(site, { dhcp: { rival: 'refuse', clients: 'phones', leaseTime: 43_200, settingsUrl: 'http' } })
  t.equal(site?.tftp, undefined)
  t.equal(site?.address, undefined)
  t.equal(site?.log.format, undefined)
  t.same(site?.dhcp?.subnets[0]?.pool, [])
  t.equal(site?.inventory.phones.size, 0)
})

t.test('a section that is false or absent is closed', async t => {
  const { site } = await readText(t.testdir({}), {
    'option66.yaml': 'interface: eth1\ndhcp: false\ntftp: {root: /srv}\nhttps: false\npnp: false\nphones: []\n',
  })
  t.same([site?.dhcp, site?.http, site?.tftp?.port, site?.tftp?.root], [undefined, undefined, 69, '/srv'])
})

t.test('the new doors have defaults, and their files stand beside the configuration', async t => {
  const folder = t.testdir({})
  const { site, findings } = await readText(folder, {
    'option66.yaml': [
      'interface: eth1',
      'http: {}',
      'https: {}',
      'pnp: {url: null, vendors: {Yealink: "http://10.0.0.1/{mac}.cfg", OEM: "tftp://10.0.0.1/$mac"}}',
      'redirection: {ssh: {}, paths: ["/oem/{mac}.xml"], accounts: [{name: 7, url: "https://a.b/{mac}", password: "$scrypt$ln=15,r=8,p=1$uINq+o21qbf273jDitqOMQ$DR/aniNiY6DRusFeb7escSvOgmDdqG7TZU7YlypIoY0"}]}',
      'status: {}',
      'phones: []',
    ].join('\n'),
  })
  t.same(findings, [])
  t.same(site?.https, { port: 443, oldTls: false })
  const vendors = new Map([
    ['yealink', 'http://10.0.0.1/{mac}.cfg'],
    ['oem', 'tftp://10.0.0.1/$mac'],
  ])
  t.same(site?.pnp, { port: 5060, group: parseIpv4('224.0.1.75'), unknown: 'answer', vendors })
  t.match(site?.redirection, { ssh: { port: 2222 }, xmlrpc: false, paths: ['/oem/{mac}.xml'] })
  t.match(site?.redirection?.accounts, [{ name: '7', url: 'https://a.b/{mac}', keys: [] }])
  t.same(site?.status, { address: parseIpv4('127.0.0.1'), port: 8066 })
  const named = 'https: {certificate: a/c.pem, key: k.pem, client-ca: /ca.pem}\nredirection: {ssh: {host-key: h}}'
  const reading = await readText(folder, { 'option66.yaml': `interface: lo\nphones: []\n${named}\n` })
  t.same(
    reading.findings.map(({ rule, message }) => `${rule} ${message.replaceAll(folder, '~')}`),
    [
      'missing-file certificate ~/a/c.pem: there is no such file; create it, or name another',
      'missing-file key ~/k.pem: there is no such file; create it, or name another',
      'missing-file client-ca /ca.pem: there is no such file; create it, or name another',
      'no-accounts ssh without accounts lets nobody in; add accounts, or close it',
      'missing-file host-key ~/h: there is no such file; create it, or name another',
    ],
  )
})

t.test('durations become seconds', async t => {
  for (const [written, seconds] of [
    ['12h', 43_200],
    ['90m', 5400],
    ['3600s', 3600],
    ['7d', 604_800],
    ['3600', 3600],
    ['365d', 31_536_000],
  ] as const) {
    const { site } = await readDhcp(t.testdir({}), `lease-time: ${written}`)
    t.equal(site?.dhcp?.leaseTime, seconds, written)
  }
  for (const written of ['59s', '366d', '-5', '1.5h', '12 h', 'h', '1h30m', 'true']) {
    t.equal((await readDhcp(t.testdir({}), `lease-time: ${written}`)).findings[0]?.rule, 'duration', written)
  }
})

t.test('option values become the bytes of their type', async t => {
  for (const [written, code, hex] of [
    ['132: "20"', 132, '3230'],
    ['132: 0x0a0B', 132, '0a0b'],
    ['224: [10.0.0.1, 10.0.0.2]', 224, '0a0000010a000002'],
    ['ntp-servers: [10.0.0.1]', 42, '0a000001'],
    ['42: 10.0.0.1', 42, '0a000001'],
    ['NTP-Servers: 10.0.0.1', 42, '0a000001'],
    ['time-offset: -3600', 2, 'fffff1f0'],
    ['default-ip-ttl: 64', 23, '40'],
    ['interface-mtu: 1400', 26, '0578'],
    ['path-mtu-plateau-table: [68, 1500]', 25, '004405dc'],
    ['arp-cache-timeout: 4294967295', 35, 'ffffffff'],
    ['ip-forwarding: false', 19, '00'],
    ['static-routes: [10.0.0.1, 10.0.0.2]', 33, '0a0000010a000002'],
    ['tftp-server-name: http://10.0.0.9', 66, '687474703a2f2f31302e302e302e39'],
    ['domain-search: [lab.example, a.b]', 119, '036c6162076578616d706c65000161016200'],
    ['sip-servers: 10.0.0.1', 120, '010a000001'],
    ['sip-servers: [pbx.lab]', 120, '0003706278036c616200'],
    ['43: 0x4203666f6f', 43, '4203666f6f'],
  ] as const) {
    const { site, findings } = await readDhcp(t.testdir({}), `options: {${written}}`)
    t.equal(site?.dhcp?.options.get(code)?.toString('hex'), hex, `${written} ${findings.map(formatFinding)}`)
  }
})

t.test('option values that do not fit their type are refused', async t => {
  const owned = [0, 1, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82, 255].map(code => `${code}: "x"`)
  const wrong = [
    '2: x',
    '2: 1.5',
    '23: 256',
    '42: []',
    '33: [10.0.0.1]',
    '19: 1',
    '43: text',
    '66: ""',
    '132: true',
    '132: [a]',
    '132: 0x0',
    '119: a..b',
    '256: "x"',
    '15: [a]',
    '16: [10.0.0.1]',
  ]
  for (const written of [...owned, ...wrong, `132: ${'x'.repeat(513)}`, '42: 10.0.0.1, ntp-servers: 10.0.0.1']) {
    const { findings } = await readDhcp(t.testdir({}), `options: {${written}}`)
    t.match(
      findings.map(finding => finding.rule),
      [/^option(-value)?$/],
      written.slice(0, 40),
    )
  }
})

t.test('a file that cannot be read is a finding', async t => {
  const folder = t.testdir({
    empty: '',
    folder: {},
    latin: Buffer.from([0x61, 0xff]),
    list: '- a',
    large: '',
    bom: '\ufeffinterface: eth1\nphones: []\n',
  })
  truncateSync(join(folder, 'large'), 16 * 1024 * 1024 + 1)
  execFileSync('mkfifo', [join(folder, 'pipe')])
  for (const [name, rule] of [
    ['missing', 'missing-file'],
    ['empty', 'missing-key'],
    ['folder', 'not-a-file'],
    ['latin', 'not-utf8'],
    ['list', 'wrong-kind'],
    ['large', 'file-too-large'],
    ['pipe', 'not-a-file'],
    ['empty/below', 'missing-file'],
  ] as const) {
    const { site, findings } = await readSite(join(folder, name))
    t.equal(findings[0]?.rule, rule, name)
    t.equal(site, undefined)
  }
  t.equal((await readSite(join(folder, 'bom'))).site?.interface, 'eth1', 'a byte order mark is no mistake')
})

t.test('what is no YAML, or too much of it, is a finding', async t => {
  const doubled = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`)
  for (const [text, rule] of [
    ['a: [1', 'yaml-syntax'],
    ['a: "x', 'yaml-syntax'],
    ['a: b: c', 'yaml-syntax'],
    ['%FOO\n---\na: 1', 'yaml-syntax'],
    ['a:\n\tb: 1', 'yaml-tab'],
    ['a: 1\n---\nb: 2', 'yaml-documents'],
    ['a: *nobody', 'yaml-alias'],
    ['a: &a [*a]', 'yaml-alias'],
    [`a0: &a0 [x, x]\n${doubled.join('\n')}`, 'yaml-alias'],
    ['[', 'yaml-syntax'],
    ['['.repeat(100_000), 'yaml-depth'],
    [`${'['.repeat(70)}${']'.repeat(70)}`, 'yaml-depth'],
    ['a: !!binary aGk=', 'yaml-tag'],
    ['a: !thing {}', 'yaml-tag'],
    ['? [a, b]\n: c', 'bad-key'],
    ['__proto__: {interface: lo}', 'bad-key'],
    ['a: 1\na: 2', 'duplicate-key'],
  ] as const) {
    const { findings } = await readText(t.testdir({}), { 'option66.yaml': text })
    t.ok(
      findings.some(finding => finding.rule === rule),
      `${text.slice(0, 30)}: ${findings.map(formatFinding).slice(0, 3)}`,
    )
  }
})

t.test('an alias repeats what its anchor says', async t => {
  const { inventory, findings } = await readPhones(t.testdir({}), {
    'a.yaml': 'phones:\n  000413260001: {settings: &s {language$: English}}\n  000413260002: {settings: *s}\n',
  })
  t.same(findings, [])
  t.same(
    [...some(inventory).phones.values()].map(phone => phone.layer.settings.length),
    [1, 1],
  )
})

t.test('no file makes the reader throw', async t => {
  const word = fc.constantFrom(
    'interface',
    'dhcp',
    'subnets',
    'subnet',
    'pool',
    'phones',
    'identities',
    'settings',
    'a',
    'b',
  )
  const value = fc.oneof(
    word,
    fc.string(),
    fc.integer(),
    fc.constantFrom('10.0.0.0/8', '10.0.0.1 - 10.0.0.9', '*a', '&a x', '|', '!t'),
  )
  const line = fc
    .tuple(fc.nat(6), fc.constantFrom('', '- ', '? ', '\t'), word, fc.constantFrom(': ', ':', ' ', ': [', ': {'), value)
    .map(([indent, dash, key, colon, rest]) => `${' '.repeat(indent)}${dash}${key}${colon}${rest}`)
  const text = fc.oneof(
    fc.string(),
    fc.array(line, { maxLength: 12 }).map(lines => lines.join('\n')),
  )
  const folder = t.testdir({})
  await fc.assert(
    fc.asyncProperty(text, async text => {
      const { site, findings } = await readText(folder, { 'option66.yaml': text, 'phones.yaml': text })
      return (
        (site !== undefined) === !hasError(findings) && findings.every(({ line, column }) => line > 0 && column > 0)
      )
    }),
    { numRuns: 300 },
  )
})

t.test('no value in place of another makes the reader throw or show a secret', async t => {
  const secret = 'S3cr3t'
  const text = (await readFile(join(conf, 'phones.yaml'), 'utf8')).replaceAll(/try-out-\d+/g, secret)
  const lines = text.split('\n')
  const folder = t.testdir({})
  const wrong = fc.constantFrom(
    '',
    '[]',
    '{}',
    '5',
    'true',
    '"\\u0007"',
    '[[{a: b}]]',
    'x'.repeat(9000),
    '{idx: 5000}',
    '10.0.0.1',
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(lines.length - 1), wrong, fc.boolean(), async (index, value, keyOnly) => {
      const line = some(lines[index])
      const broken = keyOnly ? line.replace(/\w+(?=\S*:)/, key => `${key}x`) : line.replace(/:(?: |$).*/, `: ${value}`)
      const { findings } = await readPhones(folder, { 'a.yaml': lines.with(index, broken).join('\n') })
      return !findings.map(formatFinding).join().includes(secret)
    }),
    { numRuns: 300 },
  )
})

t.test('a thousand findings are shown, the rest counted', async t => {
  const one = { file: 'a', column: 1, severity: 'error', rule: 'r', message: 'm' } as const
  const many = Array.from({ length: 1500 }, (_, index) => ({ ...one, line: 1500 - index }))
  const shown = arrangeFindings(many, ['a'])
  t.equal(shown.length, 1001)
  t.same(
    shown.slice(0, 2).map(finding => finding.line),
    [1, 2],
  )
  t.match(shown.at(-1), { rule: 'too-many-findings', message: /^500 more/, severity: 'error' })
})

async function readText(folder: string, files: Readonly<Record<string, string>>): ReturnType<typeof readSite> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return readSite(join(folder, 'option66.yaml'), { hostname: 'host' })
}

async function readDhcp(folder: string, line: string): ReturnType<typeof readSite> {
  const text = `interface: eth1\nphones: []\nhttp: {}\ndhcp:\n  subnets: [{subnet: 10.0.0.0/24}]\n  ${line}\n`
  return readText(folder, { 'option66.yaml': text })
}

async function readPhones(folder: string, files: Readonly<Record<string, string>>): ReturnType<typeof readInventory> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return readInventory(Object.keys(files).map(name => join(folder, name)))
}

/** Every key that a JSON Schema describes, at any depth. */
function propertiesOf(json: unknown): readonly { name: string; description: unknown }[] {
  if (typeof json !== 'object' || json === null) return []
  const here = 'properties' in json && typeof json.properties === 'object' ? Object.entries(json.properties ?? {}) : []
  const named = here.map(([name, value]) => ({ name, description: isRecord(value) ? value.description : undefined }))
  return [...named, ...Object.values(json).flatMap(propertiesOf)]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
