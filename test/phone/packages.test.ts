/**
 * Why the packages `dhcp` and `tftp2` do not carry the server: the datagrams that end a process which runs them
 * as their READMEs say, each in a child process of its own; and what of them is sound, which the phone uses.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { freePort, serveTftp } from './servers.js'

const require = createRequire(import.meta.url)

const dhcpServer = (port: number, also: string) => `
  const server = require('dhcp').createServer({
    range: ['192.0.2.10', '192.0.2.11'], server: '192.0.2.1', broadcast: '127.0.0.1',
    netmask: '255.255.255.0', router: ['192.0.2.1'], dns: ['192.0.2.1'], leaseTime: 3600, randomIP: false,
  })
  ${also}
  server.on('listening', () => console.log('listening'))
  server.listen(${port}, '127.0.0.1')`

const withListener = `server.on('error', () => {})`

const tftpServer = (port: number) => `
  const server = require('tftp2').createServer()
  server.on('get', async (request, send) => send(Buffer.from('a file')))
  server.on('listening', () => console.log('listening'))
  server.bind(${port}, '127.0.0.1')`

/** A DISCOVER with these options, or whatever else the header says. */
function discover(options: readonly number[], { op = 1, last = 0x34 } = {}): Buffer {
  const bytes = Buffer.alloc(240)
  bytes.set([op, 1, 6, 0, 1, 2, 3, 4, 0, 0, 0x80, 0])
  bytes.set([0x00, 0x04, 0x13, 0x26, 0x12, last], 28)
  bytes.writeUInt32BE(0x63825363, 236)
  return Buffer.concat([bytes, Buffer.from([...options, 255]), Buffer.alloc(60)])
}

const plain = [53, 1, 1, 55, 3, 1, 3, 6]
const asking = (...codes: readonly number[]) => discover([53, 1, 1, 55, codes.length, ...codes])

type Child = ChildProcessByStdio<null, Readable, Readable>

async function start(t: Test, script: string): Promise<{ child: Child; stderr: () => string }> {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'], cwd: import.meta.dirname })
  t.teardown(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  await once(child.stdout, 'data')
  return { child, stderr: () => stderr }
}

/** What the process died of; `lives` when it answers nothing and is still there. */
async function fateOf(t: Test, script: (port: number) => string, ...datagrams: readonly Buffer[]): Promise<string> {
  const port = await freePort()
  const { child, stderr } = await start(t, script(port))
  const socket = createSocket('udp4')
  for (const datagram of datagrams) socket.send(datagram, port, '127.0.0.1')
  const closed = once(child, 'close').then(([code]) => `exit ${code}: ${stderr()}`)
  const late = new Promise<string>(resolve => setTimeout(resolve, 8000, 'lives').unref())
  const fate = await Promise.race([closed, late])
  socket.close()
  return fate
}

t.test('one datagram ends a process that runs the package dhcp as a server', async t => {
  const bare = (port: number) => dhcpServer(port, '')
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['an empty datagram', Buffer.alloc(0), /Error: Received data is too short/],
    ['one byte', Buffer.from([1]), /Error: Received data is too short/],
    ['BOOTP: no option 53', discover([55, 1, 1]), /Error: Got message, without valid message type/],
    ['a reply (op 2)', discover(plain, { op: 2 }), /Error: Malformed packet/],
    ['an option cut after its code', discover([53, 1, 1, 50]).subarray(0, 244), /RangeError/],
    ['option 55 that names 150, as Cisco phones do', asking(1, 3, 6, 150), /Unknown option 150/],
    ['option 55 that names 120, as snom phones do', asking(1, 3, 6, 12, 15, 42, 66, 67, 120), /Unknown option 120/],
  ]
  for (const [title, datagram, died] of cases) {
    const fate = await fateOf(t, bare, datagram)
    t.match(fate, /^exit 1: /, title)
    t.match(fate, died, title)
  }
})

t.test('an error listener does not save it', async t => {
  const listening = (port: number) => dhcpServer(port, withListener)
  for (const code of [60, 61, 55, 50]) {
    const fate = await fateOf(t, listening, asking(1, 3, code))
    t.match(fate, /^exit 1: /, `option 55 that names ${code}`)
    t.match(fate, /Error: Invalid option undefined/, `option 55 that names ${code}`)
  }
  const phones = [1, 2, 3].map(last => discover(plain, { last }))
  const full = await fateOf(t, listening, ...phones)
  t.match(
    full,
    /^exit 1: [\s\S]*TypeError: Cannot read properties of undefined \(reading 'split'\)/,
    'a third phone, two addresses',
  )
})

t.test('one datagram ends a process that runs the package tftp2 as a server', async t => {
  for (const bytes of [[], [0], [0, 4], [0, 3, 0]]) {
    const fate = await fateOf(t, tftpServer, Buffer.from(bytes))
    t.match(fate, /^exit 1: [\s\S]*RangeError/, `${bytes.length} bytes: ${bytes.join(' ') || 'empty'}`)
  }
})

t.test('sound: the message code of dhcp writes and reads a well-formed message', async t => {
  const protocol: {
    parse(bytes: Buffer): Record<string, unknown>
    format(message: Record<string, unknown>): { _data: Buffer; _w: number }
  } = require('dhcp/lib/protocol.js')
  const message = {
    ...{ op: 2, htype: 1, hlen: 6, hops: 1, xid: 0xfedcba98, secs: 7, flags: 0x8000 },
    ...{ ciaddr: '0.0.0.0', yiaddr: '192.168.66.21', siaddr: '192.168.66.1', giaddr: '192.168.67.1' },
    ...{ chaddr: '00-04-13-26-12-34', sname: '', file: '' },
    options: {
      ...{ 1: '255.255.255.0', 3: ['192.168.66.1'], 51: 43_200, 53: 5, 54: '192.168.66.1' },
      ...{ 55: [1, 3, 6, 66, 67], 60: 'snom370', 66: 'http://192.168.66.1', 67: 'snom370.htm' },
    },
  }
  const { _data, _w } = protocol.format(message)
  t.match(protocol.parse(_data.subarray(0, _w)), { ...message, magicCookie: 0x63825363 })
})

t.test('sound: the client of tftp2 fetches from a server that loses nothing', async t => {
  const tftp: (
    host: string,
    port: number,
  ) => {
    read(name: string, push: (data: Buffer) => void, done: () => void): Promise<void>
    close(): void
  } = require('tftp2')
  const file = Buffer.alloc(5000, 'option66 ')
  const { base } = await serveTftp(t, { 'snom370.htm': file })
  const client = tftp('127.0.0.1', Number(new URL(base).port))
  const chunks: Buffer[] = []
  await client.read(
    'snom370.htm',
    data => chunks.push(data),
    () => undefined,
  )
  client.close()
  t.ok(Buffer.concat(chunks).equals(file))
})
