/** A site with something to see on every view: phones that boot, are stuck, redirected, unlisted, and one that means harm. */

import { type Appliance, ask, boot, bootHostile, edit, eventually } from './appliance.js'

export const phones = {
  booted: '000413260001', // a snom370, by DHCP, with a change to its documents since
  front: '000413230001', // a snom360, by its settings URL
  absent: '000413240001', // a snom320 that never came
  stranger: '000413990001',
  redirected: '000413250009',
  hostile: '000413666666',
}

/** Resolves when the page has all of it. */
export async function populate(appliance: Appliance): Promise<void> {
  const { base, origin, phones: inventory } = appliance
  edit(inventory, text => text.replace('try-out-430', '1234')) // for the checker to find
  const headers = { 'content-type': 'application/json', 'x-option66': '1' }
  const body = JSON.stringify({ url: 'http://127.66.0.250:1/{mac}.xml' })
  await fetch(`${origin}/api/v1/redirections/${phones.redirected}`, { method: 'PUT', headers, body })
  await boot(appliance, { mac: phones.booted, type: 'snom370' })
  await boot(appliance, { mac: phones.booted, type: 'snom370', firmware: '8.7.5.35' })
  await boot(appliance, { mac: phones.stranger, type: 'snom320' })
  const address = '127.66.0.60'
  await boot(appliance, { mac: phones.front, type: 'snom370', url: `${base}/settings?mac={mac}`, address })
  const away = { mac: phones.redirected, type: 'snom300', url: `${base}/snom3x0/snom3x0.php?mac={mac}` }
  await boot(appliance, { ...away, address: '127.66.9.1' }).catch(() => undefined) // nobody is where it is sent
  await bootHostile(appliance, phones.hostile)
  edit(inventory, text => text.replace('timezone$: GER+1', 'timezone$: GBR-0'))
  await eventually(async () => {
    const documents = await ask<readonly { fetched?: string }[]>(origin, `phones/${phones.booted}/documents`)
    return documents.some(({ fetched }) => fetched !== undefined)
  })
}
