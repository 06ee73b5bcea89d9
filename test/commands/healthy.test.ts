/** Phones that are well, of every generation and by every way to their settings: none of them is told to have anything wrong. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { PhoneLine } from '../../src/api/shapes.js'
import type { Boot } from '../../src/phone/boot.js'
import { openDhcpWire } from '../../src/phone/dhcp-wire.js'
import type { Via } from '../../src/phone/find-settings.js'
import { MisbehavingPhone } from './misbehaving.js'
import { Clock, host, macOf, type OwnAppliance, openOwn } from './own-appliance.js'

/** Model, what it runs, and what the inventory says beside that. */
const generations = [
  ['snom190', '3.60s', ''],
  ['snom320', '6.5.20', ''],
  ['snom360', '7.3.30', 'firmware: snom360-8.4.35-SIP-f.bin'],
  ['snom370', '8.4.35', 'firmware: snom370-8.7.5.35-SIP-f.bin'],
  ['snom821', '8.7.5.35', ''],
  ['snomD725', '10.1.33.33', ''],
  ['snomM700', '05.20.0001', ''],
] as const

/** How a phone finds its settings. Firmware 6 says by TFTP not what it is, so the inventory has to: `dialect: plain`. */
const ways: Readonly<Record<string, (appliance: OwnAppliance) => Via>> = {
  dhcp: ({ dhcp }) => ({ kind: 'dhcp', port: dhcp }),
  pnp: ({ pnp }) => ({ kind: 'pnp', port: pnp }),
  'http, typed in': ({ base }) => ({ kind: 'url', url: base }),
  '/settings': ({ base }) => ({ kind: 'url', url: `${base}/settings?mac={mac}` }),
  https: ({ https }) => ({ kind: 'url', url: `https://${host}:${https}` }),
  tftp: ({ tftp }) => ({ kind: 'url', url: `tftp://${host}:${tftp}` }),
  'hard-coded': ({ base }) => ({ kind: 'url', url: `${base}/snom3x0/snom3x0.php?mac={mac}` }),
  OEM: ({ base }) => ({ kind: 'url', url: `${base}/acme/boot/{mac}.xml` }),
}
const elsewhere = 'http://127.0.0.2:9/pbx' // nobody is there
const wayNames = Object.keys(ways)

const macAt = (way: number, generation: number): string => `0004139900${way}${generation}`
const addressAt = (way: number, generation: number): string => `127.66.8.${way * 10 + generation + 1}`

t.test('no healthy phone has a diagnosis', { timeout: 120_000 }, async t => {
  const { appliance, phoneAt, clock } = await openSite(t)
  for (const [way, name] of wayNames.entries()) {
    await t.test(name, async t => {
      for (const [generation, [model, firmware]] of generations.entries()) {
        const phone = phoneAt(way, generation)
        const via = ways[name]?.(appliance) ?? { kind: 'url', url: '' }
        const first = await phone.boot(via)
        t.ok(first.booted, `${model} ${firmware}: ${JSON.stringify(first.steps.at(-1))}`)
        await isWell(t, phone, 'at once')
        await phone.wait(first.next.firmware === firmware ? 15 : 90)
        phone.firmware = first.next.firmware
        const second: Boot = await phone.boot(via, { memory: first.memory })
        t.ok(second.booted)
        for (const later of [15, 65, 700]) {
          await phone.wait(later)
          await isWell(t, phone, `${later} s later`)
        }
      }
    })
  }
  clock.moveOn(20)
  await delay(1100) // the list is brought up to date each second
  const lines = (await appliance.api('GET', 'phones')) as readonly PhoneLine[]
  const seen = lines.filter(({ lastAt }) => lastAt !== undefined)
  t.equal(seen.length, wayNames.length * generations.length)
  t.strictSame(
    seen.filter(({ stage, isStuck }) => stage !== 'done' || isStuck),
    [],
  )
})

t.test('nor has one that goes on well', { timeout: 60_000 }, async t => {
  const { appliance, phoneAt } = await openSite(t)
  const later = async (t: Test, phone: MisbehavingPhone) => {
    for (const seconds of [0, 15, 30, 700]) {
      await phone.wait(seconds)
      await isWell(t, phone, `${seconds} s later`)
    }
  }

  await t.test('renewing its lease for days', async t => {
    const phone = phoneAt(wayNames.indexOf('dhcp'), 4)
    await phone.boot(ways.dhcp?.(appliance) ?? { kind: 'dhcp' })
    for (let days = 0; days < 3; days += 0.25) {
      await phone.wait(6 * 3600)
      await phone.say([{ type: 'request', ciaddr: phone.address }], phone.address)
      await isWell(t, phone, 'renewed')
    }
    t.equal((await appliance.phone(phone.mac))?.boots.length, 1, 'which is no boot')
  })

  await t.test('reading its settings again when it is asked to', async t => {
    const phone = phoneAt(wayNames.indexOf('pnp'), 4)
    await phone.subscribe({ notify: '200 OK', checkSync: '200 OK' })
    await phone.get(`/settings?mac=${phone.mac}`)
    await phone.wait(3600)
    await appliance.api('POST', `phones/${phone.mac}/resync`)
    await phone.get(`/settings?mac=${phone.mac}`)
    await later(t, phone)
    t.equal((await appliance.phone(phone.mac))?.boots.length, 1, 'which is no boot either')
  })

  for (const [by, way] of Object.entries({ registry: 'hard-coded', inventory: '/settings' })) {
    await t.test(`sent elsewhere by the ${by}`, async t => {
      const phone = phoneAt(wayNames.indexOf(way), generations.length)
      const via = ways[way]?.(appliance) ?? { kind: 'url', url: '' }
      if (by === 'registry') await appliance.api('PUT', `redirections/${phone.mac}`, { url: elsewhere })
      await phone.lease()
      await phone.boot(via)
      await later(t, phone)
      t.match((await appliance.phone(phone.mac))?.line, { redirectedTo: elsewhere })
    })
  }
})

async function isWell(t: Test, phone: MisbehavingPhone, when: string): Promise<void> {
  const view = await phone.appliance.phone(phone.mac)
  t.strictSame(view?.diagnoses, [], `${phone.phoneType} ${phone.firmware} ${when}`)
  t.strictSame(view?.line.isStuck, false)
}

async function openSite(t: Test) {
  const clock = new Clock(t)
  const identities = 'identities: [{user: "370", password: try-out, registrar: pbx.lab.example}]'
  const phones = wayNames.flatMap((name, way) =>
    generations.map(([model, version, more], generation) => {
      const address = name === 'dhcp' ? '' : `, address: ${addressAt(way, generation)}`
      const dialect = name === 'tftp' && version.startsWith('6.') ? ', dialect: plain' : ''
      return `  "${macAt(way, generation)}": {model: ${model}, ${identities}${address}${dialect}${more === '' ? '' : `, ${more}`}}\n`
    }),
  )
  const sent = macAt(wayNames.indexOf('/settings'), generations.length)
  phones.push(`  "${sent}": {model: snom370, settings: {setting_server: "${elsewhere}"}}\n`)
  const text = `defaults: {settings: {language$: English}}\nphones:\n${phones.join('')}`
  const appliance = await openOwn(t, { tftpSecrets: true, phones: text })
  for (const image of ['snom360-8.4.35-SIP-f.bin', 'snom370-8.7.5.35-SIP-f.bin'])
    writeFileSync(join(appliance.folder, 'www/firmware', image), Buffer.alloc(100_000))
  const wire = await openDhcpWire({ server: host, port: appliance.dhcp, clientPort: appliance.dhcp + 1 })
  t.teardown(() => wire.close())
  const phoneAt = (way: number, generation: number) => {
    const mac = macOf(macAt(way, generation))
    const phoneType = generations[generation]?.[0] ?? 'snom370'
    const closing = (close: () => void) => t.teardown(close)
    const phone = new MisbehavingPhone({
      appliance,
      clock,
      wire,
      mac,
      phoneType,
      address: addressAt(way, generation),
      closing,
    })
    phone.firmware = generations[generation]?.[1] ?? '8.4.35'
    return phone
  }
  return { appliance, phoneAt, clock }
}
