/** Opens the doors when the phones' interface is there, and opens them anew when it comes back as another. */

import { setTimeout as delay } from 'node:timers/promises'
import { formatIpv4, type Ipv4 } from './address/ipv4.js'
import { findLink, isSameLink, type Link } from './doors/link.js'
import type { Log } from './doors/log.js'

export interface LinkWatchParts {
  readonly device: string
  readonly address: Ipv4 | undefined // undefined: the first of the interface
  readonly open: (link: Link) => Promise<void>
  readonly shut: () => Promise<void>
  readonly log: Log
}

const linkInterval = 1000 // ms between two looks at the interface

export class LinkWatch {
  readonly #parts: LinkWatchParts
  readonly #closing = new AbortController()
  #watching: Promise<void> = Promise.resolve()
  #link: Link | undefined // whose doors are open
  #obstacle = '' // that kept them shut at the last try
  #isBlind = false // at the last look nothing could be seen

  constructor(parts: LinkWatchParts) {
    this.#parts = parts
  }

  /** Undefined while the doors are shut. */
  get link(): Link | undefined {
    return this.#link
  }

  /** Rejects when the interface is there and a door cannot be opened; waits for an interface that is not there yet. */
  async start(): Promise<void> {
    const { device, address, log } = this.#parts
    const link = await findLink(device, address)
    if (link === undefined) {
      const wanted = address === undefined ? 'an IPv4 address' : formatIpv4(address)
      log.warn({ interface: device }, `waiting for ${device} to be up with ${wanted}`)
    } else await this.#open(link)
    this.#watching = this.#watch()
  }

  /** Shuts the doors. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#watching
    await this.#shut()
  }

  async #watch(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      await delay(linkInterval, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      const link = await this.#look()
      if (link === undefined || isSameLink(link, this.#link)) continue
      await this.#reopen(link)
    }
  }

  /** As it was before, while it cannot be looked at: strangers who take all file descriptors shall not end us. */
  async #look(): Promise<Link | undefined> {
    const { device, address, log } = this.#parts
    try {
      const link = await findLink(device, address)
      this.#isBlind = false
      return link
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (!this.#isBlind) log.error({ interface: device }, `cannot look at the interface, and go on as it was: ${text}`)
      this.#isBlind = true
      return this.#link
    }
  }

  /** Tried again at each look until it succeeds; each reason is said once. */
  async #reopen(link: Link): Promise<void> {
    const { device, log } = this.#parts
    const wasOpen = this.#link !== undefined
    const fields = { interface: device }
    try {
      await this.#shut()
      await this.#open(link)
      this.#obstacle = ''
      log.info(fields, wasOpen ? 'the interface is another now: doors opened anew' : 'the interface is there')
    } catch (error) {
      await this.#shut()
      const obstacle = error instanceof Error ? error.message : String(error)
      if (obstacle !== this.#obstacle) log.error(fields, `doors stay closed, and are tried again: ${obstacle}`)
      this.#obstacle = obstacle
    }
  }

  async #open(link: Link): Promise<void> {
    await this.#parts.open(link)
    this.#link = link
  }

  async #shut(): Promise<void> {
    this.#link = undefined
    await this.#parts.shut()
  }
}
