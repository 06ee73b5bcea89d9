/** The DHCP door: datagrams to the server, its replies to the LAN, leases to the disk in between. */

import { formatIpv4 } from '../address/ipv4.js'
import { formatMac } from '../address/mac.js'
import type { Answer, Reply, Silence } from '../dhcp/answer.js'
import { clientMac } from '../dhcp/client.js'
import { decodeMessage, MalformedMessage } from '../dhcp/decode.js'
import { encodeMessage } from '../dhcp/encode.js'
import type { Lease, LeaseStore } from '../dhcp/lease.js'
import { type Message, messageType } from '../dhcp/message.js'
import type { Server } from '../dhcp/server.js'
import type { Note } from '../fleet/fact.js'
import { AskedLists, askedFact, givenBackFact, replyFact, silenceFact } from './dhcp-facts.js'
import type { Fields, Log } from './log.js'
import type { Datagram, Udp } from './udp.js'

export interface DhcpParts {
  readonly udp: Udp
  readonly server: Server
  readonly store: LeaseStore
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly note?: Note
}

/** More than a boot storm has in flight while a slow card syncs; what comes then is dropped, and phones ask again. */
const mostWaiting = 8192

const complaintInterval = 60_000 // ms between two lines about the same trouble

export class DhcpDoor {
  readonly #parts: DhcpParts
  readonly #counters = new Map<string, number>()
  readonly #complained = new Map<string, number>() // when, by what
  readonly #saving = new Set<Promise<void>>()
  readonly #askedLists = new AskedLists()
  #server: Server
  #waiting = 0 // leases on their way to the disk
  #isClosing = false

  constructor(parts: DhcpParts) {
    this.#parts = parts
    this.#server = parts.server
    parts.udp.receive(datagrams => this.#receive(datagrams))
  }

  /** How often each thing happened: `DHCPACK`, `pool-full`, `cookie` … */
  get counters(): ReadonlyMap<string, number> {
    return this.#counters
  }

  /** From now on that server answers. */
  use(server: Server): void {
    this.#server = server
  }

  /** After the clients whose leases are on their way to the disk have their answer. */
  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.all(this.#saving)
    await this.#parts.udp.close()
  }

  #receive(datagrams: readonly Datagram[]): void {
    if (this.#isClosing) return
    const atOnce: Outgoing[] = []
    const durable: Outgoing[] = []
    const leases: Lease[] = []
    for (const datagram of datagrams) {
      if (this.#waiting + leases.length >= mostWaiting) {
        this.#complain('disk-behind', 'leases come faster than the disk takes them: requests are dropped')
        continue
      }
      const answer = this.#answer(datagram)
      if (answer === undefined || answer.kind === 'silence') continue
      if (answer.lease !== undefined) leases.push(answer.lease)
      if (answer.kind === 'reply') (answer.lease === undefined ? atOnce : durable).push(outgoing(answer))
    }
    this.#send(atOnce)
    if (leases.length === 0) return
    const saving = this.#save(leases, durable).finally(() => this.#saving.delete(saving))
    this.#saving.add(saving)
  }

  #answer(datagram: Datagram): Answer | undefined {
    try {
      const message = decodeMessage(datagram.bytes)
      const answer = this.#server.answer(message, this.#parts.now())
      this.#note(answer, message)
      return answer
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.#count(error.defect)
      return undefined
    }
  }

  /** A failure ends here: the clients hear nothing and ask again. */
  async #save(leases: readonly Lease[], replies: readonly Outgoing[]): Promise<void> {
    this.#waiting += leases.length
    try {
      await this.#parts.store.save(leases)
      this.#send(replies)
    } catch (error) {
      this.#complain('not-saved', 'leases cannot be written, so nobody gets one', { detail: String(error) })
      for (const { mac } of leases) this.#parts.note?.(silenceFact(mac, 'not-saved', this.#parts.now()))
    } finally {
      this.#waiting -= leases.length
    }
  }

  #send(replies: readonly Outgoing[]): void {
    if (replies.length === 0) return
    const { udp } = this.#parts
    const refused = udp.refused
    udp.send(replies)
    if (udp.refused > refused) this.#complain('refused', 'the system refuses to send replies: phones hear nothing')
    const { log, note, now } = this.#parts
    for (const { reply } of replies) {
      if (log.leavesOut?.('info') !== true) log.info(replyFields(reply), replyNames[reply.type])
      note?.(replyFact(reply, now()))
    }
  }

  #note(answer: Answer, message: Message): void {
    this.#tell(answer, message)
    if (answer.kind === 'reply') this.#count(replyNames[answer.type])
    else if (answer.kind === 'record') this.#noteGivenBack(answer.lease)
    else this.#noteSilence(answer.reason, message)
  }

  /** What was asked, and what came of it unless that is a reply: of that the fact is told when it leaves. */
  #tell(answer: Answer, message: Message): void {
    const { note, now } = this.#parts
    if (note === undefined) return
    const asked = askedFact(message, this.#askedLists, now())
    if (asked !== undefined) note(asked)
    if (answer.kind === 'record') note(givenBackFact(answer.lease, now()))
    else if (answer.kind === 'silence' && asked !== undefined) {
      note(silenceFact(clientMac(message), answer.reason, now(), message))
    }
  }

  /** RFC 2131 §4.3.3: of a DECLINE the operator should hear, for something else uses the address. */
  #noteGivenBack({ state, address, mac }: Lease): void {
    const fields = { mac: mac && formatMac(mac), address: formatIpv4(address) }
    if (state === 'declined') this.#complain(state, 'a phone found its address in use by another device', fields)
    else {
      this.#count(state)
      this.#parts.log.info({ door: 'dhcp', ...fields }, 'DHCPRELEASE')
    }
  }

  #noteSilence(reason: Silence, message: Message): void {
    if (reason === 'pool-full') this.#complain(reason, 'no free address in the pool: phones hear nothing')
    else this.#count(reason)
    const { log } = this.#parts
    if (log.leavesOut?.('debug') !== true) log.debug({ door: 'dhcp', mac: macText(message), reason }, 'silent')
  }

  #count(what: string): void {
    this.#counters.set(what, (this.#counters.get(what) ?? 0) + 1)
  }

  /** Counts every time; says it once a minute. */
  #complain(what: string, text: string, fields: Fields = {}): void {
    this.#count(what)
    const last = this.#complained.get(what)
    const now = this.#parts.now()
    if (last !== undefined && now - last < complaintInterval) return
    this.#complained.set(what, now)
    this.#parts.log.warn({ door: 'dhcp', count: this.#counters.get(what), ...fields }, text)
  }
}

/** Encoded at once: the message still points into the buffer of the request, which the next wake-up overwrites. */
interface Outgoing extends Datagram {
  readonly reply: Reply
}

function outgoing(reply: Reply): Outgoing {
  return { bytes: encodeMessage(reply.message), address: reply.to.address, port: reply.to.port, reply }
}

const replyNames = {
  [messageType.offer]: 'DHCPOFFER',
  [messageType.ack]: 'DHCPACK',
  [messageType.nak]: 'DHCPNAK',
} as const

/** Of a message whose lease had to be saved first, only numbers and the lease are still good. */
function replyFields({ message, state, lease }: Reply): Fields {
  return {
    door: 'dhcp',
    mac: lease === undefined ? macText(message) : lease.mac && formatMac(lease.mac),
    address: message.yiaddr === 0 ? undefined : formatIpv4(message.yiaddr),
    state,
    relay: message.giaddr === 0 ? undefined : formatIpv4(message.giaddr),
    hostname: lease?.hostname,
    vendorClass: lease?.vendorClass,
  }
}

function macText(message: Message): string | undefined {
  const mac = clientMac(message)
  return mac === undefined ? undefined : formatMac(mac)
}
