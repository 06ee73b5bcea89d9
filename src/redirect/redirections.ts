/** The redirection registry as its doors see it: which phone goes to which settings server, and who owns that. No I/O. */

import type { Mac } from '../address/mac.js'

/** Owner of what is registered without an account; no account may bear this name. */
export const operator = 'operator'

export interface Redirection {
  readonly mac: Mac
  readonly url: string // http, https or tftp; may hold {mac}
  readonly owner: string // account name
  readonly since: number // ms since 1970
}

/** Words of the XML-RPC interface; `Ok` alone is success. */
export type Outcome =
  | 'Ok'
  | 'Error:owned_by_other_user'
  | 'Error:malformed_url'
  | 'Error:malformed_mac'
  | 'Error:not_registered'
  | 'Error:registry_full'

/** Where a change came from, for the audit line. */
export interface Origin {
  readonly door: 'console' | 'xmlrpc' | 'api' | 'command'
  readonly from: string // address, or the user of this host
}

export interface Redirections {
  /** Of any owner: what the phone is told. */
  find(mac: Mac): Redirection | undefined
  /** Those of one owner, or all; by MAC. */
  list(owner?: string): readonly Redirection[]
  /** Resolves when the change is on disk; rejects when it may not be, and then it does not hold. One audit line each. */
  register(owner: string, mac: Mac, url: string, origin: Origin): Promise<Outcome>
  /** `owner` undefined: the operator, who may remove anybody's. */
  deregister(owner: string | undefined, mac: Mac, origin: Origin): Promise<Outcome>
}

/** The settings server to which an account's phones go unless another is named. */
export interface Targets {
  /** As set at the console; undefined: not yet, so that the configuration's holds. */
  targetOf(owner: string): string | undefined
  /** Resolves and rejects as `register` does. */
  setTarget(owner: string, url: string, origin: Origin): Promise<Outcome>
}
