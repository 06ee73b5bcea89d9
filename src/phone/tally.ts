/** What many boots came to: counts, durations, and failures by their reason. No I/O. */

import { formatMac, type Mac } from '../address/mac.js'
import type { Boot } from './boot.js'
import { Durations } from './durations.js'
import type { Step } from './step.js'

export interface Failure {
  readonly reason: string // with {mac} for the phone's own
  count: number
  readonly phones: Mac[] // the first of them
}

const mostNamed = 5 // phones of a failure; one is enough to try by hand
const mostKinds = 50 // of documents, and of reasons; a site has a dozen, and a broken server may invent more

export class Tally {
  begun = 0
  booted = 0
  hung = 0
  notBegun = 0 // for the time was over
  exchanges = 0 // DHCP questions with their answer
  requests = 0 // documents asked for
  readonly lease = new Durations()
  readonly boot = new Durations()
  readonly documents = new Map<string, Durations>() // by name, with {mac} for the phone's own
  readonly failures = new Map<string, Failure>()
  readonly notes = new Map<string, number>() // how many phones

  /** One step of a running boot. */
  step(step: Step, mac: Mac): void {
    if (step.kind === 'exchange') this.exchanges += 1
    if (step.kind === 'note') this.#note(generalise(step.text, mac))
    if (step.kind !== 'document') return
    this.requests += 1
    this.#documentsOf(generalise(step.name, mac)).add(step.ms)
  }

  /** `ms`: of the whole boot, think times included. */
  end({ booted, lease, steps }: Boot, mac: Mac, ms: number): void {
    if (lease !== undefined) this.lease.add(lease.offerTime + lease.ackTime)
    if (booted) {
      this.booted += 1
      this.boot.add(ms)
      return
    }
    this.hung += 1
    const last = steps.at(-1)
    this.#fail(last?.kind === 'hang' ? generalise(`${last.where}: ${last.why}`, mac) : 'unknown', mac)
  }

  #fail(reason: string, mac: Mac): void {
    const alike = reason.replaceAll(/\d+/g, '#')
    const key = this.failures.has(alike) || this.failures.size < mostKinds ? alike : 'more reasons'
    const failure = this.failures.get(key) ?? { reason: key === alike ? reason : key, count: 0, phones: [] }
    this.failures.set(key, failure)
    failure.count += 1
    if (failure.phones.length < mostNamed) failure.phones.push(mac)
  }

  #note(text: string): void {
    const key = text.replaceAll(/\b\d+\.\d+\.\d+\.\d+\b/g, 'its own')
    if (this.notes.has(key) || this.notes.size < mostKinds) this.notes.set(key, (this.notes.get(key) ?? 0) + 1)
  }

  #documentsOf(name: string): Durations {
    const key = this.documents.has(name) || this.documents.size < mostKinds ? name : 'more documents'
    const durations = this.documents.get(key) ?? new Durations()
    this.documents.set(key, durations)
    return durations
  }
}

/** The same words for every phone. */
function generalise(text: string, mac: Mac): string {
  const colons = formatMac(mac)
  return text.replaceAll(mac, '{mac}').replaceAll(colons, '{mac}').replaceAll(colons.toUpperCase(), '{mac}')
}
