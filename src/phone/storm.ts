/** Many virtual phones at once, as after a power cut: unique MACs, one DHCP socket for all, an own address for each where it can be. */

import { randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { type Mac, parseMac } from '../address/mac.js'
import { type BootOrder, bootPhone } from './boot.js'
import type { Tls } from './connections.js'
import { type DhcpWire, openDhcpWire } from './dhcp-wire.js'
import type { Via } from './find-settings.js'
import { Tally } from './tally.js'

export interface StormOrder {
  readonly phones: number
  readonly firstMac: Mac // the others follow it
  readonly phoneType: string
  readonly firmware?: string
  readonly via: Exclude<Via, { kind: 'pnp' }>
  readonly address?: string // own, for all of them; default: as `ownPlace` says
  readonly tls?: Tls
  readonly rate: number // phones that begin in a second; 0: as fast as `parallel` lets them
  readonly parallel: number // phones that boot at the same time
  readonly think?: { readonly least: number; readonly most: number } // ms before each question and request
  readonly timeLimit: number // ms for each answer and each document
  readonly duration: number // ms after which no phone begins
}

/** Fills the tally; resolves when the last phone is through. Rejects with Hang where the DHCP port cannot be had. */
export async function runStorm(order: StormOrder, tally: Tally = new Tally()): Promise<Tally> {
  const wire = await openWire(order)
  const began = performance.now()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < order.phones && performance.now() - began < order.duration) {
      const index = next
      next += 1
      const early = order.rate === 0 ? 0 : began + (index * 1000) / order.rate - performance.now()
      if (early > 0) await delay(early)
      await bootOne(order, tally, index, wire)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(order.parallel, order.phones) }, worker))
  } finally {
    wire?.close()
  }
  tally.notBegun = order.phones - tally.begun
  return tally
}

/** The MAC so many after the first; undefined behind the last there is. */
export function macAfter(first: Mac, index: number): Mac | undefined {
  return parseMac((Number.parseInt(first, 16) + index).toString(16).padStart(12, '0'))
}

/** An own address for each phone at a server on loopback, which budgets requests by address; else what the system takes. */
export function ownPlace({ via, address }: Pick<StormOrder, 'via' | 'address'>, index: number): string | undefined {
  if (address !== undefined || via.kind !== 'url' || !URL.canParse(via.url)) return address
  const { hostname } = new URL(via.url)
  if (!hostname.startsWith('127.') && hostname !== 'localhost') return undefined
  return `127.200.${1 + Math.floor(index / 250)}.${1 + (index % 250)}` // 63,750 of them
}

async function openWire({ via, address }: StormOrder): Promise<DhcpWire | undefined> {
  if (via.kind !== 'dhcp') return undefined
  const { server, port = 67, clientPort = port + 1 } = via
  return openDhcpWire({ port, clientPort, ...(server && { server }), ...(address && { interfaceAddress: address }) })
}

async function bootOne(order: StormOrder, tally: Tally, index: number, wire: DhcpWire | undefined): Promise<void> {
  const mac = macAfter(order.firstMac, index)
  if (mac === undefined) return
  const began = performance.now()
  tally.begun += 1
  const boot = await bootPhone({
    ...bootOrder(order, index, mac),
    ...(wire && { wire }),
    report: step => tally.step(step, mac),
  })
  tally.end(boot, mac, performance.now() - began)
}

function bootOrder(order: StormOrder, index: number, mac: Mac): Omit<BootOrder, 'report'> {
  const { phoneType, firmware, via, tls, think, timeLimit } = order
  // a phone on loopback fetches from its lease, not from the address that all of them ask from
  const address = via.kind === 'dhcp' && order.address?.startsWith('127.') ? undefined : ownPlace(order, index)
  return {
    ...{ mac, phoneType, via, timeLimit },
    ...{ ...(firmware && { firmware }), ...(tls && { tls }), ...(address && { address }) },
    ...(think && {
      think: () => delay(think.least === think.most ? think.least : randomInt(think.least, think.most + 1)),
    }),
  }
}
