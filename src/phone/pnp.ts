/** Plug & Play from the phone's side: a SUBSCRIBE to the multicast group, its 200, and the NOTIFY with the settings URL. */

import { randomInt } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import type { Identity } from './model.js'
import { type Notified, readNotify } from './notify.js'
import { answerTo, header, isLonger, parameter, readSip, type SipText, statusOf } from './sip-text.js'
import { codeOf, formatTime, Hang, type Report } from './step.js'
import { type Subscription, subscribeText, tagOf } from './subscribe.js'

export interface PnpOrder {
  readonly identity: Identity
  readonly address: string // own, on the phones' LAN
  readonly sipPort: number // own; 0: any
  readonly group: string // 224.0.1.75
  readonly port: number // 5060
  readonly timeLimit: number // ms, retransmissions included
}

/** What anybody answered to a SUBSCRIBE. */
export interface PnpAnswer {
  readonly from: RemoteInfo
  readonly message: SipText
  readonly notified?: Notified // of a NOTIFY
}

const firstWait = 500 // ms; T1 of RFC 3261 §17.1.2.2, doubled up to T2
const longestWait = 4000 // ms

/** The settings URL. Rejects with Hang where nobody tells one. */
export async function askPlugAndPlay(order: PnpOrder, report: Report): Promise<string> {
  const began = performance.now()
  const heard: Heard = { accepted: undefined, dropped: '' }
  let found: PnpAnswer | undefined
  const tries = await subscribe(order, (answer, subscription) => {
    if (found === undefined && take(heard, answer)) {
      found = answer
      for (const text of oddities(heard, answer, subscription)) report({ kind: 'note', text })
    }
    return { isHeard: heard.accepted !== undefined, isDone: found !== undefined }
  })
  if (found?.notified?.url === undefined) throw new Hang('SUBSCRIBE', describeSilence(order, heard, tries))
  report({ kind: 'subscribe', address: found.from.address, tries, ms: performance.now() - began })
  return found.notified.url
}

/** `isHeard`: no more SUBSCRIBEs; `isDone`: no more waiting. */
export type Progress = { readonly isHeard: boolean; readonly isDone: boolean }

/** Asks and hands over every answer until done or out of time; answers each NOTIFY. Resolves with the SUBSCRIBEs sent. */
export async function subscribe(
  order: PnpOrder,
  hear: (answer: PnpAnswer, subscription: Subscription) => Progress,
): Promise<number> {
  const { address, group, port, timeLimit } = order
  const socket = await openSocket(address, order.sipPort)
  const { port: ownPort } = socket.address()
  const subscription = { identity: order.identity, address, port: ownPort, group, number: randomInt(2 ** 32) }
  const text = subscribeText(subscription)
  let tries = 0
  return new Promise<number>((resolve, reject) => {
    const timers = new Set<NodeJS.Timeout>()
    const end = (error?: Hang) => {
      if (timers.size === 0) return // it has ended
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      socket.close()
      if (error === undefined) resolve(tries)
      else reject(error)
    }
    let progress: Progress = { isHeard: false, isDone: false }
    const send = (wait: number) => {
      if (progress.isHeard || progress.isDone) return
      tries += 1
      socket.send(text, port, group, error => {
        if (error !== null) end(new Hang('SUBSCRIBE', `cannot send to ${group}:${port} (${codeOf(error)})`))
      })
      timers.add(setTimeout(send, wait, Math.min(2 * wait, longestWait)))
    }
    socket.on('message', (bytes, from) => {
      const answer = readAnswer(bytes, from, subscription)
      if (answer === undefined || progress.isDone) return
      progress = hear(answer, subscription)
      acknowledge(socket, answer, () => {
        if (progress.isDone) end()
      })
    })
    timers.add(setTimeout(end, timeLimit))
    send(firstWait)
  })
}

async function openSocket(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    socket.bind(port, address)
    await once(socket, 'listening')
    socket.setMulticastInterface(address)
  } catch (error) {
    socket.close()
    throw new Hang(
      'SUBSCRIBE',
      `cannot speak from ${address}:${port} (${codeOf(error)}); name an own address (--address)`,
    )
  }
  socket.on('error', () => undefined) // ICMP refusals; the time limit speaks for them
  return socket
}

/** Undefined for what does not belong to this subscription. */
function readAnswer(bytes: Buffer, from: RemoteInfo, subscription: Subscription): PnpAnswer | undefined {
  const message = readSip(bytes)
  if (message === undefined) return undefined
  if (/^NOTIFY /i.test(message.start)) return { from, message, notified: readNotify(message) }
  // A NOTIFY may come in a dialog of the server's own making; a response cannot.
  const isOurs = subscribeText(subscription).includes(`Call-ID: ${header(message, 'call-id')}\r\n`)
  return statusOf(message) !== undefined && isOurs ? { from, message } : undefined
}

/** `then` runs when the answer has left, or at once where none is due. */
function acknowledge(socket: Socket, { from, message, notified }: PnpAnswer, then: () => void): void {
  if (notified === undefined) then()
  else socket.send(answerTo(message, notified.status), from.port, from.address, then)
}

interface Heard {
  accepted: string | undefined // who sent a 200
  dropped: string // the last thing heard that did not help
}

/** Whether the answer brings the URL. */
function take(heard: Heard, { from, message, notified }: PnpAnswer): boolean {
  const status = statusOf(message)
  if (status !== undefined && status.code >= 200 && status.code < 300) heard.accepted = from.address
  else if (status !== undefined && status.code >= 300)
    heard.dropped = `${status.code} ${status.reason} from ${from.address}`
  else if (notified?.trouble !== undefined) heard.dropped = `a NOTIFY from ${from.address} ${notified.trouble}`
  return notified?.url !== undefined
}

/** What a lenient phone overlooks, and an installer should know. */
function oddities({ accepted }: Heard, { from, message }: PnpAnswer, subscription: Subscription): readonly string[] {
  const isInDialog = parameter(header(message, 'to'), 'tag') === tagOf(subscription)
  return [
    accepted === undefined && 'came before its 200, or without one',
    accepted !== undefined && accepted !== from.address && `comes from ${from.address}, the 200 came from ${accepted}`,
    !isInDialog && "does not name the tag of the phone's SUBSCRIBE in To (RFC 6665 §4.4.1)",
    header(message, 'subscription-state') === '' && 'has no Subscription-State (RFC 6665 §8.2.3)',
    header(message, 'event') === '' && 'has no Event (RFC 6665 §8.2.1)',
    header(message, 'content-length') === '' && 'has no Content-Length',
    isLonger(message) && 'is longer than its Content-Length: the URL ends there',
  ].flatMap(text => (text === false ? [] : [`the NOTIFY ${text}`]))
}

function describeSilence({ group, port, timeLimit }: PnpOrder, heard: Heard, tries: number): string {
  const sent = `${tries} SUBSCRIBE${tries === 1 ? '' : 's'} sent to ${group}:${port}`
  const missing = heard.accepted === undefined ? 'no answer' : `200 from ${heard.accepted}, and no NOTIFY with a URL`
  const dropped = heard.dropped === '' ? '' : `; heard, and dropped: ${heard.dropped}`
  return `${missing} within ${formatTime(timeLimit)}, ${sent}${dropped}; the phone goes on to its next method`
}
