/** What every Udp does, whatever is below it; on loopback. */

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { loadLibc } from '../../src/doors/libc.js'
import { openSockets } from '../../src/doors/sockets.js'
import type { Udp } from '../../src/doors/udp.js'
import { plainUdp } from '../../src/doors/udp-plain.js'
import { some } from '../some.js'

const loopback = some(parseIpv4('127.0.0.1'))
const libc = await loadLibc()

async function open(test: Test): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.setRecvBufferSize(1 << 20)
  test.teardown(() => new Promise<void>(resolve => socket.close(() => resolve())))
  return socket
}

const makers: Readonly<Record<string, () => Promise<Udp>>> = {
  plain: async () => {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return plainUdp(socket)
  },
  batched: () => {
    const sockets = openSockets({ device: 'lo', address: loopback, libc, passed: new Map() })
    return sockets.udp({ name: 'test', port: 0, hearsBroadcasts: false })
  },
}

for (const [name, make] of Object.entries(makers)) {
  const skip = name === 'batched' && libc?.batch === undefined ? 'needs koffi on a 64-bit Linux' : false

  t.test(`${name}: a burst arrives whole, in order, each datagram once, with its sender`, { skip }, async t => {
    const [udp, peer] = [await make(), await open(t)]
    const seen: number[] = []
    const lengths = new Set<number>()
    udp.receive(datagrams => {
      for (const { bytes, address, port } of datagrams) {
        if (address === loopback && port === peer.address().port) seen.push(bytes.readUInt32BE(0))
        lengths.add(bytes.length)
      }
    })
    for (let at = 0; at < 300; at += 1) peer.send(numbered(at, 300), udp.port, '127.0.0.1')
    await until(() => seen.length >= 300)
    await delay(20)
    t.strictSame(
      seen,
      Array.from({ length: 300 }, (_, at) => at),
    )
    t.strictSame([...lengths], [300])
    await udp.close()
  })

  t.test(
    `${name}: all that is sent arrives in order, but for what the kernel refuses, which is counted`,
    { skip },
    async t => {
      const [udp, peer] = [await make(), await open(t)]
      const seen: number[] = []
      peer.on('message', bytes => seen.push(bytes.readUInt32BE(0)))
      const to = { address: loopback, port: peer.address().port }
      // more than one system call takes
      udp.send(Array.from({ length: 200 }, (_, at) => ({ ...to, bytes: numbered(at, 300) })))
      await until(() => seen.length >= 200)
      t.strictSame(
        seen,
        Array.from({ length: 200 }, (_, at) => at),
      )
      t.equal(udp.refused, 0)
      seen.length = 0
      // longer than any datagram can be: refused in the middle
      const big = { ...to, bytes: Buffer.alloc(70_000) }
      udp.send([{ ...to, bytes: numbered(1, 300) }, big, { ...to, bytes: numbered(2, 300) }])
      await until(() => seen.length >= 2 && udp.refused >= 1)
      t.strictSame(seen, [1, 2])
      t.equal(udp.refused, 1)
      const bytes = numbered(7, 300)
      udp.send([{ ...to, bytes }])
      bytes.fill(0xff) // the bytes are free again on return
      await until(() => seen.length >= 3)
      t.equal(seen[2], 7)
      await udp.close()
    },
  )

  t.test(`${name}: a reply after the end is refused, and nothing is thrown`, { skip }, async t => {
    const [udp, peer] = [await make(), await open(t)]
    await udp.close()
    udp.send([{ bytes: numbered(1, 300), address: loopback, port: peer.address().port }])
    t.equal(udp.refused, 1)
  })

  t.test(`${name}: a flood leaves turns of the event loop to others`, { skip }, async t => {
    const [udp, peer] = [await make(), await open(t)]
    let inTurn = 0
    let most = 0
    let all = 0
    udp.receive(datagrams => {
      if (inTurn === 0) setImmediate(() => (inTurn = 0))
      inTurn += datagrams.length
      all += datagrams.length
      most = Math.max(most, inTurn)
    })
    const bytes = Buffer.alloc(8)
    for (let at = 0; at < 3000; at += 1) peer.send(bytes, udp.port, '127.0.0.1')
    await until(() => all >= 2000)
    t.ok(most <= 16 * 64 + 64, `${most} in one turn`)
    await udp.close()
  })
}

t.test(
  'batched: a refused datagram in the middle of a call neither holds nor doubles the others',
  { skip: libc?.batch === undefined },
  async t => {
    const [udp, peer] = [await some(makers.batched)(), await open(t)]
    const seen: number[] = []
    peer.on('message', bytes => seen.push(bytes.readUInt32BE(0)))
    const port = peer.address().port
    // port 0 cannot be sent to: EINVAL
    udp.send(
      Array.from({ length: 130 }, (_, at) => ({
        bytes: numbered(at, 300),
        address: loopback,
        port: at % 5 === 0 ? 0 : port,
      })),
    )
    await until(() => seen.length >= 104)
    await delay(20)
    t.strictSame(
      seen,
      Array.from({ length: 130 }, (_, at) => at).filter(at => at % 5 !== 0),
    )
    t.equal(udp.refused, 26)
    await udp.close()
  },
)

t.test(
  'batched: a datagram longer than a slot is cut off, and the next ones are whole',
  { skip: libc?.batch === undefined },
  async t => {
    const [udp, peer] = [await some(makers.batched)(), await open(t)]
    const lengths: number[] = []
    udp.receive(datagrams => lengths.push(...datagrams.map(({ bytes }) => bytes.length)))
    for (const length of [300, 3000, 300, 5000, 8]) peer.send(Buffer.alloc(length), udp.port, '127.0.0.1')
    await until(() => lengths.length >= 5)
    t.strictSame(
      lengths.map(length => Math.min(length, 2048)),
      [300, 2048, 300, 2048, 8],
    )
    await udp.close()
  },
)

function numbered(at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.writeUInt32BE(at, 0)
  return bytes
}

/** Resolves when it is so, or after two seconds: the assertion that follows says what is missing. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isSo(); tries += 1) await delay(10)
}
