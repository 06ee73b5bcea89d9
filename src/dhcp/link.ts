/** One subnet as the server sees it: its addresses, and what clients there are told. No I/O. */

import { type Boot, bootOptions, encapsulatedBoot } from './boot.js'
import { type Options, option } from './message.js'
import type { SubnetPlan } from './plan.js'
import { Pool } from './pool.js'

/** Sets of options kept ready. A site has a few phone types; who invents more makes us begin anew, and no more. */
const mostSets = 256

export class Link {
  readonly plan: SubnetPlan
  readonly pool: Pool
  readonly #sets = new Map<string, Options>()

  constructor(plan: SubnetPlan) {
    this.plan = plan
    this.pool = new Pool(plan)
  }

  /** What a phone is told unasked; the site's own options 43, 66 and 67 go before ours. */
  forcedFor(boot: Boot, asksFor43: boolean): Options {
    const key = `${asksFor43} ${boot.server} ${boot.file}`
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    const encapsulated = asksFor43 ? encapsulatedBoot(boot) : undefined
    const own = encapsulated === undefined ? [] : [[option.vendorSpecific, encapsulated] as const]
    const set = new Map([...own, ...bootOptions(boot), ...this.plan.forced])
    if (this.#sets.size >= mostSets) this.#sets.clear()
    this.#sets.set(key, set)
    return set
  }
}
