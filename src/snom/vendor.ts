/** How snom phones show themselves to a DHCP server. No I/O. */

import type { Mac } from '../address/mac.js'
import { phoneTypeOfClass, phoneTypeOfMac } from './phone-type.js'

/** snom's blocks of MAC addresses. Phones before 7.3.15 send no option 60: only these tell. */
const prefixes = ['000413', '00087B']

function recognises(mac: Mac | undefined, vendorClass: string | undefined): boolean {
  return /^snom/i.test(vendorClass ?? '') || prefixes.some(prefix => mac?.startsWith(prefix))
}

function phoneType(mac: Mac | undefined, vendorClass: string | undefined): string | undefined {
  const told = vendorClass === undefined ? undefined : phoneTypeOfClass(vendorClass)
  return told ?? (mac === undefined ? undefined : phoneTypeOfMac(mac))
}

function bootfile(type: string): string {
  return `${type}.htm`
}

export const snom = { recognises, phoneType, bootfile } as const
