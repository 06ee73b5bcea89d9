/** kill -9 in the middle of perfdhcp's run: every address that was ACKed is still bound to its client after the restart. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { formatIpv4 } from '../../src/address/ipv4.js'
import { decodeMessage } from '../../src/dhcp/decode.js'
import { messageType } from '../../src/dhcp/message.js'
import { typeOf } from '../../src/dhcp/options.js'
import { Lab, noLab, program } from './lab.js'

const config = `
interface: phones
address: 10.66.0.1
log: {level: warn, format: json}
dhcp:
  rival: ignore
  subnets: [{subnet: 10.66.0.0/16, pool: [10.66.1.0 - 10.66.250.255]}]
http: {port: 80}
phones: phones.yaml
`

t.test('no ACKed lease is lost to kill -9', { skip: noLab('perfdhcp', 'tcpdump') }, async t => {
  const lab = await Lab.open()
  t.teardown(() => lab.close())
  lab.lan('phones', '10.66.0.1/16', 'relay', '10.66.0.2/16')
  writeFileSync(join(lab.folder, 'phones.yaml'), 'phones: {}\n')
  const file = join(lab.folder, 'option66.yaml')
  writeFileSync(file, config)
  const serve = async () => {
    const running = lab.start([process.execPath, program, '-c', file, 'serve'])
    await delay(2000) // it logs warnings only, so that nothing slows it down
    return running
  }
  const capture = lab.start(
    [
      'tcpdump',
      '-Z',
      'root',
      '-U',
      '-B',
      '8192',
      '-w',
      join(lab.folder, 'acks.pcap'),
      '-i',
      'eth0',
      'udp src port 67 and src host 10.66.0.1',
    ],
    'relay',
  )
  await capture.until('listening on')
  const first = await serve()
  const load = 'perfdhcp -4 -l eth0 -r 500 -R 5000 -n 2000 -W 100000 -b mac=00:04:13:00:00:00 10.66.0.1'.split(' ')
  const perfdhcp = lab.start(load, 'relay')
  await delay(1500)
  await first.stop('SIGKILL')
  await perfdhcp.stop('SIGKILL')
  await delay(500) // for the last packets to reach the file
  await capture.stop('SIGTERM')

  const acked = new Map<string, string>() // MAC by address
  for (const datagram of datagramsOf(readFileSync(join(lab.folder, 'acks.pcap')))) {
    const message = decodeMessage(datagram)
    if (typeOf(message.options) === messageType.ack) acked.set(formatIpv4(message.yiaddr), macOf(message.chaddr))
  }
  t.ok(acked.size > 100, `${acked.size} addresses were ACKed before the kill`)
  const second = await serve()
  const leases: { address: string; mac: string; state: string }[] = JSON.parse(
    lab.sh(`${process.execPath} ${program} -c ${file} leases list --json`),
  )
  const bound = new Map(leases.filter(one => one.state === 'bound').map(one => [one.address, one.mac]))
  t.strictSame(
    [...acked].filter(([address, mac]) => bound.get(address) !== mac),
    [],
  )
  const report = lab.sh(`${load.join(' ').replace('-n 2000', '-n 200')} || true`, 'relay')
  t.match(report, /REQUEST-ACK\*\*\*\nsent packets: 200\nreceived packets: 200\n/, 'and it serves on')
  await second.stop('SIGTERM')
})

function macOf(chaddr: Buffer): string {
  return chaddr.toString('hex', 0, 6).replaceAll(/..(?!$)/g, '$&:')
}

/** The UDP payloads of a capture file on Ethernet (pcap, little endian; the last packet may be cut off). */
function* datagramsOf(pcap: Buffer): Generator<Buffer> {
  for (let at = 24; at + 16 <= pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8)
    const packet = pcap.subarray(at + 16, at + 16 + length)
    at += 16 + length
    if (packet.length === length && packet.readUInt16BE(12) === 0x0800) yield packet.subarray(14 + 20 + 8)
  }
}
