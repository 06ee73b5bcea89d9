/** TFTP (RFC 1350, octet) by the client of the npm package `tftp2`, with the time limit and resending it lacks. */

import type { RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import Connection from 'tftp2/connection.js'
import packet from 'tftp2/packet.js'
import type { Answer, Asker } from './fetch.js'
import { formatTime, Hang } from './step.js'

const blockSize = 512 // bytes; the package knows no options
const resendAfter = 1000 // ms of silence
const opcodeAndBlock = 4 // bytes; a shorter datagram makes the package throw from its socket's listener

/** Rejects with Hang where the server falls silent, with the system's error where it cannot be asked. */
export async function getTftp(url: string, asker: Asker): Promise<Answer> {
  const { hostname, port, pathname, search } = new URL(url)
  const name = decodeURIComponent(pathname).replace(/^\/+/, '') + search
  // Old phones find TFTP names at the root only.
  if (name === '' || name.includes('/')) return { status: 'not asked: a phone finds TFTP names at the root only' }
  const connection = new GuardedConnection({ address: hostname, port: Number(port || 69) })
  try {
    connection.bind(0, asker.address)
    await once(connection, 'listening')
    return await readFile(connection, name, url, asker)
  } finally {
    connection.close()
  }
}

/** The package parses in its socket's listener, where one short datagram would end the process: those stop here. */
class GuardedConnection extends Connection {
  peer: RemoteInfo | undefined // the server's TID, fixed by its first DATA (RFC 1350 §4)

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== 'message' || this.isSound(values[0], values[1] as RemoteInfo)) return super.emit(event, ...values)
    return false
  }

  isSound(bytes: unknown, from: RemoteInfo): boolean {
    if (!Buffer.isBuffer(bytes) || bytes.length < opcodeAndBlock) return false
    return this.peer === undefined || (this.peer.address === from.address && this.peer.port === from.port)
  }
}

async function readFile(connection: GuardedConnection, name: string, url: string, asker: Asker): Promise<Answer> {
  const chunks: Buffer[] = []
  let blocks = 0
  const end = watchForEnd(connection, asker.timeLimit, () => describeSilence(url, blocks, asker.timeLimit))
  try {
    let send = () => connection.sendRequest(packet.OPCODE.RRQ, name)
    for (let number = 1; ; number += 1) {
      const got = await nextBlock(connection, number % 65_536, send, end.reached)
      if ('status' in got) return got
      connection.peer = got.rinfo
      connection.setRemoteDescription(got.rinfo)
      const { length } = got.data
      blocks = number
      if (!asker.discards) chunks.push(got.data)
      if (length > blockSize) throw new Hang(url, `DATA ${number} holds ${length} bytes, not ${blockSize}`)
      if (number * blockSize > asker.sizeLimit) throw new Hang(url, `is longer than ${asker.sizeLimit} bytes`)
      send = () => connection.sendAck(number % 65_536)
      if (length === blockSize) continue
      await send()
      return { status: 'DATA', bytes: Buffer.concat(chunks), length: (number - 1) * blockSize + length }
    }
  } finally {
    end.cancel()
  }
}

interface Block {
  readonly data: Buffer
  readonly rinfo: RemoteInfo
}

/** Sends now and after each second of silence, until the block, an ERROR or the time limit comes. */
async function nextBlock(
  connection: GuardedConnection,
  number: number,
  send: () => Promise<number>,
  end: Promise<Answer>,
): Promise<Block | Answer> {
  const block = connection.waitBlock(number)
  const again = setInterval(() => send().catch(() => undefined), resendAfter) // the first send has its error reported
  try {
    await send()
    return await Promise.race([block, end])
  } finally {
    clearInterval(again)
  }
}

/** Resolves at an ERROR packet, which the package passes over; rejects with the Hang at the time limit. */
function watchForEnd(connection: GuardedConnection, timeLimit: number, silence: () => Hang) {
  let timer: NodeJS.Timeout | undefined
  const reached = new Promise<Answer>((resolve, reject) => {
    timer = setTimeout(() => reject(silence()), timeLimit)
    connection.on('error', reject)
    connection.on('message', bytes => {
      const { opcode, code, message = '' } = packet.parse(bytes)
      if (opcode === packet.OPCODE.ERROR) resolve({ status: `ERROR ${code} ${message}`.trim() })
    })
  })
  reached.catch(() => undefined) // It may end while nobody waits for a block.
  return { reached, cancel: () => clearTimeout(timer) }
}

function describeSilence(url: string, blocks: number, timeLimit: number): Hang {
  const where = blocks === 0 ? 'no DATA' : `silence after DATA ${blocks}`
  return new Hang(url, `${where} within ${formatTime(timeLimit)}; the phone waits for the rest`)
}
