/** A disk that takes no byte more, for this process alone: its limit for the size of files, set by prlimit. */

import { execFileSync } from 'node:child_process'

export async function withFullDisk(action: () => Promise<void>): Promise<void> {
  const prlimit = (...args: string[]) =>
    execFileSync('prlimit', ['--pid', `${process.pid}`, ...args], { encoding: 'utf8' })
  const before = prlimit('--fsize', '--output', 'SOFT', '--noheadings').trim()
  const pass = (): void => undefined
  process.on('SIGXFSZ', pass) // then the write fails with EFBIG
  prlimit('--fsize=0:')
  try {
    await action()
  } finally {
    prlimit(`--fsize=${before}:`)
    process.off('SIGXFSZ', pass)
  }
}
