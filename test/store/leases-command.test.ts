import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { leasesExport, leasesList, leasesRelease } from '../../src/commands/leases.js'
import type { Lease } from '../../src/dhcp/lease.js'
import { dnsmasqLeases, keaLeases } from '../../src/store/lease-export.js'
import { openLeaseStore } from '../../src/store/lease-store.js'
import { some } from '../some.js'
import { newFolder } from './folder.js'
import { lease } from './lease-store-contract.js'

const now = Date.UTC(2026, 10, 22, 12)
const hour = 3_600_000

const leases: Lease[] = [
  lease(3, now - hour, { state: 'declined', end: now + hour }),
  lease(1, now, { hostname: 'front-desk', vendorClass: 'snom370', client: 'id:01000413000001', end: now + 12 * hour }),
  { address: 0x0a000001, state: 'bound', client: 'hw:0600a0b0', start: now, end: now + 0xff_ff_ff_ff * 1000 },
  lease(2, now - 2 * hour, { hostname: 'a b,c', end: now - hour }),
  { address: 0xc0a84268, state: 'bound', client: 'id:ff00aa', start: now, end: now + hour, hostname: 'a b,c' },
  lease(5, now, { state: 'released', end: now }),
]

t.test('the list is a table, sorted by address, that tells what still counts', async t => {
  t.equal(
    await list(t, leases, false),
    [
      'ADDRESS         MAC                STATE     ENDS (UTC)           HOST NAME   VENDOR CLASS',
      '10.0.0.1        -                  bound     2162-12-29 18:28:15  -           -',
      '192.168.66.101  00:04:13:00:00:01  bound     2026-11-23 00:00:00  front-desk  snom370',
      '192.168.66.102  00:04:13:00:00:02  expired   2026-11-22 11:00:00  a b,c       -',
      '192.168.66.103  00:04:13:00:00:03  declined  2026-11-22 13:00:00  -           -',
      '192.168.66.104  -                  bound     2026-11-22 13:00:00  a b,c       -',
      '192.168.66.105  00:04:13:00:00:05  released  2026-11-22 12:00:00  -           -',
      '',
    ].join('\n'),
  )
})

t.test('as JSON it is an array of the same', async t => {
  const rows = JSON.parse(await list(t, leases, true))
  t.equal(rows.length, 6)
  t.same(rows[1], {
    address: '192.168.66.101',
    mac: '00:04:13:00:00:01',
    state: 'bound',
    client: 'id:01000413000001',
    hostname: 'front-desk',
    vendorClass: 'snom370',
    start: '2026-11-22T12:00:00.000Z',
    end: '2026-11-23T00:00:00.000Z',
  })
})

t.test('where nothing was leased yet the list says so', async t => {
  const folder = newFolder(t)
  t.equal(await collect(write => leasesList({ folder, json: false, now, write })), `no leases in ${folder}\n`)
  t.equal(await collect(write => leasesList({ folder, json: true, now, write })), '[]\n')
})

t.test('damage goes to its own place, never into the output', async t => {
  const folder = newFolder(t)
  writeFileSync(join(folder, 'leases.journal'), 'a\nb\n')
  const reports: string[] = []
  const report = (text: string) => reports.push(text)
  t.equal(await collect(write => leasesList({ folder, json: true, now, write, report })), '[]\n')
  t.match(reports, [/lines 1, 2 cannot be read/])
})

t.test('no name steers the terminal, and JSON still gives it back whole', async t => {
  const steering = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u // all controls and formats but the line feed
  const evil = 'x\u001b[2J\u009b31m\u202egnp\u2066\u200b\r\n192.168.66.1\u{e0001}'
  const table = await list(t, [lease(1, now, { hostname: evil, vendorClass: '\u0007' })], false)
  t.notMatch(table, steering)
  t.equal(table.split('\n').length, 3, 'no name makes a line of its own')
  const json = await list(t, [lease(1, now, { hostname: evil })], true)
  t.notMatch(json, steering)
  t.equal(JSON.parse(json)[0].hostname, evil)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary', maxLength: 64 }), { minLength: 20 }), async names => {
      const leases = names.map((hostname, i) => lease(i, now, { hostname }))
      const json = await list(t, leases, true)
      if (steering.test(json) || steering.test(await list(t, leases, false))) return false
      const back: { hostname: string }[] = JSON.parse(json)
      return back.every(({ hostname }, i) => hostname === names[i])
    }),
    { numRuns: 20 },
  )
})

t.test('an address is released in the database where no appliance runs', async t => {
  const folder = await folderWith(t, leases)
  const said: string[] = []
  const release = (address: string, json = false) => {
    const say = (text: string) => said.push(text)
    return leasesRelease({ folder, address, now, json, write: say, complain: say })
  }
  t.equal(await release('192.168.66.101'), 0)
  t.equal(await release('192.168.66.101'), 1)
  t.equal(await release('192.168.66.103', true), 0, 'declined')
  t.equal(await release('192.168.66.102', true), 1, 'run out')
  t.equal(await release('192.168.66.999'), 2)
  t.strictSame(said, [
    '192.168.66.101 is released\n',
    'no lease runs on 192.168.66.101: option66 leases list shows those that do\n',
    '{"address":"192.168.66.103","isReleased":true}\n',
    '{"address":"192.168.66.102","isReleased":false}\n',
    '192.168.66.999 is not an IPv4 address such as 192.168.66.100\n',
  ])
  const rows: { address: string; state: string }[] = JSON.parse(
    await collect(write => leasesList({ folder, json: true, now, write })),
  )
  t.strictSame(
    rows.filter(({ state }) => state === 'released').map(({ address }) => address),
    ['192.168.66.101', '192.168.66.103', '192.168.66.105'],
  )
  const { store } = await openLeaseStore(folder, () => undefined)
  await t.rejects(release('192.168.66.104'), /is in use by another option66/)
  await store.close()
})

t.test('a running appliance is asked to release', async t => {
  const asked: string[] = []
  const release = (status: number, body?: unknown) =>
    leasesRelease({
      folder: '/nowhere',
      address: '192.168.66.101',
      now,
      json: true,
      write: () => undefined,
      complain: () => undefined,
      callApi: async (folder, method, path) => {
        asked.push(`${folder} ${method} ${path}`)
        return { status, body }
      },
    })
  t.equal(await release(204), 0)
  t.equal(await release(404, { error: 'no lease' }), 1)
  await t.rejects(release(500, { error: 'the disk is full' }), /did not release it: the disk is full/)
  t.strictSame(new Set(asked), new Set(['/nowhere DELETE leases/192.168.66.101']))
})

const keaFile = [
  'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context',
  '10.0.0.1,00:a0:b0,,4294967295,6090316095,7,0,0,,0,',
  '192.168.66.101,00:04:13:00:00:01,01:00:04:13:00:00:01,43200,1795392000,7,0,0,front-desk,0,',
  '192.168.66.103,,,7200,1795352400,7,0,0,,1,',
  '192.168.66.104,,ff:00:aa,3600,1795352400,7,0,0,,0,',
  '',
]

const dnsmasqFile = [
  '0 06-00:a0:b0 10.0.0.1 * *',
  '1795392000 00:04:13:00:00:01 192.168.66.101 front-desk 01:00:04:13:00:00:01',
  '1795352400 00- 192.168.66.104 * ff:00:aa',
  '',
]

t.test('what still counts goes into the lease files of other servers', async t => {
  const folder = await folderWith(t, leases)
  const kea = await collect(write => leasesExport({ folder, format: 'kea', subnetId: 7, now, write }))
  t.same(kea.split('\n'), keaFile)
  const dnsmasq = await collect(write => leasesExport({ folder, format: 'dnsmasq', now, write }))
  t.same(dnsmasq.split('\n'), dnsmasqFile)
})

const missing = (program: string) =>
  spawnSync('unshare', ['-Urn', 'sh', '-c', `command -v ${program}`]).status === 0
    ? false
    : `needs ${program}, unshare and user namespaces`

t.test('Kea loads its file without a complaint', { skip: missing('kea-dhcp4') }, async t => {
  const folder = newFolder(t)
  writeFileSync(join(folder, 'leases.csv'), keaLeases(later(), 0, 1))
  const logger = { name: 'kea-dhcp4', severity: 'DEBUG', debuglevel: 99, output_options: [{ output: 'stdout' }] }
  const subnets = ['10.0.0.0/8', '192.168.66.0/24'].map((subnet, i) => ({ id: i + 1, subnet }))
  const Dhcp4 = {
    'interfaces-config': { interfaces: [] },
    'lease-database': { type: 'memfile', name: join(folder, 'leases.csv'), 'lfc-interval': 0 },
    subnet4: subnets,
    loggers: [logger],
  }
  writeFileSync(join(folder, 'kea.json'), JSON.stringify({ Dhcp4 }))
  const child = run(t, folder, ['kea-dhcp4', '-c', join(folder, 'kea.json')])
  const lines = await linesUntil(child, lines => /DHCP4_STARTED|ERROR|FATAL/.test(lines.at(-1) ?? ''))
  t.same(
    lines.filter(line => /LEASE_LOAD_ROW_ERROR| ERROR | FATAL /.test(line)),
    [],
  )
  const loaded = lines.flatMap(line => /LEASE_LOAD loading lease Address: +(\S+)/.exec(line)?.[1] ?? [])
  t.same(loaded, ['10.0.0.1', '192.168.66.101', '192.168.66.103', '192.168.66.104'])
})

t.test('dnsmasq takes its file over, lease by lease', { skip: missing('dnsmasq') }, async t => {
  const folder = newFolder(t)
  const file = join(folder, 'dnsmasq.leases')
  writeFileSync(file, dnsmasqLeases(later(), 0))
  const script = join(folder, 'told.sh')
  writeFileSync(script, '#!/bin/sh\necho "$@" "$DNSMASQ_CLIENT_ID."\n', { mode: 0o755 })
  const ranges = ['--dhcp-range=192.168.66.100,192.168.66.199', '--dhcp-range=10.0.0.1,10.0.0.9']
  const plain = ['-d', '-C', '/dev/null', '--port=0', '--user=root', '--group=root', '--pid-file=', '--log-facility=-']
  const files = [`--dhcp-leasefile=${file}`, `--dhcp-script=${script}`]
  const child = run(t, folder, ['dnsmasq', ...plain, ...ranges, ...files])
  const told = (lines: readonly string[]) => lines.flatMap(line => /\b(old .*)\.$/.exec(line)?.[1] ?? [])
  const lines = await linesUntil(child, lines => told(lines).length === 3)
  t.same(told(lines).sort(), [
    'old 00- 192.168.66.104 ff:00:aa',
    'old 00:04:13:00:00:01 192.168.66.101 front-desk 01:00:04:13:00:00:01',
    'old 06-00:a0:b0 10.0.0.1 ',
  ])
})

/** The same leases, far from their end at any time this test may run. */
function later(): Lease[] {
  const far = Date.UTC(2100, 0)
  return leases.filter(one => one.end > now).map(one => ({ ...one, start: far, end: far + one.end - one.start }))
}

function run(t: Test, folder: string, command: readonly string[]): ChildProcess {
  const env = { ...process.env, KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder }
  const script = 'ip link set lo up; exec timeout 20 "$@" 2>&1'
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const child = spawn('unshare', ['-Urn', 'sh', '-c', script, 'sh', ...command], { env, stdio: [...stdio] })
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await once(child, 'exit')
  })
  return child
}

async function linesUntil(child: ChildProcess, isEnough: (lines: readonly string[]) => boolean): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: some(child.stdout ?? undefined) })) {
    lines.push(line)
    if (isEnough(lines)) break
  }
  return lines
}

async function list(t: Test, leases: readonly Lease[], json: boolean): Promise<string> {
  const folder = await folderWith(t, leases)
  return collect(write => leasesList({ folder, json, now, write }))
}

async function folderWith(t: Test, leases: readonly Lease[]): Promise<string> {
  const folder = newFolder(t)
  const { store } = await openLeaseStore(folder, text => t.fail(text))
  await store.save(leases)
  await store.close()
  return folder
}

async function collect(command: (write: (text: string) => void) => Promise<number>): Promise<string> {
  let all = ''
  const code = await command(text => {
    all += text
  })
  if (code !== 0) throw new Error(`exit code ${code}`)
  return all
}
