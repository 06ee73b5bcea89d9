/** The server's side of DHCP as one table: message and client state in, answer out (RFC 2131 §4.3). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import { type Answer, type Reply, silence } from './answer.js'
import { clientKey, clientMac, extensionState, type Request, readRequest } from './client.js'
import type { Lease } from './lease.js'
import { Link } from './link.js'
import { bootRequest, type Message, messageType, type Options, option } from './message.js'
import { addressOf, textOf, typeOf } from './options.js'
import type { ClientPlan, ServerPlan } from './plan.js'
import type { Claimant, Pool } from './pool.js'
import { linkAddress, serverOverride } from './relay.js'
import { buildReply, destination, leaseTimes, type ReplyTerms, type ReplyType } from './reply.js'

const declineTime = 3_600_000 // ms an address that someone else was found to use is left alone

/** A message on its way through the table. */
interface Asking {
  readonly message: Message
  readonly claimant: Claimant
  readonly plan: ClientPlan
  readonly vendorClass: string | undefined
  readonly server: Ipv4 // what the client is to know us as
  readonly now: number // ms since 1970
}

export class Server {
  readonly #plan: ServerPlan
  readonly #links: readonly Link[]
  readonly #times: Options
  readonly #elsewhere: Lease[] = [] // of subnets the site does not have now, and may have again

  constructor(plan: ServerPlan, leases: Iterable<Lease>) {
    this.#plan = plan
    this.#links = plan.subnets.map(subnet => new Link(subnet))
    this.#times = leaseTimes(plan.leaseTime)
    // in the order of their ends, so that each goes to the tail of its queue
    const byEnd = [...leases].sort((a, b) => a.end - b.end)
    for (const lease of byEnd) {
      const link = this.#linkOf(lease.address)
      if (link === undefined) this.#elsewhere.push(lease)
      else link.pool.enter(lease)
    }
  }

  /** `now` in ms since 1970. The lease of a reply must be durable before the reply is sent. */
  answer(message: Message, now: number): Answer {
    if (message.op !== bootRequest) return silence('not-a-request')
    const type = typeOf(message.options)
    if (type === 0) return silence('bootp')
    const client = clientKey(message)
    if (client === undefined) return silence('no-client')
    const mac = clientMac(message)
    const server = serverOverride(message) ?? this.#plan.address
    // who gives an address back need not say again what it is: these messages carry no option 60 (RFC 2131 §4.4.1)
    if (type === messageType.decline) return this.#decline(message, client, server, now)
    if (type === messageType.release) return this.#release(message, client, server, now)
    const vendorClass = textOf(message.options, option.vendorClass)
    const plan = this.#plan.client(mac, vendorClass)
    if (plan === undefined) return silence('not-served')
    const claimant = { client, mac, reservation: plan.reservation }
    return this.#answerType(type, { message, claimant, plan, vendorClass, server, now })
  }

  /** The lease that runs on the address now. */
  leaseAt(address: Ipv4, now: number): Lease | undefined {
    const lease = this.#linkOf(address)?.pool.leaseAt(address)
    return lease?.state === 'bound' && lease.end > now ? lease : undefined
  }

  /**
   * Takes an address back at the operator's word, in a subnet of now: what is to be saved; undefined where nothing runs.
   * Its client is told nothing, and gets the address again when it asks in time.
   */
  release(address: Ipv4, now: number): Lease | undefined {
    const pool = this.#linkOf(address)?.pool
    pool?.sweep(now)
    const lease = pool?.leaseAt(address)
    if (pool === undefined || lease === undefined || lease.state === 'released' || lease.end <= now) return undefined
    const released: Lease = { ...lease, state: 'released', start: now, end: now }
    pool.enter(released)
    return released
  }

  /** The last lease of every address, running or not. */
  *leases(): Iterable<Lease> {
    for (const link of this.#links) yield* link.pool.leases()
    yield* this.#elsewhere
  }

  #answerType(type: number, asking: Asking): Answer {
    switch (type) {
      case messageType.discover:
        return this.#discover(asking)
      case messageType.request:
        return this.#request(asking, readRequest(asking.message))
      case messageType.inform:
        return this.#inform(asking)
      default:
        return silence('unknown-type')
    }
  }

  /** RFC 2131 §4.3.1 */
  #discover(asking: Asking): Answer {
    const link = this.#linkOfClient(asking)
    if (link === undefined) return silence('unknown-subnet')
    const wanted = addressOf(asking.message.options, option.requestedAddress)
    const address = link.pool.offer(asking.claimant, wanted, asking.now)
    if (address === undefined) return silence('pool-full')
    if (this.#plan.rapidCommit && asking.message.options.has(option.rapidCommit)) {
      return this.#acknowledge(asking, link, address, 'discover')
    }
    return this.#reply(asking, 'discover', this.#terms(asking, link, messageType.offer, address, this.#times))
  }

  /** RFC 2131 §4.3.2 */
  #request(asking: Asking, request: Request): Answer {
    const isExtension = request.state === 'renewing' || request.state === 'rebinding'
    // a unicast renewal tells no more than the address; what a relay passed on tells the link
    const isDirect = isExtension && asking.message.giaddr === 0
    const link = isDirect ? (this.#linkOf(request.address) ?? this.#localLink()) : this.#linkOfClient(asking)
    if (link === undefined) return silence('unknown-subnet')
    link.pool.sweep(asking.now)
    const { claimant, now, message } = asking
    if (request.state === 'selecting' && request.server !== asking.server && request.server !== this.#plan.address) {
      link.pool.withdraw(claimant.client, now)
      return silence('other-server')
    }
    const lease = link.pool.leaseOf(claimant.client)
    const state = isExtension ? extensionState(message, lease, now) : request.state
    const standing = this.#standing(link, request.address, claimant, now)
    const isNamed = request.state === 'selecting' // it speaks to this server, or has to do with it already
    if (standing === 'own' || (standing === 'free' && (isNamed || this.#plan.authoritative))) {
      return this.#acknowledge(asking, link, request.address ?? 0, state)
    }
    if (isNamed || this.#plan.authoritative || lease !== undefined) return this.#refuse(asking, state, standing)
    return silence('no-record')
  }

  /** RFC 2131 §4.3.3: only who was given the address can say that another uses it. */
  #decline(message: Message, client: string, server: Ipv4, now: number): Answer {
    const address = addressOf(message.options, option.requestedAddress)
    return this.#giveBack(message, address, client, server, { state: 'declined', start: now, end: now + declineTime })
  }

  /** RFC 2131 §4.3.4: what is known of the client stays, so that it gets the same address again. */
  #release(message: Message, client: string, server: Ipv4, now: number): Answer {
    return this.#giveBack(message, message.ciaddr, client, server, { state: 'released', start: now, end: now })
  }

  /** RFC 2131 §4.3.5: parameters without a lease, to the address the client says it has. */
  #inform(asking: Asking): Answer {
    if (asking.message.ciaddr === 0) return silence('no-address')
    const link = this.#linkOf(asking.message.ciaddr)
    if (link === undefined) return silence('unknown-subnet')
    return this.#reply(asking, 'inform', this.#terms(asking, link, messageType.ack, 0))
  }

  #giveBack(
    message: Message,
    address: Ipv4 | undefined,
    client: string,
    server: Ipv4,
    change: Pick<Lease, 'state' | 'start' | 'end'>,
  ): Answer {
    const link = address === undefined ? undefined : this.#linkOf(address)
    if (address === undefined || link === undefined) return silence('no-address')
    const named = addressOf(message.options, option.serverIdentifier)
    if (named !== undefined && named !== server && named !== this.#plan.address) return silence('other-server')
    link.pool.sweep(change.start)
    const lease = link.pool.leaseAt(address)
    if (lease?.state !== 'bound' || lease.client !== client) return silence('not-owner')
    const changed = { ...lease, ...change }
    link.pool.enter(changed)
    return { kind: 'record', lease: changed }
  }

  /**
   * A phone that has a reservation now must leave the address it got before, unless the reserved one is taken; and a
   * client has one address at a time: what it asks for is checked against its record (RFC 2131 §4.3.2).
   */
  #standing(link: Link, address: Ipv4 | undefined, claimant: Claimant, now: number): ReturnType<Pool['standing']> {
    if (address === undefined) return 'outside'
    const { reservation } = claimant
    const isMoving =
      reservation !== undefined && reservation !== address && link.pool.standing(reservation, claimant) === 'own'
    if (isMoving) return 'taken'
    const standing = link.pool.standing(address, claimant)
    const lease = standing === 'free' ? link.pool.leaseOf(claimant.client) : undefined
    return lease?.state === 'bound' && lease.end > now ? 'taken' : standing
  }

  #acknowledge(asking: Asking, link: Link, address: Ipv4, state: Reply['state']): Answer {
    const { message, claimant, now } = asking
    const lease: Lease = {
      address,
      state: 'bound',
      client: claimant.client,
      mac: claimant.mac,
      hostname: textOf(message.options, option.hostName),
      vendorClass: asking.vendorClass,
      start: now,
      end: now + this.#plan.leaseTime * 1000,
    }
    link.pool.enter(lease)
    const terms = this.#terms(asking, link, messageType.ack, address, this.#times)
    if (state !== 'discover') return this.#reply(asking, state, terms, lease)
    return this.#reply(asking, state, { ...terms, forced: withRapidCommit(terms.forced) }, lease)
  }

  #refuse(asking: Asking, state: Reply['state'], standing: string): Answer {
    const text = standing === 'taken' ? 'address not available' : 'wrong network'
    const terms = { type: messageType.nak, server: asking.server, address: 0, standard: none, forced: none, text }
    return this.#reply(asking, state, terms)
  }

  #reply(asking: Asking, state: Reply['state'], terms: ReplyTerms, lease?: Lease): Reply {
    const message = buildReply(asking.message, terms)
    const to = destination(message, terms.type, this.#plan.port)
    return { kind: 'reply', type: terms.type, state, message, to, lease }
  }

  #terms(asking: Asking, link: Link, type: ReplyType, address: Ipv4, times?: Options): ReplyTerms {
    const { message, plan, server } = asking
    const asksFor43 = message.options.get(option.parameterRequestList)?.includes(option.vendorSpecific) === true
    const forced = plan.boot === undefined ? link.plan.forced : link.forcedFor(plan.boot, asksFor43)
    return { type, server, address, times, standard: link.plan.standard, forced }
  }

  #linkOf(address: Ipv4): Link | undefined {
    return this.#links.find(link => link.pool.holds(address))
  }

  #localLink(): Link | undefined {
    return this.#linkOf(this.#plan.address)
  }

  #linkOfClient(asking: Asking): Link | undefined {
    const link = this.#linkOf(linkAddress(asking.message) ?? this.#plan.address)
    link?.pool.sweep(asking.now)
    return link
  }
}

const none: Options = new Map()

function withRapidCommit(forced: Options): Options {
  return new Map([...forced, [option.rapidCommit, Buffer.alloc(0)]])
}
