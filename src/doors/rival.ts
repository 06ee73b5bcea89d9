/** The ear for other DHCP servers: it asks as a phone would, and hears what they broadcast to it and to every phone. */

import { randomBytes, randomInt } from 'node:crypto'
import { type Ipv4, limitedBroadcast } from '../address/ipv4.js'
import { type Mac, macFromBytes } from '../address/mac.js'
import { decodeMessage, MalformedMessage } from '../dhcp/decode.js'
import { encodeMessage } from '../dhcp/encode.js'
import { probeMessage, type Rival, rivalBehind } from '../dhcp/rival.js'
import type { Log } from './log.js'
import type { Datagram, Udp } from './udp.js'

export interface RivalEarParts {
  readonly udp: Udp // on the port of DHCP clients
  readonly own: Ipv4 // our server identifier, from which our own replies leave
  readonly serverPort: number
  readonly mac: Mac // of the probes
  readonly hear: (rival: Rival) => void // for every message of another server
  readonly log: Log
}

export interface RivalEar {
  /** Sends one probe. */
  ask(): void
  readonly refused: number // probes that the kernel did not send
  close(): Promise<void>
}

export function openRivalEar(parts: RivalEarParts): RivalEar {
  const { udp, mac, serverPort } = parts
  udp.receive(datagrams => {
    for (const datagram of datagrams) hear(datagram, parts)
  })
  return {
    ask() {
      const bytes = encodeMessage(probeMessage({ mac, xid: randomInt(0x1_00_00_00_00), vendorClass }))
      udp.send([{ bytes, address: limitedBroadcast, port: serverPort }])
    },
    get refused() {
      return udp.refused
    },
    close: () => udp.close(),
  }
}

/** A locally administered address (IEEE 802): the second bit of its first byte says that no maker gave it to a device. */
export function inventMac(): Mac {
  const bytes = Buffer.concat([Buffer.from([0x02]), randomBytes(5)])
  const mac = macFromBytes(bytes)
  if (mac === undefined) throw new RangeError('six bytes make an address')
  return mac
}

const vendorClass = 'snom370' // one of the phones that every `clients:` but `listed` serves

function hear({ bytes, address, port }: Datagram, { own, hear: tell, log }: RivalEarParts): void {
  // the kernel hands our own broadcasts back to us: in a boot storm there are thousands, not worth reading
  if (address === own) return
  try {
    const rival = rivalBehind(decodeMessage(bytes), address, own)
    if (rival !== undefined) tell(rival)
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    log.debug({ door: 'rival', port, defect: error.defect }, 'silent')
  }
}
