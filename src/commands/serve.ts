/** `option66 serve`: runs the appliance until it is told to stop. */

import { openAppliance } from '../appliance.js'
import { formatFinding } from '../config/finding.js'
import { readSite } from '../config/site.js'
import { openLog } from '../log.js'
import { runTrial } from './trial.js'

export interface ServeCall {
  readonly file: string
  readonly isTrial: boolean
  readonly isTerminal: boolean
  readonly passed: ReadonlyMap<string, number> // sockets from systemd, by door
  readonly write: (text: string) => void
  readonly complain: (text: string) => void // to standard error
  /** Resolves when the process is to end; `reload` is called whenever the configuration is to be read again. */
  readonly untilStopped: (reload: () => void) => Promise<void>
}

/** Exit code 0 after a clean stop; 1 when a socket or the state folder is not to be had, or a trial phone did not boot; 2 when the configuration is wrong. */
export async function serve(call: ServeCall): Promise<number> {
  const { site, findings } = await readSite(call.file)
  for (const finding of findings) call.complain(`${formatFinding(finding)}\n`)
  if (site === undefined) return 2
  const format = site.log.format ?? (call.isTerminal ? 'pretty' : 'json')
  const log = openLog({ level: call.isTrial ? 'warn' : site.log.level, format }, Date.now)
  const appliance = await openAppliance(site, { log, now: Date.now, passed: call.passed }).catch((error: unknown) => {
    call.complain(`${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  })
  if (appliance === undefined) return 1

  const reload = async (): Promise<void> => {
    const next = await readSite(call.file)
    for (const { file, line, column, rule, message } of next.findings) log.warn({ file, line, column, rule }, message)
    if (next.site === undefined)
      return log.error({ file: call.file }, 'the configuration is wrong: the old one goes on')
    appliance.use(next.site)
    log.info({ file: call.file, phones: next.site.inventory.phones.size }, 'the configuration is read again')
  }
  const stopped = call.untilStopped(() => void reload())
  const code = call.isTrial ? await runTrial(site, call.write, stopped) : 0
  await stopped
  await appliance.close()
  log.info({}, 'closed')
  log.close()
  return code
}
