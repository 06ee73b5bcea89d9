/**
 * Full exchanges a second: option66 beside Kea and ISC dhcpd, on the same machine, in turns. Each leases from a /16 pool to relayed
 * clients in a closed loop. Prints each run, then the medians and the ratio to Kea. Servers that are not installed are left out.
 * Run: `npm run build && node --import=@tapjs/typescript/import test/bench/dhcp-peers.ts [CLIENTS [ROUNDS [IN-FLIGHT]]]`; a few minutes.
 */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Lab, noLab, program, type Running } from '../lab/lab.js'

const clients = Number(process.argv[2] ?? 20_000)
const rounds = Number(process.argv[3] ?? 5)
const inFlight = process.argv[4] ?? '128'
const load = join(import.meta.dirname, 'dhcp-load.ts')

interface Peer {
  readonly name: string
  readonly needs: string
  start(lab: Lab): Running
}

const ours = `
interface: phones
address: 10.66.0.1
log: {level: info, format: json}
dhcp:
  rival: ignore
  subnets: [{subnet: 10.66.0.0/16, pool: [10.66.1.0 - 10.66.250.255], router: 10.66.0.1, dns: [10.66.0.1]}]
http: {port: 80}
phones: phones.yaml
`
const kea = (folder: string) => ({
  Dhcp4: {
    'interfaces-config': { interfaces: ['phones'], 'dhcp-socket-type': 'udp' },
    'lease-database': { type: 'memfile', persist: true, name: join(folder, 'kea.csv'), 'lfc-interval': 0 },
    'valid-lifetime': 43200,
    'multi-threading': { 'enable-multi-threading': false },
    subnet4: [
      {
        subnet: '10.66.0.0/16',
        pools: [{ pool: '10.66.1.0 - 10.66.250.255' }],
        'option-data': [{ name: 'routers', data: '10.66.0.1' }],
      },
    ],
    loggers: [{ name: 'kea-dhcp4', severity: 'WARN', output_options: [{ output: 'stdout' }] }],
  },
})
const dhcpd =
  'authoritative; default-lease-time 43200;\nsubnet 10.66.0.0 netmask 255.255.0.0 { range 10.66.1.0 10.66.64.255; option routers 10.66.0.1; }\n'

const peers: readonly Peer[] = [
  {
    name: 'option66',
    needs: 'node',
    start(lab) {
      writeFileSync(join(lab.folder, 'phones.yaml'), 'phones: {}\n')
      writeFileSync(join(lab.folder, 'option66.yaml'), ours)
      return lab.start([process.execPath, program, '-c', join(lab.folder, 'option66.yaml'), 'serve'])
    },
  },
  {
    name: 'Kea memfile, one thread, never synced',
    needs: 'kea-dhcp4',
    start(lab) {
      writeFileSync(join(lab.folder, 'kea.json'), JSON.stringify(kea(lab.folder)))
      return lab.start([
        'env',
        `KEA_PIDFILE_DIR=${lab.folder}`,
        `KEA_LOCKFILE_DIR=${lab.folder}`,
        'kea-dhcp4',
        '-c',
        join(lab.folder, 'kea.json'),
      ])
    },
  },
  {
    name: 'ISC dhcpd, pool of 16,000, fsync for each',
    needs: 'dhcpd',
    start(lab) {
      writeFileSync(join(lab.folder, 'dhcpd.conf'), dhcpd)
      writeFileSync(join(lab.folder, 'dhcpd.leases'), '')
      const files = [
        '-cf',
        join(lab.folder, 'dhcpd.conf'),
        '-lf',
        join(lab.folder, 'dhcpd.leases'),
        '-pf',
        join(lab.folder, 'dhcpd.pid'),
      ]
      return lab.start(['dhcpd', '-f', '-q', ...files, 'phones'])
    },
  },
]

interface Result {
  readonly rate: number
  readonly cpu: number // microseconds an exchange
  readonly line: string
}

async function run(peer: Peer): Promise<Result> {
  const lab = await Lab.open()
  try {
    lab.lan('phones', '10.66.0.1/16', 'relay', '10.66.0.2/16')
    const server = peer.start(lab)
    await delay(2500)
    const wanted = peer.needs === 'dhcpd' ? Math.min(clients, 5000) : clients
    const cpu = () => Number(lab.sh(`awk '{print ($14 + $15) * 10000}' /proc/${server.child.pid}/stat`).trim())
    const before = cpu()
    const command = [
      process.execPath,
      '--import=@tapjs/typescript/import',
      load,
      'eth0',
      '10.66.0.2',
      '10.66.0.1',
      wanted,
      inFlight,
    ]
    const line = lab.sh(`cd ${import.meta.dirname} && ${command.join(' ')}`, 'relay', 120_000).trim()
    const { rate, done } = JSON.parse(line)
    return { rate, cpu: Math.round((cpu() - before) / done), line }
  } finally {
    await lab.close()
  }
}

const present = peers.filter(
  ({ needs }) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${needs}`]).status === 0,
)
const missing = noLab()
if (missing !== false) process.stdout.write(`skipped: ${missing}\n`)
else await compare()

async function compare(): Promise<void> {
  const results = new Map<string, Result[]>()
  for (let round = 1; round <= rounds; round += 1) {
    for (const peer of present) {
      const result = await run(peer)
      results.set(peer.name, [...(results.get(peer.name) ?? []), result])
      process.stdout.write(`${round} ${peer.name.padEnd(45)} cpu ${result.cpu} us ${result.line}\n`)
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  const medians = [...results].map(([name, all]) => ({
    name,
    rate: median(all.map(one => one.rate)),
    cpu: median(all.map(one => one.cpu)),
  }))
  const reference = medians.find(({ name }) => name.startsWith('Kea'))?.rate
  for (const { name, rate, cpu } of medians) {
    const ratio = reference === undefined ? '' : ` ${(rate / reference).toFixed(1)} x Kea`
    process.stdout.write(`median ${name.padEnd(45)} ${rate} exchanges/s, ${cpu} us CPU${ratio}\n`)
  }
}
