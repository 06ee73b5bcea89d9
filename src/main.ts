#!/usr/bin/env node
/** The command line: arguments and signals. Nothing else touches `process`. */

import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { check } from './commands/check.js'
import { leasesExport, leasesList } from './commands/leases.js'
import { type PhoneOptions, runPhone } from './commands/phone.js'
import { serve } from './commands/serve.js'
import { formatFinding } from './config/finding.js'
import { readSite, type Site } from './config/site.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
const installed = '/etc/option66/option66.yaml'
const shipped = fileURLToPath(new URL('../conf/option66.yaml', import.meta.url))

const write = (text: string): void => {
  process.stdout.write(text)
}
const complain = (text: string): void => {
  process.stderr.write(text)
}

/** Who stops reading (`option66 leases list | head`) is no failure of ours. */
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
})

/** The call or the configuration is wrong: exit code 2, and nothing is gained by starting again. */
class WrongCall extends Error {}

main().then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    if (!(error instanceof CommanderError)) complain(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = exitCodeOf(error)
  },
)

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // help is no mistake
  return error instanceof WrongCall ? 2 : 1
}

async function main(): Promise<number> {
  let code = 0
  const done = (result: number): void => {
    code = result
  }
  await buildProgram(done).parseAsync()
  return code
}

function buildProgram(done: (code: number) => void): Command {
  const program = new Command('option66')
    .description('Boots every desk phone of a private LAN: DHCP, HTTP and TFTP from one process and one inventory.')
    .option('-c, --config <file>', `configuration; default ${installed}, else the one of the package`)
    .version(version, '-V, --version')
    .exitOverride()
  const file = (): string => program.opts<{ config?: string }>().config ?? usualFile()

  program
    .command('serve')
    .description('runs the appliance in the foreground; SIGTERM closes it, SIGHUP re-reads the configuration')
    .option(
      '--trial',
      'boots the first three phones of the inventory as virtual phones, prints what each received, and goes on serving',
    )
    .action(async ({ trial = false }: { trial?: boolean }) => {
      const isTerminal = process.stdout.isTTY === true
      done(
        await serve({
          file: file(),
          isTrial: trial,
          isTerminal,
          passed: passedSockets(),
          write,
          complain,
          untilStopped,
        }),
      )
    })
  program
    .command('check')
    .description(
      'reads the configuration and the inventory; one finding a line: file:line:column severity rule message',
    )
    .option('--json', 'findings as a JSON array', false)
    .action(async ({ json }: { json: boolean }) => done(await check({ file: file(), json, write })))
  addPhone(program, done)
  addLeases(program, file, done)
  return program
}

function addPhone(program: Command, done: (code: number) => void): void {
  program
    .command('phone')
    .description('boots one virtual phone against a running appliance; exit code 1 where a real phone would hang')
    .requiredOption('--model <type>', 'phone type: snom370')
    .requiredOption('--mac <mac>', 'hardware address, in any spelling')
    .option('--via <way>', 'dhcp, or the settings URL (http://… or tftp://…)', 'dhcp')
    .option('--server <address>', 'DHCP server; default: broadcast')
    .option('--port <number>', 'port of the DHCP server; the phone listens on the next', Number)
    .option('--address <address>', 'own address to fetch from')
    .option('--firmware <version>', 'firmware the phone has')
    .option('--save <folder>', 'keeps what was fetched there')
    .option('--print', 'prints every document as it came, passwords too', false)
    .option('--json', 'everything as one JSON object', false)
    .action(async (options: PhoneOptions) => done(await runPhone(options, write)))
}

function addLeases(program: Command, file: () => string, done: (code: number) => void): void {
  const leases = program.command('leases').description('reads the lease database')
  const reader = async () => {
    const site = await readSiteOrStop(file())
    return { folder: site.state, now: Date.now(), write, report: (text: string) => complain(`${text}\n`) }
  }
  leases
    .command('list', { isDefault: true })
    .description('every lease that is known, by address')
    .option('--json', 'as a JSON array', false)
    .action(async ({ json }: { json: boolean }) => done(await leasesList({ ...(await reader()), json })))
  const exported = leases.command('export').description('the leases in the file format of another server')
  for (const format of ['kea', 'dnsmasq'] as const) {
    exported.command(format).action(async () => done(await leasesExport({ ...(await reader()), format })))
  }
}

/** The installed configuration where there is one. @throws WrongCall when it is there and this user may not read it */
function usualFile(): string {
  try {
    accessSync(installed, constants.R_OK)
    return installed
  } catch (error) {
    const isHidden = error instanceof Error && 'code' in error && error.code === 'EACCES'
    if (isHidden)
      throw new WrongCall(`${installed} holds passwords and is not for this user: use sudo, or name another file by -c`)
    return shipped
  }
}

/** @throws WrongCall with all findings, one a line */
async function readSiteOrStop(file: string): Promise<Site> {
  const { site, findings } = await readSite(file)
  if (site === undefined) throw new WrongCall(findings.map(formatFinding).join('\n'))
  return site
}

/** Sockets that systemd passed, by name; the first is descriptor 3 (sd_listen_fds(3)). */
function passedSockets(): ReadonlyMap<string, number> {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = process.env
  if (LISTEN_PID !== String(process.pid)) return new Map()
  const names = (LISTEN_FDNAMES ?? '').split(':').slice(0, Number(LISTEN_FDS))
  return new Map(names.map((name, index) => [name, 3 + index]))
}

function untilStopped(reload: () => void): Promise<void> {
  process.on('SIGHUP', reload)
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => resolve())
  })
}
