import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import type { ApiAnswer } from '../../src/commands/api-client.js'
import { runPassword } from '../../src/commands/password.js'
import {
  type RedirectCall,
  redirectDeregister,
  redirectList,
  redirectRegister,
  redirectShow,
} from '../../src/commands/redirect.js'
import { verifyPassword } from '../../src/doors/password.js'
import { openRedirections } from '../../src/redirections.js'
import { mac } from '../redirect/memory.js'
import { newFolder } from '../store/folder.js'

const accounts = [{ name: 'lab', url: 'http://lab.example/{mac}' }, { name: 'other' }]

function recorder() {
  const parts = { out: [] as string[], err: [] as string[] }
  const write = (text: string) => void parts.out.push(text)
  const complain = (text: string) => void parts.err.push(text)
  return { write, complain, texts: () => ({ out: parts.out.join(''), err: parts.err.join('') }) }
}

type Wanted = Partial<RedirectCall> & { readonly digits?: string; readonly url?: string }

function caller(t: Test, answer?: ApiAnswer) {
  const state = join(newFolder(t), 'state')
  const asked: unknown[][] = []
  const callApi: RedirectCall['callApi'] = async (...args) => {
    asked.push(args.slice(1))
    return answer
  }
  const run = async (command: (call: RedirectCall & { digits: string }) => Promise<number>, wanted: Wanted) => {
    const { texts, ...streams } = recorder()
    const common = { state, accounts, json: false, now: () => 1000, callApi, digits: '' }
    const code = await command({ ...common, ...streams, ...wanted })
    return { code, ...texts() }
  }
  return { state, asked, run }
}

t.test('without a running appliance the registry is read and changed on disk', async t => {
  const { run } = caller(t)
  t.same(await run(redirectList, {}), { code: 0, out: 'no phone is registered\n', err: '' })
  const first = await run(redirectRegister, { digits: '2e4', account: 'lab' })
  t.same(first, { code: 0, out: '0004132202E4 goes to http://lab.example/{mac}\n', err: '' })
  await run(redirectRegister, { digits: '00:04:13:26:02:e4', url: 'https://x.example' })
  t.equal(
    (await run(redirectList, {})).out,
    'MAC           OWNER     SINCE (UTC)          URL\n' +
      '0004132202E4  lab       1970-01-01 00:00:01  http://lab.example/{mac}\n' +
      '0004132602E4  operator  1970-01-01 00:00:01  https://x.example\n',
  )
  const { out } = await run(redirectList, { json: true, account: 'lab' })
  const since = '1970-01-01T00:00:01.000Z'
  t.same(JSON.parse(out), [{ mac: '0004132202E4', url: 'http://lab.example/{mac}', owner: 'lab', since }])
  const several = '2e4 may be 0004132202E4 or 0004132602E4: give more digits, or all twelve\n'
  t.same(await run(redirectShow, { digits: '2e4' }), { code: 2, out: '', err: several })
  t.match(await run(redirectShow, { digits: '2e4', account: 'lab' }), { code: 0, out: /lab\.example/ })
  t.match(await run(redirectShow, { digits: '602e4', account: 'lab' }), { code: 1, err: /is not registered/ })
  const taken = await run(redirectRegister, { digits: '0004132602e4', account: 'lab' })
  t.same([taken.code, taken.err.slice(0, 49)], [1, '0004132602E4 is registered by another account: de'])
  t.match(await run(redirectDeregister, { digits: '0004132602e4', account: 'lab' }), { code: 1 })
  t.match(await run(redirectDeregister, { digits: '0004132602e4' }), { code: 0, out: '0004132602E4 is deregistered\n' })
  t.match(await run(redirectDeregister, { digits: '0004132602e4' }), { code: 1, err: /is not registered/ })
})

t.test('a wrong call says what was expected', async t => {
  const { run } = caller(t)
  t.match(await run(redirectShow, { digits: 'x' }), { code: 2, err: /^"x": expected 3 to 6 hexadecimal digits/ })
  const nobody = 'there is no account nobody; the configuration has: lab, other\n'
  t.match(await run(redirectList, { account: 'nobody' }), { code: 2, err: nobody })
  t.match(await run(redirectRegister, { digits: '2e4', account: 'other' }), { code: 2, err: /has no settings server/ })
  t.match(await run(redirectRegister, { digits: '2e4', url: 'ftp://x' }), { code: 2, err: /^"ftp:\/\/x" is no URL/ })
})

t.test('a running appliance is asked, and what it says is said', async t => {
  const good = caller(t, { status: 200, body: {} })
  t.match(await good.run(redirectRegister, { digits: '2e4', account: 'lab' }), { code: 0, out: /goes to/ })
  t.same(good.asked, [['PUT', 'redirections/0004132202E4', { url: 'http://lab.example/{mac}', owner: 'lab' }]])
  t.equal((await good.run(redirectList, {})).out, 'no phone is registered\n', 'nothing was written beside it')
  const bad = caller(t, { status: 409, body: { error: 'it belongs to other' } })
  t.match(await bad.run(redirectRegister, { digits: '2e4', account: 'lab' }), { code: 1, err: 'it belongs to other\n' })
  const origin = { door: 'command', from: 'test' } as const
  const held = await openRedirections({ folder: bad.state, log: quiet, now: () => 0 })
  await held.register('lab', mac('0004132202E4'), 'http://x.example', origin)
  t.match(await bad.run(redirectDeregister, { digits: '2e4' }), { code: 1 })
  t.same(bad.asked.at(-1), ['DELETE', 'redirections/0004132202E4'])
  t.match(await bad.run(redirectList, {}), { code: 0, out: /http:\/\/x\.example/ }, 'reading needs no one')
  await held.close()
})

const ignore = () => undefined
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function typed(...chunks: readonly (string | Buffer)[]) {
  const input = new PassThrough()
  for (const chunk of chunks) input.write(chunk)
  input.end()
  return { input, ...recorder() }
}

function terminal(...chunks: readonly string[]) {
  const modes: boolean[] = []
  const { input, ...rest } = typed(...chunks)
  const setRawMode = (isRaw: boolean) => modes.push(isRaw)
  return { ...rest, input: Object.assign(input, { isTTY: true, setRawMode }), modes }
}

t.test('a password from a pipe is a line of it', async t => {
  const call = typed('correct horse\nmore\n')
  t.equal(await runPassword(call), 0)
  t.ok(await verifyPassword('correct horse', call.texts().out.trim()))
  t.equal(call.texts().err, '')
  for (const [text, message] of [
    ['short\n', /needs at least 8 characters, this one has 5/],
    [`${'x'.repeat(300)}\n`, /may have 256 characters/],
    ['tab\tin it\n', /printable characters only/],
    [Buffer.from('latin \xe4\xf6\xfc\n', 'latin1'), /in UTF-8/],
  ] as const) {
    const wrong = typed(text)
    t.equal(await runPassword(wrong), 2)
    t.match(wrong.texts(), { out: '', err: message })
  }
  t.equal(await runPassword(typed('')), 1)
})

t.test('a terminal is asked twice and shows nothing', async t => {
  const call = terminal('corrext\x7f\x7fct horse\r', 'nonsense\x15correct horse\r')
  t.equal(await runPassword(call), 0)
  t.ok(await verifyPassword('correct horse', call.texts().out.trim()))
  t.equal(call.texts().err, 'Password: \nAgain: \n')
  t.same(call.modes, [true, false, true, false])
  const other = terminal('correct horse\r', 'correct house\r')
  t.equal(await runPassword(other), 2)
  t.match(other.texts(), { out: '', err: /the two differ/ })
  const stopped = terminal('corr\x03ect horse\r', 'x\r')
  t.equal(await runPassword(stopped), 1)
  t.equal(stopped.texts().out, '')
})
