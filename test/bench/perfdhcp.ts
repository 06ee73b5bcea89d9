/**
 * perfdhcp (Kea's load generator, as a relay) against the running appliance: 20,000 clients, 2,000 exchanges a second.
 * Prints its report; exit 1 when a message was dropped or refused.
 * Run: `npm run build && node --import=@tapjs/typescript/import test/bench/perfdhcp.ts [EXCHANGES-A-SECOND [CLIENTS]]`; some 15 seconds.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Lab, noLab } from '../lab/lab.js'

const rate = Number(process.argv[2] ?? 2000)
const clients = Number(process.argv[3] ?? 20_000)

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

const missing = noLab('perfdhcp')
if (missing !== false) {
  process.stdout.write(`skipped: ${missing}\n`)
} else {
  const lab = await Lab.open()
  try {
    lab.lan('phones', '10.66.0.1/16', 'relay', '10.66.0.2/16')
    writeFileSync(join(lab.folder, 'phones.yaml'), 'phones: {}\n')
    const server = await lab.serve(config)
    // -W: waits for the answers to the last ones; -b: MACs that count up from snom's block
    const call = `perfdhcp -4 -l eth0 -r ${rate} -R ${clients} -n ${clients} -W 2000000 -b mac=00:04:13:00:00:00 10.66.0.1`
    process.stdout.write(`${call}\n`)
    const report = lab.sh(`${call} || true`, 'relay', 60_000 + (clients / rate) * 1000)
    process.stdout.write(report)
    const drops = [...report.matchAll(/^drops: (\d+)/gm)].reduce((sum, match) => sum + Number(match[1]), 0)
    const naks = server.output.split('"msg":"DHCPNAK"').length - 1
    const cpu = lab.sh(`awk '{print ($14 + $15) * 10}' /proc/${server.child.pid}/stat`).trim()
    process.stdout.write(
      `drops ${drops}, NAKs ${naks}, CPU of the appliance ${cpu} ms: ${((Number(cpu) * 1000) / clients).toFixed(0)} us an exchange\n`,
    )
    process.exitCode = drops + naks > 0 ? 1 : 0
    await server.stop('SIGTERM')
  } finally {
    await lab.close()
  }
}
