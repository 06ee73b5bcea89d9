/** The addresses of one subnet: who has which, and which is given next (RFC 2131 §4.3.1). No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import { type Range, rangeHolds, type Subnet, subnetHolds } from '../address/subnet.js'
import type { Lease } from './lease.js'
import { type Item, Queue } from './queue.js'

export interface PoolPlan {
  readonly subnet: Subnet
  readonly ranges: readonly Range[]
  /** Never given to just anyone: the server's own address and every reservation. */
  isReserved(address: Ipv4): boolean
}

export interface Claimant {
  readonly client: string // key
  readonly mac: Mac | undefined
  readonly reservation: Ipv4 | undefined
}

/** What an address is to a client. `outside`: of the subnet, or of everything this server may give there. */
export type Standing = 'own' | 'free' | 'taken' | 'outside'

const offerTime = 60_000 // ms an offered address is kept for its client
const mostLooks = 16 // at declined addresses, for one message
const mostOffers = 4096 // more clients than boot within one offer time; a flood then recycles its own offers

/** An address in use, or used once. Fresh addresses have no seat, so a /8 costs nothing. */
interface Seat extends Item<Seat> {
  readonly address: Ipv4
  lease: Lease | undefined // the last one
  offeredTo: string | undefined
}

export class Pool {
  readonly #plan: PoolPlan
  readonly #seats = new Map<Ipv4, Seat>()
  readonly #byClient = new Map<string, Seat>()
  readonly #offers = new Map<string, Seat>()
  readonly #offered = new Queue<Seat>()
  readonly #bound = new Queue<Seat>()
  readonly #declined = new Queue<Seat>()
  readonly #free = new Queue<Seat>() // used before; longest free first
  #range = 0
  #fresh: Ipv4

  constructor(plan: PoolPlan) {
    this.#plan = plan
    this.#fresh = plan.ranges[0]?.first ?? 0
  }

  holds(address: Ipv4): boolean {
    return subnetHolds(this.#plan.subnet, address)
  }

  /** The last lease of the address, running or not. */
  leaseAt(address: Ipv4): Lease | undefined {
    return this.#seats.get(address)?.lease
  }

  leaseOf(client: string): Lease | undefined {
    return this.#byClient.get(client)?.lease
  }

  *leases(): Iterable<Lease> {
    for (const seat of this.#seats.values()) if (seat.lease !== undefined) yield seat.lease
  }

  /** Moves what has run out by now to the free addresses. Each address moves once, so it costs nothing per message. */
  sweep(now: number): void {
    for (const queue of [this.#offered, this.#bound, this.#declined]) {
      for (let seat = queue.dueAt(now); seat !== undefined; seat = queue.dueAt(now)) this.#vacate(seat, seat.due)
    }
  }

  standing(address: Ipv4, claimant: Claimant): Standing {
    if (!this.holds(address)) return 'outside'
    const seat = this.#seats.get(address)
    if (seat?.queue === this.#declined) return 'taken'
    if (claimant.reservation === address) return this.#isOthers(seat, claimant) ? 'taken' : 'own'
    if (this.#plan.isReserved(address)) return 'taken'
    if (!this.#isInRanges(address)) return 'outside'
    if (this.#isOthers(seat, claimant)) return 'taken'
    return seat?.offeredTo === claimant.client || seat?.lease?.client === claimant.client ? 'own' : 'free'
  }

  /**
   * The address for a client that asks for one, kept for it 60 s: its reservation, else the one it had, else the one it
   * wants, else one never used, else the one longest free, else one that another client declined. Undefined when the
   * pool is full.
   */
  offer(claimant: Claimant, wanted: Ipv4 | undefined, now: number): Ipv4 | undefined {
    const address = this.#choose(claimant, wanted)
    if (address === undefined) return undefined
    const seat = this.#seatAt(address)
    if (seat.queue === this.#bound) return address
    this.withdraw(claimant.client, now)
    const oldest = this.#offered.first
    if (oldest !== undefined && this.#offered.size >= mostOffers) this.#vacate(oldest, now)
    seat.offeredTo = claimant.client
    this.#offers.set(claimant.client, seat)
    this.#offered.push(seat, now + offerTime)
    return address
  }

  /** Takes back what was offered: the client chose another server. */
  withdraw(client: string, now: number): void {
    const seat = this.#offers.get(client)
    if (seat !== undefined) this.#vacate(seat, now)
  }

  /** Enters a lease in whatever state, in place of the last one of its address. */
  enter(lease: Lease): void {
    const seat = this.#seatAt(lease.address)
    this.#forgetOffer(seat)
    if (seat.lease !== undefined && this.#byClient.get(seat.lease.client) === seat) {
      this.#byClient.delete(seat.lease.client)
    }
    seat.lease = lease
    const known = this.leaseOf(lease.client)
    const isLatest = known === undefined || known.start <= lease.start
    if (lease.state !== 'declined' && isLatest) this.#byClient.set(lease.client, seat)
    if (lease.state === 'bound') this.#bound.push(seat, lease.end)
    if (lease.state === 'declined') this.#declined.push(seat, lease.end)
    if (lease.state === 'released') this.#free.push(seat, lease.start)
  }

  #choose(claimant: Claimant, wanted: Ipv4 | undefined): Ipv4 | undefined {
    const isOpen = (address: Ipv4 | undefined): address is Ipv4 => {
      if (address === undefined) return false
      const standing = this.standing(address, claimant)
      return standing === 'own' || standing === 'free'
    }
    if (isOpen(claimant.reservation)) return claimant.reservation
    const offered = this.#offers.get(claimant.client)?.address
    if (isOpen(offered)) return offered
    const had = this.leaseOf(claimant.client)?.address
    if (isOpen(had)) return had
    if (isOpen(wanted)) return wanted
    return this.#nextFresh() ?? this.#longestFree() ?? this.#longestDeclined(claimant)
  }

  #nextFresh(): Ipv4 | undefined {
    for (;;) {
      const range = this.#plan.ranges[this.#range]
      if (range === undefined) return undefined
      if (this.#fresh > range.last) {
        this.#range += 1
        this.#fresh = this.#plan.ranges[this.#range]?.first ?? 0
      } else if (this.#seats.has(this.#fresh) || this.#plan.isReserved(this.#fresh)) {
        this.#fresh += 1
      } else return this.#fresh
    }
  }

  #longestFree(): Ipv4 | undefined {
    for (let seat = this.#free.first; seat !== undefined; seat = this.#free.first) {
      if (this.#isInRanges(seat.address) && !this.#plan.isReserved(seat.address)) return seat.address
      this.#free.remove(seat) // remembered for its client, never for another
    }
    return undefined
  }

  /** Where nothing else is free, the word of one client that an address is taken does not silence all others. */
  #longestDeclined({ client }: Claimant): Ipv4 | undefined {
    let seat = this.#declined.first
    for (let looks = 0; seat !== undefined && looks < mostLooks; looks += 1, seat = seat.next) {
      const isOpen = this.#isInRanges(seat.address) && !this.#plan.isReserved(seat.address)
      if (isOpen && seat.lease?.client !== client) return seat.address
    }
    return undefined
  }

  /** Whether someone else holds it now. A reservation is the phone's, whichever client identifier its firmware sends. */
  #isOthers(seat: Seat | undefined, claimant: Claimant): boolean {
    if (seat?.offeredTo !== undefined) return seat.offeredTo !== claimant.client
    if (seat?.queue !== this.#bound || seat.lease?.client === claimant.client) return false
    return claimant.reservation !== seat.address || claimant.mac === undefined || seat.lease?.mac !== claimant.mac
  }

  #isInRanges(address: Ipv4): boolean {
    return this.#plan.ranges.some(range => rangeHolds(range, address))
  }

  #vacate(seat: Seat, since: number): void {
    this.#forgetOffer(seat)
    this.#free.push(seat, since)
  }

  #forgetOffer(seat: Seat): void {
    if (seat.offeredTo !== undefined) this.#offers.delete(seat.offeredTo)
    seat.offeredTo = undefined
  }

  #seatAt(address: Ipv4): Seat {
    const known = this.#seats.get(address)
    if (known !== undefined) return known
    const seat: Seat = {
      address,
      lease: undefined,
      offeredTo: undefined,
      queue: undefined,
      previous: undefined,
      next: undefined,
      due: 0,
    }
    this.#seats.set(address, seat)
    return seat
  }
}
