/** The names hard-coded in firmware, under which a phone asks for its settings server when nobody has told it one. No I/O. */

import type { Mac } from '../address/mac.js'
import { macOfQuery } from './mac-in-text.js'
import { parsePhoneType } from './phone-type.js'

export interface FactoryName {
  readonly type?: string // phone type, where the name tells
  readonly mac?: Mac
  readonly hasMac: boolean // whether it has a place for one, be it left unfilled
}

/** `/snom3x0/snom3x0.php?mac=…` of firmware 7; `/snom190/snom190.htm` is the first name that older models ask for. */
const form = /^(?:(snom[a-z0-9]+)\/\1\.php|(snom[12]\d\d)\/\2\.html?)$/i

/** Longer names are nobody's. */
const limit = 128

/** `3x0` stands for all models of a family. */
const family = /^snom\dx\d$/i

/** Any case, with or without slashes before it. */
export function parseFactoryName(name: string): FactoryName | undefined {
  if (name.length > limit) return undefined
  const [path = '', query = ''] = name.replace(/^\/+/, '').split('?', 2)
  const [, modern, old] = form.exec(path) ?? []
  const model = modern ?? old
  if (model === undefined) return undefined
  const type = family.test(model) ? undefined : parsePhoneType(model)
  const mac = macOfQuery(query)
  return {
    ...(type !== undefined && { type }),
    ...(mac !== undefined && { mac }),
    hasMac: /(?:^|&)mac=/i.test(query),
  }
}
