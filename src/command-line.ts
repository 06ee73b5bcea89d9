/** The command line: commands, their options, and what a failure means for the exit code. */

import { createRequire } from 'node:module'
import { type Building, beginProgram, failure, readSiteOrStop, type Terminal, WrongCall } from './command-building.js'
import { addLeases, addPassword, addRedirect, addResync } from './command-line-appliance.js'
import { addPhone, addProbe, addStorm } from './command-line-tools.js'
import { type CheckCall, check } from './commands/check.js'
import { firmwareAdd } from './commands/firmware.js'
import { type ImportCall, runImport } from './commands/import.js'
import { languagesAdd } from './commands/languages.js'
import { serve } from './commands/serve.js'
import { type ShowCall, show } from './commands/show.js'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

/** Runs the command that `argv` names. Resolves with the exit code; never rejects. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0
  const building = beginProgram(version, terminal, result => {
    code = result
  })
  for (const add of commands) add(building)
  try {
    await building.program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    const failed = failure(error)
    if (failed.text !== '') terminal.complain(failed.text)
    return failed.code
  }
}

/** In the order of the help. */
const commands: readonly ((building: Building) => void)[] = [
  addServe,
  addCheck,
  addShow,
  addImport,
  addShelves,
  addLeases,
  addRedirect,
  addResync,
  addPassword,
  addPhone,
  addStorm,
  addProbe,
]

function addServe({ program, terminal, file, done }: Building): void {
  program
    .command('serve')
    .description('runs the appliance in the foreground; SIGTERM closes it, SIGHUP re-reads the configuration')
    .option('--trial', 'boots the first three phones of the inventory as virtual phones, then goes on serving', false)
    .action(async ({ trial }: { trial: boolean }) =>
      done(await serve({ ...terminal, version, file: file(), isTrial: trial })),
    )
}

function addCheck({ program, terminal: { write, progress }, file, done }: Building): void {
  const counting =
    progress === undefined ? {} : { progress: (done: number, total: number) => progress(phones(done, total)) }
  program
    .command('check [files...]')
    .description('the configuration, the inventory and every document of every phone; or those setting files')
    .option('--rules', 'prints the rules', false)
    .option('--model <type>', 'phone type that reads the files: snom300')
    .option('--firmware <version>', 'its firmware: 7.3.30')
    .option('--json', 'findings as a JSON array', false)
    .action(async (files: string[], options: Omit<CheckCall, 'file' | 'files' | 'write'>) => {
      done(
        await check({ ...options, file: options.rules || files.length > 0 ? '' : file(), files, write, ...counting }),
      )
    })
}

function addShow({ program, terminal, file, done }: Building): void {
  const { write, complain, isTerminal } = terminal
  program
    .command('show <mac>')
    .description('what that phone gets: each name in the order it asks, and the document')
    .option('--origin', 'where each value comes from: site, model, group, phone', false)
    .option('--url', 'nothing but the settings URL to type into the phone, with its QR code on a terminal', false)
    .option('--model <type>', 'as a phone of that type')
    .option('--firmware <version>', 'as a phone with that firmware')
    .option('--secrets', 'passwords as they are', false)
    .option('--json', 'everything as one JSON object', false)
    .action(async (mac: string, options: Omit<ShowCall, 'file' | 'mac' | 'write' | 'complain' | 'isTerminal'>) => {
      done(await show({ ...options, file: file(), mac, write, complain, isTerminal }))
    })
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

/** Written over by the next; gone after the last. */
function phones(done: number, total: number): string {
  const text = `${done} of ${total} phones`
  return done < total ? `${text}\r` : `${' '.repeat(text.length)}\r`
}
