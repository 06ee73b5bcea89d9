/** IPv4 addresses as numbers. No I/O. */

/** An address as an unsigned 32-bit number, so that ranges are arithmetic: `192.168.66.1` is 0xC0A84201. */
export type Ipv4 = number

/** `0.0.0.0` */
export const unspecified: Ipv4 = 0

/** `255.255.255.255`, the limited broadcast. */
export const limitedBroadcast: Ipv4 = 0xff_ff_ff_ff

/** Dotted quad in decimal, without leading zeros; anything else is undefined. */
export function parseIpv4(text: string): Ipv4 | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let address = 0
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    address = address * 256 + Number(part)
  }
  return address
}

/** `192.168.66.1` */
export function formatIpv4(address: Ipv4): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`
}

/** Four bytes in network order. */
export function ipv4Bytes(address: Ipv4): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(address, 0)
  return bytes
}
