/** What a DHCP server is to serve, and to whom. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Boot } from './boot.js'
import type { Options } from './message.js'
import type { PoolPlan } from './pool.js'

export interface ServerPlan {
  readonly address: Ipv4 // server identifier
  readonly port: number // clients listen on the next one
  readonly leaseTime: number // seconds
  readonly authoritative: boolean // whether an address it has no record of is its business
  readonly rapidCommit: boolean // RFC 4039
  readonly subnets: readonly SubnetPlan[]
  /** What that client is to be told; undefined: it is none of ours, and hears nothing. */
  client(mac: Mac | undefined, vendorClass: string | undefined): ClientPlan | undefined
}

export interface SubnetPlan extends PoolPlan {
  readonly standard: Options // sent when asked for
  readonly forced: Options // sent in any case
}

export interface ClientPlan {
  readonly reservation?: Ipv4 | undefined
  readonly boot?: Boot | undefined
}
