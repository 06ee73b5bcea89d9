/** An appliance in the test's own process: real sockets on loopback, a site of the test's own, and a clock that the test moves on. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { type Mac, parseMac } from '../../src/address/mac.js'
import type { PhoneView } from '../../src/api/shapes.js'
import { openAppliance } from '../../src/appliance.js'
import { callApi } from '../../src/commands/api-client.js'
import { readSite } from '../../src/config/site.js'
import type { Diagnosis } from '../../src/fleet/diagnosis.js'
import { some } from '../some.js'
import { type Ports, site } from './site.js'

export const host = '127.66.0.1'

/** The machine's clock, by which the whole program goes; timers keep their own pace. */
export class Clock {
  readonly #real = Date.now
  #ahead = 0 // ms
  #stands: number | undefined // ms since 1970

  constructor(t: Test) {
    Date.now = () => this.#stands ?? this.#real.call(Date) + this.#ahead
    t.teardown(() => {
      Date.now = this.#real
    })
  }

  moveOn(seconds: number): void {
    this.#ahead += seconds * 1000
  }

  /** All of it happens in one millisecond, however busy the machine is. */
  async atOnce(action: () => Promise<unknown>): Promise<void> {
    this.#stands = Date.now()
    try {
      await action()
    } finally {
      this.#stands = undefined
    }
  }
}

export interface OwnSite {
  readonly clients?: 'phones' | 'listed' | 'all'
  readonly unknown?: 'answer' | 'ignore' // by Plug & Play
  readonly clientCa?: string // file
  readonly tftpSecrets?: boolean
  readonly phones: string // phones.yaml; {base} stands for the URL of the HTTP door
}

export interface OwnAppliance extends Ports {
  readonly folder: string // www/ and tftproot/ lie in it
  readonly base: string // of its HTTP door: http://127.66.0.1:8080
  api(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** Undefined while nothing is known of the phone. */
  phone(mac: Mac): Promise<PhoneView | undefined>
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

export async function openOwn(t: Test, plan: OwnSite): Promise<OwnAppliance> {
  const own = await site(t)
  const { folder, file } = own
  for (const name of ['www/firmware', 'www/lang/8.4.35', 'tftproot']) mkdirSync(join(folder, name), { recursive: true })
  const base = `http://${host}:${own.http}`
  writeFileSync(join(folder, 'phones.yaml'), plan.phones.replaceAll('{base}', base))
  writeFileSync(file, configuration(own, folder, plan))
  const reading = await readSite(file)
  if (reading.site === undefined) throw new Error(reading.findings.map(({ message }) => message).join('\n'))
  const state = reading.site.state
  const now = (): number => Date.now()
  const surroundings = { log: quiet, now, passed: new Map<string, number>(), version: '0', residentMemory: () => 0 }
  const appliance = await openAppliance({ ...reading, site: reading.site }, surroundings)
  t.teardown(() => appliance.close())
  const ask: OwnAppliance['api'] = async (method, path, body) => {
    const answer = some(await callApi(state, method, path, body))
    if (answer.status >= 400 && answer.status !== 404) throw new Error(`${path}: ${JSON.stringify(answer.body)}`)
    return answer.status === 404 ? undefined : answer.body
  }
  const phone: OwnAppliance['phone'] = async mac => (await ask('GET', `phones/${mac}`)) as PhoneView | undefined
  return { ...own, base, api: ask, phone }
}

/** Every door open. A subnet behind a relay has one address to lease. */
function configuration(ports: Ports, folder: string, plan: OwnSite): string {
  const { clients = 'phones', unknown = 'answer', clientCa, tftpSecrets = false } = plan
  const here = `{subnet: 127.66.0.0/16, pool: [127.66.1.1 - 127.66.1.250], router: ${host}}`
  const behind = '{subnet: 127.67.0.0/16, pool: [127.67.1.1 - 127.67.1.1]}'
  const authority = clientCa === undefined ? '' : `, client-ca: ${clientCa}`
  return [
    'interface: lo',
    `address: ${host}`,
    `dhcp: {port: ${ports.dhcp}, clients: ${clients}, rival: ignore, subnets: [${here}, ${behind}]}`,
    `http: {port: ${ports.http}, root: ${join(folder, 'www')}}`,
    `tftp: {port: ${ports.tftp}, root: ${join(folder, 'tftproot')}, secrets: ${tftpSecrets}}`,
    `https: {port: ${ports.https}, old-tls: true${authority}}`,
    `pnp: {port: ${ports.pnp}, unknown: ${unknown}}`,
    'redirection: {paths: ["/acme/boot/{mac}.xml"]}',
    'status: false',
    'phones: phones.yaml',
  ].join('\n')
}

/** What the API says of the phone once it has the rule, or after five seconds without it. */
export async function diagnosesOf({ phone }: OwnAppliance, mac: Mac, rule?: string): Promise<readonly Diagnosis[]> {
  for (let tries = 0; ; tries += 1) {
    const diagnoses = (await phone(mac))?.diagnoses ?? []
    if (rule === undefined || tries === 250 || diagnoses.some(found => found.rule === rule)) return diagnoses
    await delay(20)
  }
}

export const macOf = (text: string): Mac => some(parseMac(text))
