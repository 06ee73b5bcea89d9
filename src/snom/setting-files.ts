/** The container: names the setting files a phone fetches next, in that order. No I/O. */

import { element, writeXml } from './xml.js'

/** `urls`: absolute. */
export function writeSettingFiles(urls: readonly string[]): string {
  return writeXml(element('setting-files', {}, ...urls.map(url => element('file', { url }))))
}
