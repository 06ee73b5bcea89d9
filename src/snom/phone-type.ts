/** The phone type, as in DHCP option 60 and in file names: snom370, snomD785, snomM700. No I/O. */

import type { Mac } from '../address/mac.js'

/** Types with a spelling of their own; every other well-formed type keeps what follows `snom` as it came. */
const known = [
  ...['snom100', 'snom105', 'snom190', 'snom200', 'snom220', 'snom300', 'snom320', 'snom360', 'snom370'],
  ...['snom710', 'snom715', 'snom720', 'snom725', 'snom760', 'snom820', 'snom821', 'snom870', 'snomMP', 'snomPA1'],
  ...['snomD120', 'snomD140', 'snomD150', 'snomD305', 'snomD315', 'snomD335', 'snomD345', 'snomD375', 'snomD385'],
  ...['snomD710', 'snomD712', 'snomD713', 'snomD715', 'snomD717', 'snomD725', 'snomD735', 'snomD745', 'snomD765'],
  ...['snomD785', 'snomD810', 'snomD812', 'snomD815', 'snomD862', 'snomD865', 'snomD892', 'snomC520'],
  ...['snomM3', 'snomM9', 'snomM300', 'snomM400', 'snomM700', 'snomM900'],
]

const spelling: ReadonlyMap<string, string> = new Map(known.map(type => [type.toLowerCase(), type]))

const wellFormed = /^snom[a-z0-9]{2,12}$/i

/** DECT bases send more than their model: `snomM700/03.23…`, `snom-m3-SIP/02.11//18-Aug-10 15:36`. */
const dect = /^snom[- ]?m(3(?!\d)|9(?!\d)|[3479]00)/i

/**
 * Which models bear which MAC addresses: the fourth byte below 00:04:13. From the table of the Gemeinschaft 5
 * telephone system (amooma/GS5, config_snom_controller.rb). Left out: 90, which it gives to the 360 though newer
 * phones have been seen close by, and 43, which is an expansion module. Blocks not listed say nothing.
 */
const blocks: readonly (readonly [type: string, blocks: string])[] = [
  ['snom300', '25 28 2D 2F 34 37 3B 50'],
  ['snom320', '24 27 2C 31 35 38 51'],
  ['snom360', '23 29 2B 39'],
  ['snom370', '26 2E 3A 52'],
  ['snom820', '40'],
  ['snom821', '45 48'],
  ['snom870', '41'],
  ['snomMP', '32'],
]

const typeOfBlock: ReadonlyMap<string, string> = new Map(
  blocks.flatMap(([type, bytes]) => bytes.split(' ').map(byte => [`000413${byte}`, type])),
)

/** The type a text names, in its usual spelling; undefined when the text is none: blank, too long, a path. */
export function parsePhoneType(text: string): string | undefined {
  if (!wellFormed.test(text)) return undefined
  return spelling.get(text.toLowerCase()) ?? `snom${text.slice('snom'.length)}`
}

/** Whether the type is one of those listed here, in any case. There are, or will be, others. */
export function isKnownType(type: string): boolean {
  return spelling.has(type.toLowerCase())
}

/** The type in DHCP option 60. A trailing NUL, and whatever follows a blank, is no part of it. */
export function phoneTypeOfClass(vendorClass: string): string | undefined {
  const base = dect.exec(vendorClass)?.[1]
  if (base !== undefined) return `snomM${base}`
  const end = vendorClass.search(/[\0\s]/)
  return parsePhoneType(end < 0 ? vendorClass : vendorClass.slice(0, end))
}

/** The type a MAC address tells, where its block is known. */
export function phoneTypeOfMac(mac: Mac): string | undefined {
  return typeOfBlock.get(mac.slice(0, 8))
}
