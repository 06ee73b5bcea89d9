/** `option66 storm`: boots many virtual phones at once and prints rates and percentiles. */

import { performance } from 'node:perf_hooks'
import { type Mac, parseMac } from '../address/mac.js'
import type { Spread } from '../phone/durations.js'
import { Hang } from '../phone/step.js'
import { macAfter, runStorm, type StormOrder } from '../phone/storm.js'
import { printable } from '../phone/story.js'
import { Tally } from '../phone/tally.js'
import {
  type NetworkOptions,
  readAddress,
  readModel,
  readTls,
  readVersion,
  readVia,
  type TlsOptions,
  WrongPhone,
} from './phone-order.js'

export interface StormOptions extends NetworkOptions, TlsOptions {
  readonly phones: number
  readonly model: string // phone type: snom370
  readonly mac: string // of the first; the others follow it
  readonly firmware?: string // version
  readonly rate?: number // phones that begin in a second; default: 0, as fast as --parallel lets them
  readonly parallel?: number // phones that boot at the same time; default 200
  readonly think?: string // ms before each question and request: `50`, `50-200`
  readonly seconds?: number // after which no phone begins; default 600
  readonly json?: boolean
  readonly timeLimit?: number // ms for each answer and document; default 10 s
}

const mostPhones = 100_000 // the durations of so many fit in memory
const mostAtOnce = 2000 // files and sockets that a process may hold
const patience = 10_000 // ms
const progressInterval = 500 // ms

/**
 * `write` gets whole lines; `progress`, where there is a terminal, a line that ends in a carriage return.
 * Resolves with the exit code: 0 all booted, 1 some did not, 2 the call is wrong.
 */
export async function runStormCommand(
  options: StormOptions,
  write: (lines: string) => void,
  progress?: (text: string) => void,
): Promise<number> {
  try {
    const order = await readOrder(options)
    const tally = new Tally()
    const began = performance.now()
    const timer = progress && setInterval(() => progress(`${describeProgress(order, tally)}\r`), progressInterval)
    await runStorm(order, tally).finally(() => {
      clearInterval(timer)
      progress?.(`${' '.repeat(describeProgress(order, tally).length)}\r`)
    })
    const seconds = (performance.now() - began) / 1000
    if (options.json) write(`${JSON.stringify(asJson(order, tally, seconds), undefined, 2)}\n`)
    else for (const line of describe(order, tally, seconds)) write(`${printable(line)}\n`)
    return tally.booted === order.phones ? 0 : 1
  } catch (error) {
    if (!(error instanceof WrongPhone || error instanceof Hang)) throw error
    write(`${error.message}\n`)
    return 2
  }
}

/** Rejects with WrongPhone. */
async function readOrder(options: StormOptions): Promise<StormOrder> {
  const { phones, rate = 0, parallel = 200, seconds = 600, timeLimit = patience } = options
  const firstMac = readFirstMac(options.mac, phones)
  if (!(Number.isFinite(rate) && rate >= 0)) throw new WrongPhone(`--rate ${rate}: expected phones a second, or 0`)
  if (!(Number.isInteger(parallel) && parallel > 0 && parallel <= mostAtOnce)) {
    throw new WrongPhone(`--parallel ${parallel}: expected 1 to ${mostAtOnce} phones`)
  }
  if (!(seconds > 0 && seconds <= 86_400)) throw new WrongPhone(`--seconds ${seconds}: expected at most a day`)
  const via = readVia(options)
  if (via.kind === 'pnp')
    throw new WrongPhone('--via pnp: a storm goes by dhcp or a settings URL; try `option66 phone`')
  const phoneType = readModel(options.model)
  const address = readAddress(options)
  const firmware = readVersion(options.firmware)
  const think = readThink(options.think)
  const tls = await readTls(options)
  return {
    ...{ phones, firstMac, phoneType, via, rate, parallel, timeLimit, duration: seconds * 1000 },
    ...{ ...(address && { address }), ...(firmware && { firmware }), ...(think && { think }), ...(tls && { tls }) },
  }
}

function readFirstMac(text: string, phones: number): Mac {
  if (!(Number.isInteger(phones) && phones > 0 && phones <= mostPhones)) {
    throw new WrongPhone(`--phones ${phones}: expected 1 to ${mostPhones}`)
  }
  const mac = parseMac(text)
  if (mac === undefined) throw new WrongPhone(`--mac ${text}: expected a hardware address such as 000413800000`)
  if (macAfter(mac, phones - 1) === undefined)
    throw new WrongPhone(`--mac ${text}: leaves no room for ${phones} phones`)
  return mac
}

function readThink(text: string | undefined): StormOrder['think'] {
  if (text === undefined) return undefined
  const [, least, most = least] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text) ?? []
  if (least !== undefined && Number(least) <= Number(most)) return { least: Number(least), most: Number(most) }
  throw new WrongPhone(`--think ${text}: expected milliseconds such as 50 or 50-200`)
}

function describeProgress({ phones }: StormOrder, { begun, booted, hung }: Tally): string {
  return `${begun} of ${phones} begun, ${booted} booted, ${hung} hang`
}

function describe(order: StormOrder, tally: Tally, seconds: number): readonly string[] {
  const { boots, exchanges, requests } = ratesOf(tally, seconds)
  const rates = `${boots} boots/s, ${exchanges} DHCP exchanges/s, ${requests} requests/s`
  const rows = [
    ['lease', tally.lease.spread] as const,
    ...[...tally.documents].map(([name, durations]) => [name, durations.spread] as const),
    ['whole boot', tally.boot.spread] as const,
  ].filter(([, { count }]) => count > 0)
  const width = Math.max(...rows.map(([name]) => name.length), 10)
  return [
    `${tally.booted} of ${order.phones} phones booted in ${seconds.toFixed(1)} s: ${rates}`,
    `${''.padEnd(width)}${['count', 'p50', 'p95', 'p99', 'max'].map(name => name.padStart(9)).join('')}  ms`,
    ...rows.map(([name, spread]) => `${name.padEnd(width)}${describeSpread(spread)}`),
    ...[...tally.notes].map(([text, count]) => `note (${count} phones): ${text}`),
    ...[...tally.failures.values()].map(
      ({ reason, count, phones }) =>
        `${count} hang at ${reason} (${phones.join(', ')}${count > phones.length ? ', …' : ''})`,
    ),
    ...(tally.notBegun > 0 ? [`${tally.notBegun} not begun: the time was over (--seconds)`] : []),
  ]
}

function describeSpread({ count, p50, p95, p99, max }: Spread): string {
  const times = [p50, p95, p99, max].map(ms => ms.toFixed(1).padStart(9))
  return `${String(count).padStart(9)}${times.join('')}`
}

function ratesOf({ booted, exchanges, requests }: Tally, seconds: number) {
  const perSecond = (count: number) => Number((count / Math.max(seconds, 0.001)).toFixed(1))
  return { boots: perSecond(booted), exchanges: perSecond(exchanges), requests: perSecond(requests) }
}

function asJson(order: StormOrder, tally: Tally, seconds: number) {
  const { booted, hung, notBegun, exchanges, requests, lease, boot, documents, failures, notes } = tally
  return {
    ...{ phones: order.phones, model: order.phoneType, booted, hung, notBegun, seconds, exchanges, requests },
    perSecond: ratesOf(tally, seconds),
    milliseconds: {
      ...{ lease: lease.spread, boot: boot.spread },
      documents: Object.fromEntries([...documents].map(([name, durations]) => [name, durations.spread])),
    },
    failures: [...failures.values()],
    notes: Object.fromEntries(notes),
  }
}
