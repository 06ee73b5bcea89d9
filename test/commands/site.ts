/** The shipped configuration on free ports, and the program started with it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { program, Running } from '../lab/lab.js'

const conf = join(import.meta.dirname, '../../conf')

/** A folder with the shipped configuration on ports that are free now. */
export async function site(t: Test): Promise<{ folder: string; file: string; http: number; tftp: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'option66-serve-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(conf, 'phones.yaml'), join(folder, 'phones.yaml'))
  const [dhcp, http, tftp] = [await freePair(), await freeTcp(), await freePair()]
  const shipped = readFileSync(join(conf, 'option66.yaml'), 'utf8')
  const file = join(folder, 'option66.yaml')
  writeFileSync(
    file,
    shipped
      .replace('port: 6767', `port: ${dhcp}`)
      .replace('port: 8080', `port: ${http}`)
      .replace('port: 6969', `port: ${tftp}`),
  )
  return { folder, file, http, tftp }
}

async function freeTcp(): Promise<number> {
  const server = createServer().listen(0, '127.66.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A UDP port that is free, and so is the next one. */
async function freePair(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const sockets = [createSocket('udp4'), createSocket('udp4')]
    const isFree = await Promise.all(
      sockets.map(
        (socket, index) =>
          new Promise(resolve => {
            socket.once('error', () => resolve(false))
            socket.bind(port + index, () => resolve(true))
          }),
      ),
    )
    for (const [index, socket] of sockets.entries()) if (isFree[index] === true) socket.close()
    if (isFree.every(Boolean)) return port
  }
}

export function start(t: Test, ...args: string[]): Running {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const running = new Running(child)
  t.teardown(() => running.stop('SIGKILL'))
  return running
}
