/** Another DHCP server on the phones' LAN, one that nobody here wrote: who gives the lease, and what we say of it. */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Lab, noLab, type Running } from './lab.js'

const config = (rival: string) => `
interface: phones
address: 192.168.66.1
log: {level: debug, format: json}
dhcp:
  clients: all
  rival: ${rival}
  subnets:
    - {subnet: 192.168.66.0/24, pool: [192.168.66.100 - 192.168.66.199], router: 192.168.66.1}
http: {port: 80}
tftp: {port: 69}
phones: phones.yaml
`

/** `serve` of the appliance, but with rounds one after another: five minutes are long for a test. */
const runner = (dist: string) => `
import { usualPace } from '${dist}/rival-watch.js'
import { openAppliance } from '${dist}/appliance.js'
import { readSite } from '${dist}/config/site.js'
import { openLog } from '${dist}/log.js'
const reading = await readSite(process.argv[2])
const log = openLog(reading.site.log, Date.now)
const quick = { gap: 200, listening: 800 }
const rivalPace = { ...usualPace, ...(process.argv[3] === 'quick' && quick), interval: 500 }
const surroundings = { now: Date.now, passed: new Map(), version: 'test', residentMemory: () => 0 }
const appliance = await openAppliance(reading, { ...surroundings, log, rivalPace })
process.once('SIGTERM', () => appliance.close().then(() => { log.close(); process.exit(0) }))
`

const dnsmasq = `dnsmasq -d --conf-file=/dev/null --pid-file= --port=0 --interface=eth0 --bind-interfaces
  --dhcp-range=192.168.66.200,192.168.66.220,120 --log-dhcp --log-facility=- --dhcp-leasefile=`
const udhcpd = `interface eth0\nstart 192.168.66.200\nend 192.168.66.220\noption lease 120\n`

/** One LAN: we have a leg in it, and so have a phone and a host that may become the rival. */
async function openLab(t: Test): Promise<Lab> {
  const lab = await Lab.open()
  t.teardown(() => lab.close())
  lab.sh('ip link add phones type bridge; ip addr add 192.168.66.1/24 dev phones; ip link set phones up')
  for (const host of ['phone', 'rival', 'second']) {
    lab.sh(`ip netns add ${host}; ip link add to-${host} type veth peer name eth0 netns ${host}
      ip link set to-${host} master phones up
      ip netns exec ${host} ip link set lo up; ip netns exec ${host} ip link set eth0 up`)
  }
  lab.sh('ip addr add 192.168.66.254/24 dev eth0', 'rival')
  writeFileSync(join(lab.folder, 'phones.yaml'), 'phones: {}\n')
  writeFileSync(join(lab.folder, 'runner.mjs'), runner(join(import.meta.dirname, '../../dist')))
  writeFileSync(join(lab.folder, 'script'), `#!/bin/sh\nenv > ${lab.folder}/$1.env\n`, { mode: 0o755 })
  return lab
}

/** `quick`: rounds of less than a second, where it is not the length of a round that decides. */
async function serve(lab: Lab, text: string, pace: 'usual' | 'quick', host?: string): Promise<Running> {
  const file = join(lab.folder, `${host ?? 'own'}.yaml`)
  writeFileSync(file, text)
  const running = lab.start([process.execPath, join(lab.folder, 'runner.mjs'), file, pace], host)
  await running.until('"msg":"serving"')
  return running
}

/** Prints every broadcast that a host of the LAN hears of DHCP. */
const eavesdropper = `for (const port of [67, 68]) {
  require('dgram').createSocket('udp4')
    .on('message', (_, { address }) => console.log('from', address, 'to port', port))
    .bind(port, () => console.log('listening'))
}`

async function startDnsmasq(lab: Lab): Promise<Running> {
  const running = lab.start([...dnsmasq.split(/\s+/).slice(0, -1), `--dhcp-leasefile=${lab.folder}/dnsmasq`], 'rival')
  await running.until('IP range 192.168.66.200')
  return running
}

async function startUdhcpd(lab: Lab): Promise<Running> {
  writeFileSync(join(lab.folder, 'rival.leases'), '')
  writeFileSync(
    join(lab.folder, 'udhcpd.conf'),
    `${udhcpd}lease_file ${lab.folder}/rival.leases\npidfile ${lab.folder}/pid\n`,
  )
  const running = lab.start(['busybox', 'udhcpd', '-f', join(lab.folder, 'udhcpd.conf')], 'rival')
  await running.until('started')
  return running
}

/** The server that a udhcpc has its lease from; '' when it got none in so many tries of so many seconds. */
async function boot(lab: Lab, tries = 4, seconds = 4): Promise<string> {
  lab.sh('rm -f bound.env')
  const words = `udhcpc -n -q -t ${tries} -T ${seconds} -i eth0 -V snom370 -s ${join(lab.folder, 'script')}`
  const { child } = lab.start(words.split(' '), 'phone')
  await once(child, 'exit')
  const file = join(lab.folder, 'bound.env')
  return existsSync(file) ? (/^serverid=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '') : ''
}

const answers = (server: Running): string[] => said(server, 'DHCP').filter(text => /^DHCP[A-Z]/.test(text))

function said(server: Running, part: string): string[] {
  return server.output
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => String(JSON.parse(line).msg))
    .filter(text => text.includes(part))
}

/** Until the program has said it so often. */
async function heard(running: Running, text: string, times: number): Promise<void> {
  for (let tries = 0; tries < 400 && running.output.split(text).length <= times; tries += 1) await delay(50)
  if (running.output.split(text).length <= times) throw new Error(`expected ${times} times ${text}: ${running.output}`)
}

const noUdhcpd = spawnSync('busybox', ['udhcpd', '--help']).status === 0 ? false : 'needs a busybox with udhcpd'

for (const { name, start, skip } of [
  { name: 'dnsmasq', start: startDnsmasq, skip: noLab('dnsmasq', 'udhcpc', 'curl') },
  { name: 'udhcpd', start: startUdhcpd, skip: noLab('busybox', 'udhcpc', 'curl') || noUdhcpd },
]) {
  t.test(`refuse: ${name} gives the lease while it runs, and we when it has gone`, { skip }, async t => {
    const lab = await openLab(t)
    const rival = await start(lab)
    const server = await serve(lab, config('refuse'), 'usual')
    t.match(server.output, 'dhcp 67 (looks for other servers first), tftp 69, http 80')
    t.match(lab.sh('curl -s http://192.168.66.1/snom370.htm', 'rival'), '<?xml', 'HTTP is served all the time')
    await server.until('DHCP stays shut')
    t.match(said(server, 'stays shut')[0], 'is on phones: 192.168.66.254 (it offers 192.168.66.2')
    t.equal(await boot(lab), '192.168.66.254')
    t.strictSame(answers(server), [])
    t.ok(said(server, 'stays shut').length <= 2, 'said when it is new, not every round')
    await rival.stop('SIGTERM')
    await server.until('DHCP answers from now on')
    t.equal(await boot(lab), '192.168.66.1')
    await server.until('DHCPACK')
    t.equal(await server.stop('SIGTERM'), 0)
  })
}

t.test('warn: both serve, and it is said once', { skip: noLab('dnsmasq', 'udhcpc') }, async t => {
  const lab = await openLab(t)
  const rival = await startDnsmasq(lab)
  const server = await serve(lab, config('warn'), 'quick')
  t.equal(await boot(lab), '192.168.66.1', 'ours comes first, for dnsmasq pings before it offers')
  await server.until('another DHCP server is on phones: 192.168.66.254')
  await heard(rival, 'DHCPOFFER(eth0)', 5)
  t.equal(said(server, 'another DHCP server').length, 1)
  t.equal(await server.stop('SIGTERM'), 0)
})

t.test(
  'a rival that appears while we serve is warned of once, and we serve on',
  { skip: noLab('dnsmasq', 'udhcpc') },
  async t => {
    const lab = await openLab(t)
    const server = await serve(lab, config('refuse'), 'quick')
    await server.until('DHCP answers from now on')
    const rival = await startDnsmasq(lab)
    await server.until('another DHCP server is on phones: 192.168.66.254')
    await heard(rival, 'DHCPOFFER(eth0)', 5)
    t.equal(said(server, 'another DHCP server').length, 1)
    await rival.stop('SIGTERM')
    t.equal(await boot(lab), '192.168.66.1')
    t.strictSame(said(server, 'stays shut'), [])
  },
)

t.test(
  'our probes get no answer from us; a second appliance finds the first, and stays shut',
  { skip: noLab('udhcpc') },
  async t => {
    const lab = await openLab(t)
    const capture = lab.start([process.execPath, '-e', eavesdropper], 'rival')
    await heard(capture, 'listening', 2)
    const first = await serve(lab, config('refuse'), 'quick')
    await first.until('DHCP answers from now on')
    await heard(capture, 'from 192.168.66.1 to port 67', 6)
    t.notMatch(capture.output, 'to port 68', 'nobody answered')
    t.strictSame(answers(first), [])
    t.strictSame(said(first, 'another DHCP server'), [])

    lab.sh('ip addr add 192.168.66.2/24 dev eth0', 'second')
    const text = config('refuse').replace(': phones\n', ': eth0\n').replace('66.1\n', '66.2\n')
    const second = await serve(lab, `${text}state: second\n`, 'quick', 'second')
    await second.until('DHCP stays shut')
    t.match(said(second, 'stays shut')[0], 'is on eth0: 192.168.66.1')
    t.equal(await boot(lab), '192.168.66.1')
    t.strictSame(answers(second), [])
    t.match(capture.output, 'to port 68', 'to hear an answer, had there been one')
    t.strictSame(said(first, 'another DHCP server'), [])
  },
)

t.test('what is asked before the first answer is not answered late', { skip: noLab('udhcpc') }, async t => {
  const lab = await openLab(t)
  const server = await serve(lab, config('refuse'), 'usual')
  t.equal(await boot(lab, 1, 1), '', 'one try of a phone, in the time of listening')
  t.strictSame(said(server, 'answers from now on'), [])
  await server.until('DHCP answers from now on')
  t.equal(await boot(lab), '192.168.66.1')
  await server.until('DHCPACK')
  t.strictSame(answers(server), ['DHCPOFFER', 'DHCPACK'], 'of the second time alone')
})

t.test(
  'a DHCP client of this host that holds the port keeps us shut until it goes',
  { skip: noLab('udhcpc') },
  async t => {
    const lab = await openLab(t)
    const client = `require('dgram').createSocket('udp4').bind(68, () => console.log('bound'))`
    const holder = lab.start([process.execPath, '-e', client])
    await holder.until('bound')
    const server = await serve(lab, config('refuse'), 'quick')
    await server.until('cannot be told whether another DHCP server is on phones')
    t.match(said(server, 'stays shut')[0], '0.0.0.0:68 on phones: EADDRINUSE')
    t.equal(await boot(lab, 1, 1), '')
    await holder.stop('SIGTERM')
    await server.until('DHCP answers from now on')
    t.equal(await boot(lab), '192.168.66.1')
  },
)
