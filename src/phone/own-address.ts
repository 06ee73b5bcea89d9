/** This host's own IPv4 addresses, by interface. */

import { networkInterfaces } from 'node:os'

/** The first IPv4 address of the interface; without a name, of the first that is not loopback, else 127.0.0.1. */
export function ownAddress(device?: string): string | undefined {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family }) => family === 'IPv4').map(({ address, internal }) => ({ name, address, internal })),
  )
  if (device !== undefined) return all.find(({ name }) => name === device)?.address
  return all.find(({ internal }) => !internal)?.address ?? '127.0.0.1'
}

/** Whether a packet to that address stays on this host. */
export function isOwnAddress(address: string): boolean {
  if (address.startsWith('127.')) return true
  return Object.values(networkInterfaces()).some(addresses => addresses?.some(own => own.address === address))
}
