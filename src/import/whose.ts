/** Whose settings a file holds, as far as its name or what it says tells. No I/O. */

import { type Mac, parseMac } from '../address/mac.js'
import type { Document } from '../snom/document.js'
import { parseName } from '../snom/names.js'
import { parsePhoneType } from '../snom/phone-type.js'

export interface Whose {
  readonly mac?: Mac
  readonly type?: string // snom370
}

const snomMac = /(?<![0-9a-f])(?:00([:-]?)04\1?13|00([:-]?)08\2?7b)(?:[:-]?[0-9a-f]{2}){3}(?![0-9a-f])/i
const phoneType = /snom(?:MP|PA1|[A-Z]?\d{1,3})(?![a-z0-9])/i

/**
 * By the names that phones ask for, `snom370-000413261234.htm` or `snom370/000413261234.xml`; else a MAC of snom's
 * anywhere in the last part of the path, or any MAC that is all of it.
 */
export function whoseName(path: string): Whose {
  const [base = '', folder = ''] = path.split(/[/\\]/).reverse()
  const asked = parseName(`${folder}/${base}`) ?? parseName(base)
  const stem = base.replace(/\.[^.]*$/, '')
  const mac = asked?.mac ?? parseMac(stem) ?? parseMac(snomMac.exec(base)?.[0] ?? '')
  const type = (asked !== undefined && 'type' in asked ? asked.type : undefined) ?? typeIn(base)
  return { ...(mac !== undefined && { mac }), ...(type !== undefined && { type }) }
}

/** By the settings `mac` and `phone_type`, which a phone's own settings page shows. */
export function whoseContent(document: Document): Whose {
  const mac = parseMac(settingOf(document, 'mac') ?? '')
  const type = parsePhoneType(settingOf(document, 'phone_type') ?? '')
  return { ...(mac !== undefined && { mac }), ...(type !== undefined && { type }) }
}

function typeIn(base: string): string | undefined {
  return parsePhoneType(phoneType.exec(base)?.[0] ?? '')
}

function settingOf(document: Document, name: string): string | undefined {
  const sections = document.kind === 'settings' ? document.sections : [document]
  for (const section of sections) {
    const found = section.kind === 'phone-settings' && section.settings.find(setting => setting.name === name)
    if (found) return found.value.trim()
  }
  return undefined
}
