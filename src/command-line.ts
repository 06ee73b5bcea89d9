/** The command line: commands, their options, and what a failure means for the exit code. */

import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { type CheckCall, check } from './commands/check.js'
import { firmwareAdd } from './commands/firmware.js'
import { type ImportCall, runImport } from './commands/import.js'
import { languagesAdd } from './commands/languages.js'
import { leasesExport, leasesList } from './commands/leases.js'
import { type PhoneOptions, runPhone } from './commands/phone.js'
import { type ServeCall, serve } from './commands/serve.js'
import { type ShowCall, show } from './commands/show.js'
import { formatFinding } from './config/finding.js'
import { readSite, type Site } from './config/site.js'

/** What the process lends to its commands. */
export type Terminal = Omit<ServeCall, 'file' | 'isTrial'>

/** The call or the configuration is wrong: exit code 2, and nothing is gained by starting again. */
class WrongCall extends Error {}

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
const installed = '/etc/option66/option66.yaml'
const shipped = fileURLToPath(new URL('../conf/option66.yaml', import.meta.url))

/** Runs the command that `argv` names. Resolves with the exit code; never rejects. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const program = buildProgram(terminal, result => {
    code = result
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // help is no mistake
    terminal.complain(`${error instanceof Error ? error.message : String(error)}\n`)
    return error instanceof WrongCall ? 2 : 1
  }
}

interface Building {
  readonly program: Command
  readonly terminal: Terminal
  readonly file: () => string // the configuration
  readonly done: (code: number) => void
}

function buildProgram(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('option66')
    .description('Boots every desk phone of a private LAN: DHCP, HTTP and TFTP from one process and one inventory.')
    .option('-c, --config <file>', `configuration; default ${installed}, else the one of the package`)
    .version(version, '-V, --version')
    .exitOverride()
  const file = (): string => program.opts<{ config?: string }>().config ?? usualFile()
  const building = { program, terminal, file, done }
  addServe(building)
  addCheck(building)
  addShow(building)
  addPhone(building)
  addLeases(building)
  addImport(building)
  addShelves(building)
  return program
}

function addServe({ program, terminal, file, done }: Building): void {
  program
    .command('serve')
    .description('runs the appliance in the foreground; SIGTERM closes it, SIGHUP re-reads the configuration')
    .option('--trial', 'boots the first three phones of the inventory as virtual phones, then goes on serving', false)
    .action(async ({ trial }: { trial: boolean }) => done(await serve({ ...terminal, file: file(), isTrial: trial })))
}

function addCheck({ program, terminal: { write }, file, done }: Building): void {
  program
    .command('check [files...]')
    .description('the configuration, the inventory and every document of every phone; or those setting files')
    .option('--rules', 'prints the rules', false)
    .option('--model <type>', 'phone type that reads the files: snom300')
    .option('--firmware <version>', 'its firmware: 7.3.30')
    .option('--json', 'findings as a JSON array', false)
    .action(async (files: string[], options: Omit<CheckCall, 'file' | 'files' | 'write'>) => {
      done(await check({ ...options, file: options.rules || files.length > 0 ? '' : file(), files, write }))
    })
}

function addShow({ program, terminal: { write, complain }, file, done }: Building): void {
  program
    .command('show <mac>')
    .description('what that phone gets: each name in the order it asks, and the document')
    .option('--origin', 'where each value comes from: site, model, group, phone', false)
    .option('--url', 'nothing but the settings URL to type into the phone', false)
    .option('--model <type>', 'as a phone of that type')
    .option('--firmware <version>', 'as a phone with that firmware')
    .option('--secrets', 'passwords as they are', false)
    .option('--json', 'everything as one JSON object', false)
    .action(async (mac: string, options: Omit<ShowCall, 'file' | 'mac' | 'write' | 'complain'>) => {
      done(await show({ ...options, file: file(), mac, write, complain }))
    })
}

function addPhone({ program, terminal: { write }, done }: Building): void {
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

function addLeases({ program, terminal: { write, complain }, file, done }: Building): void {
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

function addImport({ program, terminal: { write, complain }, done }: Building): void {
  program
    .command('import <files...>')
    .description('setting files, plain files, saved settings pages or CSV as inventory YAML on standard output')
    .option('--mac <mac>', 'the phone they are of')
    .option('--model <type>', 'its phone type, or the model they are for')
    .option('--group <name>', 'the group they are for')
    .option('--json', 'inventory and findings as one JSON object', false)
    .action(async (files: string[], options: Omit<ImportCall, 'files' | 'write' | 'complain'>) => {
      done(await runImport({ ...options, files, write, complain }))
    })
}

function addShelves({ program, terminal: { write }, file, done }: Building): void {
  const www = async (): Promise<string> => {
    const { http } = await readSiteOrStop(file())
    if (http === undefined)
      throw new WrongCall(`${file()}: http is closed, so there is no folder www to put files into`)
    return http.root
  }
  program
    .command('languages')
    .description('language files of the phones')
    .command('add <archives...>')
    .description('puts a snomlang archive, or single files, into www/lang')
    .option('--version <version>', 'firmware they are for; default: what the names tell')
    .option('--json', 'as JSON', false)
    .action(async (archives: string[], options: { version?: string; json: boolean }) => {
      done(await languagesAdd({ ...options, archives, www: await www(), write, now: Date.now() }))
    })
  program
    .command('firmware')
    .description('firmware images')
    .command('add <image>')
    .description('puts an image into www/firmware, checked')
    .option('--replace', 'an image of that name with other bytes', false)
    .option('--json', 'as JSON', false)
    .action(async (image: string, options: { replace: boolean; json: boolean }) => {
      done(await firmwareAdd({ ...options, file: image, www: await www(), write }))
    })
}

/** The installed configuration where there is one. @throws WrongCall when it is there and this user may not read it */
function usualFile(): string {
  try {
    accessSync(installed, constants.R_OK)
    return installed
  } catch (error) {
    const isHidden = error instanceof Error && 'code' in error && error.code === 'EACCES'
    if (!isHidden) return shipped
    throw new WrongCall(`${installed} holds passwords and is not for this user: use sudo, or name another file by -c`)
  }
}

/** @throws WrongCall with all findings, one a line */
async function readSiteOrStop(file: string): Promise<Site> {
  const { site, findings } = await readSite(file)
  if (site === undefined) throw new WrongCall(findings.map(formatFinding).join('\n'))
  return site
}
