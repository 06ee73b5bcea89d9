/** What the Plug & Play door counts, says and notes: every fact once, and never more than a log can take. */

import { formatIpv4 } from '../address/ipv4.js'
import { formatMac, type Mac } from '../address/mac.js'
import type { Happening, Note } from '../fleet/fact.js'
import { cleanText } from '../fleet/texts.js'
import type { Claim } from '../sip/claim.js'
import { type Endpoint, formatEndpoint } from '../sip/endpoint.js'
import type { Verdict } from '../sip/rules.js'
import { Budget } from './budget.js'
import type { Fields, Log } from './log.js'

// A storm of 1,000 phones is told in full; beyond that somebody is writing our log for us.
const phoneLines = 1000 // a second
const refusedLines = 20 // a second: claims come from strangers
const strangeLines = 20 // a second, at debug
const faultLines = 5 // a second

/** Who asks: what it says of itself, and what we know of its address. */
export interface Asker {
  readonly claim: Claim
  readonly mac: Mac | undefined
  readonly source: Endpoint
}

export class PnpLedger {
  readonly #log: Log
  readonly #note: Note
  readonly #counters = new Map<string, number>()
  readonly #phones = new Budget(phoneLines)
  readonly #refused = new Budget(refusedLines)
  readonly #strange = new Budget(strangeLines)
  readonly #faults = new Budget(faultLines)

  constructor(log: Log, note: Note) {
    this.#log = log
    this.#note = note
  }

  get counters(): ReadonlyMap<string, number> {
    return this.#counters
  }

  count(what: string): void {
    this.#counters.set(what, (this.#counters.get(what) ?? 0) + 1)
  }

  subscribed(asker: Asker, now: number): void {
    const { vendor, model, version } = asker.claim
    this.count('SUBSCRIBE')
    this.#tell(asker, now, {
      kind: 'subscribe',
      ...(vendor !== undefined && { vendor }),
      ...(model !== undefined && { model }),
      ...(version !== undefined && { version }),
    })
  }

  answered(asker: Asker, verdict: Verdict & { kind: 'url' }, now: number): void {
    const url = cleanText(verdict.url) // a setting_server may name a password
    this.count('answered')
    if (verdict.redirected !== undefined) this.#tell(asker, now, { kind: 'redirected', url, by: verdict.redirected })
    this.#tell(asker, now, { kind: 'pnp-answered', url })
    const redirected = verdict.redirected === undefined ? {} : { redirected: verdict.redirected }
    if (this.#phones.take(now)) this.#log.info({ ...fieldsOf(asker), url, ...redirected }, 'SUBSCRIBE answered')
  }

  /** 403, or nothing at all. */
  refused(asker: Asker, verdict: Verdict & { kind: 'refuse' | 'silence' }, now: number): void {
    this.count(verdict.reason)
    this.#tell(asker, now, { kind: 'pnp-refused', reason: verdict.reason })
    if (!this.#refused.take(now)) return
    if (verdict.kind === 'refuse') {
      const text = 'SUBSCRIBE refused: it names a phone whose address this is not'
      this.#log.warn({ ...fieldsOf(asker), holder: formatMac(verdict.holder) }, text)
    } else this.#log.info(fieldsOf(asker), `SUBSCRIBE not answered: ${verdict.reason}`)
  }

  /** The phone's answer to the NOTIFY; undefined: it never came. */
  notifyEnded(asker: Asker, status: number | undefined, now: number): void {
    this.count(status === undefined ? 'NOTIFY unanswered' : `NOTIFY ${Math.floor(status / 100)}xx`)
    this.#tell(asker, now, { kind: 'notify-ended', ...(status !== undefined && { status }) })
    if (!this.#phones.take(now)) return
    if (status === undefined) this.#log.warn(fieldsOf(asker), 'the phone never answered NOTIFY')
    else this.#log.info({ ...fieldsOf(asker), status }, 'NOTIFY ended')
  }

  /** A datagram that led to nothing, or to an error of SIP. */
  strange(what: string, source: Endpoint, now: number): void {
    this.count(what)
    if (this.#strange.take(now)) this.#log.debug({ door: 'pnp', from: formatEndpoint(source), what }, 'not served')
  }

  fault(error: unknown, now: number): void {
    this.count('fault')
    const text = error instanceof Error ? error.stack : String(error)
    if (this.#faults.take(now))
      this.#log.error({ door: 'pnp', error: text }, 'a datagram was dropped because of a fault of ours')
  }

  #tell({ mac, source }: Asker, at: number, happening: Happening): void {
    this.#note({ at, ...(mac !== undefined && { mac }), address: source.address, ...happening })
  }
}

function fieldsOf({ claim, mac, source }: Asker): Fields {
  const { vendor, model, version } = claim
  return {
    door: 'pnp',
    mac: mac && formatMac(mac),
    address: formatIpv4(source.address),
    port: source.port,
    vendor,
    model,
    version,
  }
}
