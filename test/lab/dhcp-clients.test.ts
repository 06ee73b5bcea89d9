/** DHCP clients that nobody here wrote, on a LAN of their own; and the other LAN, which must hear nothing. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { isRoot, Lab, noLab, program, type Running } from './lab.js'

const config = `
interface: phones
address: 192.168.66.1
log: {level: debug, format: json}
dhcp:
  rival: ignore
  subnets:
    - {subnet: 192.168.66.0/24, pool: [192.168.66.100 - 192.168.66.199], router: 192.168.66.1, dns: [192.168.66.1]}
http: {port: 80}
tftp: {port: 69}
phones: phones.yaml
`

/** A client's script takes the address, without which no renewal can be sent, and writes down what it was told. */
const script = `#!/bin/sh
env > "$LAB/$1$reason.env"
address=\${ip:-$new_ip_address}
if [ -n "$address" ]; then ip addr replace "$address/24" dev eth0; fi
exit 0
`

async function openLab(): Promise<Lab> {
  const lab = await Lab.open()
  lab.lan('phones', '192.168.66.1/24', 'phone')
  lab.lan('office', '10.20.0.1/24', 'pc')
  writeFileSync(join(lab.folder, 'phones.yaml'), 'phones: {}\n')
  writeFileSync(join(lab.folder, 'script'), script.replace('$LAB', lab.folder), { mode: 0o755 })
  return lab
}

interface Said {
  readonly mac: string
  readonly msg: string
  readonly state?: string
}

function said(output: string): Said[] {
  return output
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line))
}

function replies(server: Running): string[] {
  return said(server.output)
    .map(line => line.msg)
    .filter(text => /^DHCP/.test(text))
}

/** What the client told its script at that event. */
function told(lab: Lab, event: string): string {
  const file = join(lab.folder, `${event}.env`)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

t.test(
  'udhcpc gets a lease with options 66 and 67, renews and releases it',
  { skip: noLab('udhcpc', 'python3') },
  async t => {
    const lab = await openLab()
    t.teardown(() => lab.close())
    const server = await lab.serve(config)
    const capture = await lab.sniff('phones')
    const options = '-V snom370 -O tftp -O bootfile -O subnet -s'.split(' ')
    const client = lab.start(['udhcpc', '-f', '-R', '-i', 'eth0', ...options, join(lab.folder, 'script')], 'phone')
    await until(() => told(lab, 'bound').includes('bootfile=snom370.htm'))
    // BusyBox takes a host name only in option 66 and tells its script of a URL as 'bad': so the wire is asked
    await capture.until(`4213${Buffer.from('http://192.168.66.1').toString('hex')}`)
    client.child.kill('SIGUSR1')
    await server.until('"state":"renewing"')
    await client.stop('SIGTERM')
    await until(() => leases(lab).includes('released'))
    await server.until('DHCPRELEASE')
    t.strictSame(replies(server), ['DHCPOFFER', 'DHCPACK', 'DHCPACK', 'DHCPRELEASE'])
    t.equal(await server.stop('SIGTERM'), 0)
  },
)

t.test('dhclient gets a lease with options 66 and 67, renews and releases it', { skip: noLab('dhclient') }, async t => {
  const lab = await openLab()
  t.teardown(() => lab.close())
  const server = await lab.serve(config)
  const conf = `send vendor-class-identifier "snom370";\nrequest subnet-mask, tftp-server-name, bootfile-name;\nsupersede dhcp-renewal-time 1;\n`
  writeFileSync(join(lab.folder, 'dhclient.conf'), conf)
  const own = '-cf dhclient.conf -lf dhclient.leases -pf dhclient.pid -sf'
    .split(' ')
    .map(word => (/^dhcl/.test(word) ? join(lab.folder, word) : word))
  const args = [...own, join(lab.folder, 'script'), 'eth0']
  const client = lab.start(['dhclient', '-d', ...args], 'phone')
  await server.until('"state":"renewing"')
  await client.stop('SIGTERM')
  t.match(told(lab, 'BOUND'), 'tftp_server_name=http://192.168.66.1\n')
  t.match(told(lab, 'BOUND'), 'bootfile_name=snom370.htm\n')
  lab.sh(`dhclient -r ${args.join(' ')}`, 'phone')
  await until(() => leases(lab).includes('released'))
  t.pass('released')
})

const noDhcpcd = noLab('dhcpcd') || (isRoot ? false : 'dhcpcd changes its user, which takes root')

t.test('dhcpcd gets a lease with options 66 and 67, renews and releases it', { skip: noDhcpcd }, async t => {
  const lab = await openLab()
  t.teardown(() => lab.close())
  const server = await lab.serve(config)
  const conf = `vendorclassid snom370\ndefine 66 string tftp_server_name\noption subnet_mask, routers, tftp_server_name, bootfile_name\nscript ${join(lab.folder, 'script')}\nnoipv6\nnoarp\n`
  writeFileSync(join(lab.folder, 'dhcpcd.conf'), conf)
  lab.sh('mount -t tmpfs none /var/lib/dhcpcd')
  lab.start(['dhcpcd', '-4', '-B', '-f', join(lab.folder, 'dhcpcd.conf'), 'eth0'], 'phone')
  await server.until('"state":"selecting"')
  await until(() => told(lab, 'BOUND') !== '')
  t.match(told(lab, 'BOUND'), 'tftp_server_name=http://192.168.66.1\n')
  t.match(told(lab, 'BOUND'), 'bootfile_name=snom370.htm\n')
  lab.sh('dhcpcd -4 -N eth0', 'phone')
  await server.until('"state":"renewing"')
  lab.sh('dhcpcd -4 -k eth0', 'phone')
  await until(() => leases(lab).includes('released'))
  t.pass('released')
})

t.test(
  'a client on the other LAN gets no answer, while one on the phones LAN does',
  { skip: noLab('udhcpc', 'python3') },
  async t => {
    const lab = await openLab()
    t.teardown(() => lab.close())
    const server = await lab.serve(config)
    const captures = [await lab.sniff('phones'), await lab.sniff('office')]
    const ask = (host: string) =>
      lab.sh(`udhcpc -n -q -t 3 -T 1 -i eth0 -V snom370 -s ${join(lab.folder, 'script')} || echo none`, host)
    t.notMatch(ask('phone'), 'none')
    t.match(ask('pc'), 'none')
    await delay(300) // for the last lines
    const [phones = '', office = ''] = captures.map(capture => capture.output)
    t.match(phones, '192.168.66.1.67 > 255.255.255.255.68')
    t.match(office, '0.0.0.0.68 > 255.255.255.255.67', 'it asked')
    t.notMatch(office, /\.67 > /, 'nobody answered')
    t.equal(replies(server).filter(text => text === 'DHCPACK').length, 1)
  },
)

t.test(
  'an interface that is deleted and made again is served again, and so is one that comes late',
  { skip: noLab('udhcpc') },
  async t => {
    const lab = await openLab()
    t.teardown(() => lab.close())
    lab.sh('ip link del phones')
    writeFileSync(join(lab.folder, 'option66.yaml'), config)
    const server = lab.start([process.execPath, program, '-c', join(lab.folder, 'option66.yaml'), 'serve'])
    await server.until('waiting for phones')
    const connect = () => {
      lab.sh(`ip link add phones type veth peer name eth0 netns phone
      ip addr add 192.168.66.1/24 dev phones; ip link set phones up; ip netns exec phone ip link set eth0 up`)
    }
    const ask = () => lab.sh(`udhcpc -n -q -t 5 -T 1 -i eth0 -V snom370 -s ${join(lab.folder, 'script')}`, 'phone')
    connect()
    await server.until('the interface is there')
    ask()
    lab.sh('ip link del phones')
    connect()
    await server.until('the interface is another now')
    ask()
    await until(() => replies(server).filter(text => text === 'DHCPACK').length === 2)
    t.equal(server.output.split('waiting for phones').length, 2, 'said once')
  },
)

function leases(lab: Lab): string {
  return readFileSync(join(lab.folder, 'state/leases.journal'), 'utf8')
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 60 && !isSo(); tries += 1) await delay(50)
  if (!isSo()) throw new Error('it did not come about within 10 s')
}
