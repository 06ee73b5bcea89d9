/** Small servers of the tests' own, on loopback and ephemeral ports: HTTP, TFTP and DHCP as simple as they can be. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket as TcpSocket } from 'node:net'
import type { Test } from 'tap'

export interface HttpRequest {
  readonly url: string
  readonly userAgent: string | undefined
  readonly from: string | undefined
  readonly fromPort: number | undefined
}

/** What a path answers: a body with 200, or a function that does it all. */
export type Page = string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void)

export async function serveHttp(t: Test, pages: (base: string) => Readonly<Record<string, Page>>) {
  const requests: HttpRequest[] = []
  const server = createServer((request, response) => {
    const { url = '', headers, socket } = request
    requests.push({ url, userAgent: headers['user-agent'], from: socket.remoteAddress, fromPort: socket.remotePort })
    const page = pages(base)[url]
    if (page === undefined) response.writeHead(404, { 'Content-Length': 0 }).end()
    else if (typeof page === 'function') page(request, response)
    else response.writeHead(200, { 'Content-Length': Buffer.byteLength(page) }).end(page)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base, requests }
}

/** Answers every connection with these bytes after its first data; closes it, or leaves it open. */
export async function serveRaw(t: Test, bytes: string, then: 'close' | 'stay'): Promise<string> {
  const sockets: TcpSocket[] = []
  const server = createTcpServer(socket => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => (then === 'close' ? socket.end(bytes) : socket.write(bytes)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export async function openUdp(t: Test, address = '127.0.0.1'): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return socket
}

/** A port nobody has at the moment. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

export interface TftpQuirks {
  readonly loseRequests?: number // RRQs to leave unanswered
  readonly loseBlock?: number // never sent
  readonly loseAckOf?: number // the first ACK of this block is not seen
  readonly noise?: readonly Buffer[] // sent to the client before DATA 1, from the transfer's port
}

/** RFC 1350 without retransmission: the client must bring what is lost again. */
export async function serveTftp(t: Test, files: Readonly<Record<string, Buffer>>, quirks: TftpQuirks = {}) {
  const asked: { name: string; from: RemoteInfo }[] = []
  const socket = await openUdp(t)
  socket.on('message', (bytes, from) => {
    const name = bytes.toString('latin1', 2, bytes.indexOf(0, 2))
    asked.push({ name, from })
    if (asked.length > (quirks.loseRequests ?? 0)) void transfer(t, files[name], from, quirks)
  })
  return { base: `tftp://127.0.0.1:${socket.address().port}`, asked }
}

async function transfer(t: Test, file: Buffer | undefined, to: RemoteInfo, quirks: TftpQuirks): Promise<void> {
  const socket = await openUdp(t)
  const send = (bytes: Buffer) => socket.send(bytes, to.port, to.address)
  const data = (block: number) => {
    if (block !== quirks.loseBlock) send(dataPacket(block, file?.subarray((block - 1) * 512, block * 512)))
  }
  let deaf = quirks.loseAckOf
  for (const bytes of quirks.noise ?? []) send(bytes)
  if (file === undefined) return send(Buffer.from('\0\x05\0\x01no such file\0', 'latin1'))
  socket.on('message', bytes => {
    const block = bytes.readUInt16BE(2)
    if (block === deaf) deaf = undefined
    else if (block * 512 <= file.length) data(block + 1)
  })
  data(1)
}

function dataPacket(block: number, data: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([0, 3, block >> 8, block & 255]), data])
}

export const messageTypes = { discover: 1, offer: 2, request: 3, ack: 5, nak: 6 }

export interface DhcpQuestion {
  readonly type: number
  readonly bytes: Buffer
  readonly options: ReadonlyMap<number, Buffer>
}

/** Options as code and value; a reply is broadcast on loopback to the phone's port, as a server on lo does it. */
export type DhcpAnswer = { type: number; address?: string; options?: readonly (readonly [number, Buffer])[] }

export async function serveDhcp(
  t: Test,
  answer: (question: DhcpQuestion, count: number) => DhcpAnswer | readonly Buffer[] | undefined,
) {
  const questions: DhcpQuestion[] = []
  const clientPort = await freePort()
  const socket = await openUdp(t)
  socket.setBroadcast(true)
  socket.on('message', bytes => {
    const options = readOptions(bytes)
    const question = { bytes, options, type: options.get(53)?.[0] ?? 0 }
    questions.push(question)
    const answered = answer(question, questions.length)
    const datagrams = answered === undefined ? [] : 'type' in answered ? [dhcpReply(bytes, answered)] : answered
    for (const datagram of datagrams) socket.send(datagram, clientPort, '127.255.255.255')
  })
  return { questions, via: { kind: 'dhcp', server: '127.0.0.1', port: socket.address().port, clientPort } as const }
}

export function dhcpReply(question: Buffer, { type, address = '0.0.0.0', options = [] }: DhcpAnswer): Buffer {
  const reply = Buffer.alloc(240)
  question.copy(reply, 0, 0, 44)
  reply[0] = 2
  ipv4(address).copy(reply, 16)
  reply.writeUInt32BE(0x63825363, 236)
  const all = [[53, Buffer.from([type])] as const, ...options]
  const fields = all.flatMap(([code, value]) => [Buffer.from([code, value.length]), value])
  return Buffer.concat([reply, ...fields, Buffer.from([255])])
}

export function ipv4(text: string): Buffer {
  return Buffer.from(text.split('.').map(Number))
}

function readOptions(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>()
  for (let at = 240; at < bytes.length && bytes[at] !== 255; at += 2 + (bytes[at + 1] ?? 0)) {
    options.set(bytes[at] ?? 0, bytes.subarray(at + 2, at + 2 + (bytes[at + 1] ?? 0)))
  }
  return options
}

export interface SipQuestion {
  readonly text: string
  readonly from: RemoteInfo
  readonly header: (name: string) => string
}

/** Hears the group on loopback; every datagram is told, and each of what is returned is sent back to its sender. */
export async function servePnp(t: Test, answer: (question: SipQuestion, count: number) => readonly string[]) {
  const questions: SipQuestion[] = []
  const group = '224.0.1.75'
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.bind(0, '0.0.0.0')
  await once(socket, 'listening')
  socket.addMembership(group, '127.0.0.1')
  t.teardown(() => socket.close())
  socket.on('message', (bytes, from) => {
    const text = bytes.toString('latin1')
    const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(text)?.[1]?.trim() ?? ''
    questions.push({ text, from, header })
    for (const one of answer({ text, from, header }, questions.length)) socket.send(one, from.port, from.address)
  })
  return { questions, via: { kind: 'pnp', group, port: socket.address().port } as const }
}

export function sipOk({ header }: SipQuestion): string {
  const [via, from, to, callId, cseq] = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map(header)
  const lines = [
    `Via: ${via}`,
    `From: ${from}`,
    `To: ${to};tag=srv1`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq}`,
    'Expires: 0',
  ]
  return `SIP/2.0 200 OK\r\n${lines.join('\r\n')}\r\nContact: <sip:127.0.0.1>\r\nContent-Length: 0\r\n\r\n`
}

/** `changed`: headers to replace; '' leaves one out. */
export function sipNotify(
  { header }: SipQuestion,
  body: string,
  changed: Readonly<Record<string, string>> = {},
): string {
  const headers = {
    Via: 'SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK77',
    'Max-Forwards': '20',
    From: `${header('To')};tag=srv1`,
    To: header('From'),
    'Call-ID': header('Call-ID'),
    CSeq: '3 NOTIFY',
    Event: header('Event'),
    'Subscription-State': 'terminated;reason=timeout',
    'Content-Type': 'application/url',
    'Content-Length': String(body.length),
    ...changed,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  return `NOTIFY sip:127.0.0.1 SIP/2.0\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
