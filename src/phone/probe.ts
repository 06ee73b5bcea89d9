/** Who else answers phones on this LAN: every DHCP server's offer, every Plug & Play responder's URL. Takes no lease. */

import { randomBytes, randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { type Mac, macFromBytes } from '../address/mac.js'
import type { Question, Reply } from './dhcp-message.js'
import { openDhcpWire } from './dhcp-wire.js'
import { usualFirmware } from './model.js'
import { isOwnAddress } from './own-address.js'
import { subscribe } from './pnp.js'
import { statusOf } from './sip-text.js'
import { settingsUrl } from './urls.js'

export interface ProbeOrder {
  readonly address: string // own, on the phones' LAN
  readonly time: number // ms to listen
  readonly dhcp: { readonly server?: string; readonly port: number; readonly clientPort: number }
  readonly pnp: { readonly group: string; readonly port: number }
}

export interface Offer {
  readonly address: string
  readonly router: readonly string[]
  readonly dns: readonly string[]
  readonly leaseTime: number | undefined // seconds
  readonly option66: string | undefined
  readonly option67: string | undefined
  readonly settingsUrl: string | undefined // what a phone makes of 66, 67 and 43
}

export interface DhcpServer {
  readonly server: string // as it names itself in option 54
  readonly isOwn: boolean // its address is one of this host's
  readonly asPhone?: Offer // to a DISCOVER that says snom370 in option 60
  readonly asOther?: Offer // to one that says nothing
}

export interface PnpResponder {
  readonly address: string
  readonly isOwn: boolean
  readonly answer: string // the URL; else `200 OK` without a NOTIFY, or what was wrong with it
  readonly hasUrl: boolean
}

export interface Answers {
  readonly dhcp: readonly DhcpServer[]
  readonly pnp: readonly PnpResponder[]
}

export const probedType = 'snom370'

const askAgain = 1500 // ms; a first DISCOVER may be lost, and some servers ping an address before they offer it
const mostServers = 64 // of each kind; on a LAN there is one, and a liar could invent thousands

/** Rejects with Hang where a socket cannot be had. */
export async function probe(order: ProbeOrder): Promise<Answers> {
  const [dhcp, pnp] = await Promise.all([probeDhcp(order), probePnp(order)])
  return { dhcp, pnp }
}

/** A DISCOVER, never a REQUEST: who offers has given nothing away (RFC 2131 §3.1). */
async function probeDhcp({ address, time, dhcp }: ProbeOrder): Promise<readonly DhcpServer[]> {
  const found = new Map<string, { asPhone?: Offer; asOther?: Offer }>()
  const hear = (reply: Reply, as: 'asPhone' | 'asOther') => {
    const { server } = reply
    if (reply.type !== 'OFFER' || server === undefined) return
    const known = found.get(server) ?? {}
    if (found.size < mostServers || found.has(server)) found.set(server, { ...known, [as]: offerOf(reply) })
  }
  const wire = await openDhcpWire({ ...dhcp, interfaceAddress: address })
  const ask = async (as: 'asPhone' | 'asOther', vendorClass?: string): Promise<void> => {
    const began = performance.now()
    const mac = inventMac()
    const question = { type: 'DISCOVER', xid: randomInt(2 ** 32), mac, ...(vendorClass && { vendorClass }) } as const
    for (let left = time; left > 0; left = time - (performance.now() - began)) {
      await wire.ask(
        secsOf(question, time - left),
        reply => listen(reply, mac, () => hear(reply, as)),
        Math.min(askAgain, left),
      )
    }
  }
  try {
    await Promise.all([ask('asPhone', probedType), ask('asOther')])
  } finally {
    wire.close()
  }
  return [...found].map(([server, offers]) => ({ server, isOwn: isOwnAddress(server), ...offers }))
}

/** Never the end of waiting: others may answer too. */
function listen(reply: Reply, mac: Mac, then: () => void): false {
  if (reply.mac === mac) then()
  return false
}

function secsOf(question: Omit<Question, 'secs'>, ms: number): Question {
  return { ...question, secs: Math.floor(ms / 1000) }
}

function offerOf({ address, router, dns, leaseTime, pointers }: Reply): Offer {
  const { option66, option67 } = pointers
  return { address, router, dns, leaseTime, option66, option67, settingsUrl: settingsUrl(pointers)?.url }
}

async function probePnp({ address, time, pnp }: ProbeOrder): Promise<readonly PnpResponder[]> {
  const found = new Map<string, { answer: string; hasUrl: boolean }>()
  const identity = { phoneType: probedType, firmware: usualFirmware(probedType), mac: inventMac() }
  await subscribe({ identity, address, sipPort: 0, ...pnp, timeLimit: time }, ({ from, message, notified }) => {
    const status = statusOf(message)
    const said = status && `${status.code} ${status.reason} and no NOTIFY`
    const answer = notified?.url ?? (notified?.trouble ? `a NOTIFY ${notified.trouble}` : said)
    const known = found.get(from.address)
    const isNews = known === undefined || (!known.hasUrl && notified !== undefined)
    if (answer !== undefined && isNews && found.size < mostServers) {
      found.set(from.address, { answer, hasUrl: notified?.url !== undefined })
    }
    return { isHeard: false, isDone: false }
  })
  return [...found].map(([from, answer]) => ({ address: from, isOwn: isOwnAddress(from), ...answer }))
}

/** A locally administered address (IEEE 802): no maker gave it to a device, so no lease of anybody's is touched. */
function inventMac(): Mac {
  const mac = macFromBytes(Buffer.concat([Buffer.from([0x02]), randomBytes(5)]))
  if (mac === undefined) throw new RangeError('six bytes make an address')
  return mac
}
