/** One session of the console: a terminal, a pipe or a single command, each talking to the dialog. */

import { type Answer, answerLine, type Dialog, longestLine } from '../redirect/dialog.js'
import { greeting } from '../redirect/help.js'
import type { LineEditor } from './console-editor.js'
import type { Channel } from './console-ssh.js'
import { until } from './console-until.js'

/** What the session takes from its connection. */
export interface Surroundings {
  readonly dialog: Dialog
  readonly closed: AbortSignal // of the session, or the connection below
  /** Resolves when the client has taken nearly all that was sent. */
  readonly taken: () => Promise<void>
  /** Somebody is there. */
  readonly touch: () => void
}

/** Edited on our side, with prompts. */
export async function runTerminal(channel: Channel, editor: LineEditor, surroundings: Surroundings): Promise<void> {
  const { dialog } = surroundings
  const send = (text: string) => write(channel, text, surroundings)
  await send(`${greeting(dialog.account)}\r\n${editor.show()}`)
  for await (const bytes of input(channel, surroundings)) {
    for (const { output, line, isOver } of editor.feed(bytes)) {
      await send(output)
      if (isOver === true) return end(channel, 0)
      if (line === undefined) continue
      const answer = await ask(dialog, line)
      await send(answer.lines.map(text => `${text}\r\n`).join(''))
      if (answer.isOver) return end(channel, 0)
      await send(editor.show())
    }
  }
  end(channel, 0)
}

/** Line by line, without prompts: `printf 'list\nbye\n' | ssh …`. The exit code is 1 when any line was refused. */
export async function runPipe(channel: Channel, surroundings: Surroundings): Promise<void> {
  const { dialog } = surroundings
  let code = 0
  await write(channel, `${greeting(dialog.account)}\n`, surroundings)
  for await (const line of linesOf(input(channel, surroundings))) {
    const answer = await ask(dialog, line)
    if (!answer.isOk) code = 1
    await write(channel, answer.lines.map(text => `${text}\n`).join(''), surroundings)
    if (answer.isOver) break
  }
  end(channel, code)
}

/** `ssh host LIST`: the answer alone. The exit code is 1 when the command was refused. `lineEnd`: `\n`, or of a terminal. */
export async function runCommand(
  channel: Channel,
  command: string,
  lineEnd: string,
  surroundings: Surroundings,
): Promise<void> {
  channel.resume() // what else comes in is not read
  const answer = await ask(surroundings.dialog, command)
  const text = answer.lines.map(line => line + lineEnd).join('')
  await write(answer.isOk ? channel : channel.stderr, text, surroundings)
  end(channel, answer.isOk ? 0 : 1)
}

async function ask(dialog: Dialog, line: string): Promise<Answer> {
  try {
    return await answerLine(dialog, line)
  } catch {
    // The registry has said why in the log.
    return { lines: ['The registry cannot be written now. Nothing was changed.'], isOk: false, isOver: false }
  }
}

/** Ends with the client's end of file, or with the connection. */
async function* input(channel: Channel, { closed, touch }: Surroundings): AsyncGenerator<Buffer> {
  // Our side stays open at the end of theirs: the answers come yet.
  for await (const chunk of channel.iterator({ destroyOnReturn: false })) {
    if (closed.aborted) return
    touch()
    if (Buffer.isBuffer(chunk)) yield chunk
  }
}

/** Of a line that is too long, one character more than may be is kept: enough to refuse it. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const parts = chunk.toString('latin1').split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      yield (rest + part).slice(0, longestLine + 2).replace(/\r$/, '')
      rest = ''
    }
    rest = (rest + last).slice(0, longestLine + 2)
  }
  if (rest !== '') yield rest
}

async function write(stream: NodeJS.WritableStream, text: string, { closed, taken }: Surroundings): Promise<void> {
  if (text === '') return
  await until(done => {
    stream.write(text, done) // which is not called where the channel closes meanwhile
    return () => undefined
  }, closed)
  await taken()
}

function end(channel: Channel, code: number): void {
  channel.exit(code)
  channel.end()
}
