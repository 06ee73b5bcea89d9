/** The document that sends a phone to another settings server: setting_server and nothing else. No I/O. */

import type { Dialect } from './dialect.js'
import { writeLines } from './plain.js'
import { element, writeXml } from './xml.js'

/**
 * As changeable as the phone's own value was: empty in XML and `$` in a line mean the same, so that a user, or the next
 * server, can still change it. What firmware 7 reads, firmware 8 reads too.
 */
export function writeRedirect(url: string, dialect: Dialect): string {
  if (dialect === 'plain') return writeLines([{ name: 'setting_server', flag: '$', value: url }], [])
  const settings = element('phone-settings', {}, element('setting_server', { perm: '' }, url))
  return writeXml(element('settings', {}, settings))
}
