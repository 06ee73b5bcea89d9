/** Which phone goes where, and whose it is: the rules of the registry. It decides; its user makes the change durable. No I/O. */

import type { Mac } from '../address/mac.js'
import type { Outcome, Redirection } from './redirections.js'
import { parseTargetUrl } from './url.js'

/** Far more phones than one appliance serves; about 40 MiB of memory, and a journal of 20 MiB. */
export const mostRedirections = 100_000

/** Of one account, so that the others find a place. */
export const mostOfOwner = 50_000

/** Accounts that ever set a target. They are named in the configuration, one by one. */
export const mostTargets = 1_000

/** One change of the registry, as it is kept. */
export type Change =
  | { readonly kind: 'redirection'; readonly redirection: Redirection }
  | { readonly kind: 'gone'; readonly mac: Mac }
  | { readonly kind: 'target'; readonly owner: string; readonly url: string }

/** Keeps changes where they outlive the process. */
export interface RedirectionStore {
  /** Resolves when all are on disk; rejects when they may not be, and then none of them counts. */
  save(changes: readonly Change[]): Promise<void>
  close(): Promise<void>
}

/** `change` undefined: nothing is to be done, for good or ill. */
export interface Decision {
  readonly outcome: Outcome
  readonly change?: Change
  readonly before?: Redirection | string // what the change takes the place of
}

export class Registry {
  readonly #redirections = new Map<Mac, Redirection>()
  readonly #targets = new Map<string, string>() // URL by account
  readonly #counts = new Map<string, number>() // redirections by owner
  readonly #lists = new Map<string, readonly Redirection[]>() // by owner, as they were asked for since the last change

  constructor(changes: Iterable<Change>) {
    for (const change of changes) this.apply(change)
  }

  find(mac: Mac): Redirection | undefined {
    return this.#redirections.get(mac)
  }

  /** By MAC. The console asks at each line, so it is put in order once after a change. */
  list(owner?: string): readonly Redirection[] {
    const key = owner ?? everybody
    const known = this.#lists.get(key)
    if (known !== undefined) return known
    const all = [...this.#redirections.values()]
    const theirs = owner === undefined ? all : all.filter(one => one.owner === owner)
    theirs.sort((a, b) => (a.mac < b.mac ? -1 : 1))
    this.#lists.set(key, theirs)
    return theirs
  }

  target(owner: string): string | undefined {
    return this.#targets.get(owner)
  }

  /** `underWay`: changes decided and not applied yet, any of which may take a place. `now` in ms since 1970. */
  register(owner: string, mac: Mac, text: string, now: number, underWay: number): Decision {
    const url = parseTargetUrl(text)
    if (url === undefined) return { outcome: 'Error:malformed_url' }
    const before = this.#redirections.get(mac)
    if (before === undefined) {
      if (this.#redirections.size + underWay >= mostRedirections) return { outcome: 'Error:registry_full' }
      if ((this.#counts.get(owner) ?? 0) + underWay >= mostOfOwner) return { outcome: 'Error:registry_full' }
    } else {
      if (before.owner !== owner) return { outcome: 'Error:owned_by_other_user' }
      if (before.url === url) return { outcome: 'Ok' }
    }
    const change: Change = { kind: 'redirection', redirection: { mac, url, owner, since: now } }
    return { outcome: 'Ok', change, ...(before !== undefined && { before }) }
  }

  /** `owner` undefined: the operator. */
  deregister(owner: string | undefined, mac: Mac): Decision {
    const before = this.#redirections.get(mac)
    if (before === undefined) return { outcome: 'Error:not_registered' }
    if (owner !== undefined && before.owner !== owner) return { outcome: 'Error:owned_by_other_user' }
    return { outcome: 'Ok', change: { kind: 'gone', mac }, before }
  }

  setTarget(owner: string, text: string): Decision {
    const url = parseTargetUrl(text)
    if (url === undefined) return { outcome: 'Error:malformed_url' }
    const before = this.#targets.get(owner)
    if (before === url) return { outcome: 'Ok' }
    if (before === undefined && this.#targets.size >= mostTargets) return { outcome: 'Error:registry_full' }
    return { outcome: 'Ok', change: { kind: 'target', owner, url }, ...(before !== undefined && { before }) }
  }

  /** From now on it holds. */
  apply(change: Change): void {
    switch (change.kind) {
      case 'redirection':
        this.#put(change.redirection.mac, change.redirection)
        return
      case 'gone':
        this.#put(change.mac, undefined)
        return
      case 'target':
        this.#targets.set(change.owner, change.url)
    }
  }

  #put(mac: Mac, redirection: Redirection | undefined): void {
    const before = this.#redirections.get(mac)
    if (before !== undefined) this.#counts.set(before.owner, (this.#counts.get(before.owner) ?? 1) - 1)
    if (redirection === undefined) this.#redirections.delete(mac)
    else {
      this.#redirections.set(mac, redirection)
      this.#counts.set(redirection.owner, (this.#counts.get(redirection.owner) ?? 0) + 1)
    }
    this.#lists.clear()
  }
}

const everybody = '' // no account is named so
