/** From the configuration of a site to what phones are told by Plug & Play. */

import type { Ipv4 } from './address/ipv4.js'
import type { Mac } from './address/mac.js'
import type { PnpSite, Site } from './config/site.js'
import { settingsBase, settingsDoor } from './door-urls.js'
import { wholeLayer } from './fleet/layers.js'
import type { Inventory } from './fleet/phone.js'
import type { PnpRules } from './sip/rules.js'
import { parsePhoneType } from './snom/phone-type.js'
import { snom } from './snom/vendor.js'

/** Who knows phones better than the configuration does. */
export interface PnpNeighbours {
  /** By lease, else by reservation. */
  holderOf(address: Ipv4): Mac | undefined
  /** By the registry. */
  redirectionOf(mac: Mac): { readonly url: string } | undefined
}

/** `address`: our own. Undefined when no door has anything to send a phone to. */
export function pnpRules(site: Site, pnp: PnpSite, address: Ipv4, others: PnpNeighbours): PnpRules | undefined {
  const { inventory } = site
  const base = settingsBase(site, address)
  const own = base === undefined ? undefined : `${base}/${settingsDoor(site) === 'tftp' ? '' : 'settings?mac={mac}'}`
  const settingsUrl = pnp.url ?? own
  if (settingsUrl === undefined) return undefined
  return {
    settingsUrl,
    generalBase: pnp.url === undefined ? base : undefined,
    unknown: pnp.unknown,
    vendors: pnp.vendors,
    isListed: mac => inventory.phones.has(mac),
    redirectionOf: mac => {
      const registered = others.redirectionOf(mac)
      if (registered !== undefined) return { url: registered.url, by: 'registry' }
      const url = settingServer(inventory, mac)
      return url === undefined ? undefined : { url, by: 'inventory' }
    },
    recognises: (mac, model) => snom.recognises(mac, model),
    phoneType: (mac, model) => (model === undefined ? undefined : parsePhoneType(model)) ?? snom.phoneType(mac, model),
    holderOf: others.holderOf,
  }
}

/** Manual redirection: the setting_server that the inventory tells this phone. */
export function settingServer(inventory: Inventory, mac: Mac): string | undefined {
  const phone = inventory.phones.get(mac)
  if (phone === undefined) return undefined
  const { settings } = wholeLayer(inventory, phone)
  const url = settings.find(({ name }) => name === 'setting_server')?.value
  return url === '' ? undefined : url
}
