/** `option66 serve --trial`: boots the inventory's try-out phones through the appliance, each on another way. */

import { formatIpv4 } from '../address/ipv4.js'
import type { Site } from '../config/site.js'
import { doorUrl } from '../door-urls.js'
import type { Phone } from '../fleet/phone.js'
import { type PhoneOptions, runPhone } from './phone.js'

/** Exit code 1 when one of them did not boot. */
export async function runTrial(site: Site, write: (text: string) => void, stopped: Promise<void>): Promise<number> {
  let code = 0
  let isStopped = false
  void stopped.then(() => {
    isStopped = true
  })
  for (const options of trialPhones(site)) {
    if (isStopped) return code
    write(`\n--- ${options.model} ${options.mac} by ${options.via}\n`)
    if ((await runPhone(options, write)) !== 0) code = 1
  }
  write(
    `\n--- ${code === 0 ? 'all phones are up' : 'not every phone came up'}; still serving ${describeDoors(site)}. Ctrl+C ends.\n`,
  )
  return code
}

/** A phone with a reservation fetches from it, without asking DHCP: a snom320 by TFTP, others by HTTP. The rest ask for a lease. */
function trialPhones(site: Site): PhoneOptions[] {
  return [...site.inventory.phones.values()].slice(0, 3).flatMap(phone => {
    const via = wayOf(site, phone)
    if (via === undefined || phone.model === undefined || site.address === undefined) return []
    const own = phone.address === undefined ? {} : { address: formatIpv4(phone.address) }
    const dhcp = via === 'dhcp' ? { server: formatIpv4(site.address), port: site.dhcp?.port ?? 67 } : {}
    return [{ model: phone.model, mac: phone.mac, via, print: true, ...own, ...dhcp }]
  })
}

function wayOf({ address, http, tftp }: Site, phone: Phone): string | undefined {
  if (address === undefined) return undefined
  if (phone.address === undefined) return 'dhcp'
  if (phone.model === 'snom320') return tftp && doorUrl('tftp', address, tftp.port)
  return http && doorUrl('http', address, http.port)
}

function describeDoors({ address = 0, http, https, tftp, dhcp, pnp, status }: Site): string {
  const doors = [
    dhcp && `DHCP on port ${dhcp.port}`,
    http && doorUrl('http', address, http.port),
    https && doorUrl('https', address, https.port),
    tftp && doorUrl('tftp', address, tftp.port),
    pnp && `Plug & Play on port ${pnp.port}`,
    status && `and the status page at ${doorUrl('http', status.address, status.port)}`,
  ]
  return doors.filter(door => door !== undefined).join(', ')
}
