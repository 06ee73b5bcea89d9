/** `option66 serve`: runs the appliance until it is told to stop. */

import { type Accepted, type Appliance, openAppliance } from '../appliance.js'
import { formatFinding } from '../config/finding.js'
import { readSite, type SiteReading } from '../config/site.js'
import { readSiteAside } from '../config/site-aside.js'
import { watchFiles } from '../file-watch.js'
import { type ClosableLog, openLog } from '../log.js'
import { runTrial } from './trial.js'

export interface ServeCall {
  readonly file: string
  readonly isTrial: boolean
  readonly isTerminal: boolean
  readonly version: string // of option66
  readonly passed: ReadonlyMap<string, number> // sockets from systemd, by door
  readonly residentMemory: () => number // bytes
  readonly write: (text: string) => void
  readonly complain: (text: string) => void // to standard error
  /** Resolves when the process is to end; `reload` is called whenever the configuration is to be read again. */
  readonly untilStopped: (reload: () => void) => Promise<void>
}

/** Exit code 0 after a clean stop; 1 when a socket or the state folder is not to be had, or a trial phone did not boot; 2 when the configuration is wrong. */
export async function serve(call: ServeCall): Promise<number> {
  const reading = await readSite(call.file)
  for (const finding of reading.findings) call.complain(`${formatFinding(finding)}\n`)
  if (!isAccepted(reading)) return 2
  const { site } = reading
  const format = site.log.format ?? (call.isTerminal ? 'pretty' : 'json')
  const log = openLog({ level: call.isTrial ? 'warn' : site.log.level, format }, Date.now)
  const { passed, version, residentMemory } = call
  const surroundings = { log, now: Date.now, passed, version, residentMemory }
  const appliance = await openAppliance(reading, surroundings).catch((error: unknown) => {
    call.complain(`${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  })
  if (appliance === undefined) return 1

  const reload = reloader(call.file, appliance, log)
  const watch = watchFiles(() => appliance.files, reload)
  const stopped = call.untilStopped(reload)
  const code = call.isTrial ? await runTrial(site, call.write, stopped) : 0
  await stopped
  await watch.close()
  await appliance.close()
  log.info({}, 'closed')
  log.close()
  return code
}

function isAccepted(reading: SiteReading): reading is Accepted {
  return reading.site !== undefined
}

/** Reads the configuration again; asked while it does, once more afterwards. */
function reloader(file: string, appliance: Appliance, log: ClosableLog): () => void {
  let isReading = false
  let isAsked = false
  const read = async (): Promise<void> => {
    const reading = await readSiteAside(file)
    for (const { file, line, column, rule, message } of reading.findings)
      log.warn({ file, line, column, rule }, message)
    appliance.take(reading)
    if (reading.site === undefined) log.error({ file }, 'the configuration is wrong: the old one goes on')
    else log.info({ file, phones: reading.site.inventory.phones.size }, 'the configuration is read again')
  }
  const readAll = async (): Promise<void> => {
    isReading = true
    while (isAsked) {
      isAsked = false
      await read()
    }
    isReading = false
  }
  return () => {
    isAsked = true
    if (!isReading) void readAll()
  }
}
