/** DHCP messages and answers as facts for the timeline of a phone. */

import type { Mac } from '../address/mac.js'
import type { Reply, Silence } from '../dhcp/answer.js'
import { clientMac, readRequest } from '../dhcp/client.js'
import type { Lease } from '../dhcp/lease.js'
import { bootRequest, type Message, messageType, option } from '../dhcp/message.js'
import { addressOf, textOf, typeOf } from '../dhcp/options.js'
import { probeName } from '../dhcp/rival.js'
import { type Fact, mostAsks } from '../fleet/fact.js'

/** One for each firmware line, unless somebody invents them. */
const mostLists = 1024

/** What is in option 55, the same list for the same bytes: making one costs as much as the rest of its fact. */
export class AskedLists {
  readonly #known = new Map<string, readonly number[]>()

  of(message: Message): readonly number[] {
    const codes = message.options.get(option.parameterRequestList)
    const key = codes === undefined ? '' : codes.toString('latin1', 0, mostAsks)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= mostLists) this.#known.clear()
    const list = [...(codes?.subarray(0, mostAsks) ?? [])]
    this.#known.set(key, list)
    return list
  }
}

/**
 * Undefined for what no client sends on its way to an address, and for probes, which no phone sends. `at` in ms since
 * 1970, here and below.
 */
export function askedFact(message: Message, lists: AskedLists, at: number): Fact | undefined {
  const { options, giaddr } = message
  const type = typeOf(options)
  const mac = clientMac(message)
  if (mac === undefined || message.op !== bootRequest) return undefined
  if (type !== messageType.discover && type !== messageType.request && type !== messageType.inform) return undefined
  const vendorClass = textOf(options, option.vendorClass)
  const hostname = textOf(options, option.hostName)
  if (hostname === probeName) return undefined
  const kind = type === messageType.discover ? 'discover' : 'request'
  const fact: Writable<Fact & { readonly kind: typeof kind }> = { kind, at, mac, asks: lists.of(message) }
  if (vendorClass !== undefined) fact.vendorClass = vendorClass
  if (hostname !== undefined) fact.hostname = hostname
  if (type === messageType.request) fact.state = readRequest(message).state
  else if (type === messageType.inform) fact.state = 'inform'
  if (giaddr !== 0) fact.relay = giaddr
  return fact
}

/** Of a message whose lease had to be saved first, only numbers and the lease are still good, and our own options. */
export function replyFact(reply: Reply, at: number): Fact {
  const { type, message, state, lease } = reply
  const mac = lease === undefined ? clientMac(message) : lease.mac
  const address = message.yiaddr === 0 ? message.ciaddr : message.yiaddr
  const fact: Writable<Fact> = type === messageType.ack ? { kind: 'ack', at, state } : { kind: kinds[type], at }
  if (mac !== undefined) fact.mac = mac
  if (address !== 0) fact.address = address
  const settingsUrl = fact.kind === 'ack' ? settingsUrlOf(message) : undefined
  if (fact.kind === 'ack' && settingsUrl !== undefined) fact.settingsUrl = settingsUrl
  return fact
}

export function givenBackFact({ state, address, mac }: Lease, at: number): Fact {
  const kind = state === 'declined' ? 'declined' : 'released'
  return { kind, at, address, ...(mac !== undefined && { mac }) }
}

export function silenceFact(mac: Mac | undefined, reason: Silence | 'not-saved', at: number, message?: Message): Fact {
  const chosen = message === undefined ? undefined : addressOf(message.options, option.serverIdentifier)
  const server = reason === 'other-server' ? chosen : undefined
  const whose = { ...(mac !== undefined && { mac }), ...(server !== undefined && { server }) }
  return { kind: 'unanswered', door: 'dhcp', at, reason, ...whose }
}

/** Options 66 and 67 in one, with one slash between. */
function settingsUrlOf({ options }: Message): string | undefined {
  const server = options.get(option.tftpServerName)?.toString('latin1')
  const file = options.get(option.bootfileName)?.toString('latin1')
  if (server === undefined || file === undefined) return server ?? file
  return `${server.endsWith('/') ? server.slice(0, -1) : server}/${file}`
}

const kinds = { [messageType.offer]: 'offer', [messageType.nak]: 'nak' } as const

/** Fields are set one by one: spreading them in is slow where there are four facts an exchange. */
type Writable<T> = T extends unknown ? { -readonly [key in keyof T]: T[key] } : never
