import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client, type ClientChannel } from 'ssh2'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { type ConsoleDoor, type ConsoleOptions, openConsole } from '../../src/doors/console.js'
import { loadLibc } from '../../src/doors/libc.js'
import { hashPassword } from '../../src/doors/password.js'
import { openRedirections } from '../../src/redirections.js'
import { some } from '../some.js'
import { newFolder } from '../store/folder.js'
import { noSsh, SshClient, type TestLog, testLog } from './ssh.js'

const skip = noSsh()
const libc = await loadLibc()
const noLibc = libc === undefined && 'needs koffi'
const hash = await hashPassword('correct horse')
const password = 'correct horse'
const account = { name: 'account', password: hash, keys: [], url: 'http://ss.example/snom.php?mac={mac}' }
const other = { name: 'other', password: hash, keys: [], url: 'http://other.example' }

interface Open {
  readonly door: ConsoleDoor
  readonly folder: string
  readonly log: TestLog
  readonly ssh: SshClient
}

async function open(t: Test, more: Partial<ConsoleOptions> = {}): Promise<Open> {
  const folder = newFolder(t)
  const log = testLog()
  const redirections = await openRedirections({ folder, log, now: Date.now })
  const door = await openConsole({
    listen: { host: '127.0.0.1', port: 0 },
    hostKey: { file: join(folder, 'ssh_host_ed25519_key'), isOurs: true },
    accounts: () => [account, other],
    redirections,
    targets: redirections,
    log,
    now: Date.now,
    ...more,
  }).catch(async (error: unknown) => {
    await redirections.close()
    throw error
  })
  t.teardown(async () => {
    await door.close()
    await redirections.close()
  })
  return { door, folder, log, ssh: new SshClient(t) }
}

const helpOfTheDeck = `Welcome to the snom configuration tool.
You may use the following commands:

SHOW <mac>      : Show the status of a phone.
REGISTER <mac>  : Register a phone.
REG <mac>       : Same as REGISTER.
DEREGISTER <mac>: Deregister a phone.
LIST            : List all phones assigned.
BYE             : Leave this tool.

A MAC address may be entered as 3 to 6 digit
hexadecimal number, case does not matter
(e.g. 2e4 --> 0004132202E4)
`

t.test('the session of the deck, line by line', { skip }, async t => {
  const { door, ssh } = await open(t)
  const call = { user: 'account', port: door.port, password }
  const first = await ssh.run({ ...call, input: 'help\nreg 101214\nREGISTER 10123c\nlist\nReg 2e4\nshow 2E4\nbye\n' })
  const [greeting = '', ...lines] = first.stdout.split('\n')
  t.equal(greeting, 'Welcome, account! Type help for help.')
  t.equal(first.stdout.slice(greeting.length + 1, greeting.length + 1 + helpOfTheDeck.length), helpOfTheDeck)
  t.ok(lines.includes('000413101214 00041310123C'), first.stdout)
  t.match(
    first.stdout,
    /\n0004132202E4 is registered since .* UTC\.\nIt goes to http:\/\/ss\.example\/snom\.php\?mac=\{mac\}\n$/,
  )
  t.equal(first.code, 0)
  t.equal(first.stderr, '')
  const second = await ssh.run({ ...call, input: 'DEREGISTER 2e4\nshow 2e4\nlist' })
  t.match(
    second.stdout,
    /0004132202E4 is deregistered\.\n0004132202E4 is not registered\.\n000413101214 00041310123C\n$/,
  )
  t.equal(second.code, 1, 'something was refused')
})

t.test('a single command answers alone, with an exit code', { skip }, async t => {
  const { door, ssh } = await open(t)
  const call = { user: 'account', port: door.port, password }
  t.same(await ssh.run({ ...call, command: 'REG 2e4' }), {
    code: 0,
    stdout: '0004132202E4 is registered.\nIt goes to http://ss.example/snom.php?mac={mac}\n',
    stderr: '',
  })
  t.same(await ssh.run({ ...call, command: 'LIST' }), { code: 0, stdout: '0004132202E4\n', stderr: '' })
  const none = { code: 1, stdout: '', stderr: '0004132202E5 is not registered.\n' }
  t.same(await ssh.run({ ...call, command: 'show 2e5' }), none)
  t.equal((await ssh.run({ ...call, command: 'rm -rf /' })).code, 1)
})

t.test('two accounts at once see and change their own phones only', { skip }, async t => {
  const { door, ssh, log } = await open(t)
  const call = { port: door.port, password }
  const input = 'reg 111\nreg 222\nurl http://moved.example/{mac}\nreg 333\nlist\n'
  const [ours, theirs] = await Promise.all([
    ssh.run({ ...call, user: 'account', input }),
    ssh.run({ ...call, user: 'other', input: input.replaceAll('reg ', 'reg 26').replace('moved', 'elsewhere') }),
  ])
  t.match(ours.stdout, /\n000413220111 000413220222 000413220333\n$/)
  t.match(theirs.stdout, /\n000413226111 000413226222 000413226333\n$/)
  const tries =
    'show 220111\nreg 000413220111\nreg 000413220111 http://evil.example\ndereg 220111\nderegister 220111\nurl\nlist\n'
  const { stdout, code } = await ssh.run({ ...call, user: 'other', input: tries })
  t.same(stdout.split('\n').slice(1), [
    '000413220111 is not registered.',
    '000413220111 is registered by another account.',
    '000413220111 is registered by another account.',
    'There is no such command. Type help for help.',
    '000413220111 is not registered.',
    'http://elsewhere.example/{mac}',
    '000413226111 000413226222 000413226333',
    '',
  ])
  t.equal(code, 1)
  const moved = await ssh.run({ ...call, user: 'account', command: 'show 333' })
  t.match(moved.stdout, 'It goes to http://moved.example/{mac}')
  const lines = log.lines.filter(({ owner, mac }) => owner === 'account' && mac === '000413220333')
  t.match(lines, [{ door: 'console', from: '127.0.0.1', url: 'http://moved.example/{mac}', level: 'info' }])
})

t.test('a wrong password, an unknown user and an account without one are refused alike', { skip }, async t => {
  const { door, ssh, log } = await open(t, { accounts: () => [account, { name: 'keys', keys: [] }] })
  const port = door.port
  for (const user of ['account', 'nobody', 'keys']) {
    const { code, stdout, stderr } = await ssh.run({ user, port, password: 'wrong', command: 'LIST' })
    t.equal(code, 255)
    t.equal(stdout, '')
    t.match(stderr, /Permission denied \(publickey,password\)|disconnect/i)
  }
  t.equal(door.counters.failures, 3)
  t.equal(door.counters.logins, 0)
  const lines = log.lines.filter(({ text }) => text === 'login refused')
  t.match(
    lines,
    ['account', 'nobody', 'keys'].map(user => ({ user, from: '127.0.0.1', method: 'password' })),
  )
  t.notMatch(JSON.stringify(log.lines), /wrong|correct horse/)
  const right = await ssh.run({ user: 'account', port, password, command: 'LIST' })
  t.equal(right.code, 0, 'who mistyped may try again')
})

t.test('public keys of today open the door; others, and SHA-1, do not', { skip }, async t => {
  const ssh = new SshClient(t)
  const keys = [ssh.makeKey('ed25519'), ssh.makeKey('ecdsa'), ssh.makeKey('rsa', '-b', '2048')]
  const [stranger, short] = [ssh.makeKey('ed25519', '-C', 'x'), ssh.makeKey('rsa', '-b', '1024')]
  const lines = [...keys, short].map(({ line }) => line)
  const optioned = `from="10.0.0.1" ${stranger.line}`
  const accounts = () => [{ name: 'account', keys: ['nonsense', optioned, ...lines] }]
  const { door } = await open(t, { accounts })
  const call = { user: 'account', port: door.port, command: 'LIST' }
  for (const { file } of keys) t.equal((await ssh.run({ ...call, key: file })).code, 0, file)
  for (const { file } of [stranger, short]) {
    t.equal((await ssh.run({ ...call, key: file, options: ['-o', 'RequiredRSASize=1024'] })).code, 255, file)
  }
  const old = ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa']
  t.equal((await ssh.run({ ...call, key: some(keys[2]).file, options: old })).code, 255, 'RSA with SHA-1')
  t.equal((await ssh.run({ ...call, user: 'nobody', key: some(keys[0]).file })).code, 255)
})

t.test('nothing but the console is to be had', { skip }, async t => {
  const { door, ssh } = await open(t)
  const call = { user: 'account', port: door.port, password, command: 'LIST' }
  const inside = createServer(() => t.fail('a connection was forwarded')).listen(0, '127.0.0.1')
  await once(inside, 'listening')
  t.teardown(() => inside.close())
  const address = inside.address()
  const port = typeof address === 'object' ? some(address ?? undefined).port : 0
  const through = { user: 'account', port: door.port, password, options: ['-W', `127.0.0.1:${port}`] }
  const forwarded = await ssh.run(through)
  t.equal(forwarded.code, 255)
  t.match(forwarded.stderr, /prohibited|refused|failed/)
  const remote = await ssh.run({ ...call, options: ['-R', '0:127.0.0.1:1', '-o', 'ExitOnForwardFailure=yes'] })
  t.match(remote.stderr, /remote port forwarding failed/)
  t.not((await ssh.run({ ...call, options: ['-s'], command: 'sftp' })).code, 0)
  for (const weak of ['KexAlgorithms=diffie-hellman-group14-sha1', 'Ciphers=aes128-cbc', 'MACs=hmac-sha1']) {
    const options = weak.startsWith('MACs') ? ['-o', weak, '-o', 'Ciphers=aes128-ctr'] : ['-o', weak]
    t.equal((await ssh.run({ ...call, options })).code, 255, weak)
  }
})

t.test('the host key is made once, for its owner alone; its fingerprint is that of ssh-keygen', { skip }, async t => {
  const { folder, log, ssh } = await open(t)
  const file = join(folder, 'ssh_host_ed25519_key')
  t.equal(statSync(file).mode & 0o777, 0o600)
  const print = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' }).split(' ')[1]
  t.match(log.lines[0], { text: 'SSH host key', fingerprint: print, isNew: true })
  const before = readFileSync(file, 'utf8')
  const again = await open(t, { hostKey: { file, isOurs: true } })
  t.match(again.log.lines[0], { fingerprint: print, isNew: false })
  t.equal(readFileSync(file, 'utf8'), before)
  const ecdsa = ssh.makeKey('ecdsa')
  const { door } = await open(t, { hostKey: { file: ecdsa.file, isOurs: false } })
  t.equal((await ssh.run({ user: 'account', port: door.port, password, command: 'LIST' })).code, 0)
  const wrong = async (text: string | undefined, expected: RegExp) => {
    const file = join(newFolder(t), 'key')
    if (text !== undefined) writeFileSync(file, text)
    await t.rejects(open(t, { hostKey: { file, isOurs: text !== undefined } }), { message: expected })
  }
  await wrong(undefined, /^cannot read the SSH host key .*\/key: ENOENT/)
  await wrong('nonsense', /is no private key in OpenSSH's form without a passphrase .*; put another in its place/)
  await wrong(ecdsa.line, /is no private key/)
  await wrong(readFileSync(ssh.makeKey('rsa').file, 'utf8'), /is of type ssh-rsa: expected ed25519 or ecdsa/)
})

t.test('after kill -9 the registry, the targets and the host key are those of before', { skip }, async t => {
  const folder = newFolder(t)
  const ssh = new SshClient(t)
  const start = async (): Promise<{ child: ChildProcess; port: number }> => {
    const file = join(import.meta.dirname, 'console-process.ts')
    const args = [...process.execArgv, file, folder, JSON.stringify([account])]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    t.teardown(() => child.kill('SIGKILL'))
    const lines = createInterface({ input: some(child.stdout ?? undefined) })
    const [line] = await once(lines, 'line')
    return { child, port: Number(line) }
  }
  const first = await start()
  const input = 'reg 101214\nreg 10123c\nreg 555\nurl http://later.example\nderegister 555\n'
  const asked = await ssh.run({ user: 'account', port: first.port, password, input })
  t.match(asked.stdout, /000413220555 is deregistered\.\n$/)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const second = await start()
  const options = ['-o', 'StrictHostKeyChecking=yes', '-o', 'HostKeyAlias=appliance']
  const known = join(ssh.folder, 'known_hosts')
  writeFileSync(known, readFileSync(known, 'utf8').replaceAll(/^\S+/gm, 'appliance'))
  const again = await ssh.run({ user: 'account', port: second.port, password, options, input: 'list\nshow 214\nurl\n' })
  t.same(
    again.stdout.split('\n').filter(line => !line.includes('since')),
    [
      'Welcome, account! Type help for help.',
      '000413101214 00041310123C',
      'It goes to http://ss.example/snom.php?mac={mac}',
      'http://later.example',
      '',
    ],
  )
})

t.test('a socket bound to the interface beforehand serves', { skip: skip || noLibc }, async t => {
  const place = { device: 'lo', address: some(parseIpv4('127.0.0.1')), port: 0 }
  const { door, ssh } = await open(t, { listen: { fd: some(libc).tcpListener(place) } })
  t.ok(door.port > 0)
  t.equal((await ssh.run({ user: 'account', port: door.port, password, command: 'LIST' })).code, 0)
})

t.test('a connection has four sessions, each with one shell or command, and holds nothing when it goes', async t => {
  const { door } = await open(t)
  const client = new Client()
  client.connect({ host: '127.0.0.1', port: door.port, username: 'account', password })
  await once(client, 'ready')
  const shell = () => new Promise<ClientChannel | undefined>(resolve => client.shell((_, channel) => resolve(channel)))
  const channels = await Promise.all([shell(), shell(), shell(), shell(), shell()])
  t.equal(channels.filter(channel => channel !== undefined).length, 4)
  some(channels[0]).end('bye\n').resume()
  await once(some(channels[0]), 'close')
  t.ok(await shell(), 'one that has ended makes room')
  client.destroy()
  await door.close()
  t.equal(door.counters.sessions, 5)
})

t.test('who sends without end is cut off', async t => {
  const { door, log } = await open(t)
  const flood = new Client().on('error', () => undefined)
  flood.connect({ host: '127.0.0.1', port: door.port, username: 'account', password })
  await once(flood, 'ready')
  const cut = new Promise<void>(resolve => flood.once('close', () => resolve()))
  flood.shell((_, channel) => {
    channel.on('error', () => undefined).resume()
    const pour = (): void => {
      while (channel.write('x'.repeat(10_000)));
    }
    channel.on('drain', pour)
    pour()
  })
  await cut
  t.pass('some megabytes are enough for a day')
  t.notOk(log.lines.some(({ level }) => level === 'error'))
})

t.test('an idle session, a silent client and a crowd are sent away', { skip }, async t => {
  const { door, ssh } = await open(t, { idleLimit: 300 })
  const idle = ssh.start({ user: 'account', port: door.port, password })
  const [code] = await once(idle, 'close')
  t.equal(code, 255)
  const sockets = Array.from({ length: 12 }, () => connect(door.port, '127.0.0.1'))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
  })
  for (const socket of sockets) socket.on('error', () => undefined).resume()
  await Promise.all(sockets.slice(8).map(socket => once(socket, 'close')))
  t.equal(door.counters.turnedAway, 4, 'eight of one address are enough')
  await door.close()
  await Promise.all(sockets.slice(0, 8).map(socket => (socket.closed ? undefined : once(socket, 'close'))))
  t.pass('none of them outlives the door')
})

t.test('bytes that are no SSH break nothing', { skip }, async t => {
  const { door, ssh, log } = await open(t)
  const stuff = [
    '',
    'GET / HTTP/1.1\r\n\r\n',
    'SSH-2.0-x\r\n',
    `SSH-2.0-x\r\n${'\xff'.repeat(5000)}`,
    '\x00'.repeat(9000),
  ]
  for (const text of [...stuff, `SSH-2.0-${'a'.repeat(20_000)}`, 'x\r\n'.repeat(3000)]) {
    const socket = connect(door.port, '127.0.0.1')
      .on('error', () => undefined)
      .resume()
    socket.end(Buffer.from(text, 'latin1'))
    await once(socket, 'close')
  }
  t.equal((await ssh.run({ user: 'account', port: door.port, password, command: 'LIST' })).code, 0)
  t.notOk(log.lines.some(({ level }) => level === 'error' || level === 'warn'))
})
