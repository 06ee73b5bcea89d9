/** The interface of the phones' LAN: what it is now, and when it became another. */

import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { type Ipv4, parseIpv4 } from '../address/ipv4.js'

export interface Link {
  readonly index: number // a device deleted and made again has a new one, and sockets bound to the old are deaf
  readonly address: Ipv4
  readonly mtu: number // bytes
}

/**
 * The interface when it is up and has the address (any IPv4 address when none is given); else undefined. Rejects where that
 * cannot be told: without a file descriptor left nothing can be looked at.
 */
export async function findLink(device: string, address: Ipv4 | undefined): Promise<Link | undefined> {
  const addresses = (networkInterfaces()[device] ?? [])
    .filter(one => one.family === 'IPv4')
    .map(one => parseIpv4(one.address))
  const isLoopback = (networkInterfaces()[device] ?? []).some(one => one.internal)
  const own = address ?? addresses[0]
  // every address of 127.0.0.0/8 is the loopback's, listed or not
  const isThere = own !== undefined && (addresses.includes(own) || (isLoopback && own >>> 24 === 127))
  if (!isThere) return undefined
  const [index, mtu] = await Promise.all([readNumber(device, 'ifindex'), readNumber(device, 'mtu')])
  // a container may see no /sys of its own: then a device made again goes unnoticed, and nothing worse
  return { index: index ?? 0, address: own, mtu: mtu ?? 1500 }
}

export function isSameLink(a: Link | undefined, b: Link | undefined): boolean {
  return a?.index === b?.index && a?.address === b?.address
}

async function readNumber(device: string, name: string): Promise<number | undefined> {
  const text = await readFile(`/sys/class/net/${device}/${name}`, 'utf8').catch((error: unknown) => {
    if (isOutOfFiles(error)) throw error
    return ''
  })
  return text === '' ? undefined : Number(text)
}

function isOutOfFiles(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EMFILE' || code === 'ENFILE'
}
