/** The command line as a user has it: serve, its trial, its signals, and check. On loopback, without any right. */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { program, Running } from '../lab/lab.js'
import { site, start } from './site.js'

t.test('the trial boots three phones, each on its own way, and ends cleanly', async t => {
  const { file } = await site(t)
  const running = start(t, '-c', file, 'serve', '--trial')
  await running.until('all phones are up')
  for (const mac of ['000413240001', '000413230001', '000413260001'])
    t.match(running.output, new RegExp(`${mac} booted: 4 documents`))
  t.match(running.output, /RRQ tftp:\/\/127\.66\.0\.1:\d+\/snom320\.htm/)
  t.match(running.output, /GET http:\/\/127\.66\.0\.1:\d+\/snom360\/000413230001\.xml 200/)
  t.match(running.output, /REQUEST → ACK 127\.66\.1\.1 from 127\.66\.0\.1/)
  t.match(running.output, '<user_name idx="1" perm="$">430</user_name>', 'and their documents are printed')
  t.equal(await running.stop('SIGTERM'), 0)
  const leases = execFileSync(process.execPath, [program, '-c', file, 'leases', 'list'], { encoding: 'utf8' })
  t.match(leases, /127\.66\.1\.1 +00:04:13:26:00:01 +bound/)
})

t.test('SIGHUP brings in a new phone, and a bad configuration is refused while the old one goes on', async t => {
  const { folder, file, http } = await site(t)
  const running = start(t, '-c', file, 'serve')
  await running.until('serving')
  const fetchStatus = async (name: string) => (await fetch(`http://127.66.0.1:${http}/${name}`)).status
  t.equal(await fetchStatus('snom370-000413260099.htm'), 404)
  const phones = join(folder, 'phones.yaml')
  const before = readFileSync(phones, 'utf8')
  writeFileSync(phones, before.replace(/^phones:$/m, 'phones:\n  "000413260099": {model: snom370}'))
  running.child.kill('SIGHUP')
  await running.until('the configuration is read again')
  t.equal(await fetchStatus('snom370-000413260099.htm'), 200)
  writeFileSync(phones, 'phones: {nonsense: {}}\n')
  running.child.kill('SIGHUP')
  await running.until('the old one goes on')
  t.equal(await fetchStatus('snom370-000413260099.htm'), 200)
  t.equal(await running.stop('SIGTERM'), 0)
})

t.test('a second appliance on the same state folder is refused with a sentence', async t => {
  const { file } = await site(t)
  const first = start(t, '-c', file, 'serve')
  await first.until('serving')
  const second = spawnSync(process.execPath, [program, '-c', file, 'serve'], { encoding: 'utf8', timeout: 20_000 })
  t.equal(second.status, 1)
  t.match(second.stderr, /another/)
  await first.stop('SIGTERM')
})

t.test('a port that is taken is told with a remedy', async t => {
  const { file, http } = await site(t)
  const blocker = createServer().listen(http, '127.66.0.1')
  await new Promise(resolve => blocker.once('listening', resolve))
  t.teardown(() => blocker.close())
  const { status, stderr } = await new Promise<{ status: number | null; stderr: string }>(resolve => {
    const child = spawn(process.execPath, [program, '-c', file, 'serve'], { stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    child.stderr.on('data', chunk => {
      text += chunk
    })
    child.once('exit', code => resolve({ status: code, stderr: text }))
  })
  t.equal(status, 1)
  t.match(stderr, /another program/)
})

t.test('strangers who take all file descriptors end nothing: when they are gone, all goes on as it was', async t => {
  const { file, http } = await site(t)
  const limited = ['-c', 'ulimit -n 128; exec "$0" "$@"', process.execPath, program, '-c', file, 'serve']
  const running = new Running(spawn('sh', limited, { stdio: ['ignore', 'pipe', 'pipe'] }))
  t.teardown(() => running.stop('SIGKILL'))
  await running.until('serving')
  const sockets = Array.from({ length: 200 }, () => connect({ port: http, host: '127.66.0.1' }).on('error', () => {}))
  await running.until('cannot look at the interface')
  for (const socket of sockets) socket.destroy()
  const response = await fetch(`http://127.66.0.1:${http}/snom360.htm`)
  t.equal(response.status, 200)
  t.notMatch(running.output, 'doors opened anew')
  t.equal(await running.stop('SIGTERM'), 0)
})

t.test('exit codes: 0 done, 1 the answer is no, 2 the call or the configuration is wrong', async t => {
  const { folder, file } = await site(t)
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 20_000 })
  t.equal(run('-c', file, 'check').status, 0)
  writeFileSync(join(folder, 'bad.yaml'), 'interface: lo\nadress: 127.66.0.1\nphones: []\n')
  const checked = run('-c', join(folder, 'bad.yaml'), 'check')
  t.equal(checked.status, 1)
  t.match(checked.stdout, /bad\.yaml:2:1 error \S+ .*address/)
  t.equal(run('-c', join(folder, 'bad.yaml'), 'serve').status, 2)
  t.equal(run('-c', join(folder, 'bad.yaml'), 'leases', 'list').status, 2)
  t.equal(run('frobnicate').status, 2)
  t.equal(run('--help').status, 0)
  t.equal(run('--version').stdout, '0.1.0\n')
  t.equal(run('phone', '--model', 'snom370', '--mac', 'nonsense').status, 2)
})
