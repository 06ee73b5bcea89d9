/** SIP requests on their way: sent again until their answer comes (RFC 3261 §17.1), on one socket, by one timer. */

import { parseCSeq } from '../sip/cseq.js'
import type { Endpoint } from '../sip/endpoint.js'
import { headerOf, headersOf, type Response } from '../sip/message.js'
import type { Outgoing } from '../sip/response.js'
import { due, onProvisional, type Retransmission, startRetransmission } from '../sip/retransmission.js'
import { parseVia, splitVias } from '../sip/via.js'
import type { Udp } from './udp.js'

export interface SipRequest extends Outgoing {
  readonly branch: string // of its Via, with the cookie
  readonly method: string
  /** Called once, with the status of the final response; undefined: none came in time. */
  readonly ended: (status: number | undefined) => void
}

export interface SipSenderParts {
  readonly udp: Udp
  readonly now: () => number // ms
  readonly most: number // requests that wait for an answer; the oldest makes room
  readonly again?: () => void // each retransmission
}

interface Running {
  readonly request: SipRequest
  retransmission: Retransmission
}

const shortestNap = 20 // ms: how finely retransmissions are timed

export class SipSender {
  readonly #parts: SipSenderParts
  readonly #running = new Map<string, Running>() // by branch, oldest first
  #timer: NodeJS.Timeout | undefined
  #wakes = Number.POSITIVE_INFINITY // when the timer goes off

  constructor(parts: SipSenderParts) {
    this.#parts = parts
  }

  /** How many wait for their answer. */
  get size(): number {
    return this.#running.size
  }

  /** The request has just left, or leaves with what is sent next. */
  watch(request: SipRequest): void {
    const now = this.#parts.now()
    if (this.#running.size >= this.#parts.most) this.#displace()
    const retransmission = startRetransmission(now)
    this.#running.set(request.branch, { request, retransmission })
    this.#wakeBy(retransmission.deadline, now)
  }

  /** RFC 3261 §17.1.3: branch and method make the match; the address must be the one that was asked. False: none of ours. */
  hear(response: Response, source: Endpoint): boolean {
    const [top = ''] = splitVias(headersOf(response, 'via'))
    const branch = parseVia(top)?.parameters.get('branch') ?? ''
    const running = this.#running.get(branch)
    if (running === undefined || running.request.to.address !== source.address) return false
    if (parseCSeq(headerOf(response, 'cseq') ?? '')?.method !== running.request.method) return false
    if (response.status < 200) running.retransmission = onProvisional(running.retransmission)
    else this.#end(running.request, response.status)
    return true
  }

  /** Gives up whatever waits. */
  close(): void {
    for (const { request } of this.#running.values()) this.#end(request, undefined)
  }

  #displace(): void {
    for (const { request } of this.#running.values()) {
      this.#end(request, undefined)
      return
    }
  }

  #end(request: SipRequest, status: number | undefined): void {
    this.#running.delete(request.branch)
    if (this.#running.size === 0) {
      clearTimeout(this.#timer)
      this.#wakes = Number.POSITIVE_INFINITY
    }
    request.ended(status)
  }

  #wakeBy(deadline: number, now: number): void {
    if (deadline >= this.#wakes) return
    clearTimeout(this.#timer)
    this.#wakes = Math.max(deadline, now + shortestNap)
    this.#timer = setTimeout(() => this.tick(), this.#wakes - now)
  }

  /** Sends again what is due, and sleeps until the next deadline of all. Called by the timer. */
  tick(): void {
    const now = this.#parts.now()
    const again: Outgoing[] = []
    let next = Number.POSITIVE_INFINITY
    for (const running of [...this.#running.values()]) {
      const what = due(running.retransmission, now)
      if (what.kind === 'timeout') {
        this.#end(running.request, undefined)
        continue
      }
      if (what.kind === 'send') {
        running.retransmission = what.next
        again.push(running.request)
        this.#parts.again?.()
      }
      next = Math.min(next, running.retransmission.deadline)
    }
    this.#parts.udp.send(again.map(({ bytes, to }) => ({ bytes, ...to })))
    clearTimeout(this.#timer)
    this.#wakes = Number.POSITIVE_INFINITY
    if (next < Number.POSITIVE_INFINITY) this.#wakeBy(next, now)
  }
}
