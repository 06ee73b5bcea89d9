/** kill -9 in the middle of perfdhcp's run: every address that was ACKed is still bound to its client after the restart. */

import { writeFileSync } from 'node:fs'
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
log: {level: info, format: json}
dhcp:
  rival: ignore
  subnets: [{subnet: 10.66.0.0/16, pool: [10.66.1.0 - 10.66.250.255]}]
http: {port: 80}
phones: phones.yaml
`

t.test('no ACKed lease is lost to kill -9', { skip: noLab('perfdhcp', 'python3') }, async t => {
  const lab = await Lab.open()
  t.teardown(() => lab.close())
  lab.lan('phones', '10.66.0.1/16', 'relay', '10.66.0.2/16')
  writeFileSync(join(lab.folder, 'phones.yaml'), 'phones: {}\n')
  const capture = await lab.sniff('eth0', 'relay')
  const first = await lab.serve(config)
  const load = 'perfdhcp -4 -l eth0 -r 500 -R 5000 -n 2000 -W 3000000 -b mac=00:04:13:00:00:00 10.66.0.1'.split(' ')
  const perfdhcp = lab.start(load, 'relay')
  const isUnderWay = () => [...repliesIn(capture.output)].length > 600 // half of them ACKs
  for (let tries = 0; tries < 200 && !isUnderWay(); tries += 1) await delay(50)
  await first.stop('SIGKILL')
  await perfdhcp.stop('SIGKILL')
  await delay(500) // for the last lines
  await capture.stop('SIGTERM')

  const acked = new Map<string, string>() // MAC by address
  for (const datagram of repliesIn(capture.output)) {
    const message = decodeMessage(datagram)
    if (typeOf(message.options) === messageType.ack) acked.set(formatIpv4(message.yiaddr), macOf(message.chaddr))
  }
  t.ok(acked.size > 100, `${acked.size} addresses were ACKed before the kill`)
  const second = await lab.serve(config)
  const leases: { address: string; mac: string; state: string }[] = JSON.parse(
    lab.sh(`${process.execPath} ${program} -c ${join(lab.folder, 'option66.yaml')} leases list --json`),
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

/** The appliance's datagrams among what was sniffed; the last line may be cut off. */
function* repliesIn(output: string): Generator<Buffer> {
  for (const line of output.split('\n').slice(0, -1)) {
    const payload = /^10\.66\.0\.1\.67 > \S+ ([0-9a-f]+)$/.exec(line)?.[1]
    if (payload !== undefined) yield Buffer.from(payload, 'hex')
  }
}
