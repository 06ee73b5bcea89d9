/**
 * MB/s through the TFTP door on loopback: 8 MiB for one client, 2 MiB for each of 50 at once, the server in a process of its
 * own, by plain and by batched system calls where those are to be had. Prints one line each; some 20 seconds.
 * Run: `node --import=@tapjs/typescript/import test/bench/tftp-rate.ts`.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { loadLibc } from '../../src/doors/libc.js'
import { openSockets } from '../../src/doors/sockets.js'
import { openTftp } from '../../src/doors/tftp.js'
import type { Udp } from '../../src/doors/udp.js'
import { decodePacket, encodePacket } from '../../src/tftp/packet.js'
import { loopback } from '../tftp/udp.js'

const MiB = 1024 * 1024
const cells = [
  { clients: 1, size: 8 * MiB },
  { clients: 50, size: 2 * MiB },
].flatMap(load => [
  { ...load, blksize: 512, windowsize: 1 },
  { ...load, blksize: 1428, windowsize: 1 },
  { ...load, blksize: 1428, windowsize: 16 },
])

interface Cell {
  readonly clients: number
  readonly size: number // bytes of the file
  readonly blksize: number // bytes
  readonly windowsize: number // blocks
}

if (process.send === undefined) await measureAll()
else await serve(process.argv[2] ?? 'plain')

async function serve(kind: string): Promise<void> {
  const zeros = Buffer.alloc(8 * MiB)
  const find = async (size: string) => {
    return { kind: 'rendered' as const, bytes: zeros.subarray(0, Number(size)), etag: '', type: '', withheld: 0 }
  }
  const [requests, transfers] = [await openUdp(kind), await openUdp(kind)]
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent }
  const limits = { perClient: 100 } // all clients share an address here
  openTftp({ requests, transfers, bundle: { find }, baseUrl: '', mtu: 1500, log, now: () => performance.now(), limits })
  process.send?.(requests.port)
}

async function measureAll(): Promise<void> {
  const kinds = (await loadLibc())?.batch === undefined ? ['plain'] : ['plain', 'batched']
  for (const kind of kinds) {
    const server = fork(fileURLToPath(import.meta.url), [kind])
    const [port] = await once(server, 'message')
    for (const cell of cells) await measure(kind, cell, port)
    server.kill()
  }
}

async function measure(kind: string, cell: Cell, port: number): Promise<void> {
  // In lock-step there is one datagram a wake-up, and plain sockets are the faster clients.
  const sockets = await Promise.all(
    Array.from({ length: cell.clients }, () => openUdp(cell.windowsize > 1 ? kind : 'plain')),
  )
  const start = performance.now()
  const repeated = await Promise.all(sockets.map(udp => fetch(udp, port, cell)))
  const seconds = (performance.now() - start) / 1000
  await Promise.all(sockets.map(udp => udp.close()))
  const rate = (cell.clients * cell.size) / 1e6 / seconds
  const lost = repeated.reduce((sum, each) => sum + each, 0)
  const { clients, blksize, windowsize } = cell
  const what = `${kind.padEnd(8)} clients ${`${clients}`.padStart(2)}  blksize ${`${blksize}`.padStart(4)}  windowsize ${`${windowsize}`.padStart(2)}`
  process.stdout.write(`${what}  ${rate.toFixed(0).padStart(4)} MB/s  ${lost} blocks out of sequence\n`)
}

/** Resolves to the number of blocks that came out of sequence. */
function fetch(udp: Udp, port: number, { size, blksize, windowsize }: Cell): Promise<number> {
  const options = [
    ['blksize', `${blksize}`],
    ['windowsize', `${windowsize}`],
  ] as const
  const request = encodePacket({ op: 'RRQ', file: `${size}`, mode: 'octet', options })
  return new Promise((resolve, reject) => {
    let [block, inWindow, received, strange] = [0, 0, 0, 0]
    udp.receive(datagrams => {
      for (const datagram of datagrams) {
        const packet = decodePacket(datagram.bytes)
        if (packet.op === 'ERROR') reject(new Error(packet.message))
        if (packet.op === 'DATA' && packet.block === ((block + 1) & 0xffff)) {
          block++
          received += packet.bytes.length
          if (++inWindow < windowsize && packet.bytes.length === blksize) continue
        } else if (packet.op === 'DATA') strange++
        inWindow = 0
        udp.send([{ ...datagram, bytes: encodePacket({ op: 'ACK', block: block & 0xffff }) }])
        if (packet.op === 'DATA' && packet.bytes.length < blksize) resolve(received === size ? strange : Number.NaN)
      }
    })
    udp.send([{ bytes: request, address: loopback, port }])
  })
}

async function openUdp(kind: string): Promise<Udp> {
  const libc = kind === 'batched' ? await loadLibc() : undefined
  const sockets = openSockets({ device: 'lo', address: loopback, libc, passed: new Map() })
  return sockets.udp({ name: 'bench', port: 0, hearsBroadcasts: false })
}
