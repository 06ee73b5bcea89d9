/** Who is at the other end of a request to the status door, as the socket tells. */

import type { Socket } from 'node:net'

export interface Caller {
  readonly address: string // of the peer; `this host` on the Unix socket
  readonly isOwner: boolean // came by the Unix socket: whoever may open that file may everything
  readonly isEncrypted: boolean
}

/** A request that came by no listener of ours: no rights. */
export const nobody: Caller = { address: '', isOwner: false, isEncrypted: false }

export const owner: Caller = { address: 'this host', isOwner: true, isEncrypted: false }

/** IPv4 in its own form where it comes mapped into IPv6 (RFC 4291 §2.5.5.2). */
export function callerOn(socket: Socket): Caller {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  return { address, isOwner: false, isEncrypted: 'encrypted' in socket }
}
