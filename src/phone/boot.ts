/** One boot of a snom phone: a lease, the settings it points at, and what those settings make it fetch. */

import type { Mac } from '../address/mac.js'
import { type Lease, obtainLease } from './dhcp.js'
import { readDocument } from './document.js'
import { absorb, freshMemory, type Held, type Memory } from './memory.js'
import { type Identity, isOlder, sendsVendorClass, usualFirmware } from './model.js'
import { isEmpty, type Reading } from './reading.js'
import { fetchSelected } from './selected.js'
import { type Asked, Hang, type Report, type Step } from './step.js'
import { type SettingsUrl, settingsUrl, settingsUrls } from './urls.js'
import { Visit } from './visit.js'
import { Unreadable } from './xml.js'

export interface BootOrder {
  readonly mac: Mac
  readonly phoneType: string // snom370
  readonly firmware?: string // version; default: usual for the model
  readonly via:
    | {
        readonly kind: 'dhcp'
        readonly server?: string // default: broadcast
        readonly port?: number // the server's, default 67
        readonly clientPort?: number // default: port + 1
      }
    | { readonly kind: 'url'; readonly url: string }
  readonly address?: string // the own one to ask and fetch from; default: the lease, where it is on loopback
  readonly save?: string // folder for what was fetched
  readonly userChanged?: ReadonlyMap<string, string> // settings by name, which `!` does not overwrite
  readonly report: Report
  readonly received?: (bytes: Buffer) => void // each document that came, after its step
  readonly timeLimit: number // ms for each answer and each document
}

export interface Boot {
  readonly booted: boolean
  readonly steps: readonly Step[]
  readonly documents: readonly Asked[]
  readonly memory: Memory
  readonly settings: ReadonlyMap<string, Held> // the memory's, effective after flags
  readonly lease?: Lease
}

const deepestNesting = 4 // containers in one another; sites use one or two

/** Never rejects for what a server does: where a real phone would hang, the last step says so. */
export async function bootPhone(order: BootOrder): Promise<Boot> {
  const { mac, phoneType, firmware = usualFirmware(phoneType) } = order
  const identity: Identity = { mac, phoneType, firmware }
  const steps: Step[] = []
  const report: Report = step => {
    steps.push(step)
    order.report(step)
  }
  const memory = freshMemory(order.userChanged ?? new Map())
  const found = { steps, memory, settings: memory.settings }
  const booting: Booting = { order, identity, memory, report, documents: [] }
  try {
    await boot(booting)
  } catch (error) {
    if (!(error instanceof Hang)) throw error
    report({ kind: 'hang', where: error.where, why: error.why })
  }
  const { documents, lease } = booting
  return { booted: steps.at(-1)?.kind !== 'hang', documents, ...found, ...(lease && { lease }) }
}

interface Booting {
  readonly order: BootOrder
  readonly identity: Identity
  readonly memory: Memory
  readonly report: Report
  documents: readonly Asked[]
  lease?: Lease
}

async function boot(booting: Booting): Promise<void> {
  const { order, identity, memory, report } = booting
  const pointer = await findSettings(booting)
  report({ kind: 'pointer', ...pointer })
  const address = order.address ?? loopback(booting.lease?.address)
  if (booting.lease !== undefined && address === undefined) {
    report({
      kind: 'note',
      text: `fetches from this machine's own address, not from ${booting.lease.address}: it is told no secrets`,
    })
  }
  const { save, received, timeLimit } = order
  const own = { ...(save && { save }), ...(received && { received }), ...(address && { address }) }
  const visit = new Visit({ identity, report, timeLimit, ...own })
  booting.documents = visit.documents
  await fetchSettings(visit, memory, pointer.url)
  await fetchSelected(visit, memory)
}

async function findSettings(booting: Booting): Promise<SettingsUrl> {
  const { order, identity, report } = booting
  const { via, address, timeLimit } = order
  if (via.kind === 'url') return { url: via.url, by: 'given' }
  const { server, port = 67, clientPort = port + 1 } = via
  const vendorClass = sendsVendorClass(identity) ? { vendorClass: identity.phoneType } : {}
  const lan = { port, clientPort, ...(server && { server }), ...(address && { interfaceAddress: address }) }
  booting.lease = await obtainLease({ mac: order.mac, timeLimit, ...vendorClass, ...lan }, report)
  const pointer = settingsUrl(booting.lease.pointers)
  if (pointer === undefined) throw new Hang('ACK', 'brings no option 66: the phone knows no settings server')
  return pointer
}

// On a real LAN the lease belongs to the phone, not to this host; every 127.x.x.x is this host's.
function loopback(address: string | undefined): string | undefined {
  return address?.startsWith('127.') ? address : undefined
}

/** One missing name is usual: not every site has a file of each kind. Every name missing leaves the phone bare. */
async function fetchSettings(visit: Visit, memory: Memory, url: string): Promise<void> {
  const { phoneType, mac } = visit.visitor.identity
  const urls = settingsUrls(url, phoneType, mac)
  let gained = false
  for (const name of urls) {
    const bytes = await visit.fetch(name)
    if (bytes !== undefined) gained = (await digest(visit, memory, bytes, [name])) || gained
  }
  const names = urls.join(' and ')
  const foundAny = visit.documents.some(document => document.found)
  if (!foundAny) throw new Hang(names, 'nothing there: the phone has no settings')
  if (!gained) throw new Hang(names, 'hold nothing that a phone understands')
}

/** Takes in one document and a container's files in order. `path`: the containers it stands in, then itself. */
async function digest(visit: Visit, memory: Memory, bytes: Buffer, path: readonly string[]): Promise<boolean> {
  const url = path.at(-1) ?? ''
  const reading = read(visit, url, bytes)
  if (reading.roots.includes('firmware-settings')) {
    throw new Hang(url, 'is a firmware file; a phone takes it from firmware_status only')
  }
  if (isEmpty(reading)) visit.note(`${url} says nothing to a phone${unknownOf(reading)}`)
  absorb(memory, reading, url)
  let gained = !isEmpty(reading) && reading.files.length === 0
  for (const file of reading.files) {
    const next = visit.expand(file)
    if (path.includes(next)) throw new Hang(next, `includes itself: ${[...path, next].join(' → ')}`)
    if (path.length > deepestNesting) throw new Hang(next, `stands ${path.length} containers deep`)
    const part = await visit.fetch(next)
    if (part !== undefined) gained = (await digest(visit, memory, part, [...path, next])) || gained
  }
  return gained
}

function read(visit: Visit, url: string, bytes: Buffer): Reading {
  const { firmware } = visit.visitor.identity
  try {
    const reading = readDocument(bytes)
    const isPlain = reading.roots[0] === 'plain'
    if (isPlain || !isOlder(firmware, '7')) return reading
    throw new Hang(url, `is XML, and firmware ${firmware} reads only plain files`)
  } catch (error) {
    if (error instanceof Unreadable) throw new Hang(url, `a phone cannot read it: ${error.message}`)
    throw error
  }
}

function unknownOf({ unknown }: Reading): string {
  return unknown.length === 0 ? '' : `: ${unknown.slice(0, 3).join(', ')}`
}
