/** What a snom phone says of itself, by model and firmware: version, option 60, User-Agent, and how it writes its MAC. No I/O. */

import { formatMac, type Mac } from '../address/mac.js'

export interface Identity {
  readonly phoneType: string // as in DHCP option 60: snom370
  readonly mac: Mac
  readonly firmware: string // version: 8.4.35
  readonly flash?: Flash // of firmware 6; default: what came with that version
}

/** What firmware 6 tells besides its version, for the way to 7 depends on it. */
export interface Flash {
  readonly rootfs: string // `jffs2 v3.36`
  readonly linux: string // `3.38`
}

/** The version most phones of that type run that were not touched for years. */
export function usualFirmware(phoneType: string): string {
  if (/^snom[12]\d\d$/i.test(phoneType)) return '6.5.20'
  if (isThreeHundred(phoneType)) return '8.4.35'
  if (/^snom-?m9$/i.test(phoneType)) return '9.1.43'
  if (isDect(phoneType)) return '05.20.0001'
  return /^snomD/i.test(phoneType) ? '10.1.33.33' : '8.7.5.35'
}

export function isThreeHundred(phoneType: string): boolean {
  return /^snom3\d\d$/i.test(phoneType)
}

/** The bases of cordless phones: snomM300, snomM900, snom-m9. */
export function isDect(phoneType: string): boolean {
  return /^snom-?M\d/i.test(phoneType)
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

/** Phones name themselves in option 60 since 7.3.15; bases of every version, but for the m9. */
export function sendsVendorClass({ phoneType, firmware }: Identity): boolean {
  if (isDect(phoneType)) return !/m9$/i.test(phoneType)
  return !isOlder(firmware, '7.3.15')
}

/** Firmware before 7 reads the plain format alone. Bases count their versions otherwise. */
export function readsXml({ phoneType, firmware }: Identity): boolean {
  return isDect(phoneType) || !isOlder(firmware, '7')
}

/** What stands for {mac} in a URL: firmware 8 of the 3xx writes colons, all others twelve digits. */
export function macText({ phoneType, firmware, mac }: Identity): string {
  const writesColons = isThreeHundred(phoneType) && !isOlder(firmware, '8') && isOlder(firmware, '8.7')
  return writesColons ? formatMac(mac).toUpperCase() : mac
}

/** What firmware 6 stands on: a fresh flash layout came with 6.5.20. */
export function flashOf({ firmware, flash }: Identity): Flash {
  if (flash !== undefined) return flash
  return isOlder(firmware, '6.5.20')
    ? { rootfs: 'ramdisk v3.31', linux: '3.25' }
    : { rootfs: 'jffs2 v3.36', linux: '3.38' }
}

/** The User-Agent for setting files; the field's own spellings through the versions. */
export function userAgent(identity: Identity): string {
  const { phoneType, firmware, mac } = identity
  if (isDect(phoneType)) return dectAgent(identity)
  const name = `${phoneType}-SIP ${firmware}`
  if (isOlder(firmware, '7')) {
    const { rootfs, linux } = flashOf(identity)
    return compatible(`${name}; ${phoneType} ${rootfs}; ${phoneType} linux ${linux}`)
  }
  const words = [name, ...bootLoader(identity)]
  if (!isOlder(firmware, '8.7.5')) words.push(mac) // a word of its own from 8.7.5 on
  if (!isOlder(firmware, '10')) words.push('SXM:0 UXM:0')
  return compatible(words.join(' '))
}

/** Images are asked for without `-SIP` and MAC; firmware 6 leaves them to its boot loader, which names no model either. */
export function firmwareAgent(identity: Identity): string {
  const { phoneType, firmware } = identity
  if (isDect(phoneType)) return dectAgent(identity)
  return isOlder(firmware, '7') ? bootLoaderAgent : compatible(`${phoneType} ${firmware}`)
}

/** An old phone opens a connection for each file; since firmware 10 one serves for all. */
export function keepsConnection({ phoneType, firmware }: Identity): boolean {
  return !isDect(phoneType) && !isOlder(firmware, '10')
}

/** `lid`: Linux image download. */
const bootLoaderAgent = compatible('snom lid 3605')

function bootLoader({ phoneType, firmware }: Identity): readonly string[] {
  if (isOlder(firmware, '7.3.30')) return []
  if (!isOlder(firmware, '10')) return ['2010.12-00004-g9ba52f5']
  if (/^snom8\d\d$/i.test(phoneType)) return ['SPEAr300 SNOM 1.4']
  if (!isThreeHundred(phoneType)) return ['1.1.5-IFX-05.01.12']
  return [isOlder(firmware, '8') || !isOlder(firmware, '8.4.35') ? '1.1.3-u' : '1.1.3-s']
}

function dectAgent({ phoneType, firmware, mac }: Identity): string {
  const base = phoneType.replace(/^snom-?/i, '')
  if (/^m9$/i.test(base)) return compatible(`snom m9 ${firmware}`)
  return compatible(`Snom ${base} ${firmware} ${mac.toLowerCase()}`)
}

function compatible(words: string): string {
  return `Mozilla/4.0 (compatible; ${words})`
}
