/** DHCP messages by the npm package `dhcp`, so that the phone shares no code with the server. No I/O. */

import options from 'dhcp/lib/options.js'
import protocol from 'dhcp/lib/protocol.js'
import { formatMac, type Mac, parseMac } from '../address/mac.js'
import { type Pointers, readOption43 } from './urls.js'

export interface Question {
  readonly type: 'DISCOVER' | 'REQUEST'
  readonly xid: number // 32 bits
  readonly secs: number // since the phone began
  readonly mac: Mac
  readonly vendorClass?: string // option 60
  readonly requested?: { readonly address: string; readonly server: string } // options 50 and 54
}

export interface Reply {
  readonly type: 'OFFER' | 'ACK' | 'NAK'
  readonly xid: number
  readonly mac: Mac
  readonly address: string // yiaddr
  readonly server: string | undefined // option 54
  readonly mask: string | undefined
  readonly router: readonly string[]
  readonly dns: readonly string[]
  readonly ntp: readonly string[]
  readonly domain: string | undefined
  readonly leaseTime: number | undefined // seconds
  readonly message: string | undefined // option 56
  readonly pointers: Pointers
}

const types = { DISCOVER: 1, REQUEST: 3 } as const
const replies = new Map([
  [2, 'OFFER'],
  [5, 'ACK'],
  [6, 'NAK'],
] as const)
const magicCookie = 0x63_82_53_63
const smallest = 300 // bytes; BOOTP's length, which old relays insist on (RFC 1542 §2.1)
const broadcastFlag = 0x80_00
const asked = [1, 3, 6, 12, 15, 42, 66, 67, 120] // a snom's own list

/** The bytes of a DISCOVER or REQUEST as a snom phone sends it, broadcast flag set. */
export function formatQuestion(question: Question): Buffer {
  const { type, xid, secs, mac, vendorClass, requested } = question
  const none = '0.0.0.0'
  const formatted = protocol.format({
    ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid, secs, flags: broadcastFlag },
    ...{ ciaddr: none, yiaddr: none, siaddr: none, giaddr: none, chaddr: formatMac(mac), sname: '', file: '' },
    options: {
      53: types[type],
      ...(requested && { 50: requested.address, 54: requested.server }),
      55: asked,
      ...(vendorClass !== undefined && { 60: vendorClass }),
    },
  })
  return Buffer.from(formatted._data.subarray(0, Math.max(formatted._w, smallest)))
}

/** Undefined for whatever is no OFFER, ACK or NAK, or what the package cannot read. Never throws. */
export function parseReply(bytes: Buffer): Reply | undefined {
  try {
    nameEveryOption()
    const message = protocol.parse(bytes)
    const type = replies.get(message.options[53] as 2)
    const mac = parseMac(message.chaddr)
    if (message.op !== 2 || message.magicCookie !== magicCookie || !type || !mac) return undefined
    return { type, mac, xid: message.xid, address: message.yiaddr, ...readOptions(message.options) }
  } catch {
    return undefined // The package throws on packets cut short, and on much else.
  }
}

// The package writes to standard error for each option it has no name for; an own name keeps it silent.
function nameEveryOption(): void {
  for (let code = 1; code < 255; code += 1) {
    if (!(code in options.opts)) options.addOption(code, { name: `option ${code}`, type: 'UInt8s' })
  }
}

function readOptions(all: Readonly<Record<string, unknown>>): Omit<Reply, 'type' | 'xid' | 'mac' | 'address'> {
  const option66 = text(all[66])
  const option67 = text(all[67])
  return {
    ...{ server: text(all[54]), mask: text(all[1]), domain: text(all[15]), message: text(all[56]) },
    ...{ router: list(all[3]), dns: list(all[6]), ntp: list(all[42]) },
    leaseTime: typeof all[51] === 'number' ? all[51] : undefined,
    pointers: {
      ...(option66 !== undefined && { option66 }),
      ...(option67 !== undefined && { option67 }),
      inside43: readOption43(Array.isArray(all[43]) ? all[43].filter(byte => typeof byte === 'number') : []),
    },
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : []
}
