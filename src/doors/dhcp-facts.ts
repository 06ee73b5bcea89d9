/** DHCP messages and answers as facts for the timeline of a phone. */

import type { Mac } from '../address/mac.js'
import type { Reply, Silence } from '../dhcp/answer.js'
import { clientMac, readRequest } from '../dhcp/client.js'
import type { Lease } from '../dhcp/lease.js'
import { bootRequest, type Message, messageType, option } from '../dhcp/message.js'
import { addressOf, textOf, typeOf } from '../dhcp/options.js'
import { probeName } from '../dhcp/rival.js'
import { type Fact, mostAsks } from '../fleet/fact.js'

/**
 * Undefined for what no client sends on its way to an address, and for probes, which no phone sends. `at` in ms since
 * 1970, here and below.
 */
export function askedFact(message: Message, at: number): Fact | undefined {
  const { options, giaddr } = message
  const type = typeOf(options)
  const mac = clientMac(message)
  if (mac === undefined || message.op !== bootRequest) return undefined
  if (type !== messageType.discover && type !== messageType.request && type !== messageType.inform) return undefined
  const vendorClass = textOf(options, option.vendorClass)
  const hostname = textOf(options, option.hostName)
  if (hostname === probeName) return undefined
  const state = type === messageType.request ? readRequest(message).state : undefined
  return {
    kind: type === messageType.discover ? 'discover' : 'request',
    at,
    mac,
    ...(vendorClass !== undefined && { vendorClass }),
    ...(hostname !== undefined && { hostname }),
    asks: [...(options.get(option.parameterRequestList)?.subarray(0, mostAsks) ?? [])],
    ...(type !== messageType.discover && { state: state ?? 'inform' }),
    ...(giaddr !== 0 && { relay: giaddr }),
  }
}

/** Of a message whose lease had to be saved first, only numbers and the lease are still good, and our own options. */
export function replyFact(reply: Reply, at: number): Fact {
  const { type, message, state, lease } = reply
  const mac = lease === undefined ? clientMac(message) : lease.mac
  const address = message.yiaddr === 0 ? message.ciaddr : message.yiaddr
  const common = { at, ...(mac !== undefined && { mac }), ...(address !== 0 && { address }) }
  if (type === messageType.offer) return { kind: 'offer', ...common }
  if (type === messageType.nak) return { kind: 'nak', ...common }
  const settingsUrl = settingsUrlOf(message)
  return { kind: 'ack', ...common, state, ...(settingsUrl !== undefined && { settingsUrl }) }
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
  return `${server.replace(/\/$/, '')}/${file}`
}
