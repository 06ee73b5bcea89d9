/** Each diagnosis, provoked by a phone that misbehaves that way against a running appliance, and read back through its API. */

import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Mac } from '../../src/address/mac.js'
import { rules } from '../../src/fleet/diagnosis.js'
import { type DhcpWire, openDhcpWire } from '../../src/phone/dhcp-wire.js'
import { isThere } from '../lab/lab.js'
import { some } from '../some.js'
import { makeAuthority } from './authority.js'
import { withFullDisk } from './full-disk.js'
import { MisbehavingPhone } from './misbehaving.js'
import { Clock, diagnosesOf, host, macOf, type OwnAppliance, openOwn } from './own-appliance.js'
import { leaseProvocations, otherProvocations, type Provocation } from './provocations.js'
import { firmwareProvocations, settingsProvocations } from './provocations-settings.js'

const provocations: Readonly<Record<string, Provocation>> = {
  ...{ ...leaseProvocations, ...otherProvocations, ...settingsProvocations, ...firmwareProvocations },
}
const names = Object.keys(provocations)

/** What is not on every machine. */
const needs: Readonly<Record<string, string>> = { 'certificate-mismatch': 'openssl', 'lease-not-saved': 'prlimit' }

/** 00041326…: of a snom370, as its block says. */
const macFor = (rule: string): Mac => {
  return macOf(some(provocations[rule]).mac ?? `0004132600${String(names.indexOf(rule)).padStart(2, '0')}`)
}

t.test('there is such a phone for each rule', async t => {
  t.strictSame(names.toSorted(), rules.map(({ rule }) => rule).toSorted())
})

t.test('each is told through the API, in its words', { timeout: 120_000 }, async t => {
  const clock = new Clock(t)
  const ca = isThere('openssl') ? makeAuthority(t) : undefined
  const usual = await openUsual(t, ca?.file)
  const strict = await openOwn(t, { clients: 'listed', unknown: 'ignore', phones: '{}' })
  const wires = new Map<OwnAppliance, DhcpWire>()
  for (const site of [usual, strict]) wires.set(site, await openWire(t, site))
  for (const [rule, { site, type: phoneType = 'snom370', misbehave, says }] of Object.entries(provocations)) {
    const program = needs[rule]
    const skip = program !== undefined && !isThere(program) ? `needs ${program}` : false
    await t.test(rule, { skip }, async t => {
      const appliance = site === 'strict' ? strict : usual
      const mac = macFor(rule)
      const tls = rule === 'certificate-mismatch' && ca !== undefined ? { tls: ca.certify(mac) } : {}
      const address = `127.66.9.${names.indexOf(rule) + 1}`
      const wire = some(wires.get(appliance))
      const closing = (close: () => void) => t.teardown(close)
      const phone = new MisbehavingPhone({ appliance, clock, wire, mac, phoneType, address, closing, ...tls })
      if (rule === 'lease-not-saved') await withFullDisk(() => misbehave(phone))
      else await misbehave(phone)
      const diagnoses = await diagnosesOf(appliance, mac, rule)
      t.match(diagnoses.find(found => found.rule === rule)?.text ?? JSON.stringify(diagnoses), says)
      t.notMatch(JSON.stringify(diagnoses), /undefined|NaN|\[object/)
    })
  }
})

async function openUsual(t: Test, clientCa: string | undefined): Promise<OwnAppliance> {
  const own = clientCa === undefined ? {} : { clientCa }
  const appliance = await openOwn(t, { clients: 'all', phones: inventory(), ...own })
  const www = join(appliance.folder, 'www')
  for (const name of ['firmware/snom370-8.7.5.35-SIP-f.bin', 'lang/8.4.35/gui_lang_XX.xml']) {
    writeFileSync(join(www, name), '')
    truncateSync(join(www, name), 12_000_000) // bytes: more than any socket takes at once
  }
  return appliance
}

/** The phones that shall be listed, each with a password. */
function inventory(): string {
  const identities = 'identities: [{user: "370", password: try-out, registrar: pbx.lab.example}]'
  const lines = names.flatMap(rule => {
    const { listed } = some(provocations[rule])
    const more = listed === '' ? '' : `, ${listed}`
    return listed === undefined ? [] : [`  "${macFor(rule)}": {model: snom370, ${identities}${more}}`]
  })
  return `defaults: {settings: {language$: English}}\nmodels: {snom370: {}}\nphones:\n${lines.join('\n')}\n`
}

async function openWire(t: Test, { dhcp }: OwnAppliance): Promise<DhcpWire> {
  const wire = await openDhcpWire({ server: host, port: dhcp, clientPort: dhcp + 1 })
  t.teardown(() => wire.close())
  return wire
}
