/** Where a datagram comes from or goes to. No I/O. */

import { formatIpv4, type Ipv4 } from '../address/ipv4.js'

export interface Endpoint {
  readonly address: Ipv4
  readonly port: number
}

/** RFC 3261 §19.1.2: the port of SIP over UDP, where none is named. */
export const usualPort = 5060

/** `192.168.66.1:5060` */
export function formatEndpoint({ address, port }: Endpoint): string {
  return `${formatIpv4(address)}:${port}`
}
