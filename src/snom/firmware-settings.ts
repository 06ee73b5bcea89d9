/** The file at a phone's firmware_status: names the image to install. Never part of a container. No I/O. */

import { element, writeXml } from './xml.js'

/** `imageUrl`: absolute, by http or tftp: firmware 7 fetches no image by https. The empty perm is no flag. */
export function writeFirmwareSettings(imageUrl: string): string {
  return writeXml(element('firmware-settings', {}, element('firmware', { perm: '' }, imageUrl)))
}
