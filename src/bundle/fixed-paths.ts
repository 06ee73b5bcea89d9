/** The paths hard-coded in the firmware of an OEM, as the configuration lists them. No I/O. */

import { type Mac, parseMac } from '../address/mac.js'
import type { FactoryName } from '../snom/factory-name.js'
import { macForm, macOfQuery } from '../snom/mac-in-text.js'

/** The name is undecided where no path matches. */
export type MatchPath = (name: string) => FactoryName | undefined

/**
 * `paths`: `/oem/{mac}.xml`, `/acme/boot.php`, `/acme/boot.php?id={mac}`. Matched without regard to case, {mac} in any
 * spelling of a MAC address. A path without a query of its own matches with any. The list may be another one later.
 */
export function createFixedPaths(paths: () => readonly string[]): MatchPath {
  let list: readonly string[] = []
  let forms: readonly Form[] = []
  return name => {
    const now = paths()
    if (now !== list) forms = now.map(formOf)
    list = now
    return forms.length === 0 ? undefined : match(name, forms)
  }
}

interface Form {
  readonly pattern: RegExp
  readonly hasMac: boolean
}

/** Longer names are none of ours. */
const longestName = 1024 // characters

function formOf(path: string): Form {
  const [before = '', query] = path.replace(/^\/+/, '').split('?', 2)
  const whole = query === undefined ? before : `${before}?${query}`
  const parts = whole.split(/\{mac\}/i).map(part => part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  const rest = query === undefined ? '(?:\\?.*)?' : '(?:&.*)?'
  return { pattern: new RegExp(`^/*${parts.join(`(${macForm})`)}${rest}$`, 'is'), hasMac: parts.length > 1 }
}

function match(name: string, forms: readonly Form[]): FactoryName | undefined {
  if (name.length > longestName) return undefined
  for (const { pattern, hasMac } of forms) {
    const found = pattern.exec(name)
    if (found === null) continue
    const mac = macOf(found.slice(1), name)
    if (hasMac && mac === undefined) continue // the place for it holds something else
    return { ...(mac !== undefined && { mac }), hasMac: hasMac || /[?&]mac=/i.test(name) }
  }
  return undefined
}

/** A path may have the address twice: then both are the same, or it is no such path. */
function macOf(spelled: readonly string[], name: string): Mac | undefined {
  if (spelled.length === 0) return macOfQuery(name.split('?', 2)[1] ?? '')
  const [first, ...others] = spelled.map(parseMac)
  return others.every(other => other === first) ? first : undefined
}
