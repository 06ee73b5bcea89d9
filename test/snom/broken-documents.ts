/** For each rule a document that breaks it and one like it that does not. */

import { readBytes } from '../../src/snom/rules/check-bytes.js'
import type { Circumstances, Sibling } from '../../src/snom/rules/rule.js'
import { some } from '../some.js'

export interface Row {
  readonly rule: string
  readonly breaks: string
  readonly at: string // line:column of the finding
  readonly says: string
  readonly fine: string
  readonly in?: Circumstances
  readonly fineIn?: Circumstances // where the fine document stands elsewhere
}

const header = '<?xml version="1.0" encoding="utf-8"?>\n'
const general: Circumstances = { name: '/snom370.htm' }
const generalSettings: Circumstances = { name: '/snom370/general.xml' }
const own: Circumstances = { name: '/snom370/000413261234.xml' }
const v7: Circumstances = { version: '7.3.30' }
const v8: Circumstances = { version: '8.7.5.35' }

const settings = (inside: string) => `${header}<settings><phone-settings>\n${inside}\n</phone-settings></settings>\n`
const one = (name: string, value: string, perm = '$') => settings(`<${name} perm="${perm}">${value}</${name}>`)
const of = (name: string, idx: string, value: string) => `<${name} idx="${idx}" perm="$">${value}</${name}>`
const keys = (inside: string) => `${header}<settings><function-keys>\n${inside}\n</function-keys></settings>\n`
const key = (value: string, attributes = 'idx="0" context="active"') =>
  keys(`<fkey ${attributes} perm="$">${value}</fkey>`)
const book = (inside: string, attributes = '') =>
  `${header}<settings><phone-book${attributes}>\n${inside}\n</phone-book></settings>\n`
const entry = (index: string, name: string, number: string, attributes = 'context="active" type="none"') =>
  `<item ${attributes} index="${index}"><name>${name}</name><number>${number}</number></item>`
const plan = (inside: string) => `${header}<settings><dialplan>\n${inside}\n</dialplan></settings>\n`
const template = (match: string, more = 'Timeout="0" User="Phone"') => `<TEMPLATE MATCH="${match}" ${more} Rewrite=""/>`
const files = (...urls: string[]) =>
  `${header}<setting-files>\n${urls.map(url => `<file url="${url}"/>`).join('\n')}\n</setting-files>\n`
const gui = (inside: string) => `${header}<gui-languages>\n${inside}\n</gui-languages>\n`
const german = '<language url="http://ss/gui_de.xml" name="Deutsch"/>'
const image = (url: string, perm = '') =>
  `${header}<firmware-settings>\n<firmware perm="${perm}">${url}</firmware>\n</firmware-settings>\n`
const phrases = (inside: string) => `${header}<phrases>\n${inside}\n</phrases>\n`
const plain = (...lines: string[]) => `<html><pre>\n${lines.join('\n')}\n</pre></html>\n`

function beside(name: string, text: string): Sibling {
  return { name, document: some(readBytes(Buffer.from(text)).document) }
}

const firstBytes: readonly Row[] = [
  {
    rule: 'byte-order-mark',
    breaks: `\ufeff${one('language', 'English')}`,
    at: '1:1',
    says: 'a byte order mark stands before <?xml; expected <?xml first',
    fine: one('language', 'English'),
  },
  {
    rule: 'text-before-declaration',
    breaks: `<!-- made by hand -->\n${one('language', 'English')}`,
    at: '1:1',
    says: '"<!-- made by hand -->\\n" stands before the XML declaration; expected <?xml first',
    fine: one('language', 'English').replace('\n', '\n<!-- made by hand -->\n'),
  },
  {
    rule: 'missing-declaration',
    breaks: one('language', 'English').replace(header, ''),
    at: '1:1',
    says: 'no XML declaration; expected <?xml version="1.0" encoding="utf-8"?> first',
    fine: plain('language$: English'),
  },
  {
    rule: 'encoding',
    breaks: one('language', 'English').replace('utf-8', 'iso-8859-1'),
    at: '1:1',
    says: 'encoding "iso-8859-1"; expected utf-8',
    fine: one('language', 'English').replace('utf-8', 'UTF-8'),
  },
]

const tags: readonly Row[] = [
  {
    rule: 'unknown-element',
    breaks: `${header}<settings><function-keys>\n<key idx="0">line</key>\n</function-keys></settings>`,
    at: '3:1',
    says: '<key> is not known in <function-keys>',
    fine: key('line'),
  },
  {
    rule: 'unknown-attribute',
    breaks: settings('<language perm="$" lang="de">English</language>'),
    at: '3:20',
    says: 'attribute lang is not known in <language>',
    fine: one('language', 'English'),
  },
  {
    rule: 'firmware-status-place',
    breaks: `${header}<settings>\n<firmware_status perm="">http://ss/firmware.xml</firmware_status>\n</settings>`,
    at: '3:1',
    says: 'firmware_status stands in <settings>; expected in <phone-settings>',
    fine: one('firmware_status', 'http://ss/firmware.xml'),
  },
  {
    rule: 'dialect',
    breaks: key('line').replaceAll('function-keys', 'functionKeys'),
    at: '2:11',
    says: '<functionKeys> for firmware 7.3.30; expected <function-keys>',
    fine: key('line'),
    in: v7,
  },
  {
    rule: 'xml-for-old-firmware',
    breaks: one('language', 'English'),
    at: '2:1',
    says: 'XML for firmware 6.5.20; expected the plain form before 7.1.8',
    fine: plain('language$: English'),
    in: { version: '6.5.20' },
  },
  {
    rule: 'wrong-root',
    breaks: one('language', 'English'),
    at: '2:1',
    says: 'root <settings> in /snom370/firmware.xml; expected <firmware-settings>',
    fine: image('http://ss/snom370-8.7.5.35-SIP-f.bin'),
    in: { name: '/snom370/firmware.xml' },
  },
  {
    rule: 'repeated-section',
    breaks: `${header}<settings>\n<phone-settings/>\n<phone-settings/>\n</settings>`,
    at: '4:1',
    says: '<phone-settings> once more; the first stands in line 3',
    fine: `${header}<settings>\n<phone-settings/>\n<dialplan/>\n</settings>`,
  },
]

const containers: readonly Row[] = [
  {
    rule: 'firmware-in-container',
    breaks: files('http://ss/snom370/firmware.xml'),
    at: '3:12',
    says: '"http://ss/snom370/firmware.xml" leads to firmware; expected setting files only',
    fine: files('http://ss/snom370/general.xml'),
  },
  {
    rule: 'container-not-first',
    breaks: one('language', 'English'),
    at: '2:1',
    says: 'snom370.htm is a <settings>; expected <setting-files>',
    fine: files('http://ss/snom370/general.xml'),
    in: general,
  },
  {
    rule: 'specific-before-general',
    breaks: files('http://ss/snom370/000413261234.xml', 'http://ss/snom370/general.xml'),
    at: '4:12',
    says: '"http://ss/snom370/general.xml" comes after "http://ss/snom370/000413261234.xml" in line 3; expected before it',
    fine: files('http://ss/snom370/general.xml', 'http://ss/snom370/000413261234.xml'),
  },
  {
    rule: 'phone-file-in-general-container',
    breaks: files('http://ss/snom370/000413261234.xml'),
    at: '3:12',
    says: '"http://ss/snom370/000413261234.xml" is of phone 000413261234; expected no phone’s own file here',
    fine: files('http://ss/snom370/general.xml'),
    in: general,
  },
  {
    rule: 'file-of-another-phone',
    breaks: files('http://ss/snom370/00:04:13:26:ff:ff.xml'),
    at: '3:12',
    says: '"http://ss/snom370/00:04:13:26:ff:ff.xml" is of phone 00041326FFFF; expected 000413261234',
    fine: files('http://ss/snom370/000413261234.xml', 'http://ss/{mac}.xml'),
    in: { name: '/snom370-000413261234.htm' },
  },
  {
    rule: 'container-in-itself',
    breaks: files('http://ss/snom370.htm'),
    at: '3:12',
    says: '"http://ss/snom370.htm" is this container itself',
    fine: files('http://ss/snom370/general.xml'),
    in: general,
  },
  {
    rule: 'repeated-file',
    breaks: files('http://ss/a.xml', 'http://ss/a.xml'),
    at: '4:12',
    says: '"http://ss/a.xml" stands in line 3 already',
    fine: files('http://ss/a.xml', 'http://ss/b.xml'),
  },
  {
    rule: 'file-without-url',
    breaks: `${header}<setting-files>\n<file/>\n</setting-files>`,
    at: '3:1',
    says: '<file> without a url; expected the URL of a setting file',
    fine: files('http://ss/a.xml'),
  },
  {
    rule: 'empty-container',
    breaks: `${header}<setting-files/>`,
    at: '2:1',
    says: '<setting-files> names no file',
    fine: files('http://ss/a.xml'),
  },
  {
    rule: 'plain-with-dial-plan',
    breaks: plan(template('0.')),
    at: '2:11',
    says: '<dialplan> beside /old.htm, which is plain; expected XML alone',
    fine: plan(template('0.')),
    in: { before: [beside('/old.htm', plain('language$: English'))] },
    fineIn: { before: [beside('/new.xml', one('language', 'English'))] },
  },
  {
    rule: 'plain-with-phone-book',
    breaks: plain('tbook_name0$: Bob'),
    at: '2:1',
    says: 'tbook_name0 in a plain file; expected a <phone-book> in XML',
    fine: book(entry('0', 'Bob', '42')),
  },
]

const urls: readonly Row[] = [
  {
    rule: 'relative-url',
    breaks: files('general.xml'),
    at: '3:12',
    says: '"general.xml" is not a whole URL; expected http://host/…',
    fine: files('http://ss/general.xml'),
  },
  {
    rule: 'url-scheme',
    breaks: files('ftp://ss/general.xml'),
    at: '3:12',
    says: '"ftp://ss/general.xml" begins with ftp; expected http, https or tftp',
    fine: files('tftp://ss/general.xml'),
  },
  {
    rule: 'firmware-by-https',
    breaks: image('https://ss/snom370-7.3.30-SIP-f.bin'),
    at: '3:19',
    says: '"https://ss/snom370-7.3.30-SIP-f.bin" for 7.3.30; expected http, or tftp',
    fine: image('http://ss/snom370-7.3.30-SIP-f.bin'),
    in: v7,
  },
  {
    rule: 'firmware-by-tftp',
    breaks: image('tftp://ss/snom370-7.3.30-SIP-f.bin'),
    at: '3:19',
    says: '"tftp://ss/snom370-7.3.30-SIP-f.bin" for firmware 7.1.19; expected http before 7.2',
    fine: image('http://ss/snom370-7.3.30-SIP-f.bin'),
    in: { version: '7.1.19' },
  },
  {
    rule: 'missing-file',
    breaks: files('http://ss/gone.xml'),
    at: '3:12',
    says: '"http://ss/gone.xml" is not there; expected a file',
    fine: files('http://ss/here.xml', 'http://elsewhere/any.xml'),
    in: { exists: url => (url.startsWith('http://ss/') ? url === 'http://ss/here.xml' : undefined) },
  },
]

const neverProvision: readonly Row[] = [
  {
    rule: 'write-protected-setting',
    breaks: one('mac', '000413261234'),
    at: '3:1',
    says: 'mac is not for setting files: it is the phone’s own and cannot be changed',
    fine: one('phone_name', 'lab'),
  },
  {
    rule: 'network-setting',
    breaks: one('gateway', '192.168.66.1'),
    at: '3:1',
    says: 'gateway is not for setting files: DHCP gives the router; another value here can cut the phone off',
    fine: settings('<dhcp perm="$">off</dhcp>\n<gateway perm="$">192.168.66.1</gateway>'),
  },
  {
    rule: 'setting-server',
    breaks: one('setting_server', 'http://elsewhere/{mac}.htm'),
    at: '3:1',
    says: 'setting_server is not for setting files: the phone has found this server already, and would go to the written one ever after',
    fine: one('pnp_config', 'off'),
  },
  {
    rule: 'firmware-setting',
    breaks: one('firmware', 'http://ss/snom370-8.7.5.35-SIP-f.bin'),
    at: '3:1',
    says: 'firmware is not for setting files: firmware is set by firmware_status alone, whose document names the image',
    fine: one('firmware_status', 'http://ss/firmware.xml'),
  },
  {
    rule: 'phone-type-setting',
    breaks: one('phone_type', ''),
    at: '3:1',
    says: 'phone_type is set; expected only by the phone',
    fine: one('phone_name', 'lab'),
  },
  {
    rule: 'internal-setting',
    breaks: one('update_server', 'http://ss'),
    at: '3:1',
    says: 'update_server is not for setting files: it is internal: the phone fills it from DHCP or Plug & Play at each boot',
    fine: one('update_policy', 'settings_only'),
  },
]

const flags: readonly Row[] = [
  {
    rule: 'unknown-flag',
    breaks: one('language', 'English', 'RX'),
    at: '3:17',
    says: 'perm "RX" of language; expected $, ! or &',
    fine: one('language', 'English', 'RW'),
  },
  {
    rule: 'missing-flag',
    breaks: plain('language: English'),
    at: '2:1',
    says: 'language has no flag, which makes it read-only; expected $, ! or &',
    fine: plain('language$: English'),
  },
  {
    rule: 'read-only-setting',
    breaks: one('contrast', '15', '&amp;'),
    at: '3:17',
    says: 'contrast is read-only; it is a matter of taste, and any other flag takes it from the user',
    fine: one('contrast', '15', '!'),
  },
  {
    rule: 'admin-mode-read-only',
    breaks: one('admin_mode', 'off', 'R'),
    at: '3:19',
    says: 'admin_mode is read-only; expected $, so that the administrator can log in',
    fine: one('admin_mode', 'off', 'RW'),
  },
  {
    rule: 'kept-credential',
    breaks: settings('<user_pass idx="1" perm="!">geheim-9</user_pass>'),
    at: '3:26',
    says: 'user_pass1 has the flag !, so a later change may not arrive; expected $ or &',
    fine: settings('<user_pass idx="1" perm="$">geheim-9</user_pass>'),
  },
  {
    rule: 'kept-provisioning',
    breaks: one('update_policy', 'settings_only', '!'),
    at: '3:22',
    says: 'update_policy has the flag !, so the phone may keep an old one; expected $',
    fine: one('update_policy', 'settings_only'),
  },
  {
    rule: 'firmware-flag',
    breaks: image('http://ss/snom370-8.7.5.35-SIP-f.bin', '$'),
    at: '3:17',
    says: 'perm "$" of firmware; expected none',
    fine: image('http://ss/snom370-8.7.5.35-SIP-f.bin'),
  },
  {
    rule: 'volatile-flag',
    breaks: one('language', 'English', 'RWV'),
    at: '3:17',
    says: 'perm "RWV" of language; firmware 8.7.5.35 does not know V',
    fine: one('language', 'English', 'RWV'),
    in: v8,
    fineIn: { version: '10.1.79.0' },
  },
]

const identities: readonly Row[] = [
  {
    rule: 'identity-index',
    breaks: settings(of('user_realname', '13', 'Bob')),
    at: '3:21',
    says: 'idx 13 of user_realname; expected 1 to 12',
    fine: settings(of('user_realname', '12', 'Bob')),
  },
  {
    rule: 'needless-index',
    breaks: settings(of('language', '1', 'English')),
    at: '3:16',
    says: 'idx 1 of language; expected none',
    fine: one('language', 'English'),
  },
  {
    rule: 'missing-index',
    breaks: one('user_realname', 'Bob'),
    at: '3:1',
    says: 'user_realname has no idx; expected 1 to 12',
    fine: settings(of('user_realname', '1', 'Bob')),
  },
  {
    rule: 'identity-without-registrar',
    breaks: settings(of('user_name', '2', '201')),
    at: '3:29',
    says: 'user_name2 "201" has no user_host2',
    fine: settings(of('user_name', '2', '201')),
    fineIn: { before: [beside('/general.xml', settings(of('user_host', '2', 'pbx.example')))] },
  },
  {
    rule: 'duplicate-identity',
    breaks: settings(
      `${of('user_name', '1', '201')}\n${of('user_name', '2', '201')}\n${of('user_host', '1', 'a.example')}\n${of('user_host', '2', 'a.example')}`,
    ),
    at: '4:29',
    says: 'user_name2 "201" is user_name1 already',
    fine: settings(
      `${of('user_name', '1', '201')}\n${of('user_name', '2', '201')}\n${of('user_host', '1', 'a.example')}\n${of('user_host', '2', 'b.example')}`,
    ),
  },
  {
    rule: 'identity-in-general-document',
    breaks: settings(`${of('user_name', '1', '201')}\n${of('user_host', '1', 'a.example')}`),
    at: '3:29',
    says: 'user_name1 "201" stands in a document for all phones',
    fine: settings(`${of('user_name', '1', '201')}\n${of('user_host', '1', 'a.example')}`),
    in: generalSettings,
    fineIn: own,
  },
]

const values: readonly Row[] = [
  {
    rule: 'unknown-setting',
    breaks: one('langauge', 'English'),
    at: '3:1',
    says: 'setting langauge is not known; did you mean language?',
    fine: one('language', 'English'),
  },
  {
    rule: 'setting-value',
    breaks: one('admin_mode', 'yes'),
    at: '3:22',
    says: 'admin_mode "yes"; admin_mode expects on or off',
    fine: one('admin_mode', 'on'),
  },
  {
    rule: 'empty-value',
    breaks: one('firmware_status', ''),
    at: '3:27',
    says: 'firmware_status is empty; expected a value',
    fine: one('redirect_number', ''),
  },
  {
    rule: 'blanks-around-value',
    breaks: one('redirect_number', ' 253'),
    at: '3:27',
    says: 'redirect_number " 253" has blanks around it; expected none',
    fine: one('redirect_number', '253'),
  },
  {
    rule: 'control-character',
    breaks: one('phone_name', 'la&#9;b'),
    at: '3:22',
    says: 'phone_name holds the control character U+0009',
    fine: one('phone_name', 'lab'),
  },
  {
    rule: 'long-value',
    breaks: one('reject_msg', 'x'.repeat(3000)),
    at: '3:22',
    says: 'reject_msg has 3000 characters; expected at most 2048',
    fine: one('reject_msg', 'x'.repeat(300)),
  },
  {
    rule: 'escaped-twice',
    breaks: key('dest &amp;lt;sip:1@b&amp;gt;'),
    at: '3:41',
    says: 'key 0 holds &lt; as text',
    fine: key('dest &lt;sip:1@b&gt;'),
  },
  {
    rule: 'template-left-over',
    breaks: one('phone_name', '{{ name }}'),
    at: '3:22',
    says: 'phone_name holds "{{ name }}"; expected its value',
    fine: one('action_setup_url', 'http://ss/{mac}?a=$local'),
  },
  {
    rule: 'setting-twice',
    breaks: settings('<language perm="$">English</language>\n<language perm="$">Deutsch</language>'),
    at: '4:1',
    says: 'language stands in line 3 already; expected once',
    fine: settings(`${of('user_realname', '1', 'Bob')}\n${of('user_realname', '2', 'Bob')}`),
  },
  {
    rule: 'setting-too-new',
    breaks: one('provisioning_order', 'dhcp:stop'),
    at: '3:1',
    says: 'provisioning_order exists since firmware 8.7.3; the phone has 7.3.30',
    fine: one('provisioning_order', 'dhcp:stop'),
    in: v7,
    fineIn: v8,
  },
  {
    rule: 'action-too-new',
    breaks: settings('<custom_ca_cert_url perm="$" action="remove"/>'),
    at: '3:38',
    says: 'action "remove" of custom_ca_cert_url; firmware 8.7.5.35 does not know it',
    fine: settings('<custom_ca_cert_url perm="$" action="remove"/>'),
    in: v8,
    fineIn: { version: '10.1.57.0' },
  },
]

const account = of('user_name', '1', '201') + of('user_host', '1', 'a.example')
const withAccount = (inside: string) =>
  inside.replace('<settings>', `<settings><phone-settings>${account}</phone-settings>`)

const functionKeys: readonly Row[] = [
  {
    rule: 'key-type',
    breaks: key('lien'),
    at: '3:41',
    says: 'type "lien" of key 0 is not known; expected one of line, dest, icom, orbit, recorder, dtmf, mult, multicast, p2t, url, keyevent, speed, button, blf, ivr, presence, transfer, redirect, autoanswer, xml, conference, none',
    fine: key('line'),
  },
  {
    rule: 'key-argument',
    breaks: key('speed'),
    at: '3:41',
    says: 'key 0 is speed without an argument; expected what it is for',
    fine: key('speed 42'),
  },
  {
    rule: 'key-index',
    breaks: key('line', 'context="active"'),
    at: '3:1',
    says: 'a key has no idx; expected a number from 0',
    fine: key('line'),
  },
  {
    rule: 'key-beyond-model',
    breaks: key('line', 'idx="6" context="active"'),
    at: '3:12',
    says: 'key 6 on snom300; expected 0 to 5',
    fine: key('line', 'idx="53" context="active"'),
    in: { type: 'snom300' },
    fineIn: { type: 'snom370', modules: 1 },
  },
  {
    rule: 'duplicate-key',
    breaks: keys('<fkey idx="0" context="active" perm="$">line</fkey>\n<fkey idx="0" context="1" perm="$">line</fkey>'),
    at: '4:12',
    says: 'key 0 stands in line 3 already',
    fine: keys('<fkey idx="0" context="active" perm="$">line</fkey>\n<fkey idx="1" context="1" perm="$">line</fkey>'),
  },
  {
    rule: 'key-context',
    breaks: key('line', 'idx="0" context="13"'),
    at: '3:24',
    says: 'context "13" of key 0; expected active or 1 to 12',
    fine: key('line', 'idx="0" context="12"'),
  },
  {
    rule: 'key-context-unused',
    breaks: withAccount(key('line', 'idx="0" context="2"')),
    at: '3:24',
    says: 'context 2 of key 0, but there is no user_name2',
    fine: withAccount(key('line', 'idx="0" context="1"')),
  },
  {
    rule: 'blf-form',
    breaks: key('blf &lt;sip:140@pbx;user=phone/&gt;'),
    at: '3:41',
    says: '"<sip:140@pbx;user=phone/>" of key 0; expected sip:140@pbx;user=phone|**',
    fine: key('blf sip:140@pbx;user=phone|**'),
  },
  {
    rule: 'key-brackets',
    breaks: key('dest &lt;sip:140@pbx'),
    at: '3:41',
    says: '"<sip:140@pbx" of key 0 has 1 < and 0 >',
    fine: key('dest &lt;sip:140@pbx&gt;'),
  },
  {
    rule: 'key-event',
    breaks: key('keyevent DND'),
    at: '3:41',
    says: 'keyevent "DND" of key 0; expected a name such as F_DND',
    fine: key('keyevent F_DND'),
  },
  {
    rule: 'long-press-unmarked',
    breaks: key('line', 'idx="0" context="active" lp="speed 42"'),
    at: '3:36',
    says: 'lp "speed 42" of key 0 without clp="1"',
    fine: key('line', 'idx="0" context="active" lp="speed 42" clp="1"'),
  },
]

const phoneBook: readonly Row[] = [
  {
    rule: 'duplicate-book-index',
    breaks: book(`${entry('0', 'Bob', '42')}\n${entry('0', 'Eve', '43')}`),
    at: '4:43',
    says: 'index 0 stands in line 3 already; expected once',
    fine: book(`${entry('0', 'Bob', '42')}\n${entry('1', 'Eve', '43')}`),
  },
  {
    rule: 'duplicate-book-number',
    breaks: book(`${entry('0', 'Bob', '42')}\n${entry('1', 'Eve', '42')}`),
    at: '4:70',
    says: 'number 42 stands in line 3 already; expected once',
    fine: book(`${entry('0', 'Bob', '42')}\n${entry('1', 'Eve', '43')}`),
  },
  {
    rule: 'book-beyond-model',
    breaks: book(entry('100', 'Bob', '42')),
    at: '3:43',
    says: 'entry 100 on snom320; expected 0 to 99',
    fine: book(entry('249', 'Bob', '42')),
    in: { type: 'snom320' },
    fineIn: { type: 'snom370' },
  },
  {
    rule: 'book-type',
    breaks: book(entry('0', 'Bob', '42', 'context="active" type="foe"')),
    at: '3:30',
    says: 'type "foe" of an entry; expected one of none, friends, family, colleagues, vip, deny',
    fine: book(entry('0', 'Bob', '42', 'context="active" type="vip"')),
  },
  {
    rule: 'book-context',
    breaks: book(entry('0', 'Bob', '42', 'context="1"')),
    at: '3:16',
    says: 'context "1" of an entry; expected active or line1 to line12',
    fine: book(entry('0', 'Bob', '42', 'context="line1"')),
  },
  {
    rule: 'book-number',
    breaks: book(entry('0', 'Bob', '')),
    at: '3:70',
    says: 'entry "Bob" has no number',
    fine: book(entry('0', 'Bob', '42')),
  },
  {
    rule: 'book-name',
    breaks: book(entry('0', '', '42')),
    at: '3:52',
    says: 'entry "42" has no name',
    fine: book(entry('0', 'Bob', '42')),
  },
  {
    rule: 'book-version',
    breaks: book(
      '<contact><first_name>Bob</first_name><numbers><number no="42"/></numbers></contact>',
      ' version="2.0"',
    ),
    at: '2:32',
    says: '<phone-book> of version 2.0 for firmware 8.7.5.35; expected <item> entries',
    fine: book(entry('0', 'Bob', '42')),
    in: v8,
  },
]

const dialPlan: readonly Row[] = [
  {
    rule: 'dial-pattern-missing',
    breaks: plan(template('')),
    at: '3:18',
    says: 'MATCH ""; expected a pattern',
    fine: plan(template('0.')),
  },
  {
    rule: 'dial-pattern-class',
    breaks: plan(template('[2-9.')),
    at: '3:18',
    says: '[ in MATCH "[2-9." has no counterpart',
    fine: plan(template('[2-9].')),
  },
  {
    rule: 'dial-pattern-dead',
    breaks: plan(template('0[9-2]')),
    at: '3:18',
    says: 'MATCH "0[9-2]" can never match; expected a class such as [2-9]',
    fine: plan(template('0[2-9]')),
  },
  {
    rule: 'dial-pattern-characters',
    breaks: plan(template('^0(.)$')),
    at: '3:18',
    says: '"^" in MATCH "^0(.)$"; expected digits and . * ,',
    fine: plan(template('9,1[2-9].*')),
  },
  {
    rule: 'dial-pattern-shadowed',
    breaks: plan(`${template('9,[1-3].')}\n${template('9[123].')}`),
    at: '4:18',
    says: 'MATCH "9[123]." is shadowed by "9,[1-3]." in line 3',
    fine: plan(`${template('9,[1-3].')}\n${template('9[124].')}`),
  },
  {
    rule: 'dial-user',
    breaks: plan(template('0.', 'Timeout="0" User="Bob"')),
    at: '3:40',
    says: 'User "Bob"; expected Phone or IP',
    fine: plan(template('0.', 'Timeout="0" User="phone"')),
  },
  {
    rule: 'dial-user-ip',
    breaks: plan(template('0.', 'Timeout="0" User="IP"')),
    at: '3:40',
    says: 'User "IP" for firmware 7.3.30; expected Phone',
    fine: plan(template('0.', 'Timeout="0" User="IP"')),
    in: v7,
    fineIn: v8,
  },
  {
    rule: 'dial-timeout',
    breaks: plan(template('0.', 'Timeout="soon"')),
    at: '3:31',
    says: 'Timeout "soon"; expected seconds, 0 to 60',
    fine: plan(template('0.', 'Timeout="3"')),
  },
  {
    rule: 'dial-scheme',
    breaks: plan(template('0.', 'scheme="http"')),
    at: '3:30',
    says: 'scheme "http"; expected sip',
    fine: plan(template('0.', 'scheme="sip"')),
  },
]

const webFile: Circumstances = { languageAt: () => ({ kind: 'web', name: 'Deutsch', version: '7.1.28' }) }
const guiFile: Circumstances = { languageAt: () => ({ kind: 'gui', name: 'Deutsch', version: '7.1.28' }) }

const languages: readonly Row[] = [
  {
    rule: 'language-incomplete',
    breaks: gui('<language url="http://ss/gui_de.xml"/>'),
    at: '3:1',
    says: 'language "http://ss/gui_de.xml" has no name; expected url and name',
    fine: gui(german),
  },
  {
    rule: 'language-name',
    breaks: gui('<language url="http://ss/gui_de.xml" name="German"/>'),
    at: '3:44',
    says: 'name "German"; the file calls itself "Deutsch"',
    fine: gui(german),
    in: guiFile,
  },
  {
    rule: 'language-kind',
    breaks: gui('<language url="http://ss/web_de.xml" name="Deutsch"/>'),
    at: '3:16',
    says: '"http://ss/web_de.xml" is for web-languages; expected a gui file',
    fine: gui(german),
    in: webFile,
    fineIn: {},
  },
  {
    rule: 'language-firmware',
    breaks: gui('<language url="http://ss/lang/7.1.28/gui_de.xml" name="Deutsch"/>'),
    at: '3:16',
    says: '"http://ss/lang/7.1.28/gui_de.xml" is of firmware 7.1.28; the phone has 8.7.5.35',
    fine: gui('<language url="http://ss/lang/8.7.3/gui_de.xml" name="Deutsch"/>'),
    in: v8,
  },
  {
    rule: 'duplicate-language',
    breaks: gui(`${german}\n${german}`),
    at: '4:44',
    says: 'language "Deutsch" stands in line 3 already',
    fine: gui(german),
  },
  {
    rule: 'language-not-offered',
    breaks: one('language', 'Suomi'),
    at: '3:20',
    says: 'language "Suomi" on snom320; expected English or Deutsch',
    fine: one('language', 'Deutsch'),
    in: { type: 'snom320', after: [beside('/snom320/gui-lang.xml', gui(german))] },
  },
  {
    rule: 'language-file-name',
    breaks: phrases('<phrase i="0" n="lang_none" t=""/>'),
    at: '2:1',
    says: '<phrases> names no language; expected <language t="Deutsch"/>',
    fine: phrases('<language t="Deutsch"/>\n<phrase i="0" n="lang_none" t=""/>'),
  },
  {
    rule: 'phrase-name',
    breaks: phrases('<language t="Deutsch"/>\n<phrase t="Buch"/>'),
    at: '4:1',
    says: '<phrase> has no n; expected the phrase’s name',
    fine: phrases('<language t="Deutsch"/>\n<phrase n="lang_tbook" t="Buch"/>'),
  },
]

const security: readonly Row[] = [
  {
    rule: 'secret-by-tftp',
    breaks: one('http_pass', 'geheim-9'),
    at: '3:21',
    says: 'http_pass is in a document that TFTP carries; expected no secret there',
    fine: one('http_pass', 'geheim-9'),
    in: { door: 'tftp' },
    fineIn: { door: 'http' },
  },
  {
    rule: 'weak-password',
    breaks: one('admin_mode_password', '0000'),
    at: '3:31',
    says: 'admin_mode_password is a well-known password; expected another',
    fine: one('admin_mode_password', '4711-0815'),
  },
  {
    rule: 'password-is-user-name',
    breaks: settings(
      `${of('user_name', '1', '201')}\n${of('user_pass', '1', '201')}\n${of('user_host', '1', 'a.example')}`,
    ),
    at: '4:29',
    says: 'user_pass1 is the value of user_name1; expected another',
    fine: settings(
      `${of('user_name', '1', '201')}\n${of('user_pass', '1', 'geheim-9')}\n${of('user_host', '1', 'a.example')}`,
    ),
  },
  {
    rule: 'empty-password',
    breaks: one('http_pass', ''),
    at: '3:21',
    says: 'http_pass is empty; expected a password',
    fine: one('http_pass', 'geheim-9'),
  },
  {
    rule: 'mac-in-general-document',
    breaks: one('action_setup_url', 'http://ss/up?mac=000413261234'),
    at: '3:28',
    says: 'action_setup_url names phone 000413261234; expected {mac} or none',
    fine: one('action_setup_url', 'http://ss/up?mac={mac}'),
    in: generalSettings,
  },
  {
    rule: 'basic-login',
    breaks: settings('<http_pass perm="$">geheim-9</http_pass>\n<http_scheme perm="$">off</http_scheme>'),
    at: '4:23',
    says: 'http_scheme "off" beside http_pass; expected on',
    fine: settings('<http_pass perm="$">geheim-9</http_pass>\n<http_scheme perm="$">on</http_scheme>'),
  },
]

const updates: readonly Row[] = [
  {
    rule: 'auto-reboot-not-first',
    breaks: settings(
      '<language perm="$">English</language>\n<auto_reboot_on_setting_change perm="$">on</auto_reboot_on_setting_change>',
    ),
    at: '4:1',
    says: 'auto_reboot_on_setting_change is setting 2 of the document; expected the first',
    fine: settings(
      '<auto_reboot_on_setting_change perm="$">on</auto_reboot_on_setting_change>\n<language perm="$">English</language>',
    ),
  },
  {
    rule: 'never-update',
    breaks: one('update_policy', 'never_update'),
    at: '3:25',
    says: 'update_policy "never_update", but languages are listed; expected settings_only',
    fine: one('update_policy', 'settings_only'),
    in: { after: [beside('/gui-lang.xml', gui(german))] },
  },
  {
    rule: 'refresh-too-often',
    breaks: one('settings_refresh_timer', '60'),
    at: '3:34',
    says: 'settings_refresh_timer 60 seconds; expected 0 or at least 600',
    fine: one('settings_refresh_timer', '7200'),
  },
  {
    rule: 'firmware-interval',
    breaks: one('firmware_interval', '86400'),
    at: '3:29',
    says: 'firmware_interval 86400; expected 60 to 43200, in minutes',
    fine: one('firmware_interval', '1440'),
  },
  {
    rule: 'image-of-another-model',
    breaks: image('http://ss/snom320-8.7.5.35-SIP-f.bin'),
    at: '3:19',
    says: 'image "snom320-8.7.5.35-SIP-f.bin" on snom370; expected one of snom370',
    fine: image('http://ss/snom370-8.7.5.35-SIP-f.bin'),
    in: { type: 'snom370' },
  },
  {
    rule: 'firmware-status-is-image',
    breaks: one('firmware_status', 'http://ss/snom370-8.7.5.35-SIP-f.bin'),
    at: '3:27',
    says: 'firmware_status "http://ss/snom370-8.7.5.35-SIP-f.bin" is an image; expected a firmware.xml',
    fine: one('firmware_status', 'http://ss/firmware.xml'),
  },
  {
    rule: 'setting-contradicted',
    breaks: one('language', 'Deutsch'),
    at: '3:20',
    says: 'language "Deutsch", but language "English" in /snom370/general.xml',
    fine: one('language', 'Deutsch'),
    in: { name: '/snom370.htm', before: [beside('/snom370/general.xml', one('language', 'English'))] },
    fineIn: { ...own, before: [beside('/snom370/general.xml', one('language', 'English'))] },
  },
  {
    rule: 'kept-and-overwritten',
    breaks: one('contrast', '15', '!'),
    at: '3:17',
    says: 'contrast has the flag !, but $ in /snom370/general.xml',
    fine: one('contrast', '15', '!'),
    in: { ...own, before: [beside('/snom370/general.xml', one('contrast', '10'))] },
    fineIn: { ...own, before: [beside('/snom370/general.xml', one('contrast', '10', '!'))] },
  },
]

export const rows: readonly Row[] = [
  ...[...firstBytes, ...tags, ...containers, ...urls, ...neverProvision, ...flags, ...identities, ...values],
  ...[...functionKeys, ...phoneBook, ...dialPlan, ...languages, ...security, ...updates],
]
