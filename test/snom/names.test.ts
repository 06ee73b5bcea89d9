import t from 'tap'
import { parseMac } from '../../src/address/mac.js'
import type { Vendor } from '../../src/fleet/vendor.js'
import { dialectOf } from '../../src/snom/dialect.js'
import { type Asked, formatLanguageName, formatName, parseFlatLanguageName, parseName } from '../../src/snom/names.js'
import { parsePhoneType, phoneTypeOfClass } from '../../src/snom/phone-type.js'
import { isSecret } from '../../src/snom/secrets.js'
import { parseUserAgent } from '../../src/snom/user-agent.js'
import { snom } from '../../src/snom/vendor.js'
import { some } from '../some.js'

const mac = some(parseMac('000413261234'))

t.test('snom satisfies what the fleet asks of a vendor', async t => {
  const vendor: Vendor = snom
  const stranger = some(parseMac('001565123456'))
  t.equal(vendor.recognises(stranger, 'snom370'), true, 'by option 60')
  t.equal(vendor.recognises(stranger, 'SNOM-m3-SIP/02.11'), true, 'in any case')
  t.equal(vendor.recognises(mac, undefined), true, 'by the block 00:04:13')
  t.equal(vendor.recognises(some(parseMac('00087B000001')), 'udhcp 1.36'), true, 'by the block 00:08:7B')
  t.equal(vendor.recognises(stranger, undefined), false)
  t.equal(vendor.recognises(stranger, 'not a snom370'), false)
  t.equal(vendor.bootfile('snom370'), 'snom370.htm')
})

t.test('the phone type comes from option 60, else from the block of the MAC address', async t => {
  const classes: [string, string | undefined][] = [
    ['snom370', 'snom370'],
    ['SNOM370', 'snom370'],
    ['snomd785', 'snomD785'],
    ['snompa1', 'snomPA1'],
    ['snomD999', 'snomD999'],
    ['snom320\0', 'snom320'],
    ['snom320\0\0rest', 'snom320'],
    ['snom320 8.4.35', 'snom320'],
    ['snomM700/03.23.0005', 'snomM700'],
    ['snomM300-SIP', 'snomM300'],
    ['snom-m3-SIP/02.11//18-Aug-10 15:36', 'snomM3'],
    ['snom', undefined],
    ['snom3', undefined],
    ['snom370/../..', undefined],
    ['snom37\u00e9', undefined],
    [`snom${'3'.repeat(13)}`, undefined],
    ['yealink', undefined],
    ['', undefined],
  ]
  for (const [vendorClass, type] of classes) t.equal(phoneTypeOfClass(vendorClass), type, JSON.stringify(vendorClass))
  const blocks = [
    ['00041325FFFF', 'snom300'],
    ['000413241234', 'snom320'],
    ['000413231234', 'snom360'],
    ['000413261234', 'snom370'],
    ['0004132E08B4', 'snom370'],
    ['000413920D24', undefined],
    ['00087B251234', undefined],
  ] as const
  for (const [address, type] of blocks) t.equal(snom.phoneType(parseMac(address), undefined), type, address)
  t.equal(snom.phoneType(mac, 'snom320'), 'snom320', 'option 60 counts more')
  t.equal(snom.phoneType(mac, 'udhcp 1.36'), 'snom370', 'a class of somebody else counts nothing')
  t.equal(snom.phoneType(undefined, undefined), undefined)
})

t.test('every User-Agent seen on a phone tells type, version and MAC address', async t => {
  const seen: [string, string | undefined, string | undefined, string?][] = [
    ['Mozilla/4.0 (compatible; snom lid 3605)', undefined, undefined],
    ['Mozilla/4.0 (compatible; snom360-SIP 6.5.2; snom360 ramdisk v3.31; snom360 linux 3.25)', 'snom360', '6.5.2'],
    ['Mozilla/4.0 (compatible; snom320-SIP 6.5.20; snom320 jffs2 v3.36; snom320 linux 3.38)', 'snom320', '6.5.20'],
    ['Mozilla/4.0 (compatible; snom370-SIP 7.1.2)', 'snom370', '7.1.2'],
    ['Mozilla/4.0 (compatible; snom300-SIP 7.3.27)', 'snom300', '7.3.27'],
    ['Mozilla/4.0 (compatible; snom320-SIP 7.3.30 1.1.3-u)', 'snom320', '7.3.30'],
    ['Mozilla/4.0 (compatible; snom320-SIP 8.4.18 1.1.3-s)', 'snom320', '8.4.18'],
    ['Mozilla/4.0 (compatible; snom300-SIP 8.4.35 1.1.3-u)', 'snom300', '8.4.35'],
    ['Mozilla/4.0 (compatible; snom870-SIP 8.4.35 SPEAr300 SNOM 1.4)', 'snom870', '8.4.35'],
    ['Mozilla/4.0 (compatible; snom710-SIP 8.7.3.19 1.1.5-IFX-05.01.12)', 'snom710', '8.7.3.19'],
    [
      'Mozilla/4.0 (compatible; snom710-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413741767)',
      'snom710',
      '8.7.5.35',
      '000413741767',
    ],
    [
      'Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)',
      'snomD785',
      '10.1.33.33',
      '000413922D24',
    ],
    [
      'Mozilla/4.0 (compatible; snomD785-SIP 10.1.169.16 2010.12-00001-gd311851f1 (Feb 25 2019 - 14:19:43) 00041396D9B4 SXM:0 UXM:0 UXMC:0)',
      'snomD785',
      '10.1.169.16',
      '00041396D9B4',
    ],
    ['Mozilla/4.0 (compatible; snom720 8.7.5.35)', 'snom720', '8.7.5.35'],
    ['Mozilla/4.0 (compatible; Snom M900 05.20.0001 000413b60680)', 'snomM900', '05.20.0001', '000413B60680'],
    ['Mozilla/4.0 (compatible; snom m9 9.1.43)', 'snomM9', '9.1.43'],
    ['snomD385/10.1.119.10', 'snomD385', '10.1.119.10'],
  ]
  for (const [header, type, version, address] of seen) {
    const { type: parsedType, version: parsedVersion, mac: parsedMac } = parseUserAgent(header)
    t.strictSame([parsedType, parsedVersion, parsedMac], [type, version, address], header)
  }
})

t.test('a hostile User-Agent tells nothing, or nothing harmful', async t => {
  const hostile = [
    '',
    'snom',
    'curl/8.0',
    'snom370-SIP',
    'snom370-SIP 7..1',
    'snom/../etc 1.2.3',
    `snom${'9'.repeat(5000)} 8.4.35`,
    `${' '.repeat(400)}snom370-SIP 8.4.35 000413261234`,
    'snom370-SIP 8.4.35e5',
    'yealink SIP-T21P 34.72.0.20',
  ]
  for (const header of hostile) t.strictSame(parseUserAgent(header), {}, JSON.stringify(header.slice(0, 40)))
  t.equal(parseUserAgent('x 201902251419 000413261234').mac, mac, 'a build date is passed over for the MAC address')
  t.equal(parseUserAgent('snom370-SIP 8.4.35 0004132612345').mac, undefined, 'thirteen digits are none')
})

t.test('the dialect follows the firmware version, else the type', async t => {
  const table: [string, string | undefined, string][] = [
    ['snom360', '6.5.20', 'plain'],
    ['snom370', '7.1.2', 'plain'],
    ['snom370', '7.1.7', 'plain'],
    ['snom370', '7.1.8', 'v7'],
    ['snom370', '7.1.28', 'v7'],
    ['snom370', '7.3.30', 'v7'],
    ['snom370', '8', 'v8'],
    ['snom370', '8.0.0', 'v8'],
    ['snomD785', '10.1.33.33', 'v8'],
    ['snomM900', '05.20.0001', 'v8'],
    ['snom370', undefined, 'v7'],
    ['snom300', undefined, 'v7'],
    ['snom190', undefined, 'plain'],
    ['snom720', undefined, 'v8'],
    ['snomD345', undefined, 'v8'],
  ]
  for (const [type, version, dialect] of table) t.equal(dialectOf(type, version), dialect, `${type} ${version}`)
})

t.test('names are read in any case, with or without slashes, the MAC address in any spelling', async t => {
  const container: Asked = { kind: 'container', type: 'snom370' }
  const own: Asked = { ...container, mac }
  const table: [string, Asked | undefined][] = [
    ['/snom370.htm', container],
    ['snom370.htm', container],
    ['///SNOM370.HTM', container],
    ['/snom370-000413261234.htm', own],
    ['/Snom370-00:04:13:26:12:34.htm', own],
    ['/snom370-00-04-13-26-12-34.htm', own],
    ['/snom370/general.xml', { kind: 'settings', type: 'snom370' }],
    ['snom370-general.xml', { kind: 'settings', type: 'snom370' }],
    ['/snom370/000413261234.XML', { kind: 'settings', type: 'snom370', mac }],
    ['snom370-000413261234.xml', { kind: 'settings', type: 'snom370', mac }],
    ['/snomd785/firmware.xml', { kind: 'firmware', type: 'snomD785' }],
    ['/snom370/firmware.xml?mac=000413261234', { kind: 'firmware', type: 'snom370', mac }],
    ['snom370-000413261234-firmware.xml', { kind: 'firmware', type: 'snom370', mac }],
    ['snom370-firmware.xml', { kind: 'firmware', type: 'snom370' }],
    ['/snom370/gui-lang.xml', { kind: 'languages', of: 'gui', type: 'snom370' }],
    ['snom370-web-lang.xml', { kind: 'languages', of: 'web', type: 'snom370' }],
    ['/SNOM370/GUI-LANG.XML', { kind: 'languages', of: 'gui', type: 'snom370' }],
    ['/web-lang.xml', { kind: 'languages', of: 'web' }],
    ['/yealink/gui-lang.xml', undefined],
    ['/snom370/fax-lang.xml', undefined],
    ['/settings?mac=000413261234', { kind: 'everything', mac }],
    ['/settings?x=1&MAC=00:04:13:26:12:34', { kind: 'everything', mac }],
    ['settings?mac=00%3A04%3a13%3A26%3A12%3A34', { kind: 'everything', mac }],
    ['/snom3x0/snom3x0.php?mac=000413261234', { kind: 'everything', mac }],
    ['/snom370/snom360.php?mac=000413261234', undefined],
    ['/settings', undefined],
    ['/settings?mac={mac}', undefined],
    ['/settings?mac=00041326123', undefined],
    ['/snom370-00041326123.htm', undefined],
    ['/snom370-00041326123g.htm', undefined],
    ['/snom370-....htm', undefined],
    ['/snom.htm', undefined],
    ['/.htm-000413261234', undefined],
    ['/snom370.htm/', undefined],
    ['/x/snom370.htm', undefined],
    ['/snom370.htm\n', undefined],
    ['', undefined],
    [`/${'snom'.repeat(10_000)}.htm`, undefined],
  ]
  for (const [name, asked] of table) t.strictSame(parseName(name), asked, JSON.stringify(name.slice(0, 60)))
})

t.test('each name that is written is read as what it stands for', async t => {
  const every: Asked[] = (['container', 'settings', 'firmware'] as const).flatMap(kind => [
    { kind, type: 'snomD785' },
    { kind, type: 'snomD785', mac },
  ])
  const lists = (['gui', 'web'] as const).flatMap(of => [
    { kind: 'languages', of } as const,
    { kind: 'languages', of, type: 'snomD785' } as const,
  ])
  for (const asked of [...every, ...lists, { kind: 'everything', mac } as const]) {
    for (const flat of [true, false]) {
      const name = formatName(asked, flat)
      t.strictSame(parseName(name), asked, name)
      if (flat) t.notMatch(name, '/', 'a flat name has no folder')
    }
  }
})

t.test('passwords, PINs and hashes are secrets, with or without index; a type is none', async t => {
  const secrets = ['user_pass', 'user_pass1', 'USER_PASS12', 'admin_mode_password', 'admin_mode_password_confirm']
  secrets.push(
    'http_pass',
    'http_client_pass',
    'ldap_password',
    'keyboard_lock_pw',
    'user_hash',
    'webserver_admin_password',
  )
  for (const name of secrets) t.equal(isSecret(name), true, name)
  const open = [
    'user_name',
    'http_user',
    'keyboard_lock',
    'pass_through',
    'dtmf_passthrough',
    'ping',
    'pincode_length_x',
  ]
  for (const name of [...open, 'user_host', 'language', 'setting_server']) t.equal(isSecret(name), false, name)
  t.equal(parsePhoneType('snomd785'), 'snomD785')
})

t.test('a language file has a name with folders, and a flat one that is read back', async t => {
  const name = { version: '7.1.28', file: 'gui_lang_DE.xml' }
  t.equal(formatLanguageName(name, false), 'lang/7.1.28/gui_lang_DE.xml')
  t.equal(formatLanguageName(name, true), 'lang-7.1.28-gui_lang_DE.xml')
  for (const file of ['gui_lang_DE.xml', 'a b.xml', 'Français-1.xml', '100%.xml']) {
    const flat = formatLanguageName({ version: '8.7.5.35', file }, true)
    t.strictSame(parseFlatLanguageName(flat), { version: '8.7.5.35', file }, flat)
  }
  for (const wrong of [
    'lang-7-x.xml',
    'lang-7.1-',
    'lang-7.1-a/b',
    'lang-7.1-%zz',
    'lang--x',
    `lang-7.1-${'x'.repeat(200)}`,
  ])
    t.equal(parseFlatLanguageName(wrong), undefined, wrong)
})
