/** What a few hexadecimal digits mean, as on snom's own redirection console: `2e4 --> 0004132202E4`. No I/O. */

import { type Mac, parseMac } from '../address/mac.js'

/** The OUI of snom, and the block of models that the console's example falls into. */
export const usualMac = '000413220000'

/** Named when asking back; more would not help anybody to choose. */
const mostNamed = 8

export type Meant =
  | { readonly kind: 'one'; readonly mac: Mac }
  | { readonly kind: 'several'; readonly macs: readonly Mac[]; readonly more: number } // the first of them, and how many besides
  | { readonly kind: 'nothing' } // neither a MAC address nor 3 to 6 hexadecimal digits

/**
 * A whole MAC address in any spelling means itself. 3 to 6 hexadecimal digits are the end of one: of a registered phone
 * that ends so, where there is one; else they take the place of the last digits of 000413220000. So `2e4` is
 * 0004132202E4, and `101214` is 000413101214. A phone that is to be registered may be either, and where two addresses
 * are possible, nobody guesses.
 *
 * `registered`: those that the asker may know of.
 */
export function expandMac(text: string, registered: () => Iterable<Mac>, isForNew: boolean): Meant {
  const whole = parseMac(text)
  if (whole !== undefined) return { kind: 'one', mac: whole }
  const usual = /^[0-9a-f]{3,6}$/i.test(text) ? parseMac(usualMac.slice(0, -text.length) + text) : undefined
  if (usual === undefined) return { kind: 'nothing' }
  const end = text.toUpperCase()
  const possible = new Set<Mac>()
  for (const mac of registered()) if (mac.endsWith(end)) possible.add(mac)
  if (isForNew || possible.size === 0) possible.add(usual)
  const macs = [...possible].sort()
  const [only] = macs
  if (only !== undefined && macs.length === 1) return { kind: 'one', mac: only }
  return { kind: 'several', macs: macs.slice(0, mostNamed), more: Math.max(0, macs.length - mostNamed) }
}
