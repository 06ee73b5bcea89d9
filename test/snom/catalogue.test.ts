/** The catalogue of settings: complete, without contradiction, and right about real files. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import {
  catalogue,
  checkValue,
  describeSetting,
  nearestSetting,
  settingNames,
} from '../../src/snom/catalogue/catalogue.js'
import type { SettingType } from '../../src/snom/catalogue/facts.js'
import { expected } from '../../src/snom/catalogue/value.js'
import { isSecret } from '../../src/snom/secrets.js'
import { some } from '../some.js'

const corpus = join(import.meta.dirname, '../../../shared/corpus')
const needsCorpus = existsSync(corpus) ? {} : { skip: 'needs the corpus of real files' }
const read = (file: string): string => readFileSync(join(corpus, file), 'utf8')

t.test('every setting is described once, in one line, with a default of its own type', async t => {
  const names = [...settingNames()]
  t.ok(names.length >= 480, `${names.length} settings`)
  t.equal(names.length, catalogue.length, 'no name stands twice')
  t.comment(
    `${names.length} settings; ${catalogue.filter(one => one.never !== undefined).length} never to be provisioned`,
  )
  for (const facts of catalogue) {
    t.match(facts.name, /^[a-z][a-z0-9_]*$/)
    t.match(facts.about, /^.{4,100}$/, facts.name)
    t.notMatch(facts.about, /\.$/, facts.name)
    if (facts.default !== undefined) t.equal(checkValue(facts, facts.default), undefined, facts.name)
    if (facts.class === 'write-protected') t.ok(facts.never, facts.name)
    if (facts.secret) t.match(facts.advice, { verdict: 'avoid', flag: '!' }, facts.name)
    t.equal(describeSetting(facts.name), facts)
  }
  t.equal(describeSetting('Language'), undefined, 'case counts')
  t.equal(describeSetting('user_name1'), undefined, 'an index is no part of the name')
  t.equal(describeSetting('constructor'), undefined)
})

t.test('what must not be sent says why, and under which condition it may be sent after all', async t => {
  const withDhcp = ['dhcp', 'ip_adr', 'ip_addr', 'netmask', 'gateway', 'dns_domain', 'dns_server1', 'dns_server2']
  const images = ['firmware', 'firmware_uxm', 'firmware_uxmc', 'bootloader', 'ramdisk', 'linux', 'rootfs']
  const internal = ['update_server', 'update_filename', 'update_host_b', 'update_host_f', 'sip_port', 'reset_settings']
  internal.push('reboot_after_nr', 'watch_arp_cache', 'phone_type', 'mac')
  for (const name of withDhcp) t.equal(describeSetting(name)?.never?.unless, 'the phone has a static address', name)
  t.equal(describeSetting('setting_server')?.never?.unless, 'the phone is sent to another server')
  for (const name of [...images, ...internal]) {
    const { never } = some(describeSetting(name))
    t.match(never?.why, /\w{3}/, name)
    t.equal(never?.unless, undefined, name)
  }
  for (const name of ['firmware_status', 'firmware_interval', 'update_policy', 'language', 'ntp_server', 'vlan_id']) {
    t.equal(some(describeSetting(name)).never, undefined, name)
  }
})

t.test('the examples of the deck have their class, index and advice', async t => {
  t.equal(describeSetting('mac')?.class, 'write-protected')
  t.equal(describeSetting('dst')?.class, 'unprotected')
  t.equal(describeSetting('dhcp')?.class, 'free')
  t.strictSame(describeSetting('user_realname')?.index, { first: 1, last: 12, required: true })
  t.strictSame(describeSetting('fkey')?.index, { first: 0, last: 137, required: true })
  t.strictSame(describeSetting('dnd_mode')?.index, { first: 1, last: 12, required: false })
  t.equal(describeSetting('language')?.index, undefined)
  t.equal(describeSetting('language')?.advice, undefined, 'language$ is fine')
  t.match(describeSetting('admin_mode')?.advice, { verdict: 'avoid', flag: '&' })
  t.match(describeSetting('user_pass')?.advice, { verdict: 'avoid', flag: '!' })
  t.equal(describeSetting('provisioning_order')?.since, '8.7.3')
  const named = ['timezone', 'tone_scheme', 'web_language', 'redirect_number', 'redirect_time_on_code', 'user_srtp']
  named.push('user_pname', 'user_host', 'subscribe_config', 'pnp_config', 'codec_tos', 'firmware_interval')
  named.push('auto_reboot_on_setting_change', 'challenge_checksync', 'settings_refresh_timer', 'prov_polling_mode')
  named.push('http_client_user', 'http_client_pass', 'context_key', 'user_dp_str', 'pnp_server', 'http_scheme')
  for (const name of named) t.ok(describeSetting(name), name)
})

t.test('a value is held against the type of its setting', async t => {
  const table: [name: string, right: string[], wrong: string[]][] = [
    ['dhcp', ['on', 'off', '', ' on '], ['yes', 'On', 'true', '1']],
    ['vol_speaker', ['0', '15', ''], ['16', '-1', 'loud', '1e1', '0x5']],
    ['utc_offset', ['-18000', '0', '3600'], ['+1', '90000', '1h']],
    ['user_q', ['0', '1.0', '0.5'], ['1.1', 'high']],
    ['redirect_event', ['none', 'all', 'busy', 'time'], ['never', 'busy time']],
    ['user_server_type', ['default', 'Asterisk'], ['freeswitch']],
    ['edit_alpha_mode', ['abc', 'ABC', '123'], ['Abc']],
    ['aoc_pulse_currency', ['€', 'EUR'], ['Euros']],
    ['aoc_cost_pulse', ['1', '0.02'], ['free', '-1']],
    ['user_realname', ['Jo <"&> Ö', 'x'.repeat(500)], []],
    ['setting_server', ['http://ss/{mac}.php', 'tftp://10.0.0.1', 'https://a/b?c=d'], ['ss/x', 'http://', 'http:/a']],
    ['action_incoming_url', ['http://a/?r=$remote', 'http://a/ http://b/'], ['a/b', 'ftp://a/b', 'http://a b']],
    ['user_moh', ['sip:moh@pbx', '<sips:a@b;x=y>'], ['moh@pbx', 'http://pbx']],
    ['redirect_number', ['253', '*21*5#', 'sip:5@pbx', '+49 30 1', 'tel:+49'], ['http:x', '<5>']],
    ['user_host', ['pbx.lab', '10.0.0.1:5060', 'sip:p;transport=tls', '[fd00::1]:5061'], ['a b', 'u@pbx', 'http://p']],
    ['ntp_server', ['192.53.103.104', '0.pool.ntp.org', 'fd00::1', 'ntp.'], ['http://ntp', 'a b', '-a']],
    ['netmask', ['255.255.255.0'], ['255.255.255', '255.255.255.256', '1.2.3.4.', '1.2.3.4.5']],
    ['dkey_retrieve', ['speed 101', 'keyevent F_HELP', 'none'], ['speeddial 101', '101']],
    ['gui_fkey1', ['F_DIALOG', 'keyevent F_STATUS'], ['DIALOG']],
    ['call_screen_fkeys_on_connected', ['F_HOLD transfer F_CONF_ON(not:Transfer)'], ['F_HOLD, 5']],
    ['fkey_context', ['active', '1', '12'], ['0', '13', 'line1']],
    ['user_failover_identity', ['none', '2'], ['active', '13']],
    ['user_ringer', ['Ringer1', 'Ringer10', 'Silent', 'Custom'], ['Ringer11', 'ringer1', 'Ringer']],
    ['codec1_name', ['0', '99'], ['g711a', '1', '97']],
    ['codec_priority_list', ['g722,pcma, telephone-event'], ['g722;pcma', ',pcma']],
    ['tone_scheme', ['GER', 'USA'], ['US', 'ger', 'Germany']],
    ['timezone', ['GER+1', 'USA-10', 'IND+5.5', 'GBR-0', 'AUS2+10'], ['GMT', 'CET', 'GER1', '+1', 'GER+15']],
    ['language', ['English', 'English(UK)', 'Français'], ['de_DE', '<English>', '49']],
    [
      'dst',
      ['3600 03.05.07 02:00:00 10.05.07 03:00:00', '3600 25.09 02:00:00 04.05 03:00:00'],
      ['3600', '3600 13.05.07 02:00:00 10.05.07 03:00:00', 'on', '3600 03.06.07 02:00:00 10.05.07 03:00:00'],
    ],
    ['background_color', ['27 27 27 255'], ['black', '256 0 0 0', '1 2 3']],
  ]
  for (const [name, right, wrong] of table) {
    const facts = some(describeSetting(name))
    for (const value of right) t.equal(checkValue(facts, value), undefined, `${name}: ${value}`)
    for (const value of wrong)
      t.match(checkValue(facts, value), new RegExp(`^${name} expects .{4,}`), `${name}: ${value}`)
  }
  const kinds = (types: Iterable<SettingType>) => new Set([...types].map(type => type.kind))
  const tried = kinds(table.map(([name]) => some(describeSetting(name)).type))
  t.strictSame(
    [...kinds(catalogue.map(facts => facts.type))].filter(kind => !tried.has(kind)),
    [],
    'every kind is tried',
  )
})

t.test('any text is judged, soon, and with words that fit one sentence', async t => {
  const types = catalogue.map(facts => facts.type)
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.string({ maxLength: 400 }), (type, value) => {
      const words = expected(type, value)
      return words === undefined || /^[^\n]{4,200}$/.test(words)
    }),
    { numRuns: 5_000 },
  )
  const long = [
    '1'.repeat(50_000),
    'http://a '.repeat(9_000),
    'a.'.repeat(50_000),
    'F_A '.repeat(20_000),
    'g,'.repeat(50_000),
  ]
  for (const type of types) for (const value of long) expected(type, `${value}\u0000`)
  t.pass('no pattern runs away')
})

t.test('a mistyped name finds the one that was meant, a strange one finds none', async t => {
  const table = [
    ['langauge', 'language'],
    ['Language', 'language'],
    ['user_realnmae', 'user_realname'],
    ['time_zone', 'timezone'],
    ['settings_server', 'setting_server'],
    ['keep_alive_interval', 'keepalive_interval'],
    ['user_passs', 'user_pass'],
    ['dhpc', 'dhcp'],
    ['dchp_server', undefined],
    ['entirely_unheard_of', undefined],
    ['x', undefined],
    ['', undefined],
    ['l'.repeat(100_000), undefined],
  ] as const
  for (const [written, meant] of table) t.equal(nearestSetting(written), meant, written.slice(0, 40))
  for (const name of settingNames()) t.equal(nearestSetting(name), name)
})

t.test('every password, PIN and hash is secret; a name that only looks like one is told by its words', async t => {
  const secrets = catalogue.filter(facts => facts.secret).map(facts => facts.name)
  for (const name of secrets) t.ok(isSecret(name) && isSecret(`${name.toUpperCase()}12`), name)
  const sounding = /(?:^|_)(?:pass|passwd|password|pw|pin|psk|hash|secret)(?:_|$)/
  t.strictSame(
    [...settingNames()].filter(name => sounding.test(name) && !secrets.includes(name)),
    [],
    'none is called a password and kept open',
  )
  for (const name of ['user_name1', 'dns_server1', 'codec1_name', 'keyboard_lock', 'ldap_username'])
    t.notOk(isSecret(name))
  t.ok(isSecret('wifi_psk') && isSecret('snmp_community'), 'unknown names go by their words')
})

t.test('every setting of the real definitions and files is known', needsCorpus, async t => {
  const defined = ['phone.xml', 'line.xml'].flatMap(file =>
    [...read(`catalogue/${file}`).matchAll(/<setting name="(\w+)"/g)].map(([, name]) => some(name)),
  )
  t.equal(defined.length, 274)
  // The definitions take a key apart into context, type and number; on the phone it is fkey and fkey_context.
  const keyParts = ['context', 'type', 'number']
  const plain = ['Common', 'Fkey', 'plain', 'udp'].flatMap(part => {
    const text = read(part === 'plain' ? 'plain/snom.plain.txt' : `plain/snom.${part}.plain.txt`)
    return [...text.matchAll(/^(\w+?)(?:\$seq)?[$!&]?:/gm)].map(([, name]) => some(name))
  })
  t.ok(plain.length > 60)
  const rendered = renderedSettings().map(({ name }) => name)
  const names = [...defined, ...rendered, ...plain].filter(name => !keyParts.includes(name))
  const unknown = names.filter(name => !describeSetting(name) && !describeSetting(name.replace(/\d+$/, '')))
  t.strictSame(unknown, [])
})

t.test('every value of a real file is right, but for those that really are wrong', needsCorpus, async t => {
  const known = new Map([
    ['user_savp on', 'takes off, optional or mandatory; the file was written with the type of user_srtp'],
  ])
  const rendered = renderedSettings()
  t.ok(rendered.length > 400, `${rendered.length} settings`)
  const wrong = new Set<string>()
  for (const { name, value, index } of rendered) {
    const facts = some(describeSetting(name))
    t.equal(
      index !== undefined,
      facts.index?.required ?? false,
      `${name} is${index === undefined ? ' not' : ''} indexed`,
    )
    if (checkValue(facts, value) !== undefined) wrong.add(`${name} ${value}`)
  }
  t.strictSame([...wrong], [...known.keys()])
})

function renderedSettings(): { name: string; value: string; index: string | undefined }[] {
  const found = read('settings/expected-snom-320.xml').matchAll(/<(\w+)(?: idx="(\d+)")? perm="[^"]*">([^<]*)</g)
  return [...found].map(([, name, index, value]) => ({ name: some(name), value: some(value), index }))
}
