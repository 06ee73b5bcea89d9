import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { openConsole } from '../../src/doors/console.js'
import { LineEditor } from '../../src/doors/console-editor.js'
import { hashPassword } from '../../src/doors/password.js'
import { memory } from '../redirect/memory.js'
import { newFolder } from '../store/folder.js'
import { Screen } from './screen.js'
import { noSsh, SshClient, testLog } from './ssh.js'

interface Played {
  readonly lines: readonly string[] // that were entered
  readonly isOver: boolean
  readonly row: string // as it is seen, without the prompt
  readonly cursor: number // column
  readonly output: string
}

function play(keys: string, columns = 80, longest = 60): Played {
  const editor = new LineEditor('==> ', longest)
  editor.resize(columns)
  const [screen, lines] = [new Screen(), [] as string[]]
  let output = editor.show()
  for (const typed of editor.feed(Buffer.from(keys, 'latin1'))) {
    output += typed.output
    if (typed.line !== undefined) {
      lines.push(typed.line)
      output += editor.show()
    }
    if (typed.isOver) return { lines, isOver: true, row: '', cursor: 0, output }
  }
  screen.write(output)
  return { lines, isOver: false, row: screen.row.slice(4).trimEnd(), cursor: screen.column, output }
}

const [up, down, right, left] = ['\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D']
const [home, end, remove] = ['\x1b[H', '\x1b[F', '\x1b[3~']

t.test('each key does what it does in a shell', async t => {
  const rows: readonly [name: string, keys: string, row: string, cursor: number][] = [
    ['letters', 'list', 'list', 8],
    ['left and insert', `lst${left}${left}i`, 'list', 6],
    ['right stops at the end', `lis${right}${right}t`, 'list', 8],
    ['home and end', `ist${home}l${end}!`, 'list!', 9],
    ['home and end of other terminals', `ist\x1b[1~l\x1b[4~!\x1bOH.\x1bOF.`, '.list!.', 11],
    ['^A and ^E', 'ist\x01l\x05!', 'list!', 9],
    ['^B and ^F', 'lst\x02\x02\x02\x06i', 'list', 6],
    ['backspace', 'lixx\x7f\x08st', 'list', 8],
    ['backspace at the begin', '\x7f\x7flist', 'list', 8],
    ['delete', `xlist${home}${remove}`, 'list', 4],
    ['delete at the end', `list${remove}`, 'list', 8],
    ['^D deletes where there is something', 'xlist\x01\x04', 'list', 4],
    ['^U to the begin', 'reg 2e4\x02\x02\x02\x15', '2e4', 4],
    ['^K to the end', 'reg 2e4\x02\x02\x02\x0b', 'reg', 8],
    ['^W a word', 'reg 2e4  \x17', 'reg', 8],
    ['^W twice', 'a b\x17\x17', '', 4],
    ['^C lets the line go', 'nonsense\x03list', 'list', 8],
    ['^L draws anew', 'li\x0cst', 'list', 8],
    ['tab is a blank', 'reg\t2e4', 'reg 2e4', 11],
    ['^Z, ^S, ^\\ and a lone escape do nothing', 'li\x1a\x13\x1c\x00\x1b\x1b[Zst', 'list', 8],
    ['unknown sequences do nothing', 'li\x1b[5~\x1b[1;5C\x1b[200~st\x1b[99999999', 'list', 8],
    ['what is not ASCII does nothing', 'l\xe4\xff\x80\x9bist', 'list', 8],
  ]
  for (const [name, keys, row, cursor] of rows) {
    const played = play(keys)
    t.same([played.row, played.cursor, played.lines], [row, cursor, []], name)
  }
  t.ok(play('list\x03\x04').isOver, '^D on an empty line ends')
  t.notOk(play(remove).isOver, 'delete does not')
})

t.test('lines end with CR, LF or both; the arrows bring them back', async t => {
  t.same(play('a\rb\nc\r\nd\r\r').lines, ['a', 'b', 'c', 'd', ''])
  t.equal(play(`one\rtwo\rdra${up}`).row, 'two')
  t.equal(play(`one\rtwo\rdra${up}${up}${up}`).row, 'one')
  t.equal(play(`one\rtwo\rdra${up}${up}${down}`).row, 'two')
  t.equal(play(`one\rtwo\rdra${up}${up}${down}${down}${down}`).row, 'dra', 'what was being typed is kept')
  t.same(play(`one\r\rone\rtwo\r${up}${up}\r`).lines, ['one', '', 'one', 'two', 'one'], 'once in the history')
  t.equal(play(`${Array.from({ length: 300 }, (_, i) => `${i}\r`).join('')}${up.repeat(300)}`).row, '200')
})

t.test('a line longer than the terminal is shown round the cursor, and never wraps', async t => {
  const text = 'abcdefghijklmnopqrstuvwxyz'
  t.same([play(text, 20).row, play(text, 20).cursor], [text.slice(11), 19])
  t.equal(play(text + home, 20).row, text.slice(0, 15))
  t.equal(play(`${text}\r`, 20).lines[0], text)
  t.equal(play('x'.repeat(100)).row.length, 60, 'a line has its limit')
})

t.test('whatever is typed, the row is the line, in bounds and in ASCII', async () => {
  const keys = fc.oneof(
    fc.constantFrom(up, down, right, left, home, end, remove, '\r', '\x03', '\x15', '\x0b', '\x17', '\x7f', '\x1b'),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map(byte => String.fromCharCode(byte)), maxLength: 12 }),
  )
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 40 }), fc.nat(200), (typed, columns) => {
      const { output, lines, row, cursor, isOver } = play(`${typed.join('')}`, columns, 30)
      if (lines.some(line => line.length > 30 || /[^\x20-\x7e]/.test(line))) return false
      if (/[^\r\n -~]/.test(output.replaceAll('\x1b[', ''))) return false
      return isOver || (row.length <= 30 && cursor >= 4 && cursor <= 34)
    }),
    { numRuns: 500 },
  )
})

t.test(
  'in a terminal of OpenSSH’s client, keys edit and the window may change',
  { skip: noSsh('python3') },
  async t => {
    const account = { name: 'account', password: await hashPassword('correct horse'), keys: [] }
    const { redirections } = memory()
    const log = testLog()
    const door = await openConsole({
      listen: { host: '127.0.0.1', port: 0 },
      hostKey: { file: join(newFolder(t), 'key'), isOurs: true },
      accounts: () => [account],
      redirections,
      targets: redirections,
      log,
      now: Date.now,
    })
    t.teardown(() => door.close())
    const ssh = new SshClient(t)
    const script = [
      ['==> ', `rl http://ss.example/{mac}${home}u\r`],
      ['go to http://ss.example', 'reg 12e4\x02\x02\x02\x7f\r'],
      ['0004132202E4 is registered', `${up}\x17101214\r`],
      ['000413101214 is registered', `nonsense\x03list${left}${left}\r`],
      ['000413101214 0004132202E4\r\n', 'window 20'],
      ['==> ', `show 2e4${' '.repeat(20)}\x15${up}${up}${down}\r`],
      ['000413101214 0004132202E4\r\n', '\x04'],
    ]
    const args = [join(import.meta.dirname, 'terminal.py'), JSON.stringify(script), 'ssh']
    const call = { user: 'account', port: door.port, options: ['-t'] }
    const child = spawn('python3', [...args, ...ssh.args(call)], { env: ssh.env('correct horse') })
    let stdout = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        stdout += chunk.toString()
      })
    }
    const [code] = await once(child, 'close')
    t.equal(code, 0, stdout)
    t.match(stdout, /Welcome, account! Type help for help\.\r\n/)
    t.match(stdout, /\^C\r\n/)
    t.same(
      redirections.list().map(({ mac, url }) => `${mac} ${url}`),
      ['000413101214 http://ss.example/{mac}', '0004132202E4 http://ss.example/{mac}'],
    )
  },
)
