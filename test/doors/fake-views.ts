/** What the fake desk shows of everything but phones. */

import type {
  DocumentView,
  HealthView,
  PhoneLine,
  SettingsView,
  ShelvesView,
  StatisticsView,
} from '../../src/api/shapes.js'

export const inventoryText = `defaults:
  settings: {language$: English, timezone$: GER+1}
groups:
  reception: {settings: {}, keys: []}
phones:
  000413260001:
    model: snom320
    name: Desk 1
`

export const fakeShelves: ShelvesView = {
  firmware: [
    { file: 'snom370-8.4.35-SIP-f.bin', bytes: 5_242_880, model: 'snom370', version: '8.4.35', usedBy: 3 },
    { file: 'snom300-7.1.30-SIP-f.bin', bytes: 4_194_304, model: 'snom300', version: '7.1.30', usedBy: 0 },
  ],
  languages: [{ version: '8.4.35', gui: ['English', 'Deutsch'], web: ['English', 'Deutsch', 'Français'] }],
}

export function settingsOf(mac: string): SettingsView {
  return {
    settings: [
      { name: 'language', value: 'English', flag: '$', from: 'defaults' },
      { name: 'redirect_number', value: '253', flag: '!', from: `phone ${mac}` },
      { name: 'http_pass', value: '(hidden)', flag: '&', from: 'group reception' },
    ],
    keys: [{ name: '0', value: 'line', from: 'group reception' }],
    phoneBook: [{ name: 'Workshop', value: '42', from: `phone ${mac}` }],
    dialplan: [{ name: '9,1..........', value: '<sip:\\1@\\d;user=phone>', from: 'defaults' }],
  }
}

export function documentsOf(mac: string, at: number): readonly DocumentView[] {
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<settings>\n  <phone-settings e="2">\n    <language perm="">English</language>\n    <redirect_number perm="RW">253</redirect_number>\n  </phone-settings>\n</settings>\n`
  const base = 'http://10.0.0.1'
  const type = 'text/xml; charset=utf-8'
  return [
    {
      url: `${base}/snom370.htm`,
      name: '/snom370.htm',
      isFound: true,
      bytes: text.length,
      type,
      text,
      fetchedAt: at,
      isChanged: false,
    },
    {
      url: `${base}/snom370/${mac}.xml`,
      name: `/snom370/${mac}.xml`,
      isFound: true,
      bytes: text.length,
      type,
      text,
      fetchedAt: at,
      isChanged: true,
      fetched: text.replace('253', '252'),
    },
    { url: `${base}/snom370/firmware.xml`, name: '/snom370/firmware.xml', isFound: false, bytes: 0 },
  ]
}

export function fakeHealth(startedAt: number, lines: readonly PhoneLine[]): HealthView {
  return {
    site: 'Lab 1',
    version: '0.1.0',
    startedAt,
    interface: 'eth1',
    address: '10.0.0.1',
    doors: [
      { name: 'dhcp', port: 67, isOpen: true, counters: { DHCPOFFER: 12, DHCPACK: 11, 'pool-full': 1 } },
      { name: 'http', port: 80, isOpen: true, counters: { requests: 120, answered: 110, notFound: 10 } },
      { name: 'tftp', port: 69, isOpen: false, note: 'closed in the configuration', counters: {} },
    ],
    rivals: [{ kind: 'dhcp', address: '10.0.0.66', text: 'another DHCP server offers 10.0.0.200', at: startedAt }],
    disk: { folder: '/var/lib/option66', free: 12_000_000_000, size: 32_000_000_000 },
    memory: 98_000_000,
    configuration: { readAt: startedAt, isAccepted: true, findings: [] },
    phones: {
      listed: lines.filter(line => line.isListed).length,
      seen: lines.length,
      done: lines.filter(line => line.stage === 'done').length,
      stuck: lines.filter(line => line.isStuck).length,
      inbox: lines.filter(line => !line.isListed).length,
    },
  }
}

const steps = 288
const step = 300_000 // ms

export function statisticsAt(now: number): StatisticsView {
  const wave = (i: number, height: number): number => Math.round(height * (1 + Math.sin(i / 20)))
  const columns = Array.from({ length: steps }, (_, i) => i)
  return {
    step,
    at: columns.map(i => now - (steps - i) * step),
    leases: columns.map(i => wave(i, 400)),
    requests: columns.map(i => wave(i, 90)),
    boots: columns.map(i => wave(i, 12)),
  }
}
