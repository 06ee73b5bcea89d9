/** Phones that do one thing wrong: the pieces of the virtual phone where they will do, and raw sockets where it is too well-behaved. */

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type Agent, type IncomingMessage, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { Mac } from '../../src/address/mac.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import { type Boot, type BootOrder, bootPhone } from '../../src/phone/boot.js'
import type { Tls } from '../../src/phone/connections.js'
import { obtainLease } from '../../src/phone/dhcp.js'
import type { DhcpWire } from '../../src/phone/dhcp-wire.js'
import type { Via } from '../../src/phone/find-settings.js'
import { type Identity, userAgent, usualFirmware } from '../../src/phone/model.js'
import { answerTo, header, readSip } from '../../src/phone/sip-text.js'
import { subscribeText } from '../../src/phone/subscribe.js'
import { encodePacket, type Option, type Packet } from '../../src/tftp/packet.js'
import { say, type Words } from '../dhcp/talk.js'
import { some } from '../some.js'
import { type Clock, host, type OwnAppliance } from './own-appliance.js'

const timeLimit = 3000 // ms for an answer of the program
const partly = 1_000_000 // bytes after which a phone is gone that stops in the middle
const short = 150 // ms in which a datagram on loopback arrives and is handled

export interface PhoneParts {
  readonly appliance: OwnAppliance
  readonly clock: Clock
  readonly wire: DhcpWire
  readonly mac: Mac
  readonly phoneType: string
  readonly address: string // from which it fetches until it has a lease
  readonly tls?: Tls // its certificate
  readonly closing: (close: () => void) => void
}

export class MisbehavingPhone {
  readonly appliance: OwnAppliance
  readonly mac: Mac
  readonly phoneType: string
  readonly #parts: PhoneParts
  address: string
  firmware: string

  constructor(parts: PhoneParts) {
    this.#parts = parts
    this.appliance = parts.appliance
    this.mac = parts.mac
    this.phoneType = parts.phoneType
    this.address = parts.address
    this.firmware = usualFirmware(parts.phoneType)
  }

  get tls(): Tls {
    return this.#parts.tls ?? {}
  }

  get identity(): Identity {
    const { mac, phoneType, firmware } = this
    return { mac, phoneType, firmware }
  }

  /** Time goes by, once all that was sent is taken in. */
  async wait(seconds: number): Promise<void> {
    await this.appliance.phone(this.mac)
    this.#parts.clock.moveOn(seconds)
  }

  /** The program's clock stands still meanwhile. */
  atOnce(action: () => Promise<unknown>): Promise<void> {
    return this.#parts.clock.atOnce(action)
  }

  /** Until such a fact is told of it in this boot, for five seconds at most: some wait for the disk. */
  async until(kind: string): Promise<void> {
    for (let tries = 0; tries < 250; tries += 1) {
      const [boot] = (await this.appliance.phone(this.mac))?.boots ?? []
      if (boot?.facts.some(fact => fact.kind === kind)) return
      await delay(20)
    }
  }

  /** A whole boot, as far as the phone gets. */
  boot(via: Via, order: Partial<BootOrder> = {}): Promise<Boot> {
    const { mac, phoneType, firmware } = this
    const own = via.kind === 'dhcp' ? {} : { address: this.address }
    const { wire } = this.#parts
    return bootPhone({ mac, phoneType, firmware, via, wire, timeLimit, report: () => undefined, ...own, ...order })
  }

  async lease(): Promise<void> {
    const order = { mac: this.mac, vendorClass: this.phoneType, timeLimit }
    this.address = (await obtainLease(this.#parts.wire, order, () => undefined)).address
  }

  /** DHCP messages that no client of good manners sends; `from`: a relay. */
  async say(messages: readonly Words[], from = host): Promise<void> {
    const socket = await this.#open(from)
    for (const words of messages) {
      const options = { 60: Buffer.from(this.phoneType), ...words.options }
      socket.send(encodeMessage(say({ mac: this.mac, ...words, options })), this.appliance.dhcp, host)
    }
    await delay(short)
  }

  /** The status; `part`: gone after the first bytes. */
  get(path: string, how: Asking = {}): Promise<number> {
    const agent = how.agent ?? userAgent(this.identity)
    return get(new URL(path, how.base ?? this.appliance.base), { address: this.address, ...how, agent })
  }

  /** Reads by TFTP: one packet, and then what `then` says to each answer. */
  async rrq(file: string, options: readonly Option[] = [], then: Packet | undefined = undefined): Promise<void> {
    const socket = await this.#open(this.address)
    const request = encodePacket({ op: 'RRQ', file, mode: 'octet', options: [...options] })
    socket.send(request, this.appliance.tftp, host)
    const [, from] = await once(socket, 'message')
    if (then !== undefined) socket.send(encodePacket(then), from.port, from.address)
    await delay(short)
  }

  /** A SUBSCRIBE, and what the phone answers to the NOTIFY with its settings URL, and later to check-sync: `200 OK`, or nothing. */
  async subscribe(
    answers: { readonly notify?: string; readonly checkSync?: string | (() => void) } = {},
  ): Promise<void> {
    const socket = await this.#open(this.address)
    const { identity, address } = this
    socket.on('message', (bytes, from) => {
      const heard = readSip(bytes)
      if (heard === undefined || !heard.start.startsWith('NOTIFY ')) return
      const answer = header(heard, 'event').startsWith('check-sync') ? answers.checkSync : answers.notify
      if (typeof answer === 'function') answer()
      else if (answer !== undefined) socket.send(answerTo(heard, answer), from.port, from.address)
    })
    socket.setMulticastInterface(address)
    const group = '224.0.1.75'
    const text = subscribeText({ identity, address, port: socket.address().port, group, number: 7 })
    socket.send(text, this.appliance.pnp, group)
    await this.until('subscribe')
  }

  async #open(address: string): Promise<Socket> {
    const socket = createSocket('udp4')
    socket.bind(0, address)
    await once(socket, 'listening')
    this.#parts.closing(() => socket.close())
    return socket
  }
}

export interface Asking {
  readonly base?: string
  readonly agent?: string
  readonly method?: string
  readonly part?: boolean
  readonly tls?: Tls
  readonly pool?: Agent
}

async function get(url: URL, how: Asking & { readonly address: string; readonly agent: string }): Promise<number> {
  const { address: localAddress, agent, method = 'GET', part = false, tls = {}, pool = false } = how
  const options = { localAddress, method, headers: { 'user-agent': agent } }
  const own = { ca: tls.ca, cert: tls.certificate, key: tls.key, rejectUnauthorized: false }
  const asking =
    url.protocol === 'https:'
      ? requestSecurely(url, { ...options, ...own, agent: false })
      : request(url, { ...options, agent: pool })
  asking.end()
  const [response]: IncomingMessage[] = await once(asking, 'response')
  const status = some(response).statusCode ?? 0
  if (part) {
    let bytes = 0
    for await (const chunk of some(response)) {
      bytes += chunk.length
      if (bytes >= partly) break // which destroys the connection
    }
  } else {
    some(response).resume()
    await once(some(response), 'end')
  }
  return status
}
