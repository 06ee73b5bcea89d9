/**
 * Full exchanges through decoder, server and encoder, without sockets and disk: what the engine alone costs.
 * Prints microseconds an exchange for each of five runs, and the median.
 * Run: `node --import=@tapjs/typescript/import test/bench/dhcp-engine.ts [CLIENTS]`; some five seconds.
 */

import { parseRange, parseSubnet } from '../../src/address/subnet.js'
import { decodeMessage } from '../../src/dhcp/decode.js'
import { encodeMessage } from '../../src/dhcp/encode.js'
import { Server } from '../../src/dhcp/server.js'
import { asReply, ip, say } from '../dhcp/talk.js'
import { some } from '../some.js'

const clients = Number(process.argv[2] ?? 50_000)
const boot = { server: 'http://10.66.0.1', file: 'snom370.htm' }
const asked = { 55: [1, 3, 6, 12, 15, 42, 66, 67, 120], 60: [...Buffer.from('snom370')] }
const discover = encodeMessage(say({ type: 'discover', options: asked }))
const request = encodeMessage(say({ type: 'request', options: { 50: '0.0.0.0', 54: '10.66.0.1', ...asked } }))
const requestedAt = request.indexOf(Buffer.from([50, 4])) + 2

function run(): number {
  const standard = new Map([1, 3, 6, 15, 28, 42].map((code): [number, Buffer] => [code, Buffer.from([10, 66, 0, 1])]))
  const subnet = {
    subnet: some(parseSubnet('10.66.0.0/16')),
    ranges: [some(parseRange('10.66.1.0 - 10.66.250.255'))],
    isReserved: () => false,
    standard,
    forced: new Map([[1, Buffer.from([255, 255, 0, 0])]]),
  }
  const plan = { address: ip('10.66.0.1'), port: 67, leaseTime: 43200, authoritative: true, rapidCommit: false }
  const server = new Server({ ...plan, subnets: [subnet], client: () => ({ boot }) }, [])
  const started = performance.now()
  for (let index = 0; index < clients; index += 1) {
    discover.writeUInt32BE(index, 30)
    const offer = asReply(server.answer(decodeMessage(discover), index))
    const bytes = encodeMessage(offer.message)
    request.writeUInt32BE(index, 30)
    request.writeUInt32BE(bytes.readUInt32BE(16), requestedAt)
    encodeMessage(asReply(server.answer(decodeMessage(request), index)).message)
  }
  return ((performance.now() - started) * 1000) / clients
}

const runs = [1, 2, 3, 4, 5].map(run)
process.stdout.write(`${runs.map(micros => micros.toFixed(1)).join(', ')} us an exchange\n`)
process.stdout.write(`median ${(runs.sort((a, b) => a - b)[2] ?? 0).toFixed(1)} us\n`)
