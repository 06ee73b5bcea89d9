/** OpenSSH's client against a console of the test: passwords by SSH_ASKPASS, a terminal by python3's pty. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Fields, Log } from '../../src/doors/log.js'

/** Why there can be no client here, or false. */
export function noSsh(...programs: readonly string[]): string | false {
  const missing = ['ssh', 'ssh-keygen', ...programs].filter(
    name => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  )
  return missing.length > 0 && `needs ${missing.join(', ')}`
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Call {
  readonly user: string
  readonly port: number
  readonly password?: string
  readonly key?: string // file
  readonly input?: string
  readonly command?: string
  readonly options?: readonly string[]
}

export class SshClient {
  readonly folder = mkdtempSync(join(tmpdir(), 'option66-ssh-'))
  readonly #askpass = join(this.folder, 'askpass')

  constructor(t: Test) {
    writeFileSync(this.#askpass, '#!/bin/sh\nprintf "%s\\n" "$TEST_PASSWORD"\n')
    chmodSync(this.#askpass, 0o700)
    t.teardown(() => rmSync(this.folder, { recursive: true, force: true }))
  }

  /** The private key's file; the public line. */
  makeKey(type: string, ...options: readonly string[]): { file: string; line: string } {
    const file = join(this.folder, `key-${type}${options.join('')}`)
    execFileSync('ssh-keygen', ['-q', '-t', type, ...options, '-N', '', '-f', file])
    return { file, line: execFileSync('cat', [`${file}.pub`], { encoding: 'utf8' }).trim() }
  }

  start(call: Call): ChildProcess {
    return spawn('ssh', this.args(call), { env: this.env(call.password) })
  }

  async run(call: Call): Promise<Ended> {
    const child = this.start(call)
    let [stdout, stderr] = ['', '']
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdin?.on('error', () => undefined) // it may end before it has read all
    child.stdin?.end(call.input ?? '')
    const [code] = await once(child, 'close')
    return { code, stdout, stderr }
  }

  args({ user, port, key, command, options = [] }: Call): string[] {
    const common = [
      ...['-F', 'none', '-o', 'StrictHostKeyChecking=accept-new', '-o', 'LogLevel=ERROR'],
      ...['-o', `UserKnownHostsFile=${join(this.folder, 'known_hosts')}`, '-o', 'IdentityAgent=none'],
      ...['-o', 'ConnectTimeout=20', '-o', 'NumberOfPasswordPrompts=1', '-o', 'IdentitiesOnly=yes'],
      ...(key === undefined ? ['-o', 'PubkeyAuthentication=no'] : ['-i', key, '-o', 'PasswordAuthentication=no']),
    ]
    return [...common, ...options, '-p', String(port), `${user}@127.0.0.1`, ...(command === undefined ? [] : [command])]
  }

  env(password = ''): NodeJS.ProcessEnv {
    const ask = { SSH_ASKPASS: this.#askpass, SSH_ASKPASS_REQUIRE: 'force', TEST_PASSWORD: password }
    return { PATH: process.env.PATH, HOME: this.folder, TERM: 'xterm', ...ask }
  }
}

export interface TestLog extends Log {
  readonly lines: Array<Fields & { readonly text: string; readonly level: string }>
}

export function testLog(): TestLog {
  const lines: TestLog['lines'] = []
  const write = (level: string) => (fields: Fields, text: string) => void lines.push({ ...fields, text, level })
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
