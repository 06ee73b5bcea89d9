/** Messages of clients and a server to say them to, for the tests of src/dhcp. */

import { ipv4Bytes, parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import { parseRange, parseSubnet } from '../../src/address/subnet.js'
import type { Answer, Reply } from '../../src/dhcp/answer.js'
import type { Lease } from '../../src/dhcp/lease.js'
import { type Message, messageType, option } from '../../src/dhcp/message.js'
import type { ClientPlan, ServerPlan } from '../../src/dhcp/plan.js'
import { Server } from '../../src/dhcp/server.js'
import { some } from '../some.js'

export const ip = (text: string): number => some(parseIpv4(text))

export interface Words {
  readonly type?: keyof typeof messageType
  readonly mac?: string
  readonly options?: Readonly<Record<number, Buffer | string | readonly number[]>>
  readonly ciaddr?: string
  readonly giaddr?: string
  readonly flags?: number
  readonly hops?: number
  readonly htype?: number
  readonly hlen?: number
  readonly op?: number
}

/** A client's message; `options` by code: bytes, or a dotted quad, or a list of byte values. */
export function say(words: Words): Message {
  const options = new Map<number, Buffer>()
  if (words.type !== undefined) options.set(option.messageType, Buffer.from([messageType[words.type]]))
  for (const [code, value] of Object.entries(words.options ?? {})) {
    options.set(Number(code), typeof value === 'string' ? ipv4Bytes(ip(value)) : Buffer.from(value))
  }
  const chaddr = Buffer.alloc(16)
  Buffer.from(words.mac ?? '000413260001', 'hex').copy(chaddr)
  return {
    op: words.op ?? 1,
    htype: words.htype ?? 1,
    hlen: words.hlen ?? 6,
    hops: words.hops ?? 0,
    xid: 0x12345678,
    secs: 0,
    flags: words.flags ?? 0,
    ciaddr: ip(words.ciaddr ?? '0.0.0.0'),
    yiaddr: 0,
    siaddr: 0,
    giaddr: ip(words.giaddr ?? '0.0.0.0'),
    chaddr,
    sname: Buffer.alloc(64),
    file: Buffer.alloc(128),
    options,
  }
}

export interface SiteWords {
  readonly plan?: Partial<ServerPlan>
  readonly pool?: string
  readonly clients?: Readonly<Record<string, ClientPlan | undefined>> // by MAC; everyone else: an empty plan
  readonly reserved?: readonly string[]
  readonly leases?: Iterable<Lease>
}

/** 192.0.2.1 serves 192.0.2.0/24 here and 198.51.100.0/24 behind a relay. */
export function makeServer(words: SiteWords = {}): Server {
  const reserved = new Set(['192.0.2.1', ...(words.reserved ?? [])].map(ip))
  const standard = new Map([
    [option.subnetMask, ipv4Bytes(ip('255.255.255.0'))],
    [option.router, ipv4Bytes(ip('192.0.2.1'))],
    [option.domainNameServer, ipv4Bytes(ip('192.0.2.1'))],
  ])
  const subnet = (network: string, pool: string) => ({
    subnet: some(parseSubnet(network)),
    ranges: [some(parseRange(pool))],
    isReserved: (address: number) => reserved.has(address),
    standard,
    forced: new Map(),
  })
  const subnets = [
    subnet('192.0.2.0/24', words.pool ?? '192.0.2.100 - 192.0.2.103'),
    subnet('198.51.100.0/24', '198.51.100.10 - 198.51.100.99'),
  ]
  const clients = new Map(Object.entries(words.clients ?? {}).map(([mac, plan]) => [some(parseMac(mac)), plan]))
  const plan: ServerPlan = {
    address: ip('192.0.2.1'),
    port: 67,
    leaseTime: 120,
    authoritative: true,
    rapidCommit: false,
    subnets,
    client: mac => (mac !== undefined && clients.has(mac) ? clients.get(mac) : {}),
    ...words.plan,
  }
  return new Server(plan, words.leases ?? [])
}

export function asReply(answer: Answer): Reply {
  if (answer.kind !== 'reply') throw new Error(`expected a reply, got ${JSON.stringify(answer)}`)
  return answer
}

/** DISCOVER, then REQUEST of what was offered: the lease, as the client knows it. */
export function lease(server: Server, now: number, words: Words = {}): Reply {
  const offer = asReply(server.answer(say({ ...words, type: 'discover' }), now))
  const options = { ...words.options, 50: ipv4Bytes(offer.message.yiaddr), 54: '192.0.2.1' }
  return asReply(server.answer(say({ ...words, type: 'request', options }), now))
}
