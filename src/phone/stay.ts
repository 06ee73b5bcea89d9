/** A phone that is up and listens on its SIP port: at NOTIFY check-sync it reads its settings again. */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { answerTo, header, readSip, type SipText } from './sip-text.js'
import { codeOf } from './step.js'

export interface StayOrder {
  readonly address: string // own
  readonly port: number // 5060
  readonly time: number // ms
  readonly listening: () => void // called once
  readonly resync: (from: string, event: string) => Promise<void> // never rejects; one at a time
}

const remembered = 32 // NOTIFYs whose repetition is known; RFC 3261 repeats one for 32 s at most

/** Resolves when the time is over and the last boot is done. Rejects with one sentence where the port cannot be had. */
export async function stay({ address, port, time, listening, resync }: StayOrder): Promise<void> {
  const socket = await listen(address, port)
  const seen: string[] = []
  let running = Promise.resolve()
  let waiting = 0
  socket.on('message', (bytes, from) => {
    const heard = hear(socket, bytes, from, seen)
    if (heard === undefined || waiting > 1) return // one boot that has not begun reads all that changed until then
    waiting += 1
    running = running
      .then(() => resync(from.address, heard))
      .finally(() => {
        waiting -= 1
      })
  })
  listening()
  await new Promise(resolve => setTimeout(resolve, time))
  socket.removeAllListeners('message')
  await running
  socket.close()
}

async function listen(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    socket.bind(port, address)
    await once(socket, 'listening')
  } catch (error) {
    socket.close()
    throw new Error(`cannot listen for check-sync on ${address}:${port} (${codeOf(error)}); name another --sip-port`)
  }
  socket.on('error', () => undefined)
  return socket
}

/** Answers; the event where the phone shall boot again. */
function hear(socket: Socket, bytes: Buffer, from: RemoteInfo, seen: string[]): string | undefined {
  const request = readSip(bytes)
  if (request === undefined || /^SIP\//i.test(request.start) || /^ACK /i.test(request.start)) return undefined
  const event = header(request, 'event')
  const isResync = /^NOTIFY /i.test(request.start) && /^check-sync(?:;|$)/i.test(event)
  socket.send(answerTo(request, isResync ? '200 OK' : refusal(request), '1'), from.port, from.address)
  const key = `${header(request, 'call-id')} ${header(request, 'cseq')}`
  if (!isResync || seen.includes(key)) return undefined
  seen.push(key)
  if (seen.length > remembered) seen.shift()
  return event
}

function refusal(request: SipText): string {
  if (/^OPTIONS /i.test(request.start)) return '200 OK'
  return /^NOTIFY /i.test(request.start) ? '489 Bad Event' : '405 Method Not Allowed'
}
