/** What is done about another DHCP server on the phones' LAN, as `dhcp.rival` of the site says. */

import { setTimeout as delay } from 'node:timers/promises'
import { formatIpv4, type Ipv4 } from './address/ipv4.js'
import type { DhcpSite } from './config/site.js'
import type { Rival } from './dhcp/rival.js'
import type { Log } from './doors/log.js'
import type { RivalEar } from './doors/rival.js'

export interface RivalPace {
  readonly gap: number // ms between the two probes of a round
  readonly listening: number // ms that a round lasts
  readonly interval: number // ms from one round to the next
}

/**
 * dnsmasq pings an address for 3 s before it offers it, udhcpd asks by ARP for 2 s: their offers came 3.01 and 2.02 s
 * after the probe, so a round of 3 s would miss the commonest rival. The second probe stands in for a lost first one.
 */
export const usualPace: RivalPace = { gap: 1000, listening: 4000, interval: 300_000 }

export interface RivalWatchParts {
  readonly device: string
  readonly own: Ipv4
  /** Opens the ear. Rejects with one sentence when the port of DHCP clients is not to be had. */
  readonly listen: (hear: (rival: Rival) => void) => Promise<RivalEar>
  /** Opens the DHCP door; called once. */
  readonly serve: () => void
  readonly log: Log
  readonly now: () => number // ms
  readonly pace: RivalPace
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Another server, as it was heard last. */
export interface HeardRival extends Rival {
  readonly at: number // ms since 1970
}

const memory = 900_000 // ms: three rounds without a word, and a server is gone
const mostRivals = 16 // more than any LAN has by mistake; who forges more learns nothing and fills nothing
const warningInterval = 3_600_000 // ms between two warnings about the same server
const refusalInterval = 300_000 // ms between two lines that say the same refusal
const loopback = 127 // the first byte

export class RivalWatch {
  readonly #parts: RivalWatchParts
  readonly #closing = new AbortController()
  readonly #warned = new Map<Ipv4, number>() // when, by server
  readonly #known = new Map<Ipv4, HeardRival>()
  #heard = new Map<Ipv4, Rival>() // since the last round was judged
  #policy: DhcpSite['rival'] = 'ignore'
  #isServing = false
  #running: Promise<void> | undefined
  #ear: RivalEar | undefined
  #obstacle = '' // of the last round
  #refusal = { text: '', at: 0 }

  constructor(parts: RivalWatchParts) {
    this.#parts = parts
  }

  get isServing(): boolean {
    return this.#isServing
  }

  /** Those heard of late. */
  get rivals(): readonly HeardRival[] {
    const now = this.#parts.now()
    for (const [server, { at }] of this.#known) if (now - at >= memory) this.#known.delete(server)
    return [...this.#known.values()]
  }

  /** Begins, or goes on by another policy. A door that is open stays open: no packet of a stranger can silence us. */
  use(policy: DhcpSite['rival']): void {
    const { own, device, log } = this.#parts
    const isAlone = policy !== 'ignore' && own >>> 24 === loopback
    if (isAlone) log.info({ door: 'dhcp' }, `no other host is on ${device}: dhcp.rival has nothing to look for there`)
    this.#policy = isAlone ? 'ignore' : policy
    if (this.#policy !== 'refuse') this.#serve()
    if (this.#policy !== 'ignore') this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
    await this.#ear?.close()
  }

  async #run(): Promise<void> {
    const { pace } = this.#parts
    while (!this.#closing.signal.aborted) {
      if (this.#policy !== 'ignore') await this.#look()
      await this.#wait(pace.interval)
    }
  }

  /** One round, and a judgement on all that was heard since the last. */
  async #look(): Promise<void> {
    const { device, log } = this.#parts
    const obstacle = await this.#askAround()
    const heard = [...this.#heard.values()]
    this.#heard = new Map()
    if (this.#closing.signal.aborted) return
    if (!this.#isServing) this.#judge(heard, obstacle)
    else if (obstacle !== '' && obstacle !== this.#obstacle) {
      log.warn({ door: 'dhcp' }, `serves without knowing whether another DHCP server is on ${device}: ${obstacle}`)
    }
    this.#obstacle = obstacle
  }

  /** Two probes, and time for the answers; resolves with what stood in the way, or ''. */
  async #askAround(): Promise<string> {
    const { listen, pace } = this.#parts
    try {
      this.#ear ??= await listen(rival => this.#hear(rival))
    } catch (error) {
      return `${error instanceof Error ? error.message : String(error)}; ${clientAdvice}`
    }
    const { refused } = this.#ear
    this.#ear.ask()
    await this.#wait(pace.gap)
    if (!this.#closing.signal.aborted) this.#ear.ask()
    await this.#wait(pace.listening - pace.gap)
    return this.#ear.refused - refused < 2 ? '' : `the kernel refuses to send DHCPDISCOVER; ${firewallAdvice}`
  }

  #judge(heard: readonly Rival[], obstacle: string): void {
    const { device, log } = this.#parts
    if (heard.length > 0) this.#refuse(rivalText(device, heard), { server: heard.map(nameOf).join(', ') })
    // Who holds the port of DHCP clients is a DHCP client of this host, as a rule. When it is there for this interface,
    // the interface has its address from the very server that `refuse` is to keep us from: not to see is not to be alone.
    else if (obstacle !== '') this.#refuse(deafText(device, obstacle), {})
    else {
      this.#serve()
      log.info({ door: 'dhcp' }, `no other DHCP server is heard on ${device}: DHCP answers from now on`)
    }
  }

  #hear(rival: Rival): void {
    if (this.#heard.size < mostRivals) this.#heard.set(rival.server, rival)
    const isKnown = this.#known.has(rival.server)
    if (isKnown || this.#known.size < mostRivals) this.#known.set(rival.server, { ...rival, at: this.#parts.now() })
    if (this.#isServing && this.#policy !== 'ignore') this.#warn(rival)
  }

  /** Once an hour for each server. While the table is full of warnings of this hour, there is no other. */
  #warn(rival: Rival): void {
    const now = this.#parts.now()
    const last = this.#warned.get(rival.server)
    if (last !== undefined && now - last < warningInterval) return
    for (const [server, at] of this.#warned) if (now - at >= warningInterval) this.#warned.delete(server)
    if (this.#warned.size >= mostRivals) return
    this.#warned.set(rival.server, now)
    this.#parts.log.warn(
      { door: 'dhcp', server: formatIpv4(rival.server), offered: formatIpv4(rival.offered), type: rival.type },
      `another DHCP server is on ${this.#parts.device}: ${describe(rival)}. Phones that take its lease miss our settings: ` +
        `stop it, or let it leave the phones to us`,
    )
  }

  /** When it is new, and every five minutes while it stays so. */
  #refuse(text: string, fields: { server?: string }): void {
    const now = this.#parts.now()
    if (text === this.#refusal.text && now - this.#refusal.at < refusalInterval) return
    this.#refusal = { text, at: now }
    this.#parts.log.error({ door: 'dhcp', ...fields }, text)
  }

  #serve(): void {
    if (this.#isServing) return
    this.#isServing = true
    this.#parts.serve()
  }

  #wait(ms: number): Promise<void> {
    return (this.#parts.wait ?? waitFor)(ms, this.#closing.signal)
  }
}

function nameOf({ server }: Rival): string {
  return formatIpv4(server)
}

function describe(rival: Rival): string {
  return rival.offered === 0 ? nameOf(rival) : `${nameOf(rival)} (it offers ${formatIpv4(rival.offered)})`
}

function rivalText(device: string, rivals: readonly Rival[]): string {
  return (
    `DHCP stays shut, for another DHCP server is on ${device}: ${rivals.map(describe).join(', ')}. ` +
    `Stop it there, and this one opens by itself; or set dhcp.rival to warn, to serve beside it`
  )
}

function deafText(device: string, obstacle: string): string {
  return (
    `DHCP stays shut, for it cannot be told whether another DHCP server is on ${device}: ${obstacle}; ` +
    `or set dhcp.rival to warn, to serve all the same`
  )
}

const clientAdvice = 'when it is a DHCP client of this host, give the interface a fixed address and stop that client'
const firewallAdvice = 'let the firewall of this host pass it'

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
}
