import fc from 'fast-check'
import t from 'tap'
import { type Answer, answerLine, type Dialog, longestLine } from '../../src/redirect/dialog.js'
import { longestUrl } from '../../src/redirect/url.js'
import { mac, memory } from './memory.js'

const origin = { door: 'console', from: '192.168.66.9' } as const

function talk(more: Partial<Dialog> = {}) {
  const { redirections } = memory()
  const dialog: Dialog = { account: 'a', origin, redirections, targets: redirections, ...more }
  return { redirections, ask: (line: string): Promise<Answer> => answerLine(dialog, line) }
}

const yes = (...lines: string[]): Answer => ({ lines, isOk: true, isOver: false })
const no = (...lines: string[]): Answer => ({ lines, isOk: false, isOver: false })

t.test('a command in any case, with any blanks, does the same', async t => {
  const { ask } = talk({ firstTarget: 'http://ss.example' })
  const registered = yes('0004132202E4 is registered.', 'It goes to http://ss.example')
  for (const line of ['REGISTER 2e4', ' reg  2E4 ', 'Reg\t0004132202e4', 'register 00:04:13:22:02:E4']) {
    t.same(await ask(line), registered, line)
  }
  t.same(await ask('  '), yes())
  for (const line of ['bye', 'BYE', 'quit', 'Exit']) t.same(await ask(line), { lines: [], isOk: true, isOver: true })
})

t.test('show tells the state of a phone of one’s own', async t => {
  const { ask, redirections } = talk()
  await redirections.register('a', mac('0004132202E4'), 'http://ss.example', origin)
  await redirections.register('b', mac('0004132202E5'), 'http://b.example', origin)
  t.same(
    await ask('show 2e4'),
    yes('0004132202E4 is registered since 1970-01-01 00:00:01 UTC.', 'It goes to http://ss.example'),
  )
  t.same(await ask('show 2e5'), no('0004132202E5 is not registered.'))
  t.same(await ask('deregister 2e5'), no('0004132202E5 is not registered.'))
  t.same(await ask('reg 2e5 http://a.example'), no('0004132202E5 is registered by another account.'))
  t.same(await ask('list'), yes('0004132202E4'))
})

t.test('two possible phones are asked back, and nothing is changed', async t => {
  const { ask, redirections } = talk({ firstTarget: 'http://ss.example' })
  for (const text of ['0004132602E4', '0004132A02E4']) {
    await redirections.register('a', mac(text), 'http://x.example', origin)
  }
  const question = 'Which one: 0004132602E4 or 0004132A02E4? Enter more digits, or all twelve.'
  t.same(await ask('deregister 2e4'), no(question))
  t.same(
    await ask('reg 2e4'),
    no('Which one: 0004132202E4 or 0004132602E4 or 0004132A02E4? Enter more digits, or all twelve.'),
  )
  t.equal(redirections.list('a').length, 2)
  t.same(await ask('deregister 602e4'), yes('0004132602E4 is deregistered.'))
})

t.test('the list has six phones a line', async t => {
  const { ask, redirections } = talk()
  t.same(await ask('list'), yes('No phone is assigned.'))
  for (const digit of '0123456')
    await redirections.register('a', mac(`00041300000${digit}`), 'http://x.example', origin)
  const { lines } = await ask('LIST')
  t.same(
    lines.map(line => line.length),
    [77, 12],
  )
})

t.test('an account sends its phones where it says, at first where the configuration says', async t => {
  const { ask } = talk({ firstTarget: 'http://first.example' })
  t.same(await ask('url'), yes('http://first.example'))
  const moved = yes(
    'Phones registered from now on go to http://two.example/',
    'Register the others again to move them.',
  )
  t.same(await ask('server HTTP://Two.example:80/'), moved)
  t.same(await ask('SERVER'), yes('http://two.example/'))
  t.same(await ask('reg 2e4'), yes('0004132202E4 is registered.', 'It goes to http://two.example/'))
  t.same(
    await ask('reg 2e5 tftp://three.example'),
    yes('0004132202E5 is registered.', 'It goes to tftp://three.example'),
  )
  t.match(await ask('url nonsense'), { lines: [/^Expected an http, https or tftp URL of at most 255/], isOk: false })
  t.match(await ask(`url http://x.example/${'a'.repeat(longestUrl)}`), { isOk: false })
  t.same(await ask('url'), yes('http://two.example/'))
  const lost = talk()
  t.same(await lost.ask('reg 2e4'), no('You have no settings server yet. Set it first: URL <url>'))
  t.same(await lost.ask('url'), no('You have no settings server yet. Set it: URL <url>'))
})

t.test('what is wrong is said in a sentence', async t => {
  const { ask } = talk()
  t.same(await ask('frobnicate'), no('There is no such command. Type help for help.'))
  t.same(await ask('constructor'), no('There is no such command. Type help for help.'))
  t.same(await ask('show'), no('Expected: SHOW <mac>'))
  t.same(await ask('list all'), no('Expected: LIST'))
  t.same(await ask('show 12'), no('Expected 3 to 6 hexadecimal digits, or a whole MAC address.'))
  t.same(await ask('réglage'), no('A line may have letters, digits and signs of ASCII only.'))
  t.same(await ask('x'.repeat(longestLine + 1)), no(`A line may have ${longestLine} characters.`))
  t.match(await ask(`reg 000413000000 http://x.example/${'a'.repeat(longestUrl - 17)}`), { isOk: true })
})

t.test('hostile lines throw nothing, and get short answers in printable ASCII', async () => {
  const words = [
    'show',
    'REG',
    'register',
    'deregister',
    'list',
    'url',
    'server',
    'help',
    '2e4',
    '{mac}',
    'http://',
    '__proto__',
  ]
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(fc.oneof(fc.constantFrom(...words), fc.string(), fc.webUrl()), { maxLength: 5 }).map(all => all.join(' ')),
    fc.constantFrom(...words).map(word => `${word} \x1b]0;x\x07\r\n\u202e\u0000`),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), async all => {
      const { ask } = talk({ firstTarget: 'http://first.example' })
      for (const text of all) {
        const { lines } = await ask(text)
        if (lines.length > 40 || lines.some(said => said.length > 400 || !/^[\x20-\x7e]*$/.test(said))) return false
      }
      return true
    }),
    { numRuns: 300 },
  )
})
