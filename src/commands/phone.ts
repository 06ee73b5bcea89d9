/** `option66 phone`: boots one virtual phone against a running appliance and tells what it came up with. */

import { formatMac, parseMac } from '../address/mac.js'
import { type Boot, type BootOrder, bootPhone } from '../phone/boot.js'
import type { Lease } from '../phone/dhcp.js'
import { ownAddress } from '../phone/own-address.js'
import { stay } from '../phone/stay.js'
import type { Report } from '../phone/step.js'
import { describeBytes, describeMemory, describeStep, hideSecrets } from '../phone/story.js'
import {
  makeFolder,
  type NetworkOptions,
  readAddress,
  readModel,
  readTls,
  readVersion,
  readVia,
  type TlsOptions,
  WrongPhone,
} from './phone-order.js'

export interface PhoneOptions extends NetworkOptions, TlsOptions {
  readonly model: string // phone type: snom370
  readonly mac: string // any usual spelling
  readonly firmware?: string // version
  readonly save?: string // folder for what was fetched
  readonly stay?: number // seconds to listen for check-sync afterwards
  readonly print?: boolean // every document as it came, passwords too
  readonly json?: boolean
  readonly timeLimit?: number // ms for each answer and document; default 10 s
}

const patience = 10_000 // ms; a person looks on
const usualSipPort = 5060
const longestStay = 24 * 60 * 60 // s

/** `write` gets whole lines. Resolves with the exit code: 0 booted, 1 a real phone would hang, 2 the call is wrong. */
export async function runPhone(options: PhoneOptions, write: (lines: string) => void): Promise<number> {
  const report: Report = step => {
    if (!options.json) write(`${describeStep(step)}\n`)
  }
  try {
    const order = await readOrder(options, report, write)
    const boots = await bootAndStay(options, order, write)
    if (options.json) write(`${JSON.stringify(asJson(order, boots), undefined, 2)}\n`)
    return boots.every(boot => boot.booted) ? 0 : 1
  } catch (error) {
    if (!(error instanceof WrongPhone)) throw error
    write(`${error.message}\n`)
    return 2
  }
}

/** Every boot, the first and those that a check-sync asked for. Rejects with WrongPhone where it cannot listen. */
async function bootAndStay(options: PhoneOptions, order: BootOrder, write: (lines: string) => void): Promise<Boot[]> {
  const first = await bootOnce(options, order, write)
  const boots = [first]
  if (options.stay === undefined || !first.booted) return boots
  const address = first.address ?? ownAddress(options.interface) ?? '127.0.0.1'
  const resync = async (from: string, event: string): Promise<void> => {
    order.report({ kind: 'resync', address: from, event })
    const last = boots.at(-1) ?? first
    boots.push(await bootOnce(options, { ...order, ...last.next, memory: last.memory }, write))
  }
  const port = options.sipPort ?? usualSipPort
  const listening = (): void => {
    if (!options.json) write(`stays ${options.stay} s, and listens for check-sync on ${address}:${port}\n`)
  }
  await stay({ address, port, time: options.stay * 1000, listening, resync }).catch((error: unknown) => {
    throw new WrongPhone(error instanceof Error ? error.message : String(error))
  })
  return boots
}

async function bootOnce(options: PhoneOptions, order: BootOrder, write: (lines: string) => void): Promise<Boot> {
  const boot = await bootPhone(order)
  if (options.json || !boot.booted) return boot
  for (const line of describeMemory(order, boot)) write(`${line}\n`)
  return boot
}

/** Rejects with WrongPhone. */
async function readOrder(options: PhoneOptions, report: Report, write: (lines: string) => void): Promise<BootOrder> {
  const { save, timeLimit = patience, stay: seconds } = options
  const mac = parseMac(options.mac)
  if (mac === undefined) {
    throw new WrongPhone(`--mac ${options.mac}: expected a hardware address such as 000413261234`)
  }
  if (seconds !== undefined && !(seconds > 0 && seconds <= longestStay)) {
    throw new WrongPhone(`--stay ${seconds}: expected seconds, ${longestStay} at most`)
  }
  const phoneType = readModel(options.model)
  // the port it speaks from is the port it is known to hear on
  const via = readVia(seconds === undefined ? options : { sipPort: usualSipPort, ...options })
  const address = readAddress(options)
  const firmware = readVersion(options.firmware)
  const tls = await readTls(options)
  await makeFolder(save)
  const printing = options.print === true && options.json !== true
  return {
    ...{ mac, phoneType, via, report, timeLimit },
    ...{ ...(address && { address }), ...(firmware && { firmware }), ...(save && { save }), ...(tls && { tls }) },
    ...(printing && { received: (bytes: Buffer) => print(bytes, write) }),
  }
}

function print(bytes: Buffer, write: (lines: string) => void): void {
  for (const line of describeBytes(bytes)) write(`    ${line}\n`)
}

/** The first boot, and under `again` those that a check-sync asked for. */
function asJson(order: BootOrder, [first, ...again]: readonly Boot[]) {
  return {
    phone: { model: order.phoneType, mac: formatMac(order.mac) },
    ...(first && bootAsJson(first)),
    ...(again.length > 0 && { again: again.map(bootAsJson) }),
  }
}

function bootAsJson({ booted, lease, documents, steps, memory, next }: Boot) {
  return {
    booted,
    lease: lease && leaseAsJson(lease), // JSON leaves out what is undefined
    documents,
    steps,
    settings: Object.fromEntries(hideSecrets(memory.settings)),
    keys: [...memory.keys.values()],
    phoneBook: Object.fromEntries(memory.book),
    dialplan: memory.templates,
    languages: memory.languages,
    next,
  }
}

function leaseAsJson({ pointers, ...lease }: Lease) {
  return { ...lease, ...pointers, inside43: Object.fromEntries(pointers.inside43) }
}
