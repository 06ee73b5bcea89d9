/** The Plug & Play door: SUBSCRIBE in, 200 and NOTIFY out, the NOTIFY repeated until the phone answers (RFC 3261, RFC 6665). */

import { formatIpv4, type Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Note } from '../fleet/fact.js'
import { answerSubscribe } from '../sip/answer.js'
import { type Claim, claimOf } from '../sip/claim.js'
import { decodeMessage, MalformedMessage } from '../sip/decode.js'
import type { Endpoint } from '../sip/endpoint.js'
import { flawOf } from '../sip/flaw.js'
import type { Request } from '../sip/message.js'
import { type Outgoing, type Reply, respond } from '../sip/response.js'
import { judge, type PnpRules, type Verdict } from '../sip/rules.js'
import { transactionKey } from '../sip/server-transaction.js'
import { parseUri } from '../sip/uri.js'
import type { Log } from './log.js'
import { type Asker, PnpLedger } from './pnp-ledger.js'
import { PnpMemory } from './pnp-memory.js'
import { randomText } from './random-text.js'
import { createRequestBudget, type RequestBudget } from './request-budget.js'
import { SipSender } from './sip-sender.js'
import type { Datagram, Udp } from './udp.js'

export interface PnpLimits {
  /**
   * Datagrams of one address, in the long run; ten times that at once. A phone that boots sends two, or thirteen when it hears
   * nothing. Who forges an address makes us send a dozen datagrams for each, and no more than this.
   */
  readonly perSecond: number
  /** NOTIFYs that wait for their 200. One costs about a kilobyte, for 32 seconds at most. */
  readonly waiting: number
}

export interface PnpParts {
  readonly udp: Udp // in the group, on the phones' interface alone
  readonly own: Ipv4 // in Via and Contact
  readonly rules: PnpRules
  readonly deafTo?: Mac // the phone that our own probe invents
  readonly note?: Note
  readonly log: Log
  readonly now: () => number // ms since 1970
  readonly limits?: Partial<PnpLimits>
}

export interface PnpDoor {
  /** How often each thing happened: `SUBSCRIBE`, `answered`, `unknown phone`, `NOTIFY 2xx` … */
  readonly counters: ReadonlyMap<string, number>
  /** From now on those rules hold. */
  use(rules: PnpRules): void
  /** The port on which a phone hears SIP, where Plug & Play has told it. */
  portOf(mac: Mac): number | undefined
  close(): Promise<void>
}

const usual: PnpLimits = { perSecond: 10, waiting: 2048 }

/** Answers from now on. No datagram makes it throw. */
export function openPnp(parts: PnpParts): PnpDoor {
  return new Door(parts)
}

const loopback = 127 // the first byte

class Door implements PnpDoor {
  readonly #parts: PnpParts
  readonly #own: Endpoint
  readonly #ledger: PnpLedger
  readonly #memory = new PnpMemory()
  readonly #budget: RequestBudget
  readonly #sender: SipSender
  #rules: PnpRules
  #isClosing = false

  constructor(parts: PnpParts) {
    const { udp, own, now, log, note = () => undefined } = parts
    const limits = { ...usual, ...parts.limits }
    this.#parts = parts
    this.#rules = parts.rules
    this.#own = { address: own, port: udp.port }
    this.#ledger = new PnpLedger(log, note)
    this.#budget = createRequestBudget(limits.perSecond, limits.perSecond * 10)
    const again = () => this.#ledger.count('NOTIFY again')
    this.#sender = new SipSender({ udp, now, most: limits.waiting, again })
    udp.receive(datagrams => this.#receive(datagrams))
  }

  get counters(): ReadonlyMap<string, number> {
    return this.#ledger.counters
  }

  use(rules: PnpRules): void {
    this.#rules = rules
  }

  portOf(mac: Mac): number | undefined {
    return this.#memory.portOf(mac)
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#sender.close()
    await this.#parts.udp.close()
  }

  /** Handles all that came in one wake-up, and sends what it draws in one call. Nothing escapes. */
  #receive(datagrams: readonly Datagram[]): void {
    if (this.#isClosing) return
    const now = this.#parts.now()
    const outgoing: Outgoing[] = []
    for (const { bytes, address, port } of datagrams) {
      try {
        outgoing.push(...this.#take(bytes, { address, port }, now))
      } catch (error) {
        if (!(error instanceof MalformedMessage)) this.#ledger.fault(error, now)
        else this.#ledger.strange(error.defect, { address, port }, now)
      }
    }
    if (outgoing.length > 0) this.#parts.udp.send(outgoing.map(({ bytes, to }) => ({ bytes, ...to })))
  }

  #take(bytes: Buffer, source: Endpoint, now: number): readonly Outgoing[] {
    if (!this.#isWithinBudget(source, now)) {
      this.#ledger.strange('too many', source, now)
      return []
    }
    const message = decodeMessage(bytes)
    if (message.kind === 'response') {
      if (!this.#sender.hear(message, source)) this.#ledger.strange('stray response', source, now)
      return []
    }
    // RFC 3261 §17.1.1.3: an ACK is never answered
    if (message.method === 'ACK') {
      this.#ledger.strange('ACK', source, now)
      return []
    }
    return this.#takeRequest(message, source, now)
  }

  /** This host need not be guarded against itself: its programs share one address, a test of a thousand phones among them. */
  #isWithinBudget({ address }: Endpoint, now: number): boolean {
    const isOwn = address === this.#own.address || address >>> 24 === loopback
    return isOwn || this.#budget.take(formatIpv4(address), now)
  }

  #takeRequest(request: Request, source: Endpoint, now: number): readonly Outgoing[] {
    const key = transactionKey(request, source)
    const known = this.#memory.recall(key, now)
    if (known !== undefined) {
      this.#ledger.count('request again')
      return known.answer === undefined ? [] : [known.answer]
    }
    const claim = claimOf(request)
    if (claim.mac !== undefined && claim.mac === this.#parts.deafTo) return []
    const flaw = flawOf(request)
    const outgoing =
      flaw === undefined
        ? this.#takeSubscribe(request, claim, source, now)
        : this.#refuse(request, claim, flaw, source, now)
    this.#memory.keep(key, outgoing[0], now)
    return outgoing
  }

  /** To a phone, and to who asks us by our address. Whatever else passes by multicast is none of our business. */
  #refuse(request: Request, claim: Claim, flaw: Reply, source: Endpoint, now: number): readonly Outgoing[] {
    this.#ledger.strange(`${flaw.status}`, source, now)
    const isPhone = claim.mac !== undefined || this.#rules.holderOf(source.address) !== undefined
    const isAsked = parseUri(request.uri)?.host === formatIpv4(this.#own.address)
    return isPhone || isAsked ? this.#respond(request, flaw, source) : []
  }

  #takeSubscribe(request: Request, claim: Claim, source: Endpoint, now: number): readonly Outgoing[] {
    const verdict = judge(this.#rules, claim, source.address)
    const asker: Asker = { claim, mac: verdict.mac, source }
    this.#ledger.subscribed(asker, now)
    if (verdict.kind === 'url') return this.#answer(request, verdict, asker, now)
    this.#ledger.refused(asker, verdict, now)
    return verdict.kind === 'refuse' ? this.#respond(request, { status: 403, reason: 'Forbidden' }, source) : []
  }

  #answer(request: Request, verdict: Verdict & { kind: 'url' }, asker: Asker, now: number): readonly Outgoing[] {
    const { source, mac } = asker
    const circumstances = { own: this.#own, source, tag: randomText(), branch: randomText() }
    const answer = answerSubscribe(request, verdict.url, circumstances)
    if (answer === undefined) {
      this.#ledger.strange('no Via', source, now)
      return []
    }
    if (mac !== undefined) this.#memory.keepPort(mac, answer.notify.to.port)
    this.#ledger.answered(asker, verdict, now)
    const ended = (status: number | undefined) => this.#onEnd(asker, status)
    this.#sender.watch({ ...answer.notify, method: 'NOTIFY', ended })
    return [answer.ok, answer.notify]
  }

  #onEnd(asker: Asker, status: number | undefined): void {
    if (!this.#isClosing) this.#ledger.notifyEnded(asker, status, this.#parts.now())
  }

  #respond(request: Request, reply: Reply, source: Endpoint): readonly Outgoing[] {
    const response = respond(request, reply, source, randomText())
    return response === undefined ? [] : [response]
  }
}
