/**
 * A relay's load on a DHCP server: a closed loop of full exchanges with a number of clients in flight. Started by
 * dhcp-peers.ts in a namespace; its arguments: device, own address, server, clients, in flight. Prints one JSON line.
 */

import { formatIpv4, parseIpv4 } from '../../src/address/ipv4.js'
import { decodeMessage } from '../../src/dhcp/decode.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import { loadLibc } from '../../src/doors/libc.js'
import { openSockets } from '../../src/doors/sockets.js'
import type { Datagram } from '../../src/doors/udp.js'
import { say } from '../dhcp/talk.js'
import { some } from '../some.js'

const [device = '', own = '', target = '', total = '1000', inFlight = '32'] = process.argv.slice(2)
const server = some(parseIpv4(target))
const clients = Number(total)
const patience = 1000 // ms until a client asks again

const asked = { 55: [1, 3, 6, 12, 15, 42, 66, 67, 120], 60: [...Buffer.from('snom370')] }
const discover = encodeMessage(say({ type: 'discover', giaddr: own, options: asked }))
const request = encodeMessage(say({ type: 'request', giaddr: own, options: { 50: '0.0.0.0', 54: target, ...asked } }))
const requestedAt = request.indexOf(Buffer.from([50, 4])) + 2

interface Client {
  readonly index: number
  sent: number // ms
  offered: number // 0: none yet
}

const flying = new Map<number, Client>()
const delays: number[] = []
const addresses = new Set<number>()
let next = 0
let again = 0
let naks = 0

const sockets = openSockets({ device, address: some(parseIpv4(own)), libc: await loadLibc(), passed: new Map() })
const udp = await sockets.udp({ name: 'load', port: 67, hearsBroadcasts: true })

function message(client: Client): Datagram {
  const bytes = Buffer.from(client.offered === 0 ? discover : request)
  bytes.writeUInt32BE(client.index, 4) // xid
  bytes.writeUInt32BE(client.index, 30) // the last four bytes of the MAC, 0004…
  if (client.offered !== 0) bytes.writeUInt32BE(client.offered, requestedAt)
  return { bytes, address: server, port: 67 }
}

function begin(): Datagram[] {
  if (next >= clients) return []
  const client = { index: 0x13000000 + next++, sent: performance.now(), offered: 0 }
  flying.set(client.index, client)
  return [message(client)]
}

udp.receive(datagrams => {
  const out: Datagram[] = []
  for (const { bytes } of datagrams) {
    const client = flying.get(bytes.readUInt32BE(4))
    const type = bytes[242] // every server here sends option 53 first, but Kea
    const kind = type === 2 || type === 5 || type === 6 ? type : decodeMessage(bytes).options.get(53)?.[0]
    if (client === undefined) continue
    if (kind === 2 && client.offered === 0) {
      client.offered = bytes.readUInt32BE(16)
      out.push(message(client))
    } else if (kind === 5 || kind === 6) {
      if (kind === 6) naks += 1
      flying.delete(client.index)
      addresses.add(bytes.readUInt32BE(16))
      delays.push(performance.now() - client.sent)
      out.push(...begin())
    }
  }
  udp.send(out)
  if (flying.size === 0) void finish()
})

const started = performance.now()
const repeat = setInterval(() => {
  const now = performance.now()
  const late = [...flying.values()].filter(client => now - client.sent > patience)
  for (const client of late) client.sent = now
  again += late.length
  udp.send(late.map(message))
  if (now - started > 60_000) void finish()
}, 200)
udp.send(Array.from({ length: Number(inFlight) }, begin).flat())

async function finish(): Promise<void> {
  const seconds = (performance.now() - started) / 1000
  clearInterval(repeat)
  await udp.close()
  delays.sort((a, b) => a - b)
  const percentile = (part: number) => Number((delays[Math.floor(delays.length * part)] ?? 0).toFixed(1))
  const done = delays.length
  const result = {
    rate: Math.round(done / seconds),
    done,
    again,
    naks,
    different: addresses.size,
    p50: percentile(0.5),
    p99: percentile(0.99),
  }
  process.stdout.write(`${JSON.stringify({ ...result, first: formatIpv4([...addresses][0] ?? 0) })}\n`)
  process.exit()
}
