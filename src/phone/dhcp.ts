/** DHCP from the phone's side: DISCOVER, OFFER, REQUEST, ACK with retransmission (RFC 2131 §4.4.1). */

import { randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Mac } from '../address/mac.js'
import type { Question, Reply } from './dhcp-message.js'
import type { DhcpWire } from './dhcp-wire.js'
import { formatTime, Hang, type Report } from './step.js'
import type { Pointers } from './urls.js'

export interface LeaseOrder {
  readonly mac: Mac
  readonly vendorClass?: string // option 60; phones before 7.3.15 send none
  readonly timeLimit: number // ms to wait for each answer, retransmissions included
  readonly think?: () => Promise<void> // before each question
}

export interface Lease {
  readonly address: string
  readonly mask: string | undefined
  readonly router: readonly string[]
  readonly dns: readonly string[]
  readonly ntp: readonly string[]
  readonly domain: string | undefined
  readonly serverId: string
  readonly leaseTime: number | undefined // seconds
  readonly pointers: Pointers
  readonly offerTime: number // ms from DISCOVER to OFFER
  readonly ackTime: number // ms from REQUEST to ACK
}

const firstWait = 1000 // ms, doubled at each try; the 4 s of RFC 2131 §4.1 are long for a person at a terminal
const timerError = 2 // ms; timers fire that early
const mostNaks = 3 // a phone would begin again for ever

/** Rejects with Hang where a phone would stay without an address. */
export async function obtainLease(wire: DhcpWire, order: LeaseOrder, report: Report): Promise<Lease> {
  for (let naks = 0; naks < mostNaks; naks += 1) {
    const lease = await attempt(wire, order, report)
    if (lease !== undefined) return lease
  }
  throw new Hang('REQUEST', `refused with a NAK ${mostNaks} times; the phone begins again for ever`)
}

// Undefined after a NAK: RFC 2131 §3.1.5, the client restarts.
async function attempt(wire: DhcpWire, order: LeaseOrder, report: Report): Promise<Lease | undefined> {
  const { mac, vendorClass } = order
  const common = { xid: randomInt(0x1_00_00_00_00), mac, ...(vendorClass !== undefined && { vendorClass }) }
  const offer = await exchange(wire, order, { type: 'DISCOVER', ...common }, reply => usableOffer(reply))
  const server = offer.reply.server ?? '' // usableOffer has seen it
  report({ kind: 'exchange', sent: 'DISCOVER', got: 'OFFER', address: offer.reply.address, server, ...offer.took })
  const requested = { address: offer.reply.address, server }
  const answer = await exchange(wire, order, { type: 'REQUEST', ...common, requested }, reply =>
    reply.type === 'OFFER' || reply.server !== server ? 'from another server' : undefined,
  )
  const { type, address } = answer.reply
  report({ kind: 'exchange', sent: 'REQUEST', got: type === 'NAK' ? 'NAK' : 'ACK', address, server, ...answer.took })
  if (type === 'NAK') return undefined
  const { mask, router, dns, ntp, domain, leaseTime, pointers } = answer.reply
  const times = { offerTime: offer.took.ms, ackTime: answer.took.ms }
  return { address, mask, router, dns, ntp, domain, serverId: server, leaseTime, pointers, ...times }
}

function usableOffer(reply: Reply): string | undefined {
  if (reply.type !== 'OFFER') return `an unexpected ${reply.type}`
  if (reply.server === undefined) return 'an OFFER without server identifier (option 54)'
  return reply.address === '0.0.0.0' ? 'an OFFER without an address (yiaddr)' : undefined
}

interface Exchange {
  readonly reply: Reply
  readonly took: { readonly tries: number; readonly ms: number }
}

async function exchange(
  wire: DhcpWire,
  order: LeaseOrder,
  question: Omit<Question, 'secs'>,
  refuse: (reply: Reply) => string | undefined,
): Promise<Exchange> {
  await order.think?.()
  const began = performance.now()
  const elapsed = () => performance.now() - began
  let dropped = ''
  const wanted = (reply: Reply) => {
    if (reply.xid !== question.xid || reply.mac !== question.mac) return false
    const reason = refuse(reply)
    if (reason !== undefined) dropped = `; heard, and dropped: ${reason}`
    return reason === undefined
  }
  let tries = 0
  for (let wait = firstWait; order.timeLimit - elapsed() > timerError; wait *= 2) {
    tries += 1
    const secs = Math.floor(elapsed() / 1000)
    const reply = await wire.ask({ ...question, secs }, wanted, Math.min(wait, order.timeLimit - elapsed()))
    if (reply !== undefined) return { reply, took: { tries, ms: elapsed() } }
  }
  const answer = question.type === 'DISCOVER' ? 'OFFER' : 'ACK'
  const sent = `${tries} ${question.type}${tries === 1 ? '' : 's'} sent to ${wire.destination}`
  throw new Hang(question.type, `no ${answer} within ${formatTime(order.timeLimit)}, ${sent}${dropped}`)
}
