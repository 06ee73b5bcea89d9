/** What every command is built with: the program, the configuration it names, and where its exit code goes. */

import { accessSync, constants } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import type { Keyboard } from './commands/password.js'
import type { ServeCall } from './commands/serve.js'
import { formatFinding } from './config/finding.js'
import { readSite, type Site } from './config/site.js'

/** What the process lends to its commands. */
export interface Terminal extends Omit<ServeCall, 'file' | 'isTrial' | 'version'> {
  readonly input: Keyboard
  /** Shows how far a command is, where standard error is a terminal; undefined: it is none. */
  readonly progress?: (text: string) => void
}

/** The call or the configuration is wrong: exit code 2, and nothing is gained by starting again. */
export class WrongCall extends Error {}

export interface Building {
  readonly program: Command
  readonly terminal: Terminal
  readonly file: () => string // the configuration
  readonly done: (code: number) => void
}

const installed = '/etc/option66/option66.yaml'
const shipped = fileURLToPath(new URL('../conf/option66.yaml', import.meta.url))

/** A program without commands. */
export function beginProgram(version: string, terminal: Terminal, done: (code: number) => void): Building {
  const program = new Command('option66')
    .description('Boots every desk phone of a private LAN from one process and one inventory.')
    .option('-c, --config <file>', `configuration; default ${installed}, else the one of the package`)
    .version(version, '-V, --version')
    .exitOverride()
  const file = (): string => program.opts<{ config?: string }>().config ?? usualFile()
  return { program, terminal, file, done }
}

/** Exit code of what parsing or a command threw, and what to say of it: help is no mistake. */
export function failure(error: unknown): { readonly code: number; readonly text: string } {
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2, text: '' }
  const text = `${error instanceof Error ? error.message : String(error)}\n`
  return { code: error instanceof WrongCall ? 2 : 1, text }
}

/** @throws WrongCall with all findings, one a line */
export async function readSiteOrStop(file: string): Promise<Site> {
  const { site, findings } = await readSite(file)
  if (site === undefined) throw new WrongCall(findings.map(formatFinding).join('\n'))
  return site
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
