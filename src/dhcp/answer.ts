/** What comes of a message: a reply, something to remember, or nothing and why. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Request } from './client.js'
import type { Lease } from './lease.js'
import type { Message } from './message.js'
import type { ReplyType } from './reply.js'

/** Why a message gets no answer. */
export type Silence =
  | 'not-a-request'
  | 'bootp'
  | 'unknown-type'
  | 'no-client'
  | 'not-served'
  | 'unknown-subnet'
  | 'pool-full'
  | 'other-server'
  | 'no-record'
  | 'not-owner'
  | 'no-address'

export interface Reply {
  readonly kind: 'reply'
  readonly type: ReplyType
  readonly state: 'discover' | 'inform' | Request['state']
  readonly message: Message
  readonly to: { readonly address: Ipv4; readonly port: number }
  readonly lease?: Lease | undefined // to be on disk before the reply leaves
}

export type Answer =
  | Reply
  | { readonly kind: 'record'; readonly lease: Lease } // RELEASE or DECLINE: nothing to say, something to remember
  | { readonly kind: 'silence'; readonly reason: Silence }

export function silence(reason: Silence): Answer {
  return { kind: 'silence', reason }
}
