/** Facts as the doors tell them, for the tests of src/fleet: a phone, a clock, and what happens to it. */

import { parseIpv4 } from '../../src/address/ipv4.js'
import { type Mac, parseMac } from '../../src/address/mac.js'
import type { Knowledge, Listed } from '../../src/fleet/account.js'
import { type Diagnosis, diagnose } from '../../src/fleet/diagnosis.js'
import type { Fact, Happening } from '../../src/fleet/fact.js'
import type { PhoneHistory } from '../../src/fleet/phone-history.js'
import { Timeline, type TimelineParts } from '../../src/fleet/timeline.js'
import { createRecognise } from '../../src/recognise.js'
import { some } from '../some.js'

export const ip = (text: string): number => some(parseIpv4(text))
export const mac: Mac = some(parseMac('000413261234'))
export const other: Mac = some(parseMac('000413269999'))
export const recognise = createRecognise(() => ['/oem/{mac}.xml'])
export const begin = 1_700_000_000_000 // ms since 1970
export const leased = ip('192.168.66.101')
export const agent370 = 'Mozilla/4.0 (compatible; snom370-SIP 8.4.35 1.1.3-s)'
export const image = '/firmware/snom370-8.7.5.35-SIP-f.bin'

type Fetched = Happening & { readonly kind: 'fetched' }
type Words = { readonly [key in keyof Fetched]?: Fetched[key] | undefined }

/** A fetched document; whole, by HTTP, with 200, unless told otherwise; `undefined` leaves a field out. */
export function fetched(name: string, words: Words = {}): Fetched {
  const usual = { door: 'http', status: '200', bytes: 400, milliseconds: 3, isWhole: true, agent: agent370 } as const
  const fact = { kind: 'fetched', name, ...usual, ...words }
  return Object.fromEntries(Object.entries(fact).filter(([, value]) => value !== undefined)) as Fetched
}

export const missing = (name: string) => fetched(name, { status: '404', bytes: 14 })
export const discover = (asks: readonly number[] = [1, 3, 6, 66, 67]): Happening => {
  return { kind: 'discover', vendorClass: 'snom370', asks }
}
export const request = (state: string): Happening => ({ kind: 'request', vendorClass: 'snom370', asks: [1, 3], state })
export const ack = (state = 'selecting', settingsUrl: string | undefined = 'http://192.168.66.1/snom370.htm') => {
  return { kind: 'ack', state, ...(settingsUrl !== undefined && { settingsUrl }) } as const
}

/** A lease as a phone gets it. */
export const lease = (asks?: readonly number[]): readonly Happening[] => [
  discover(asks),
  { kind: 'offer' },
  request('selecting'),
  ack(),
]

/** All that a phone without languages and firmware fetches. */
export const documents = (of: string = mac): readonly Happening[] =>
  ['/snom370.htm', '/snom370/general.xml', `/snom370-${of}.htm`, `/snom370/${of}.xml`].map(name => fetched(name))

/** What happens to a phone, from another address or of another MAC where it says so. */
export type Telling = Happening & Partial<Pick<Fact, 'mac' | 'address'>>

export interface Setting {
  readonly listed?: Listed | undefined
  readonly lease?: number | undefined // address that we lease to the phone
  readonly servesDhcp?: boolean
  readonly parts?: Partial<TimelineParts>
}

/** One phone and a timeline around it. Facts come from its leased address unless the test says otherwise. */
export class Story {
  readonly timeline: Timeline
  readonly kept: Fact[] = []
  readonly done: number[] = []
  readonly #setting: Setting
  now = begin

  constructor(setting: Setting = {}) {
    this.#setting = setting
    this.timeline = new Timeline({
      recognise,
      isListed: one => one === mac && this.#listed !== undefined,
      holderOf: address => (address === this.#lease ? mac : undefined),
      kept: fact => void this.kept.push(fact),
      done: at => void this.done.push(at),
      ...setting.parts,
    })
  }

  /** What happens, a second after another. */
  tell(...happenings: readonly Telling[]): this {
    for (const happening of happenings) {
      this.now += 1000
      const from = 'address' in happening ? {} : { address: leased }
      this.timeline.note({ at: this.now, mac, ...from, ...happening })
    }
    return this
  }

  /** Time goes by, in seconds, and the timeline looks at its phones each of them. */
  wait(seconds: number): this {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1000
      this.timeline.tick(this.now)
    }
    return this
  }

  get history(): PhoneHistory {
    return some(this.timeline.phone(mac))
  }

  get boot() {
    return some(this.history.boots.at(-1))
  }

  get knowledge(): Knowledge {
    const { servesDhcp = true } = this.#setting
    return { listed: this.#listed, leased: this.#lease, servesDhcp, recognise }
  }

  get diagnoses(): readonly Diagnosis[] {
    return diagnose(this.history, this.knowledge, this.now)
  }

  get #listed(): Listed | undefined {
    return 'listed' in this.#setting ? this.#setting.listed : { model: 'snom370' }
  }

  get #lease(): number | undefined {
    return 'lease' in this.#setting ? this.#setting.lease : leased
  }
}
