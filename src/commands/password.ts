/** `option66 password`: asks for a password and prints its hash for the configuration. */

import { hashPassword } from '../doors/password.js'

export interface PasswordCall {
  readonly input: Keyboard
  readonly write: (text: string) => void // the hash
  readonly complain: (text: string) => void // prompts, and what is wrong
}

/** Standard input, as much of it as is used: a terminal can be told not to show what is typed. */
export interface Keyboard extends AsyncIterable<unknown> {
  readonly isTTY?: boolean | undefined
  setRawMode?(isRaw: boolean): unknown
}

/** It guards a door of the LAN; what is shorter is guessed in days. */
const shortest = 8 // characters

const longest = 256 // characters; a door reads no more

/** Exit code 0; 1 when it was broken off; 2 when there is no password, or none that will do. */
export async function runPassword({ input, write, complain }: PasswordCall): Promise<number> {
  const isTerminal = input.isTTY === true
  const lines = linesOf(input)
  try {
    const password = await ask(lines, isTerminal, 'Password: ', { input, complain })
    if (password === undefined) return 1
    const flaw = flawOf(password)
    if (flaw !== undefined) {
      complain(`${flaw}\n`)
      return 2
    }
    if (isTerminal && (await ask(lines, isTerminal, 'Again: ', { input, complain })) !== password) {
      complain('the two differ: nothing was made\n')
      return 2
    }
    write(`${await hashPassword(password)}\n`)
    return 0
  } finally {
    await lines.return(undefined)
  }
}

/** Undefined: ^C, ^D, or the end of the input. */
async function ask(
  lines: AsyncGenerator<string | undefined>,
  isTerminal: boolean,
  prompt: string,
  { input, complain }: Pick<PasswordCall, 'input' | 'complain'>,
): Promise<string | undefined> {
  if (!isTerminal) return (await lines.next()).value ?? undefined
  complain(prompt)
  input.setRawMode?.(true)
  try {
    return (await lines.next()).value ?? undefined
  } finally {
    input.setRawMode?.(false)
    complain('\n')
  }
}

function flawOf(password: string): string | undefined {
  const length = [...password].length
  if (length < shortest) return `a password needs at least ${shortest} characters, this one has ${length}`
  if (length > longest) return `a password may have ${longest} characters`
  // The kind that no keyboard types, and that comes of a pasted file or a wrong encoding.
  return /[\p{Cc}\ufffd]/u.test(password) ? 'a password has printable characters only, in UTF-8' : undefined
}

/** Edited as far as blind typing needs: a character back, all back. */
async function* linesOf(input: AsyncIterable<unknown>): AsyncGenerator<string | undefined> {
  const decoder = new TextDecoder()
  let line: string[] = []
  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(toBytes(chunk), { stream: true })
    for (const character of text.replaceAll('\r\n', '\n')) {
      if (character === '\r' || character === '\n') {
        yield line.join('')
        line = []
      } else if (character === '\x03' || (character === '\x04' && line.length === 0)) yield undefined
      else if (character === '\x7f' || character === '\b') line.pop()
      else if (character === '\x15') line = []
      else if (line.length <= longest) line.push(character)
    }
  }
  yield line.length > 0 ? line.join('') : undefined
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new Uint8Array()
}
