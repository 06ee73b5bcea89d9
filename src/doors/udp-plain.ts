/** Datagrams by node:dgram alone, for machines where nothing better is to be had. */

import type { RemoteInfo, Socket } from 'node:dgram'
import { formatIpv4, parseIpv4 } from '../address/ipv4.js'
import type { Datagram, Udp } from './udp.js'

/** Hears on all the sockets, sends by the first: its address is the one replies leave from. */
export function plainUdp(sender: Socket, ...others: readonly Socket[]): Udp {
  const sockets = [sender, ...others]
  let refused = 0
  let isClosed = false
  const refuse = (): void => {
    refused += 1
  }
  for (const socket of sockets) socket.on('error', refuse) // the device is down or gone; who watches the link opens us anew
  return {
    port: sender.address().port,
    receive(callback) {
      for (const socket of sockets) socket.on('message', (bytes, info) => callback([firstDatagram(bytes, info)]))
    },
    send(datagrams) {
      for (const datagram of datagrams) {
        if (isClosed || isQueueFull(sender)) refused += 1
        else sendBySocket(sender, datagram, refuse)
      }
    },
    get refused() {
      return refused
    },
    async close() {
      isClosed = true
      await Promise.all(sockets.map(closeSocket))
    },
  }
}

const mostQueued = 4096 // datagrams that wait for the device, 6 MiB at most; clients ask again for what is left out

export function isQueueFull(socket: Socket): boolean {
  return socket.getSendQueueCount() >= mostQueued
}

/** Copies the bytes: libuv may send them later. */
export function sendBySocket(socket: Socket, { bytes, port, address }: Datagram, refuse: () => void): void {
  socket.send(Buffer.from(bytes), port, formatIpv4(address), error => {
    if (error !== null) refuse()
  })
}

export function firstDatagram(bytes: Buffer, info: RemoteInfo): Datagram {
  return { bytes, address: parseIpv4(info.address) ?? 0, port: info.port }
}

export function closeSocket(socket: Socket): Promise<void> {
  return new Promise(resolve => socket.close(() => resolve()))
}
