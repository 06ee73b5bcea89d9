/** The connections of one phone to its HTTP and HTTPS servers, with the TLS of its firmware. */

import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { type Identity, isDect, isOlder, keepsConnection } from './model.js'

/** PEM texts. */
export interface Tls {
  readonly ca?: string // verifies the server by it; without, any certificate will do, as for old phones
  readonly certificate?: string // the phone's own
  readonly key?: string
}

export interface Connections {
  readonly plain: Agent | false // false: a connection of its own for each file
  readonly secure: SecureAgent | false
  readonly tls: SecureContextOptions & { readonly rejectUnauthorized: boolean }
  readonly speaks: string // `TLS 1.0`, for who wonders why there is no handshake
  close(): void
}

export function openConnections(identity: Identity, tls: Tls = {}): Connections {
  const { ca, certificate, key } = tls
  const own = { ...(ca && { ca }), ...(certificate && { cert: certificate }), ...(key && { key }) }
  const isOld = !isDect(identity.phoneType) && isOlder(identity.firmware, '8')
  const agents = keepsConnection(identity)
    ? ([new Agent({ keepAlive: true, maxSockets: 1 }), new SecureAgent({ keepAlive: true, maxSockets: 1 })] as const)
    : ([false, false] as const)
  const [plain, secure] = agents
  return {
    ...{ plain, secure, speaks: isOld ? 'TLS 1.0' : 'TLS 1.2 and 1.3' },
    tls: { rejectUnauthorized: ca !== undefined, ...own, ...(isOld ? oldest : { minVersion: 'TLSv1.2' }) },
    close: () => {
      for (const agent of agents) if (agent !== false) agent.destroy()
    },
  }
}

/** OpenSSL lends TLS 1.0 only without its lowest level of security. */
const oldest = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
