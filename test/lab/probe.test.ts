/** The probe on LANs with other people's servers, and with our own appliance. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runProbe } from '../../src/commands/probe.js'
import { serveDhcp, servePnp, sipNotify, sipOk } from '../phone/servers.js'
import { isThere, Lab, noLab, type Running } from './lab.js'

const dist = join(import.meta.dirname, '../../dist')

/** `probe` with these options, as a program of its own, since a LAN is in namespaces. */
const runner = `
import { runProbe } from '${dist}/commands/probe.js'
process.exitCode = await runProbe(JSON.parse(process.argv[2]), text => process.stdout.write(text))
`

/** One LAN: our leg in it, and a host that may serve. */
async function openLab(t: Test): Promise<Lab> {
  const lab = await Lab.open()
  t.teardown(() => lab.close())
  lab.lan('phones', '192.168.66.1/24', 'other', '192.168.66.254/24')
  writeFileSync(join(lab.folder, 'phones.yaml'), 'phones: {}\n')
  writeFileSync(join(lab.folder, 'runner.mjs'), runner)
  return lab
}

async function probe(lab: Lab, options: object, host?: string): Promise<{ code: number; text: string }> {
  const running = lab.start([process.execPath, join(lab.folder, 'runner.mjs'), JSON.stringify(options)], host)
  const code = await new Promise<number>(resolve => running.child.once('close', value => resolve(value ?? -1)))
  return { code, text: running.output }
}

async function startDnsmasq(lab: Lab, ...more: readonly string[]): Promise<Running> {
  const words = ['-d', '-C', '/dev/null', '--port=0', '--interface=eth0', '--bind-interfaces', '--user=root']
  const range = '--dhcp-range=192.168.66.200,192.168.66.220,120'
  const files = ['--log-facility=-', `--dhcp-leasefile=${lab.folder}/dnsmasq.leases`]
  const running = lab.start(['dnsmasq', ...words, range, ...files, '--log-dhcp', ...more], 'other')
  await running.until('IP range 192.168.66.200')
  return running
}

t.test('dnsmasq is found with what it offers to whom, and gives no lease away', { skip: noLab('dnsmasq') }, async t => {
  const lab = await openLab(t)
  const url = 'http://192.168.66.254/prov'
  const tagged = ['--dhcp-vendorclass=set:snom,snom', `--dhcp-option-force=tag:snom,66,${url}`]
  const server = await startDnsmasq(lab, '--dhcp-option=6,192.168.66.9', ...tagged)
  const { code, text } = await probe(lab, { interface: 'phones', seconds: 8 })
  t.equal(code, 0, text)
  t.match(
    text,
    /^asked from 192\.168\.66\.1 for 8 s: DHCP as a snom370 and as any host, Plug & Play at 224\.0\.1\.75:5060\n/,
  )
  t.match(
    text,
    /\nDHCP 192\.168\.66\.254: to phones: offers 192\.168\.66\.2\d\d, router 192\.168\.66\.254, dns 192\.168\.66\.9, option 66 http:\/\/192\.168\.66\.254\/prov: settings at http:/,
  )
  t.match(text, /\nDHCP 192\.168\.66\.254: to others: offers .*, no option 66\n/)
  t.notMatch(server.output, /DHCPREQUEST|DHCPACK/)
  t.match(server.output, /DHCPDISCOVER\(eth0\) 02:/, 'the hardware address is of no maker')
})

t.test('our own appliance is told apart, from its own host and from another', { skip: noLab() }, async t => {
  const lab = await openLab(t)
  await lab.serve(`
interface: phones
address: 192.168.66.1
dhcp: {rival: ignore, subnets: [{subnet: 192.168.66.0/24, pool: [192.168.66.100 - 192.168.66.199], router: 192.168.66.1}]}
http: {port: 80}
phones: phones.yaml
`)
  const offer = String.raw`: to phones, and nothing to others in 2 s: offers 192\.168\.66\.1\d\d, router 192\.168\.66\.1, no dns, option 66 http:\/\/192\.168\.66\.1`
  const own = await probe(lab, { address: '192.168.66.1', seconds: 2 })
  t.equal(own.code, 0, own.text)
  t.match(own.text, new RegExp(String.raw`\nDHCP 192\.168\.66\.1 \(this host\)${offer}`))
  const other = await probe(lab, { interface: 'eth0', seconds: 2 }, 'other')
  t.equal(other.code, 0, other.text)
  t.match(other.text, new RegExp(String.raw`\nDHCP 192\.168\.66\.1${offer}`))
})

t.test('where nobody serves, that is exit 1', { skip: noLab() }, async t => {
  const lab = await openLab(t)
  const { code, text } = await probe(lab, { interface: 'phones', seconds: 1 })
  t.equal(code, 1)
  t.match(text, /^asked from .*\nno server found\n$/)
})

const kea = {
  Dhcp4: {
    'interfaces-config': { interfaces: ['eth0'] },
    'lease-database': { type: 'memfile', persist: false },
    'valid-lifetime': 600,
    subnet4: [{ id: 1, subnet: '192.168.66.0/24', pools: [{ pool: '192.168.66.30 - 192.168.66.40' }] }],
  },
}
const noKea = noLab('kea-dhcp4')

t.test('Kea is found beside dnsmasq', { skip: noKea || noLab('dnsmasq') }, async t => {
  t.ok(isThere('kea-dhcp4'))
  const lab = await openLab(t)
  lab.sh('ip netns add third; ip link add name lan type bridge; ip link set lan up')
  lab.sh(`ip addr flush dev phones; ip link set phones master lan; ip addr add 192.168.66.1/24 dev lan
    ip link add to-third type veth peer name eth0 netns third; ip link set to-third master lan up
    ip netns exec third ip link set lo up; ip netns exec third ip link set eth0 up
    ip netns exec third ip addr add 192.168.66.253/24 dev eth0`)
  writeFileSync(join(lab.folder, 'kea.json'), JSON.stringify(kea))
  await startDnsmasq(lab)
  const server = lab.start(
    [
      'env',
      `KEA_PIDFILE_DIR=${lab.folder}`,
      `KEA_LOCKFILE_DIR=${lab.folder}`,
      'kea-dhcp4',
      '-c',
      join(lab.folder, 'kea.json'),
    ],
    'third',
  )
  await server.until('DHCP4_STARTED')
  const { code, text } = await probe(lab, { interface: 'lan', seconds: 5, json: true })
  t.equal(code, 0, text)
  const { dhcp } = JSON.parse(text)
  t.same(dhcp.map(({ server }: { server: string }) => server).toSorted(), ['192.168.66.253', '192.168.66.254'])
  t.notMatch(server.output, /DHCP4_LEASE_ALLOC/)
})

t.test('Plug & Play responders are told with their URL, or with what was wrong', async t => {
  const silent = await serveDhcp(t, () => undefined)
  const { server, port, clientPort } = silent.via
  const run = async (answer: Parameters<typeof servePnp>[1]) => {
    const { via } = await servePnp(t, question => (question.text.startsWith('SUBSCRIBE') ? answer(question, 1) : []))
    let text = ''
    const dhcp = { server, port, clientPort }
    const code = await runProbe({ ...dhcp, address: '127.0.0.1', pnpPort: via.port, seconds: 0.3 }, lines => {
      text += lines
    })
    return `${code} ${text.split('\n')[1]}`
  }
  const url = 'http://192.0.2.1/{mac}'
  t.equal(
    await run(question => [sipOk(question), sipNotify(question, url)]),
    '0 Plug & Play 127.0.0.1 (this host): sends phones to http://192.0.2.1/{mac}',
  )
  t.equal(await run(question => [sipOk(question)]), '0 Plug & Play 127.0.0.1 (this host): 200 OK and no NOTIFY')
  t.match(await run(question => [sipNotify(question, '')]), /a NOTIFY without a URL$/)
  t.equal(await run(() => []), '1 no server found')
  t.equal(silent.questions.filter(({ options }) => options.get(60)?.toString() === 'snom370').length, 4)
  t.ok(
    silent.questions.every(({ type }) => type === 1),
    'DISCOVERs, and nothing else',
  )
})

t.test('a wrong call is exit 2 and one sentence', async t => {
  const run = async (options: object) => {
    let text = ''
    const code = await runProbe(options, lines => {
      text += lines
    })
    return { code, text }
  }
  t.same(await run({ seconds: 0 }), { code: 2, text: '--seconds 0: expected at most 300\n' })
  t.same(await run({ address: 'x' }), { code: 2, text: '--address x: expected an IPv4 address\n' })
  t.match(await run({ interface: 'none9' }), { code: 2, text: /^--interface none9: there is none/ })
  t.match(await run({ address: '192.0.2.9', port: 40_001, seconds: 1 }), { code: 2, text: /cannot (?:listen|speak)/ })
})
