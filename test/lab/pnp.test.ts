/** Plug & Play on real LANs: SIPp plays the phone in each dialect, a sniffer counts what was really sent. */

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type Dialect, dialect, dialects } from '../sip/dialects.js'
import { Lab, noLab, type Running } from './lab.js'

const skip = noLab('sipp')

/** Two LANs with a phone in each; the phones' LAN is the one that is served. Multicast finds its way by a route of its own. */
async function openLab(t: Test): Promise<Lab> {
  const lab = await Lab.open()
  t.teardown(() => lab.close())
  lab.lan('phones', '192.168.66.1/24', 'phone', '192.168.66.21/24')
  lab.lan('others', '192.168.77.1/24', 'stranger', '192.168.77.21/24')
  for (const host of ['phone', 'stranger']) lab.sh('ip route add 224.0.0.0/4 dev eth0', host)
  return lab
}

const config = `
interface: phones
address: 192.168.66.1
log: {level: debug, format: json}
http: {port: 80}
tftp: false
pnp:
  vendors:
${['Yealink', 'Grandstream', 'Gigaset', 'Panasonic', 'PLANET', 'AudioCodes']
  .map(name => `    ${name}: http://192.168.66.1/${name.toLowerCase()}/{mac}`)
  .join('\n')}
phones: phones.yaml
`
const phones = `
phones:
  000413261234: {model: snom370}
  000413000066: {model: snom370, address: 192.168.66.66}
`

/** The appliance. */
async function serve(lab: Lab): Promise<Running> {
  writeFileSync(join(lab.folder, 'phones.yaml'), phones)
  return lab.serve(config)
}

/** The door and the look-out alone, who look about them more often. */
async function serveQuickly(lab: Lab, host: string | undefined, ...words: readonly string[]): Promise<Running> {
  const loader = import.meta.resolve('@tapjs/typescript/import')
  const file = join(import.meta.dirname, 'pnp-program.ts')
  const running = lab.start([process.execPath, `--import=${loader}`, file, ...words], host)
  await running.until('serving')
  return running
}

/** `silent`: the phone answers only the second NOTIFY. */
function scenario({ name, lines }: Dialect, url: string, silent: boolean): string {
  const notify = `<recv request="NOTIFY" timeout="5000"><action>
    <ereg regexp="${url.replaceAll(/[?.$*+()[\]{}]/g, '\\$&').replaceAll('&', '&amp;')}$" search_in="msg" check_it="true" assign_to="url"/>
    </action></recv>`
  // SIPp takes blanks away where a line begins: a folded one begins with \\x20
  const folded = lines.map(line => line.replace(/^[ \t]+/, '\\x20'))
  return `<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="${name.replaceAll('%', '')}">
  <send><![CDATA[
${folded.join('\n')}

]]></send>
  <recv response="200" timeout="5000"/>
  ${notify}
  ${silent ? notify : ''}
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <Reference variables="url"/>
</scenario>
`
}

interface Ended {
  readonly code: number | null
  readonly output: string
}

async function sipp(
  lab: Lab,
  one: Dialect,
  url: string,
  words: { silent?: boolean; host?: string; address?: string } = {},
): Promise<Ended> {
  const { silent = false, host = 'phone', address = '192.168.66.21' } = words
  const file = join(lab.folder, 'scenario.xml')
  writeFileSync(file, scenario(one, url, silent))
  // -nr: what comes twice is a message of its own, not one to be soaked up
  const options = `-m 1 -nr -nostdin -timeout 10 -i ${address} -p ${one.port} -sf ${file} 224.0.1.75:5060`
  const running = lab.start(['sipp', ...options.split(' ')], host)
  const [code] = await once(running.child, 'exit')
  return { code, output: running.output }
}

/** Datagrams that begin with a word, as the sniffer of a LAN saw them: `FROM > TO`. */
function seen(sniffer: Running, word: string): string[] {
  const start = Buffer.from(word).toString('hex')
  return sniffer.output.split('\n').flatMap(line => {
    const [, way = '', payload = ''] = /^(\S+ > \S+) (\S+)$/.exec(line) ?? []
    return payload.startsWith(start) ? [way] : []
  })
}

const mac = (one: Dialect) => one.mac ?? '{mac}'

/** What the configuration gives each phone. */
function expectedUrl(one: Dialect): string {
  const base = 'http://192.168.66.1'
  if (one.mac === '000413261234') return `${base}/settings?mac={mac}`
  if (one.vendor === 'OEM') return `${base}/snom370.htm`
  return one.vendor === 'snom' ? `${base}/${one.model}.htm` : `${base}/${one.vendor?.toLowerCase()}/${mac(one)}`
}

t.test('each dialect gets 200 and NOTIFY with its URL, and nothing after its 200', { skip }, async t => {
  const lab = await openLab(t)
  const [server, sniffer] = [await serve(lab), await lab.sniff('phones')]
  for (const one of dialects) {
    const { code, output } = await sipp(lab, one, expectedUrl(one))
    t.equal(code, 0, one.name)
    if (code !== 0) t.comment(output.slice(-2000))
  }
  await delay(1200) // longer than T1, after which a lost NOTIFY would come again
  t.strictSame(
    seen(sniffer, 'NOTIFY'),
    dialects.map(({ port }) => `192.168.66.1.5060 > 192.168.66.21.${port}`),
  )
  t.equal(server.output.split('"msg":"NOTIFY ended"').length - 1, dialects.length)
  t.equal(await server.stop('SIGTERM'), 0)
})

t.test('a phone that stays silent hears NOTIFY again, and no more once it has answered', { skip }, async t => {
  const lab = await openLab(t)
  const [server, sniffer] = [await serve(lab), await lab.sniff('phones')]
  for (const name of ['snom360', 'snomM700']) {
    const one = dialect(name)
    const { code, output } = await sipp(lab, one, expectedUrl(one), { silent: true })
    t.equal(code, 0, name)
    if (code !== 0) t.comment(output.slice(-2000))
  }
  await delay(2500) // the third would have come a second after the second
  t.equal(seen(sniffer, 'NOTIFY').length, 4)
  t.equal(await server.stop('SIGTERM'), 0)
})

t.test('two LANs: a SUBSCRIBE on the other one gets no answer', { skip }, async t => {
  const lab = await openLab(t)
  // another program of this host is in the group there, so that the kernel has the packets to give
  lab.start([
    process.execPath,
    '-e',
    `require('dgram').createSocket({ type: 'udp4', reuseAddr: true }).bind(9, function () { this.addMembership('224.0.1.75', '192.168.77.1') })`,
  ])
  const server = await serve(lab)
  const [here, there] = [await lab.sniff('phones'), await lab.sniff('others')]
  const one = dialect('snom370')
  const { code } = await sipp(lab, one, expectedUrl(one), { host: 'stranger', address: '192.168.77.21' })
  t.not(code, 0, 'the stranger waits in vain')
  t.strictSame(seen(there, 'SUBSCRIBE'), ['192.168.77.21.5060 > 224.0.1.75.5060'])
  t.strictSame(seen(there, 'SIP/2.0'), [])
  t.strictSame(seen(there, 'NOTIFY'), [])
  t.strictSame(seen(here, 'NOTIFY'), [])
  t.notMatch(server.output, '"door":"pnp"')
  t.equal((await sipp(lab, one, expectedUrl(one))).code, 0, 'the phone on its own LAN is served')
  t.equal(await server.stop('SIGTERM'), 0)
})

t.test('a claim against the lease of its address gets 403', { skip }, async t => {
  const lab = await openLab(t)
  lab.sh('ip addr add 192.168.66.66/24 dev eth0', 'phone')
  const [server, sniffer] = [await serve(lab), await lab.sniff('phones')]
  t.not((await sipp(lab, dialect('snom370'), 'x', { address: '192.168.66.66' })).code, 0)
  t.strictSame(seen(sniffer, 'SIP/2.0 403'), ['192.168.66.1.5060 > 192.168.66.66.5060'])
  t.strictSame(seen(sniffer, 'NOTIFY'), [])
  await server.until('it names a phone whose address this is not')
})

t.test('two servers on one LAN find each other, neither finds itself', { skip }, async t => {
  const lab = await openLab(t)
  lab.sh('ip addr add 192.168.66.2/24 dev phones')
  lab.sh('ip addr add 192.168.66.22/24 dev eth0', 'phone')
  const first = await serveQuickly(lab, undefined, 'phones', '192.168.66.1', '5060')
  await delay(1500)
  t.notMatch(first.output, 'another Plug & Play server')
  // the second has a LAN interface of its own: that of the phone's host
  const second = await serveQuickly(lab, 'phone', 'eth0', '192.168.66.22', '5060')
  await second.until('another Plug & Play server is on eth0: 192.168.66.1 answers SUBSCRIBE')
  await first.until(
    'another Plug & Play server is on phones: 192.168.66.22 answers SUBSCRIBE and sends phones to http://192.168.66.22/snom370.htm',
  )
  t.equal(await second.stop('SIGTERM'), 0)
  t.equal(await first.stop('SIGTERM'), 0)
})

t.test('resync: the phone answers NOTIFY check-sync', { skip }, async t => {
  const lab = await openLab(t)
  const file = join(lab.folder, 'phone.xml')
  writeFileSync(
    file,
    `<?xml version="1.0" encoding="ISO-8859-1"?><scenario name="phone"><recv request="NOTIFY"><action>
      <ereg regexp="check-sync;reboot=false" search_in="hdr" header="Event:" check_it="true" assign_to="event"/></action></recv>
    <send><![CDATA[
SIP/2.0 202 Accepted
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send><Reference variables="event"/></scenario>`,
  )
  const phone = lab.start(`sipp -m 1 -nr -nostdin -timeout 20 -i 192.168.66.21 -p 5060 -sf ${file}`.split(' '), 'phone')
  await delay(500) // until it listens: what comes before is repeated anyway
  const server = await serveQuickly(lab, undefined, 'phones', '192.168.66.1', '5060', '192.168.66.21')
  await server.until('"status":202,"text":"resync ended"')
  t.equal(await phone.stop('SIGTERM'), 0)
})
