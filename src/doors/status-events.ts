/** The stream of events of the status page: server-sent events (HTML Living Standard §9.2), the same bytes for all who listen. */

import type { ServerResponse } from 'node:http'
import type { Desk } from '../api/desk.js'
import type { HealthView, PhoneLine } from '../api/shapes.js'

export interface EventParts {
  readonly desk: Pick<Desk, 'watch' | 'health'>
  readonly writePhones: (lines: readonly PhoneLine[]) => string // JSON, as the schema has it
  readonly writeHealth: (health: HealthView) => string
  readonly failed: (error: unknown) => void
  readonly dropped: () => void // a reader that is too slow
  readonly pace?: EventPace | undefined
}

/** In milliseconds. */
export interface EventPace {
  readonly health: number
  readonly comment: number // proxies and browsers give up on silence
}

export interface Listener {
  readonly address: string
  readonly isStill: () => boolean // allowed to hear
}

/** Every operator with some windows; one address has as many windows as a browser opens connections, and a few more. */
const mostStreams = 64
const mostPerAddress = 12

/** Bytes that may wait for a reader. More, and it is dropped: it connects again and asks for the state anew. */
const mostUnread = 1024 * 1024

const usualPace: EventPace = { health: 3_000, comment: 15_000 }

export class Events {
  readonly #parts: EventParts
  readonly #streams = new Map<ServerResponse, Listener>()
  #stop: (() => void) | undefined // while anybody listens

  constructor(parts: EventParts) {
    this.#parts = parts
  }

  get size(): number {
    return this.#streams.size
  }

  hasRoom(address: string): boolean {
    const own = [...this.#streams.values()].filter(listener => listener.address === address).length
    return this.#streams.size < mostStreams && own < mostPerAddress
  }

  /** Takes the response over; what its header should say stands in it already. */
  open(response: ServerResponse, listener: Listener): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    response.write('retry: 2000\n\n')
    this.#streams.set(response, listener)
    response.once('close', () => this.#forget(response))
    this.#stop ??= this.#start()
  }

  close(): void {
    for (const response of this.#streams.keys()) response.end()
    this.#streams.clear()
    this.#stop?.()
    this.#stop = undefined
  }

  #start(): () => void {
    const { desk, writePhones, pace = usualPace } = this.#parts
    const unwatch = desk.watch(lines => this.#send(`event: phones\ndata: ${writePhones(lines)}\n\n`))
    const health = setInterval(() => void this.#sendHealth(), pace.health)
    const comment = setInterval(() => this.#send(':\n\n'), pace.comment)
    return () => {
      unwatch()
      clearInterval(health)
      clearInterval(comment)
    }
  }

  async #sendHealth(): Promise<void> {
    try {
      const health = await this.#parts.desk.health()
      this.#send(`event: health\ndata: ${this.#parts.writeHealth(health)}\n\n`)
    } catch (error) {
      this.#parts.failed(error)
    }
  }

  #send(text: string): void {
    const bytes = Buffer.from(text) // one for all: a slow reader costs a reference
    for (const [response, { isStill }] of this.#streams) {
      if (!isStill()) response.end()
      else if (response.writableLength > mostUnread) {
        this.#parts.dropped()
        response.destroy()
      } else response.write(bytes)
    }
  }

  #forget(response: ServerResponse): void {
    this.#streams.delete(response)
    if (this.#streams.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }
}
