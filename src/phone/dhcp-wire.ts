/** The sockets of a DHCP client: one that hears broadcasts, and one that speaks from the LAN's own address. */

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { formatQuestion, parseReply, type Question, type Reply } from './dhcp-message.js'
import { codeOf, Hang } from './step.js'

export interface WireOrder {
  readonly server?: string // where questions go; default 255.255.255.255
  readonly port: number // the server's; 67 on a normal LAN
  readonly clientPort: number // 68 on a normal LAN
  readonly interfaceAddress?: string // the own address on the phones' LAN, where the host has several LANs
}

export interface DhcpWire {
  readonly destination: string // 255.255.255.255:67
  /** Sends, then waits for the first wanted reply; undefined after `wait` ms. Rejects with Hang where sending fails. */
  ask(question: Question, wanted: (reply: Reply) => boolean, wait: number): Promise<Reply | undefined>
  close(): void
}

/** Rejects with Hang where the port cannot be had. One wire serves any number of phones at once. */
export async function openDhcpWire(order: WireOrder): Promise<DhcpWire> {
  const { port, clientPort, interfaceAddress, server: address = '255.255.255.255' } = order
  // Broadcasts reach only a socket bound to 0.0.0.0; 255.255.255.255 leaves by the LAN the sending socket is bound to.
  const hearing = await openSocket(clientPort, '0.0.0.0')
  const speaking = interfaceAddress === undefined ? hearing : await openBeside(hearing, clientPort, interfaceAddress)
  const sockets = new Set([hearing, speaking])
  const waiting: Waiting = new Map()
  for (const socket of sockets) socket.on('message', bytes => hear(waiting, bytes))
  return {
    destination: `${address}:${port}`,
    ask: (question, wanted, wait) =>
      new Promise((resolve, reject) => {
        const stop = waitFor(waiting, question.xid, wanted, wait, resolve)
        speaking.send(formatQuestion(question), port, address, error => {
          if (error === null) return
          stop()
          const why = `cannot send to ${address}:${port} (${codeOf(error)}); name the own address on the phones' LAN (--address)`
          reject(new Hang(question.type, why))
        })
      }),
    close: () => {
      for (const socket of sockets) socket.close()
    },
  }
}

/** Who waits for an answer, by xid; as many as there are phones booting. */
type Waiting = Map<number, (bytes: Buffer) => void>

const xidAt = 4 // RFC 2131 §2

/** Most of what is broadcast is for others; only what is for somebody here is worth reading. */
function hear(waiting: Waiting, bytes: Buffer): void {
  if (bytes.length >= xidAt + 4) waiting.get(bytes.readUInt32BE(xidAt))?.(bytes)
}

/** Calls `done` once, with the first wanted reply or after `wait` ms with none; returns what ends it early. */
function waitFor(
  waiting: Waiting,
  xid: number,
  wanted: (reply: Reply) => boolean,
  wait: number,
  done: (reply: Reply | undefined) => void,
): () => void {
  const stop = () => {
    clearTimeout(timer)
    waiting.delete(xid)
  }
  const end = (reply: Reply | undefined) => {
    stop()
    done(reply)
  }
  const timer = setTimeout(() => end(undefined), wait)
  waiting.set(xid, bytes => {
    const reply = parseReply(bytes)
    if (reply !== undefined && wanted(reply)) end(reply)
  })
  return stop
}

async function openBeside(hearing: Socket, port: number, address: string): Promise<Socket> {
  try {
    return await openSocket(port, address)
  } catch (error) {
    hearing.close()
    throw error
  }
}

const receiveBuffer = 4 * 1024 * 1024 // bytes, for the answers to thousands of phones; the kernel may grant less

async function openSocket(port: number, address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    socket.bind(port, address)
    await once(socket, 'listening')
  } catch (error) {
    socket.close()
    const remedy = codeOf(error) === 'EACCES' ? '; ports below 1024 need root' : ''
    throw new Hang('DISCOVER', `cannot listen on ${address}:${port} (${codeOf(error)})${remedy}`)
  }
  socket.setBroadcast(true)
  socket.setRecvBufferSize(receiveBuffer)
  socket.on('error', () => undefined) // ICMP refusals; the time limit speaks for them
  return socket
}
