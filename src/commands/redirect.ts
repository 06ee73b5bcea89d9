/** `option66 redirect`: the redirection registry from the command line, through the running appliance where there is one. */

import { userInfo } from 'node:os'
import type { Mac } from '../address/mac.js'
import type { Log } from '../doors/log.js'
import { expandMac } from '../redirect/expand.js'
import { type Origin, type Outcome, operator, type Redirection } from '../redirect/redirections.js'
import { Registry } from '../redirect/registry.js'
import { parseTargetUrl } from '../redirect/url.js'
import { openRedirections } from '../redirections.js'
import { readRedirections } from '../store/redirection-store.js'
import type { ApiAnswer } from './api-client.js'

export interface RedirectCall {
  readonly state: string // folder
  readonly accounts: readonly { readonly name: string; readonly url?: string }[] // of the configuration
  readonly account?: string // that account's phones; default: list and show anybody's, register the operator's
  readonly json: boolean
  readonly now: () => number // ms since 1970
  readonly write: (text: string) => void
  readonly complain: (text: string) => void
  /** `callApi` of api-client.ts. */
  readonly callApi: (
    state: string,
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ) => Promise<ApiAnswer | undefined>
}

/** Exit code 0; 2 when there is no such account. All reject with one sentence when the registry cannot be read or written. */
export async function redirectList(call: RedirectCall): Promise<number> {
  const registry = await openForReading(call)
  if (registry === undefined) return 2
  const all = registry.list(call.account)
  if (call.json) call.write(`${JSON.stringify(all.map(plain), null, 2)}\n`)
  else call.write(all.length === 0 ? 'no phone is registered\n' : tableText(all))
  return 0
}

/** 1 when it is not registered; 2 when `digits` name no phone, or several. */
export async function redirectShow(call: RedirectCall & { readonly digits: string }): Promise<number> {
  const registry = await openForReading(call)
  const mac = registry && meantBy(call, registry, false)
  if (registry === undefined || mac === undefined) return 2
  const found = registry.find(mac)
  const isTheirs = found !== undefined && (call.account === undefined || found.owner === call.account)
  if (!isTheirs) return no(call, `${mac} is not registered`)
  call.write(call.json ? `${JSON.stringify(plain(found), null, 2)}\n` : tableText([found]))
  return 0
}

/** `url`: default the account's target. 1 when the registry refuses it; 2 when the call is wrong. */
export async function redirectRegister(
  call: RedirectCall & { readonly digits: string; readonly url?: string },
): Promise<number> {
  const registry = await openForReading(call)
  const mac = registry && meantBy(call, registry, true)
  if (registry === undefined || mac === undefined) return 2
  const owner = call.account ?? operator
  const url = call.url ?? registry.target(owner) ?? call.accounts.find(({ name }) => name === owner)?.url
  if (url === undefined) return wrong(call, `${owner} has no settings server yet: name one, as http://server.example/`)
  if (parseTargetUrl(url) === undefined) return wrong(call, sentence('Error:malformed_url', mac, url))
  const answer = await call.callApi(call.state, 'PUT', `redirections/${mac}`, { url, owner })
  if (answer !== undefined) return told(call, answer, `${mac} goes to ${url}`)
  const outcome = await directly(call, (redirections, origin) => redirections.register(owner, mac, url, origin))
  return done(call, outcome, `${mac} goes to ${url}`, sentence(outcome, mac, url))
}

/** Without an account: whoever owns it. */
export async function redirectDeregister(call: RedirectCall & { readonly digits: string }): Promise<number> {
  const registry = await openForReading(call)
  const mac = registry && meantBy(call, registry, false)
  if (registry === undefined || mac === undefined) return 2
  const found = registry.find(mac)
  const isTheirs = found !== undefined && (call.account === undefined || found.owner === call.account)
  if (!isTheirs) return no(call, `${mac} is not registered`)
  const answer = await call.callApi(call.state, 'DELETE', `redirections/${mac}`)
  if (answer !== undefined) return told(call, answer, `${mac} is deregistered`)
  const outcome = await directly(call, (redirections, origin) => redirections.deregister(call.account, mac, origin))
  return done(call, outcome, `${mac} is deregistered`, sentence(outcome, mac, ''))
}

/** As it is on disk: a change is heard of nowhere before it is there, so this is what a running appliance knows. */
async function openForReading(call: RedirectCall): Promise<Registry | undefined> {
  const { account, accounts, state, complain } = call
  const registry = new Registry(await readRedirections(state, text => complain(`${text}\n`)))
  const isKnown = account === undefined || account === operator || accounts.some(({ name }) => name === account)
  if (isKnown || registry.list(account).length > 0) return registry
  const names = accounts.map(({ name }) => name).join(', ') || 'none'
  wrong(call, `there is no account ${account}; the configuration has: ${names}`)
  return undefined
}

function meantBy(call: RedirectCall & { readonly digits: string }, registry: Registry, isForNew: boolean) {
  const meant = expandMac(call.digits, () => registry.list(call.account).map(({ mac }) => mac), isForNew)
  switch (meant.kind) {
    case 'one':
      return meant.mac
    case 'several': {
      const more = meant.more > 0 ? ` or ${meant.more} more` : ''
      wrong(call, `${call.digits} may be ${meant.macs.join(' or ')}${more}: give more digits, or all twelve`)
      return undefined
    }
    case 'nothing':
      wrong(call, `${JSON.stringify(call.digits)}: expected 3 to 6 hexadecimal digits, or a whole MAC address`)
      return undefined
  }
}

type Change = (redirections: Awaited<ReturnType<typeof openRedirections>>, origin: Origin) => Promise<Outcome>

async function directly(call: RedirectCall, change: Change): Promise<Outcome> {
  const redirections = await openRedirections({ folder: call.state, log: warnings(call), now: call.now })
  try {
    return await change(redirections, { door: 'command', from: userName() })
  } finally {
    await redirections.close()
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'a user without a name' // in a container, say
  }
}

/** The audit line belongs into the appliance's log, and there is no appliance. */
function warnings({ complain }: RedirectCall): Log {
  const ignore = (): void => undefined
  const say = (_fields: unknown, text: string): void => complain(`${text}\n`)
  return { debug: ignore, info: ignore, warn: say, error: ignore }
}

function done(call: RedirectCall, outcome: Outcome, text: string, failure: string): number {
  if (outcome !== 'Ok') return no(call, failure)
  if (!call.json) call.write(`${text}\n`)
  return 0
}

function told(call: RedirectCall, { status, body }: ApiAnswer, text: string): number {
  if (status >= 200 && status < 300) return done(call, 'Ok', text, '')
  const isProblem = typeof body === 'object' && body !== null && 'error' in body
  return no(call, isProblem ? String(body.error) : `the appliance answered ${status}`)
}

function sentence(outcome: Outcome, mac: Mac, url: string): string {
  switch (outcome) {
    case 'Error:owned_by_other_user':
      return `${mac} is registered by another account: deregister it first, or name that account by --account`
    case 'Error:malformed_url':
      return `${JSON.stringify(url)} is no URL for a phone: expected http, https or tftp, as http://server.example/{mac}`
    case 'Error:not_registered':
      return `${mac} is not registered`
    case 'Error:registry_full':
      return 'the registry is full: deregister phones that are gone'
    case 'Error:malformed_mac':
    case 'Ok':
      return outcome
  }
}

function tableText(all: readonly Redirection[]): string {
  const width = all.reduce((most, { owner }) => Math.max(most, owner.length), 'OWNER'.length)
  const row = (mac: string, owner: string, since: string, url: string) =>
    `${mac.padEnd(12)}  ${owner.padEnd(width)}  ${since.padEnd(19)}  ${url}\n`
  const rows = all.map(entry =>
    row(entry.mac, entry.owner, plain(entry).since.slice(0, 19).replace('T', ' '), entry.url),
  )
  return row('MAC', 'OWNER', 'SINCE (UTC)', 'URL') + rows.join('')
}

function plain({ mac, url, owner, since }: Redirection) {
  return { mac, url, owner, since: new Date(Math.min(since, 8.64e15)).toISOString() }
}

function no({ complain }: RedirectCall, text: string): 1 {
  complain(`${text}\n`)
  return 1
}

function wrong({ complain }: RedirectCall, text: string): 2 {
  complain(`${text}\n`)
  return 2
}
