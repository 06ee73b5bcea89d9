import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { readSite } from '../../src/config/site.js'
import { readSiteAside } from '../../src/config/site-aside.js'
import { some } from '../some.js'

const conf = join(import.meta.dirname, '../../conf')

t.test('what is read aside is what is read here, Maps, Buffers and phones in their order', async t => {
  const folder = t.testdir({
    'option66.yaml': [
      'interface: lo',
      'http: {}',
      'pnp: {vendors: {Yealink: "http://10.0.0.1/{mac}.cfg"}}',
      'dhcp: {options: {132: "20"}, subnets: [{subnet: 10.0.0.0/8, options: {43: 0x0102}}]}',
    ].join('\n'),
    'phones.yaml': `phones:\n${Array.from({ length: 450 }, (_, n) => `  000413${String(999_999 - n)}: {name: Desk ${n}}\n`).join('')}`,
  })
  const file = join(folder, 'option66.yaml')
  const here = await readSite(file, { hostname: 'host', home: folder })
  const aside = await readSiteAside(file, { hostname: 'host', home: folder })
  t.strictSame(aside, here)
  t.ok(Buffer.isBuffer(some(aside.site?.dhcp).options.get(132)), 'a Buffer is one again')
  t.strictSame([...some(aside.site).inventory.phones.keys()], [...some(here.site).inventory.phones.keys()])
  t.equal(some(aside.site).inventory.phones.size, 450)
  t.strictSame(aside.files, [file, join(folder, 'phones.yaml')])
})

t.test('findings come back, and a text can stand in for a file', async t => {
  const file = join(conf, 'option66.yaml')
  const texts = new Map([[join(conf, 'phones.yaml'), 'phones:\n  00041326000: {}\n']])
  const { site, findings } = await readSiteAside(file, { texts })
  t.equal(site, undefined)
  t.match(findings, [{ file: join(conf, 'phones.yaml'), line: 2, rule: 'mac' }])
  t.match(await readSiteAside(join(conf, 'nowhere.yaml')), { findings: [{ rule: 'missing-file' }] })
})

t.test('the loop goes on while thousands of phones are read', async t => {
  const folder = t.testdir({ 'option66.yaml': 'interface: lo\nhttp: {}\n', www: {} })
  const lines = Array.from({ length: 2000 }, (_, n) => `  000413${String(100_000 + n)}: {settings: {a$: b}}\n`)
  writeFileSync(join(folder, 'phones.yaml'), `phones:\n${lines.join('')}`)
  let turns = 0
  const turn = setInterval(() => {
    turns += 1
  }, 1)
  const { site } = await readSiteAside(join(folder, 'option66.yaml'), { home: folder })
  clearInterval(turn)
  t.equal(site?.inventory.phones.size, 2000)
  t.ok(site?.inventory.phones.has(some(parseMac('000413100000'))))
  t.ok(turns > 20, `${turns} turns`) // in one go it would be one
})
