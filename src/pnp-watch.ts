/** What is done about another Plug & Play server on the phones' LAN: it is looked for now and then, and told of. */

import { setTimeout as delay } from 'node:timers/promises'
import { formatIpv4, type Ipv4 } from './address/ipv4.js'
import type { Log } from './doors/log.js'
import type { PnpEar } from './doors/pnp-probe.js'
import type { PnpResponder } from './sip/probe.js'

export interface PnpPace {
  readonly gap: number // ms between the two probes of a round
  readonly interval: number // ms from one round to the next
}

/** The second probe stands in for a lost first one. */
export const usualPnpPace: PnpPace = { gap: 1000, interval: 300_000 }

export interface PnpWatchParts {
  readonly device: string
  readonly own: Ipv4
  /** Opens the ear. Rejects with one sentence when there is no socket to be had. */
  readonly listen: (hear: (responder: PnpResponder) => void) => Promise<PnpEar>
  readonly log: Log
  readonly now: () => number // ms
  readonly pace: PnpPace
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Another server, as it was heard last. */
export interface PnpRival extends PnpResponder {
  readonly at: number // ms since 1970
}

const mostRivals = 16 // more than any LAN has by mistake; who forges more learns nothing and fills nothing
const warningInterval = 3_600_000 // ms between two warnings about the same server
const memory = 900_000 // ms: three rounds without a word, and a server is gone

export class PnpWatch {
  readonly #parts: PnpWatchParts
  readonly #closing = new AbortController()
  readonly #rivals = new Map<Ipv4, PnpRival & { warnedAt: number }>()
  readonly #running: Promise<void>
  #ear: PnpEar | undefined
  #obstacle = ''

  /** Begins at once. */
  constructor(parts: PnpWatchParts) {
    this.#parts = parts
    this.#running = this.#run()
  }

  /** Those heard of late. */
  get rivals(): readonly PnpRival[] {
    const now = this.#parts.now()
    return [...this.#rivals.values()].filter(({ at }) => now - at < memory)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
    await this.#ear?.close()
  }

  async #run(): Promise<void> {
    const { pace } = this.#parts
    while (!this.#closing.signal.aborted) {
      await this.#askAround()
      await this.#wait(pace.interval)
    }
  }

  async #askAround(): Promise<void> {
    const { listen, log, pace, device } = this.#parts
    try {
      this.#ear ??= await listen(responder => this.#hear(responder))
      this.#obstacle = ''
    } catch (error) {
      const obstacle = error instanceof Error ? error.message : String(error)
      const text = `cannot tell whether another Plug & Play server is on ${device}: ${obstacle}`
      if (obstacle !== this.#obstacle) log.warn({ door: 'pnp' }, text)
      this.#obstacle = obstacle
      return
    }
    this.#ear.ask()
    await this.#wait(pace.gap)
    if (!this.#closing.signal.aborted) this.#ear.ask()
  }

  /** What one said in several messages is put together. */
  #hear(responder: PnpResponder): void {
    const { own, now } = this.#parts
    if (responder.address === own || this.#closing.signal.aborted) return
    const known = this.#rivals.get(responder.address)
    const at = now()
    if (known === undefined && !this.#makeRoom(at)) return
    const rival = { warnedAt: Number.NEGATIVE_INFINITY, ...known, ...responder, at }
    this.#rivals.set(responder.address, rival)
    // a first 200 is followed by a NOTIFY with the URL, which says more; a refusal is all there is
    const isAll = known !== undefined || rival.url !== undefined || (rival.status ?? 200) >= 300
    if (!isAll || at - rival.warnedAt < warningInterval) return
    rival.warnedAt = at
    this.#warn(rival)
  }

  #makeRoom(now: number): boolean {
    for (const [address, { at, warnedAt }] of this.#rivals) {
      if (now - at >= memory && now - warnedAt >= warningInterval) this.#rivals.delete(address)
    }
    return this.#rivals.size < mostRivals
  }

  #warn({ address, server, url, status }: PnpRival): void {
    const { log, device } = this.#parts
    const fields = { door: 'pnp', server: formatIpv4(address), name: server, url, status }
    const where = url === undefined ? '' : ` and sends phones to ${url}`
    log.warn(
      fields,
      `another Plug & Play server is on ${device}: ${formatIpv4(address)} answers SUBSCRIBE${where}. ` +
        `Phones take the first answer they get: stop it, or let it leave the phones to us`,
    )
  }

  #wait(ms: number): Promise<void> {
    return (this.#parts.wait ?? waitFor)(ms, this.#closing.signal)
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
