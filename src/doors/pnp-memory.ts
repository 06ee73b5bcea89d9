/** What the Plug & Play door remembers for a while: what it answered to whom, and on which port a phone hears. */

import type { Mac } from '../address/mac.js'
import type { Outgoing } from '../sip/response.js'
import { remembered } from '../sip/server-transaction.js'

interface Answered {
  readonly answer: Outgoing | undefined // undefined: nothing was sent, nor will be
  readonly until: number // ms
}

/** One costs about a kilobyte. 2,000 boots a minute leave 1,100 in half a minute; a phone forgotten is answered anew. */
const mostAnswered = 4096
const mostPorts = 16_384 // phones; more than any LAN has

export class PnpMemory {
  readonly #answered = new Map<string, Answered>() // by transaction, oldest first
  readonly #ports = new Map<Mac, number>() // told last comes last

  /** What was answered to that transaction; undefined when it is new, or forgotten. */
  recall(key: string, now: number): { readonly answer: Outgoing | undefined } | undefined {
    const known = this.#answered.get(key)
    return known !== undefined && now < known.until ? known : undefined
  }

  keep(key: string, answer: Outgoing | undefined, now: number): void {
    for (const [oldest, { until }] of this.#answered) {
      if (now < until && this.#answered.size < mostAnswered) break
      this.#answered.delete(oldest)
    }
    this.#answered.delete(key)
    this.#answered.set(key, { answer, until: now + remembered })
  }

  keepPort(mac: Mac, port: number): void {
    const [oldest] = this.#ports.keys()
    if (this.#ports.size >= mostPorts && oldest !== undefined) this.#ports.delete(oldest)
    this.#ports.delete(mac)
    this.#ports.set(mac, port)
  }

  portOf(mac: Mac): number | undefined {
    return this.#ports.get(mac)
  }
}
