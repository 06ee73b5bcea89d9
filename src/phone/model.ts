/** What a snom phone says of itself: model, firmware version, User-Agent. No I/O. */

import type { Mac } from '../address/mac.js'

export interface Identity {
  readonly phoneType: string // as in DHCP option 60: snom370
  readonly mac: Mac
  readonly firmware: string // version: 8.4.35
}

/** The last version for the 3xx line, and the one most of the later desk phones run. */
export function usualFirmware(phoneType: string): string {
  return isThreeHundred(phoneType) ? '8.4.35' : '8.7.5.35'
}

export function isThreeHundred(phoneType: string): boolean {
  return /^snom3\d\d$/i.test(phoneType)
}

/** Whether `version` comes before `other`, part by part: 7.3.9 before 7.3.15. */
export function isOlder(version: string, other: string): boolean {
  const [left, right] = [version, other].map(text => text.split('.').map(Number))
  for (let part = 0; part < Math.max(left?.length ?? 0, right?.length ?? 0); part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Phones name themselves in option 60 since 7.3.15. */
export function sendsVendorClass(identity: Identity): boolean {
  return !isOlder(identity.firmware, '7.3.15')
}

/** The User-Agent for setting files; the field's own spellings through the versions. */
export function userAgent(identity: Identity): string {
  const { phoneType, firmware, mac } = identity
  const name = `${phoneType}-SIP ${firmware}`
  if (isOlder(firmware, '7')) return compatible(`${name}; ${phoneType} jffs2 v3.36; ${phoneType} linux 3.38`)
  if (isOlder(firmware, '8')) return compatible(name)
  if (isOlder(firmware, '8.7')) return compatible(`${name} 1.1.3-s`)
  const boot = isOlder(firmware, '10') ? '1.1.5-IFX-05.01.12' : '2010.12-00004-g9ba52f5'
  // The MAC appears as a word of its own from 8.7.5.
  return compatible(isOlder(firmware, '8.7.5') ? `${name} ${boot}` : `${name} ${boot} ${mac}`)
}

/** Firmware images are asked for without `-SIP` and without MAC. */
export function firmwareAgent(identity: Identity): string {
  return compatible(`${identity.phoneType} ${identity.firmware}`)
}

function compatible(words: string): string {
  return `Mozilla/4.0 (compatible; ${words})`
}
