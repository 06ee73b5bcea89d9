/** A virtual phone booted by each of the five methods of mass deployment, against one appliance with one inventory. */

import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type PhoneOptions, runPhone } from '../../src/commands/phone.js'
import { some } from '../some.js'
import { type Ports, site, start } from './site.js'

interface Boot {
  readonly booted: boolean
  readonly documents: readonly { readonly url: string; readonly found: boolean }[]
  readonly steps: readonly { readonly kind: string; readonly url?: string; readonly by?: string }[]
  readonly settings: Readonly<Record<string, string>>
}

interface Appliance extends Ports {
  readonly file: string
  readonly base: string
}

const listed = { model: 'snom360', mac: '000413230001', address: '127.66.0.60' } // reserved for it
const stranger = { model: 'snom320', mac: '000413990001', address: '127.66.9.1' }

async function appliance(t: Test): Promise<Appliance> {
  const own = await site(t)
  const text = readFileSync(own.file, 'utf8')
  writeFileSync(own.file, text.replace(/^redirection: false.*/m, 'redirection: {paths: ["/acme/boot/{mac}.xml"]}'))
  const program = start(t, '-c', own.file, 'serve')
  await program.until('serving')
  return { ...own, base: `http://127.66.0.1:${own.http}` }
}

/** Boots, and tells how it went. */
async function boot(options: Pick<PhoneOptions, 'model' | 'mac' | 'via'> & Partial<PhoneOptions>): Promise<Boot> {
  const lines: string[] = []
  const code = await runPhone({ ...options, json: true }, text => lines.push(text))
  const [one] = [JSON.parse(lines.join(''))].flat()
  return { ...one, booted: one.booted && code === 0 }
}

const namesOf = ({ documents }: Boot, base: string): string[] =>
  documents.filter(({ found }) => found).map(({ url }) => url.replace(base, ''))

async function run(t: Test, file: string, ...args: string[]): Promise<string> {
  const command = start(t, '-c', file, ...args)
  const code = await new Promise<number | null>(resolve => command.child.once('close', resolve))
  t.equal(code, 0, command.output)
  return command.output
}

t.test('one appliance boots a phone by each method', async t => {
  const { file, base, dhcp, pnp } = await appliance(t)

  await t.test('DHCP: DISCOVER with option 60 is answered with options 66 and 67', async t => {
    const phone = await boot({ model: 'snom370', mac: '000413260001', via: 'dhcp', server: '127.66.0.1', port: dhcp })
    t.ok(phone.booted)
    t.match(phone.steps, [{ kind: 'exchange' }, { kind: 'exchange' }, { kind: 'pointer', url: `${base}/snom370.htm` }])
    t.strictSame(namesOf(phone, base), [
      '/snom370.htm',
      '/snom370/general.xml',
      '/snom370-000413260001.htm',
      '/snom370/000413260001.xml',
    ])
  })

  await t.test(
    'Plug & Play: SUBSCRIBE to the group is answered with 200, and NOTIFY with the settings URL',
    async t => {
      const phone = await boot({ ...listed, via: 'pnp', pnpPort: pnp })
      t.ok(phone.booted)
      t.ok(phone.steps.some(step => step.kind === 'pointer' && step.by === 'Plug & Play'))
      t.strictSame(namesOf(phone, base), ['/settings?mac=00:04:13:23:00:01'], 'the URL left {mac} to the phone')
    },
  )

  await t.test('Manual redirection: the settings URL typed into the phone, as `show --url` prints it', async t => {
    const shown = start(t, '-c', file, 'show', listed.mac, '--url')
    await new Promise(resolve => shown.child.once('close', resolve))
    const phone = await boot({ ...listed, via: shown.output.trim() })
    t.ok(phone.booted)
    t.strictSame(namesOf(phone, base), ['/settings?mac=000413230001'])
    t.match(Object.keys(phone.settings).join(' '), /language/)
  })

  await t.test('Automatic redirection: a registered phone is sent away, any other gets its own settings', async t => {
    const via = `${base}/snom3x0/snom3x0.php?mac={mac}`
    const target = `${base}/settings?mac={mac}`
    await run(t, file, 'redirect', 'register', stranger.mac, target)
    const phone = await boot({ ...stranger, via })
    t.match(namesOf(phone, base)[0], /^\/snom3x0\/snom3x0\.php\?mac=/)
    t.match(
      phone.steps.find(({ kind }) => kind === 'redirect'),
      { to: `${base}/settings?mac=00:04:13:99:00:01` },
      'it stored its new settings server, and went there',
    )
    t.match(some(phone.documents[1]).url, `${base}/settings?mac=`)
    await run(t, file, 'redirect', 'deregister', stranger.mac)
    const own = await boot({ ...listed, via })
    t.ok(own.booted)
    t.strictSame(namesOf(own, base), ['/snom3x0/snom3x0.php?mac=00:04:13:23:00:01'])
  })

  await t.test(
    'Fixed redirection: the path that stands in the firmware of an OEM gives the phone its settings',
    async t => {
      const phone = await boot({ ...listed, via: `${base}/acme/boot/{mac}.xml` })
      t.ok(phone.booted)
      t.strictSame(namesOf(phone, base), ['/acme/boot/00:04:13:23:00:01.xml'])
    },
  )
})

t.test('resync: a phone that came by Plug & Play hears NOTIFY check-sync, and fetches again', async t => {
  const { file, pnp } = await appliance(t)
  const { model, mac, address } = listed
  const own = ['--model', model, '--mac', mac, '--address', address, '--pnp-port', String(pnp), '--stay', '20']
  const phone = start(t, 'phone', '--via', 'pnp', ...own)
  await phone.until('listens for check-sync')
  t.match(await run(t, file, 'resync', mac), /^127\.66\.0\.60 understood/)
  await phone.until('check-sync;reboot=false')
  const booted = () => phone.output.split(`${mac} booted`).length - 1
  for (let looks = 0; looks < 100 && booted() < 2; looks += 1) await delay(100)
  t.equal(booted(), 2, 'and boots once more')
  await phone.stop('SIGKILL')
})

t.test('by https too, with the certificate that the appliance made', async t => {
  const { https } = await appliance(t)
  const phone = await boot({ ...listed, via: `https://127.66.0.1:${https}/settings?mac={mac}` })
  t.ok(phone.booted)
})
