/** The running appliance with its status page, and phones that boot from it. */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import type { LeasesView, PhoneView } from '../../src/api/shapes.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import type { messageType } from '../../src/dhcp/message.js'
import { type Boot, bootPhone } from '../../src/phone/boot.js'
import { type Ports, site, start } from '../commands/site.js'
import { say } from '../dhcp/talk.js'
import type { Running } from '../lab/lab.js'
import { some } from '../some.js'

export const own = '127.66.0.1' // the appliance's address among phones

/** What a stranger may call himself: twice what a browser would run. */
export const scriptTag = '<script>window.pwned=1</script><img/src=x/onerror="window.pwned=1">'

export interface Appliance extends Ports {
  readonly folder: string
  readonly file: string // the configuration
  readonly phones: string // the inventory
  readonly www: string
  readonly origin: string // of the page
  readonly base: string // of the HTTP door
  readonly program: Running
}

export interface Edits {
  readonly site?: (text: string) => string
  readonly phones?: (text: string) => string
}

/** The shipped configuration with those edits, an image and a language on its shelves, served by the program. */
export async function openAppliance(t: Pick<Test, 'teardown'>, edits: Edits = {}): Promise<Appliance> {
  const ports = await site(t)
  const { folder, file } = ports
  const phones = join(folder, 'phones.yaml')
  const www = join(folder, 'www')
  edit(file, text => text.replace('## root: www\n', `root: ${www}\n`))
  edit(phones, text => text.replace('  snom370:\n', `  snom370:\n    firmware: ${image}\n`))
  if (edits.site !== undefined) edit(file, edits.site)
  if (edits.phones !== undefined) edit(phones, edits.phones)
  fillShelves(www)
  const program = start(t, '-c', file, 'serve')
  await program.until('serving')
  const origin = `http://127.0.0.1:${ports.status}`
  return { ...ports, phones, www, origin, base: `http://${own}:${ports.http}`, program }
}

export function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`${file} has not what was to be changed`)
  writeFileSync(file, after)
}

export const image = 'snom370-8.7.5.35-SIP-f.bin'

function fillShelves(www: string): void {
  mkdirSync(join(www, 'firmware'), { recursive: true })
  writeFileSync(join(www, 'firmware', image), Buffer.alloc(3_300_000, 7))
  writeFileSync(join(www, 'firmware', 'snom320-7.3.30-SIP-f.bin'), Buffer.alloc(3_100_000, 7))
  for (const version of ['8.4.35', '8.7.5.35']) {
    mkdirSync(join(www, 'lang', version), { recursive: true })
    for (const [tag, name] of Object.entries({ DE: 'Deutsch', FR: 'Français' })) {
      const text = `<?xml version="1.0" encoding="utf-8"?>\n<phrases>\n  <language t="${name}"/>\n</phrases>\n`
      writeFileSync(join(www, 'lang', version, `gui_lang_${tag}.xml`), text)
    }
  }
}

export interface Phone {
  readonly mac: string
  readonly type: string // snom370
  readonly url?: string // typed into it; default: it asks for DHCP
  readonly address?: string // own; default: its lease
  readonly firmware?: string
  readonly think?: number // ms before each question
}

/** Boots one; rejects where a real one would hang. */
export async function boot({ dhcp }: Ports, { mac, type, url, think, ...rest }: Phone): Promise<Boot> {
  const boot = await bootPhone({
    ...{ mac: some(parseMac(mac)), phoneType: type, report: () => undefined, timeLimit: 10_000, ...rest },
    via: url === undefined ? { kind: 'dhcp', server: own, port: dhcp, clientPort: dhcp + 1 } : { kind: 'url', url },
    ...(think !== undefined && { think: () => delay(think) }),
  })
  if (!boot.booted) throw new Error(JSON.stringify(boot.steps.at(-1)))
  return boot
}

/** A phone whose host name, vendor class, User-Agent and file names are markup. */
export async function bootHostile({ origin, dhcp, http }: Appliance, mac: string): Promise<void> {
  const names = { 12: Buffer.from(scriptTag), 60: Buffer.from(`snom${scriptTag}`), 55: [1, 3, 66, 67] }
  const socket = createSocket('udp4')
  const tell = (type: keyof typeof messageType, more: Readonly<Record<number, string>>): void => {
    socket.send(encodeMessage(say({ type, mac, options: { ...names, ...more } })), dhcp, own)
  }
  tell('discover', {})
  const offer = await eventually(async () => {
    const phone = await ask<PhoneView>(origin, `phones/${mac}`)
    const texts = phone.boots?.flatMap(({ facts }) => facts.map(({ text }) => text))
    return texts?.map(text => /^was offered ([\d.]+)/.exec(text)?.[1]).find(address => address !== undefined)
  })
  const isBound = (lease: LeasesView['leases'][number]): boolean => lease.mac === mac && lease.state === 'bound'
  tell('request', { 50: offer, 54: own })
  await eventually(async () => (await ask<LeasesView>(origin, 'leases')).leases.some(isBound))
  socket.close()
  const agent = `Mozilla/4.0 (compatible; ${scriptTag}-SIP 8.4.35)`
  for (const path of ['/snom370.htm', `/${scriptTag}`]) {
    const asking = request({ host: own, port: http, path, localAddress: offer, headers: { 'user-agent': agent } })
    asking.end()
    const [answer] = await once(asking, 'response')
    answer.resume()
    await once(answer, 'end')
  }
}

export async function ask<T>(origin: string, path: string): Promise<T> {
  return (await (await fetch(`${origin}/api/v1/${path}`)).json()) as T
}

/** What `find` comes to find. @throws after ten seconds */
export async function eventually<T>(find: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await find()
    if (found !== undefined && found !== false) return found
    await delay(100)
  }
  throw new Error('it did not come')
}
