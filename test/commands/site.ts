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

export interface Ports {
  readonly dhcp: number
  readonly http: number
  readonly tftp: number
  readonly https: number
  readonly pnp: number
  readonly console: number
  readonly status: number
}

/** A folder with the shipped configuration on ports that are free now. */
export async function site(
  t: Pick<Test, 'teardown'>,
): Promise<Ports & { readonly folder: string; readonly file: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'option66-serve-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(conf, 'phones.yaml'), join(folder, 'phones.yaml'))
  const ports = await freePorts()
  const file = join(folder, 'option66.yaml')
  const shipped = readFileSync(join(conf, 'option66.yaml'), 'utf8')
  const own = Object.entries(usual).reduce((text, [door, port]) => {
    return text.replace(new RegExp(`(?:## )?port: ${port}\\b`), `port: ${ports[door as keyof Ports]}`)
  }, shipped)
  writeFileSync(file, own)
  return { folder, file, ...ports }
}

/** As shipped. */
const usual: Ports = { dhcp: 6767, http: 8080, tftp: 6969, https: 8443, pnp: 5066, console: 2222, status: 8066 }

async function freePorts(): Promise<Ports> {
  return {
    dhcp: await freePair(),
    http: await freeTcp(),
    tftp: await freePair(),
    https: await freeTcp(),
    pnp: await freePair(),
    console: await freeTcp(),
    status: await freeTcp(),
  }
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

export function start(t: Pick<Test, 'teardown'>, ...args: string[]): Running {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const running = new Running(child)
  t.teardown(() => running.stop('SIGKILL'))
  return running
}
