/** What a phone that has proved who it is may ask for. No I/O. */

import type { Mac } from '../address/mac.js'
import { macsIn } from '../snom/mac-in-text.js'

/** Images and languages are everybody's, and their versions may look like anything. */
const common = /^\/*(?:firmware|lang)\//i

/** Whether a name is that of another phone's file, also of one written by hand. `named`: the phone that it is read to name. */
export function isOthers(name: string, named: Mac | undefined, certified: Mac): boolean {
  if (named !== undefined && named !== certified) return true
  return !common.test(name) && macsIn(name).some(mac => mac !== certified)
}
