/** The redirection registry of the appliance: the rules over the journal, and a line of the log for each change. */

import type { Mac } from './address/mac.js'
import type { Log } from './doors/log.js'
import type { Origin, Outcome, Redirection, Redirections, Targets } from './redirect/redirections.js'
import { type Change, type Decision, type RedirectionStore, Registry } from './redirect/registry.js'
import { openRedirectionStore } from './store/redirection-store.js'

export interface RedirectionsPlan {
  readonly folder: string // where the state is kept
  readonly log: Log
  readonly now: () => number // ms since 1970
}

/** Holds the registry of that folder alone until `close`. Rejects with one sentence when that cannot be. */
export async function openRedirections({ folder, log, now }: RedirectionsPlan): Promise<DurableRedirections> {
  const { store, changes } = await openRedirectionStore(folder, text => log.warn({}, text))
  return new DurableRedirections(store, changes, log, now)
}

/** A change holds once it is on disk, and not before. */
export class DurableRedirections implements Redirections, Targets {
  readonly #registry: Registry
  readonly #store: RedirectionStore
  readonly #log: Log
  readonly #now: () => number
  /** The last change of each phone or account that is under way: the next one is decided after it. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(store: RedirectionStore, changes: Iterable<Change>, log: Log, now: () => number) {
    this.#store = store
    this.#registry = new Registry(changes)
    this.#log = log
    this.#now = now
  }

  find(mac: Mac): Redirection | undefined {
    return this.#registry.find(mac)
  }

  list(owner?: string): readonly Redirection[] {
    return this.#registry.list(owner)
  }

  targetOf(owner: string): string | undefined {
    return this.#registry.target(owner)
  }

  register(owner: string, mac: Mac, url: string, origin: Origin): Promise<Outcome> {
    // Its own turn counts among those under way, but takes the place it asks for.
    const decide = () => this.#registry.register(owner, mac, url, this.#now(), this.#turns.size - 1)
    return this.#inTurn(mac, () => this.#carryOut(decide(), origin))
  }

  deregister(owner: string | undefined, mac: Mac, origin: Origin): Promise<Outcome> {
    return this.#inTurn(mac, () => this.#carryOut(this.#registry.deregister(owner, mac), origin))
  }

  setTarget(owner: string, url: string, origin: Origin): Promise<Outcome> {
    return this.#inTurn(`target ${owner}`, () => this.#carryOut(this.#registry.setTarget(owner, url), origin))
  }

  /** After all changes under way. */
  close(): Promise<void> {
    return this.#store.close()
  }

  async #inTurn(key: string, change: () => Promise<Outcome>): Promise<Outcome> {
    const earlier = this.#turns.get(key) ?? Promise.resolve()
    const turn = earlier.then(change, change)
    this.#turns.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key)
    }
  }

  async #carryOut({ outcome, change, before }: Decision, origin: Origin): Promise<Outcome> {
    if (change === undefined) return outcome
    try {
      await this.#store.save([change])
    } catch (error) {
      this.#log.error({ ...origin }, `the redirection registry cannot be written: ${messageOf(error)}`)
      throw error
    }
    this.#registry.apply(change)
    this.#audit(change, before, origin)
    return outcome
  }

  #audit(change: Change, before: Decision['before'], { door, from }: Origin): void {
    const [old, formerOwner] = typeof before === 'object' ? [before.url, before.owner] : [before]
    const { text, ...fields } = auditOf(change)
    this.#log.info({ door, from, owner: formerOwner, ...fields, before: old }, text)
  }
}

function auditOf(change: Change): { text: string; owner?: string; mac?: Mac; url?: string } {
  switch (change.kind) {
    case 'redirection': {
      const { owner, mac, url } = change.redirection
      return { text: 'phone registered for redirection', owner, mac, url }
    }
    case 'gone':
      return { text: 'phone deregistered', mac: change.mac }
    case 'target':
      return { text: 'account has another target', owner: change.owner, url: change.url }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
