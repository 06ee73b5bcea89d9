/** The ear for other Plug & Play servers: it asks as a phone would, and hears who answers. */

import { randomBytes } from 'node:crypto'
import type { Ipv4 } from '../address/ipv4.js'
import { type Mac, parseMac } from '../address/mac.js'
import { decodeMessage, MalformedMessage } from '../sip/decode.js'
import type { Endpoint } from '../sip/endpoint.js'
import { acknowledge, type PnpResponder, probeSubscribe, responderBehind } from '../sip/probe.js'
import type { Log } from './log.js'
import { randomText } from './random-text.js'
import type { Datagram, Udp } from './udp.js'

export interface PnpEarParts {
  readonly udp: Udp // any port, on the phones' interface
  readonly own: Ipv4
  readonly group: Endpoint // 224.0.1.75:5060
  readonly mac: Mac // of the phone that the probes invent
  readonly hear: (responder: PnpResponder) => void // for every message of somebody who answers
  readonly log: Log
}

export interface PnpEar {
  /** Sends one probe. */
  ask(): void
  readonly refused: number // probes that the kernel did not send
  close(): Promise<void>
}

export function openPnpEar(parts: PnpEarParts): PnpEar {
  const { udp, group, mac } = parts
  const own = { address: parts.own, port: udp.port }
  const callId = `${randomText()}@option66-probe` // for who wonders in the other server's log
  const tag = randomText()
  udp.receive(datagrams => {
    for (const datagram of datagrams) hear(datagram, { ...parts, callId, tag })
  })
  return {
    ask() {
      const { bytes, to } = probeSubscribe({ mac, own, group, tag, branch: randomText(), callId })
      udp.send([{ bytes, ...to }])
    },
    get refused() {
      return udp.refused
    },
    close: () => udp.close(),
  }
}

/** In snom's block, for a server may answer no others; FF is no model's (see snom/phone-type.ts). */
export function inventSnomMac(): Mac {
  const mac = parseMac(`000413FF${randomBytes(2).toString('hex')}`)
  if (mac === undefined) throw new RangeError('twelve digits make an address')
  return mac
}

export interface PnpProbing extends Omit<PnpEarParts, 'hear' | 'mac'> {
  readonly listening: number // ms
  readonly wait: (ms: number) => Promise<void>
}

/** More than any LAN has; who forges more learns nothing and fills nothing. */
const mostResponders = 16

/** Asks twice, for the first probe may be lost, and closes the socket. What each responder said is put together. */
export async function probePnp(probing: PnpProbing): Promise<readonly PnpResponder[]> {
  const heard = new Map<Ipv4, PnpResponder>()
  const hear = (responder: PnpResponder): void => {
    const known = heard.get(responder.address)
    if (known !== undefined || heard.size < mostResponders) heard.set(responder.address, { ...known, ...responder })
  }
  const ear = openPnpEar({ ...probing, mac: inventSnomMac(), hear })
  try {
    ear.ask()
    await probing.wait(probing.listening / 4)
    ear.ask()
    await probing.wait((probing.listening * 3) / 4)
  } finally {
    await ear.close()
  }
  return [...heard.values()]
}

function hear({ bytes, address, port }: Datagram, parts: PnpEarParts & { callId: string; tag: string }): void {
  const source = { address, port }
  try {
    const message = decodeMessage(bytes)
    const responder = responderBehind(message, source, parts.callId)
    if (responder === undefined) return
    const answer = acknowledge(message, source, parts.tag)
    if (answer !== undefined) parts.udp.send([{ bytes: answer.bytes, ...answer.to }])
    parts.hear(responder)
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    parts.log.debug({ door: 'pnp', port, defect: error.defect }, 'silent')
  }
}
