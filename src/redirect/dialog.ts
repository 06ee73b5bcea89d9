/** The redirection console: a line in, lines out. It knows one account, and shows and changes nothing of another. No I/O. */

import type { Mac } from '../address/mac.js'
import { expandMac, type Meant } from './expand.js'
import { help } from './help.js'
import type { Origin, Outcome, Redirection, Redirections, Targets } from './redirections.js'
import { longestUrl } from './url.js'

/** Characters: a command, a MAC address and the longest URL, with room for blanks. */
export const longestLine = longestUrl + 65

const columns = 78 // of LIST, at most: six addresses

export interface Dialog {
  readonly account: string
  readonly firstTarget?: string // of the configuration, until the account sets another
  readonly origin: Origin
  readonly redirections: Redirections
  readonly targets: Targets
}

export interface Answer {
  readonly lines: readonly string[]
  readonly isOk: boolean // did what was asked
  readonly isOver: boolean // the session ends
}

/** Printable ASCII in the answer, whatever the line holds. Rejects when the registry cannot be written. */
export async function answerLine(dialog: Dialog, line: string): Promise<Answer> {
  if (line.length > longestLine) return no(`A line may have ${longestLine} characters.`)
  if (/[^\t\x20-\x7e]/.test(line)) return no('A line may have letters, digits and signs of ASCII only.')
  const [word = '', ...rest] = line.trim().split(/\s+/)
  if (word === '') return yes()
  const command = commands.get(word.toUpperCase())
  if (command === undefined) return no('There is no such command. Type help for help.')
  const { least, most, run, usage } = command
  return rest.length < least || rest.length > most ? no(`Expected: ${usage}`) : run(dialog, ...rest)
}

interface Command {
  readonly usage: string
  readonly least: number // arguments
  readonly most: number
  readonly run: (dialog: Dialog, first?: string, second?: string) => Answer | Promise<Answer>
}

const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['HELP', { usage: 'HELP', least: 0, most: 0, run: () => yes(...help) }],
  ['SHOW', { usage: 'SHOW <mac>', least: 1, most: 1, run: show }],
  ['REGISTER', { usage: 'REGISTER <mac>', least: 1, most: 2, run: register }],
  ['REG', { usage: 'REG <mac>', least: 1, most: 2, run: register }],
  ['DEREGISTER', { usage: 'DEREGISTER <mac>', least: 1, most: 1, run: deregister }],
  ['LIST', { usage: 'LIST', least: 0, most: 0, run: list }],
  ['URL', { usage: 'URL <url>', least: 0, most: 1, run: target }],
  ['SERVER', { usage: 'SERVER <url>', least: 0, most: 1, run: target }],
  ...['BYE', 'EXIT', 'QUIT'].map((word): [string, Command] => [word, { usage: 'BYE', least: 0, most: 0, run: bye }]),
])

function show(dialog: Dialog, digits = ''): Answer {
  const mac = only(expandMac(digits, own(dialog), false))
  if (typeof mac !== 'string') return mac
  const found = dialog.redirections.find(mac)
  // Another account's phone looks like one that nobody registered.
  if (found === undefined || found.owner !== dialog.account) return no(`${mac} is not registered.`)
  return yes(`${mac} is registered since ${timeText(found)}.`, `It goes to ${found.url}`)
}

async function register(dialog: Dialog, digits = '', named?: string): Promise<Answer> {
  const mac = only(expandMac(digits, own(dialog), true))
  if (typeof mac !== 'string') return mac
  const url = named ?? targetUrl(dialog)
  if (url === undefined) return no('You have no settings server yet. Set it first: URL <url>')
  const { account, origin, redirections } = dialog
  const outcome = await redirections.register(account, mac, url, origin)
  if (outcome !== 'Ok') return no(sentence(outcome, mac))
  return yes(`${mac} is registered.`, `It goes to ${redirections.find(mac)?.url ?? url}`)
}

async function deregister(dialog: Dialog, digits = ''): Promise<Answer> {
  const mac = only(expandMac(digits, own(dialog), false))
  if (typeof mac !== 'string') return mac
  const { account, origin, redirections } = dialog
  if (redirections.find(mac)?.owner !== account) return no(sentence('Error:not_registered', mac))
  const outcome = await redirections.deregister(account, mac, origin)
  return outcome === 'Ok' ? yes(`${mac} is deregistered.`) : no(sentence(outcome, mac))
}

function list(dialog: Dialog): Answer {
  const macs = dialog.redirections.list(dialog.account).map(({ mac }) => mac)
  if (macs.length === 0) return yes('No phone is assigned.')
  const perLine = Math.floor((columns + 1) / (12 + 1))
  const lines: string[] = []
  for (let from = 0; from < macs.length; from += perLine) lines.push(macs.slice(from, from + perLine).join(' '))
  return yes(...lines)
}

async function target(dialog: Dialog, url?: string): Promise<Answer> {
  if (url === undefined) {
    const known = targetUrl(dialog)
    return known === undefined ? no('You have no settings server yet. Set it: URL <url>') : yes(known)
  }
  const { account, origin, targets } = dialog
  const outcome = await targets.setTarget(account, url, origin)
  if (outcome !== 'Ok') return no(sentence(outcome))
  return yes(
    `Phones registered from now on go to ${targetUrl(dialog) ?? url}`,
    'Register the others again to move them.',
  )
}

function bye(): Answer {
  return { lines: [], isOk: true, isOver: true }
}

function own({ account, redirections }: Dialog): () => Mac[] {
  return () => redirections.list(account).map(({ mac }) => mac)
}

function targetUrl({ account, firstTarget, targets }: Dialog): string | undefined {
  return targets.targetOf(account) ?? firstTarget
}

/** The one that is meant, else what to ask back. */
function only(meant: Meant): Mac | Answer {
  switch (meant.kind) {
    case 'one':
      return meant.mac
    case 'several': {
      const more = meant.more > 0 ? `, or ${meant.more} more` : ''
      return no(`Which one: ${meant.macs.join(' or ')}${more}? Enter more digits, or all twelve.`)
    }
    case 'nothing':
      return no('Expected 3 to 6 hexadecimal digits, or a whole MAC address.')
  }
}

function sentence(outcome: Exclude<Outcome, 'Ok'>, mac?: Mac): string {
  switch (outcome) {
    case 'Error:owned_by_other_user':
      return `${mac ?? 'It'} is registered by another account.`
    case 'Error:malformed_url':
      return `Expected an http, https or tftp URL of at most ${longestUrl} characters: http://server.example/snom.php?mac={mac}`
    case 'Error:malformed_mac':
      return 'Expected a MAC address.'
    case 'Error:not_registered':
      return `${mac ?? 'It'} is not registered.`
    case 'Error:registry_full':
      return 'The registry is full. Ask who runs this appliance.'
  }
}

/** `2026-11-22 15:31:33 UTC` */
function timeText({ since }: Redirection): string {
  const lastTime = 8.64e15 // ms: the greatest that Date knows
  return `${new Date(Math.min(since, lastTime)).toISOString().replace('T', ' ').replace(/\..*/, '')} UTC`
}

function yes(...lines: string[]): Answer {
  return { lines, isOk: true, isOver: false }
}

function no(...lines: string[]): Answer {
  return { lines, isOk: false, isOver: false }
}
