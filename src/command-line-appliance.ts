/** The commands that read and change what the appliance keeps: leases, registry, a phone's settings, passwords. */

import { type Building, readSiteOrStop } from './command-building.js'
import { callApi } from './commands/api-client.js'
import { leasesExport, leasesList, leasesRelease } from './commands/leases.js'
import { runPassword } from './commands/password.js'
import {
  type RedirectCall,
  redirectDeregister,
  redirectList,
  redirectRegister,
  redirectShow,
} from './commands/redirect.js'
import { resync } from './commands/resync.js'

interface Json {
  readonly json: boolean
}

export function addLeases({ program, terminal: { write, complain }, file, done }: Building): void {
  const leases = program.command('leases').description('reads and edits the lease database')
  const reader = async () => {
    const site = await readSiteOrStop(file())
    return { folder: site.state, now: Date.now(), write, report: (text: string) => complain(`${text}\n`) }
  }
  leases
    .command('list', { isDefault: true })
    .description('every lease that is known, by address')
    .option('--json', 'as a JSON array', false)
    .action(async ({ json }: Json) => done(await leasesList({ ...(await reader()), json })))
  leases
    .command('release <address>')
    .description('takes a lease back; its phone is told nothing, and asks again when it renews')
    .option('--json', 'as a JSON object', false)
    .action(async (address: string, { json }: Json) => {
      done(await leasesRelease({ ...(await reader()), address, json, complain }))
    })
  const exported = leases.command('export').description('the leases in the file format of another server')
  for (const format of ['kea', 'dnsmasq'] as const) {
    exported.command(format).action(async () => done(await leasesExport({ ...(await reader()), format })))
  }
}

export function addRedirect({ program, terminal: { write, complain }, file, done }: Building): void {
  const redirect = program.command('redirect').description('the redirection registry, as on its console')
  const call = async ({ account, json }: RedirectOptions): Promise<RedirectCall> => {
    const { state, redirection } = await readSiteOrStop(file())
    const own = account === undefined ? {} : { account }
    return { state, accounts: redirection?.accounts ?? [], now: Date.now, json, write, complain, callApi, ...own }
  }
  const command = (usage: string, description: string) =>
    redirect
      .command(usage)
      .description(description)
      .option('--account <name>', 'that account, as if it asked itself; default: the operator, who sees all')
      .option('--json', 'as JSON', false)
  command('list', 'every phone that is registered').action(async (options: RedirectOptions) => {
    done(await redirectList(await call(options)))
  })
  command('show <mac>', 'where that phone goes').action(async (digits: string, options: RedirectOptions) => {
    done(await redirectShow({ ...(await call(options)), digits }))
  })
  command('register <mac> [url]', 'sends a phone to another settings server; default: that of the account').action(
    async (digits: string, url: string | undefined, options: RedirectOptions) => {
      done(await redirectRegister({ ...(await call(options)), digits, ...(url !== undefined && { url }) }))
    },
  )
  command('deregister <mac>', 'takes a phone out').action(async (digits: string, options: RedirectOptions) => {
    done(await redirectDeregister({ ...(await call(options)), digits }))
  })
}

interface RedirectOptions extends Json {
  readonly account?: string
}

export function addResync({ program, terminal: { write, complain }, file, done }: Building): void {
  program
    .command('resync <mac>')
    .description(
      'tells a phone to read its settings again, by SIP NOTIFY check-sync; exit code 1 when it does not answer',
    )
    .option('--reboot', 'and to restart', false)
    .option('--json', 'as a JSON object', false)
    .action(async (mac: string, options: Json & { readonly reboot: boolean }) => {
      const { state } = await readSiteOrStop(file())
      done(await resync({ ...options, state, mac, write, complain, callApi }))
    })
}

export function addPassword({ program, terminal: { input, write, complain }, done }: Building): void {
  program
    .command('password')
    .description('asks for a password, and prints the hash that the configuration wants')
    .action(async () => done(await runPassword({ input, write, complain })))
}
