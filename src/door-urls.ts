/** The URLs of our own doors, as phones and operators see them. */

import { formatIpv4, type Ipv4 } from './address/ipv4.js'
import type { Site } from './config/site.js'

export type SettingsDoor = 'http' | 'https' | 'tftp'

const usualPort = { http: 80, https: 443, tftp: 69 } as const

/** `http://192.168.66.1`, with the port where it is not the usual one. */
export function doorUrl(scheme: SettingsDoor, address: Ipv4, port: number): string {
  return `${scheme}://${formatIpv4(address)}${port === usualPort[scheme] ? '' : `:${port}`}`
}

/** The door that phones are sent to: the one that options 66 and 67 point at, else the first that is open. */
export function settingsDoor(site: Site): SettingsDoor | undefined {
  const wanted = site.dhcp?.settingsUrl ?? 'http'
  return [wanted, 'http', 'https', 'tftp'].filter(isDoor).find(door => site[door] !== undefined)
}

/** Base URL of that door. */
export function settingsBase(site: Site, address: Ipv4): string | undefined {
  const door = settingsDoor(site)
  const port = door && site[door]?.port
  return door === undefined || port === undefined ? undefined : doorUrl(door, address, port)
}

/** Where images are fetched from whatever the door of the settings: never by https. */
export function plainBase({ http, tftp }: Site, address: Ipv4): string | undefined {
  if (http !== undefined) return doorUrl('http', address, http.port)
  return tftp === undefined ? undefined : doorUrl('tftp', address, tftp.port)
}

function isDoor(name: string): name is SettingsDoor {
  return name in usualPort
}
