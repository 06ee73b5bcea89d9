/** Opens sockets that hear and answer one interface and no other: from systemd, else by libc, else plain ones. */

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { formatIpv4, type Ipv4, limitedBroadcast, unspecified } from '../address/ipv4.js'
import { type Libc, SocketError } from './libc.js'
import type { Udp } from './udp.js'
import { batchedUdp } from './udp-batched.js'
import { plainUdp } from './udp-plain.js'

/** What stands in the way of opening a socket, and what to do about it. */
export class CannotOpen extends Error {}

export interface SocketPlan {
  readonly name: string // of the door, as in FileDescriptorName= of the systemd unit
  readonly port: number
  readonly hearsBroadcasts: boolean
  readonly isShared?: boolean // with programs of this host that allow it too, as DHCP clients do
  readonly group?: Ipv4 // multicast; joined on this interface alone, and heard only with `hearsBroadcasts`
}

/** What node:net takes to listen. */
export type Listen = { readonly fd: number } | { readonly host: string; readonly port: number }

export interface Sockets {
  /** @throws CannotOpen */
  udp(plan: SocketPlan): Promise<Udp>
  /** @throws CannotOpen */
  tcp(plan: Pick<SocketPlan, 'name' | 'port'>): Listen
}

export interface Ground {
  readonly device: string
  readonly address: Ipv4
  readonly libc: Libc | undefined
  readonly passed: ReadonlyMap<string, number> // descriptors from systemd by name (sd_listen_fds(3))
}

/** A burst of 20,000 messages of 300 bytes does not fit the 208 KiB of the default; the kernel's own limit still holds. */
const receiveBuffer = 4 * 1024 * 1024

export function openSockets(ground: Ground): Sockets {
  const { device, address, libc, passed } = ground
  return {
    async udp(plan) {
      const fd = passed.get(plan.name) ?? boundSocket(ground, plan)
      if (fd === undefined) return plainSockets(ground, plan)
      const socket = createSocket('udp4')
      const listening = once(socket, 'listening') // comes within bind
      socket.bind({ fd })
      await listening
      socket.setRecvBufferSize(receiveBuffer)
      join(socket, plan, address)
      return libc?.batch === undefined ? plainUdp(socket) : batchedUdp(socket, fd, libc.batch, address)
    },
    tcp({ name, port }) {
      const fd = passed.get(name)
      if (fd !== undefined) return { fd }
      if (libc !== undefined) return { fd: explained(() => libc.tcpListener({ device, address, port })) }
      return { host: formatIpv4(address), port }
    },
  }
}

function boundSocket({ device, address, libc }: Ground, plan: SocketPlan): number | undefined {
  if (libc === undefined) return undefined
  const place = { device, address: plan.hearsBroadcasts ? unspecified : address, port: plan.port }
  return explained(() => libc.udpSocket(place, plan.isShared ?? false))
}

/**
 * Without SO_BINDTODEVICE a socket hears the broadcasts of every LAN, so this is right only where there is one.
 * A socket bound to the LAN's address sends on that LAN but hears no broadcast; one bound to 255.255.255.255 does.
 */
async function plainSockets({ device, address }: Ground, plan: SocketPlan): Promise<Udp> {
  const sender = await plainSocket(formatIpv4(address), plan.port)
  if (!plan.hearsBroadcasts) return plainUdp(sender)
  const lans = Object.entries(networkInterfaces()).filter(([, all]) =>
    all?.some(one => !one.internal && one.family === 'IPv4'),
  )
  const others = lans.map(([name]) => name).filter(name => name !== device)
  if (others.length > 0) {
    sender.close()
    throw new CannotOpen(
      `cannot tell ${device} from ${others.join(', ')}: this machine has no koffi binary to bind a socket to a device; ` +
        `start option66 by its systemd socket unit (conf/systemd/), or take the other interfaces down`,
    )
  }
  sender.setBroadcast(true)
  const hearer = await plainSocket(formatIpv4(plan.group ?? limitedBroadcast), plan.port).catch((error: unknown) => {
    sender.close()
    throw error
  })
  join(hearer, plan, address)
  return plainUdp(sender, hearer)
}

/** By the address of the interface: without it the kernel takes the one of the default route, or none. */
function join(socket: Socket, { group }: SocketPlan, address: Ipv4): void {
  if (group === undefined) return
  try {
    socket.addMembership(formatIpv4(group), formatIpv4(address))
  } catch (error) {
    socket.close()
    const reason = error instanceof Error ? error.message : String(error)
    throw new CannotOpen(
      `cannot join ${formatIpv4(group)} on the interface with ${formatIpv4(address)}: ${reason}; ` +
        `it must be up, and may be in 20 groups (sysctl net.ipv4.igmp_max_memberships)`,
    )
  }
}

async function plainSocket(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBuffer })
  socket.bind(port, address)
  await once(socket, 'listening').catch((error: Error & { code?: string }) => {
    throw new CannotOpen(advice(error.message, error.code ?? ''))
  })
  return socket
}

function explained<T>(open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof SocketError)) throw error
    throw new CannotOpen(advice(error.message, error.code))
  }
}

function advice(message: string, code: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `${message}: ports below 1024 need a right; start by systemd (install.sh), or set ports above 1024 in the configuration`
    case 'EADDRINUSE':
      return `${message}: another program has this port (ss -lnp shows which); stop it, or set another port in the configuration`
    case 'ENODEV':
      return `${message}: there is no such interface (ip link shows them)`
    case 'EADDRNOTAVAIL':
      return `${message}: the interface does not have this address (ip addr shows them)`
    default:
      return message
  }
}
