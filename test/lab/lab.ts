/** Hosts and LANs for a test: network namespaces that it makes itself, inside namespaces of its own, and that end with it. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export const program = join(import.meta.dirname, '../../dist/main.js')

/** Why there can be no lab here, or false. `programs`: what the test needs besides. */
export function noLab(...programs: readonly string[]): string | false {
  const missing = ['unshare', 'nsenter', 'ip', ...programs].filter(name => !isThere(name))
  if (missing.length > 0) return `needs ${missing.join(', ')}`
  const probe = spawnSync('unshare', [...ownNamespaces(), 'true'], { encoding: 'utf8' })
  return probe.status === 0 ? false : `this machine lends no namespaces: ${probe.stderr.trim()}`
}

export function isThere(name: string): boolean {
  return spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${name}`]).status === 0
}

export const isRoot = process.getuid?.() === 0

/** Root needs no user namespace, in which some clients cannot change their user. */
function ownNamespaces(): string[] {
  return isRoot ? ['-nm'] : ['-Urnm']
}

export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'option66-lab-'))
  readonly #holder: ChildProcess
  readonly #started: ChildProcess[] = []

  private constructor(holder: ChildProcess) {
    this.#holder = holder
  }

  /** Ends by itself after five minutes, should the test forget it. */
  static async open(): Promise<Lab> {
    const holder = spawn('unshare', [...ownNamespaces(), 'sleep', '300'], { stdio: 'ignore' })
    const lab = new Lab(holder)
    const own = readlinkSync('/proc/self/ns/net')
    for (let tries = 0; tries < 200; tries += 1) {
      if (readlinkSync(`/proc/${holder.pid}/ns/net`) !== own && isNamed(holder, 'sleep')) break
      await delay(10)
    }
    lab.sh('mount -t tmpfs none /run && mkdir -p /run/netns && mount -t sysfs none /sys && ip link set lo up')
    return lab
  }

  /** A LAN between the lab's own network (interface `name`, with that address) and a host of its own. */
  lan(name: string, address: string, host: string, hostAddress?: string): void {
    this.sh(`ip netns add ${host}
      ip link add ${name} type veth peer name eth0 netns ${host}
      ip addr add ${address} dev ${name}; ip link set ${name} up
      ip netns exec ${host} ip link set lo up; ip netns exec ${host} ip link set eth0 up`)
    if (hostAddress !== undefined) this.sh(`ip netns exec ${host} ip addr add ${hostAddress} dev eth0`)
  }

  /** Standard output of a script. @throws when it fails */
  sh(script: string, host?: string, timeout = 60_000): string {
    const [command = '', ...rest] = this.#enter(host, ['sh', '-ec', script])
    return execFileSync(command, rest, {
      encoding: 'utf8',
      timeout,
      cwd: this.folder,
      env: this.#env(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** A program that goes on until `stop`, or until the lab closes. */
  start(args: readonly string[], host?: string): Running {
    const [command = '', ...rest] = this.#enter(host, args)
    const child = spawn(command, rest, { cwd: this.folder, env: this.#env(), stdio: ['ignore', 'pipe', 'pipe'] })
    this.#started.push(child)
    return new Running(child)
  }

  /** Prints the datagrams of an interface (see sniff.py), once it listens. */
  async sniff(device: string, host?: string): Promise<Running> {
    const running = this.start(['python3', join(import.meta.dirname, 'sniff.py'), device], host)
    await running.until('listening')
    return running
  }

  /** The appliance, once it says that it serves. */
  async serve(config: string): Promise<Running> {
    const file = join(this.folder, 'option66.yaml')
    writeFileSync(file, config)
    const running = this.start([process.execPath, program, '-c', file, 'serve'])
    await running.until('serving')
    return running
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map(child => new Running(child).stop('SIGKILL')))
    await new Running(this.#holder).stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  #enter(host: string | undefined, args: readonly string[]): string[] {
    const user = isRoot ? [] : ['-U', '--preserve-credentials']
    const inside = host === undefined ? [] : ['ip', 'netns', 'exec', host]
    return ['nsenter', '-t', String(this.#holder.pid), ...user, '-n', '-m', ...inside, ...args]
  }

  #env(): NodeJS.ProcessEnv {
    return { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, HOME: this.folder }
  }
}

function isNamed(child: ChildProcess, name: string): boolean {
  return execFileSync('ps', ['-o', 'comm=', '-p', String(child.pid)], { encoding: 'utf8' }).trim() === name
}

export class Running {
  readonly child: ChildProcess
  output = ''

  constructor(child: ChildProcess) {
    this.child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
      })
    }
  }

  /** Resolves when the output holds the text. @throws when it does not come within 20 s, or the program ends before */
  async until(text: string): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      if (this.output.includes(text)) return
      if (this.child.exitCode !== null) break
      await delay(50)
    }
    throw new Error(`expected ${JSON.stringify(text)} in the output, got: ${this.output}`)
  }

  /** Resolves with the exit code. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
    child.kill(signal)
    return ended
  }
}
