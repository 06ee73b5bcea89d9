/** Redirection as snom phones know it: a document brings another `setting_server`, which is stored and asked at once. */

import { fetchSettings } from './digest.js'
import { held, type Memory } from './memory.js'
import { Hang } from './step.js'
import type { Visit } from './visit.js'

const mostHops = 3 // from the vendor's server to a reseller's to the site's own; more is a circle not yet closed

/** As after the reboot that a phone does then. `url`: where the settings came from. Rejects with Hang. */
export async function followRedirections(visit: Visit, memory: Memory, url: string): Promise<void> {
  const path = [written(visit, url)]
  for (let hops = 0; ; hops += 1) {
    const from = path.at(-1) ?? ''
    const told = held(memory, 'setting_server').trim()
    const to = written(visit, told)
    if (to === '' || to === from) return
    const trail = [...path, to].join(' → ')
    if (path.includes(to)) throw new Hang(to, `setting_server leads back here, without end: ${trail}`)
    if (hops === mostHops) throw new Hang(to, `is the ${hops + 1}th setting_server in a row: ${trail}`)
    visit.visitor.report({ kind: 'redirect', from, to })
    path.push(to)
    await fetchSettings(visit, memory, told) // as it stands: {mac} in it decides which names are asked
  }
}

/** One spelling for comparison: {mac} filled in, and no slash at the end. */
function written(visit: Visit, url: string): string {
  return visit.expand(url).replace(/\/+$/, '')
}
