/** One boot of a snom phone: how it finds its settings, the settings, and what those make it fetch. */

import type { Mac } from '../address/mac.js'
import type { Tls } from './connections.js'
import type { Lease } from './dhcp.js'
import type { DhcpWire } from './dhcp-wire.js'
import { fetchSettings } from './digest.js'
import { findSettings, type Via } from './find-settings.js'
import { afterReboot, freshMemory, type Held, type Memory } from './memory.js'
import { type Flash, type Identity, usualFirmware } from './model.js'
import { followRedirections } from './redirection.js'
import { fetchSelected } from './selected.js'
import { type Asked, Hang, type Report, type Step } from './step.js'
import { Visit } from './visit.js'

export interface BootOrder {
  readonly mac: Mac
  readonly phoneType: string // snom370
  readonly firmware?: string // version; default: usual for the model
  readonly flash?: Flash // of firmware 6; default: what came with that version
  readonly via: Via
  readonly address?: string // the own one to ask and fetch from; default: the lease, where it is on loopback
  readonly wire?: DhcpWire // shared by many phones; default: one of its own
  readonly tls?: Tls
  readonly save?: string // folder for what was fetched
  readonly memory?: Memory // what an earlier boot left; default: after a factory reset
  readonly userChanged?: ReadonlyMap<string, string> // settings by name, which `!` does not overwrite
  readonly report: Report
  readonly received?: (bytes: Buffer) => void // each document that came, after its step
  readonly think?: () => Promise<void> // before each question and each request
  readonly timeLimit: number // ms for each answer and each document
}

export interface Boot {
  readonly booted: boolean
  readonly steps: readonly Step[]
  readonly documents: readonly Asked[]
  readonly memory: Memory
  readonly settings: ReadonlyMap<string, Held> // the memory's, effective after flags
  readonly lease?: Lease
  readonly address?: string // which it fetched from, where it is known
  readonly next: { readonly firmware: string; readonly flash?: Flash } // what it runs when it boots again
}

/** Never rejects for what a server does: where a real phone would hang, the last step says so. */
export async function bootPhone(order: BootOrder): Promise<Boot> {
  const steps: Step[] = []
  const report: Report = step => {
    steps.push(step)
    order.report(step)
  }
  const memory = order.memory ? afterReboot(order.memory) : freshMemory(order.userChanged ?? new Map())
  const identity = identityOf(order)
  const booting: Booting = { order, memory, report, documents: [], identity }
  try {
    await boot(booting)
  } catch (error) {
    if (!(error instanceof Hang)) throw error
    report({ kind: 'hang', where: error.where, why: error.why })
  }
  const { documents, lease, address } = booting
  const { firmware, flash } = booting.identity
  return {
    ...{ booted: steps.at(-1)?.kind !== 'hang', steps, documents, memory, settings: memory.settings },
    ...(lease && { lease }),
    ...(address && { address }),
    next: { firmware, ...(flash && { flash }) },
  }
}

interface Booting {
  readonly order: BootOrder
  readonly memory: Memory
  readonly report: Report
  identity: Identity
  documents: readonly Asked[]
  lease?: Lease
  address?: string
}

async function boot(booting: Booting): Promise<void> {
  const { order, identity, memory, report } = booting
  const { via, wire, think, timeLimit } = order
  const own = { ...(order.address && { address: order.address }), ...(wire && { wire }), ...(think && { think }) }
  const { pointer, lease } = await findSettings({ identity, via, memory, timeLimit, ...own }, report, found => {
    booting.lease = found
  })
  report({ kind: 'pointer', ...pointer })
  const address = order.address ?? loopback(lease?.address)
  if (lease !== undefined && address === undefined) {
    const text = `fetches from this machine's own address, not from ${lease.address}: it is told no secrets`
    report({ kind: 'note', text })
  }
  if (address !== undefined) booting.address = address
  await visit(booting, pointer.url)
}

async function visit(booting: Booting, url: string): Promise<void> {
  const { order, identity, memory, report, address } = booting
  const { save, received, think, timeLimit, tls } = order
  const own = { ...(save && { save }), ...(received && { received }), ...(address && { address }) }
  const visit = new Visit({ identity, report, timeLimit, ...own, ...(think && { think }), ...(tls && { tls }) })
  booting.documents = visit.documents
  try {
    await fetchSettings(visit, memory, url)
    await followRedirections(visit, memory, url)
    booting.identity = await fetchSelected(visit, memory)
  } finally {
    visit.close()
  }
}

function identityOf({ mac, phoneType, firmware = usualFirmware(phoneType), flash }: BootOrder): Identity {
  return { mac, phoneType, firmware, ...(flash && { flash }) }
}

// On a real LAN the lease belongs to the phone, not to this host; every 127.x.x.x is this host's.
function loopback(address: string | undefined): string | undefined {
  return address?.startsWith('127.') ? address : undefined
}
