/** The URL of the image a phone shall install next: only of one that is there, fits, and can be fetched by that way. */

import type { Mac } from '../address/mac.js'
import type { Inventory } from '../fleet/phone.js'
import { fitsType, imageNames, parseImageName } from '../snom/firmware-image.js'
import { nextStep, takesImagesByTftp } from '../snom/firmware-path.js'
import { isVersion } from '../snom/firmware-version.js'
import type { Asked } from '../snom/names.js'
import type { UserAgent } from '../snom/user-agent.js'
import type { Asker } from './bundle.js'
import { chooseImage, expectedImage } from './images.js'
import type { Shelf } from './shelf.js'

export interface ImageFinder {
  /** Undefined: the document leads to no image. */
  urlOf(
    inventory: Inventory,
    asked: Asked,
    type: string | undefined,
    asker: Asker,
    agent: UserAgent,
  ): string | undefined
  /** The firmware a phone runs: as it says, else (by TFTP it cannot say) the one that the inventory puts on it. */
  versionOn(inventory: Inventory, type: string | undefined, mac: Mac | undefined, agent: UserAgent): string | undefined
}

export interface ImageFinderOptions {
  readonly www: Shelf
  readonly plainUrl?: () => string | undefined // of our http or tftp door, for who asks by https
  readonly warn?: (text: string) => void
}

export function createImageFinder({ www, plainUrl, warn }: ImageFinderOptions): ImageFinder {
  const warnOnce = createWarnings(warn)
  const isThere = (file: string) => www.has(`firmware/${file}`)

  /** The inventory may name a version instead of a file, so that it can stand above several models. */
  function fileOf(type: string, wanted: string): string {
    if (!isVersion(wanted)) return wanted
    const names = imageNames(type, wanted)
    return names.find(isThere) ?? names[0] ?? wanted
  }

  /** The file to name, or why none is: a phone sent to an image that is not there waits for a key to be pressed. */
  function step(type: string, wanted: string, agent: UserAgent): { file: string } | { refused: string } {
    const file = fileOf(type, wanted)
    const image = parseImageName(file)
    if (image !== undefined && !fitsType(image, type)) {
      return { refused: `firmware ${file} is for ${image.type}: no ${type} is sent to it` }
    }
    if (!isThere(file)) {
      return { refused: `firmware ${file} is in the inventory, but not in www/firmware: no phone is sent to it` }
    }
    const next = nextStep(type, agent, file, image, isThere)
    return next.kind === 'refused' ? { refused: next.reason } : { file: next.file }
  }

  function urlOf(inventory: Inventory, asked: Asked, type: string | undefined, asker: Asker, agent: UserAgent) {
    const wanted = chooseImage(inventory, asked, type)?.file
    const base = (asker.door === 'https' ? plainUrl?.() : asker.baseUrl)?.replace(/\/+$/, '')
    if (wanted === undefined || base === undefined || type === undefined) return undefined
    const byTftp = base.startsWith('tftp:')
    if (byTftp && !takesImagesByTftp(type, versionOn(inventory, type, asked.mac, agent))) {
      const remedy = 'send them by http (dhcp: settings-url: http)'
      warnOnce(inventory, `${type} fetches no firmware by TFTP before 7.2; ${remedy}`)
      return undefined
    }
    const found = step(type, wanted, agent)
    if ('file' in found) return `${base}/${byTftp ? '' : 'firmware/'}${encodeURIComponent(found.file)}`
    warnOnce(inventory, found.refused)
    return undefined
  }

  function versionOn(inventory: Inventory, type: string | undefined, mac: Mac | undefined, agent: UserAgent) {
    if (agent.version !== undefined) return agent.version
    const wanted = type === undefined ? undefined : expectedImage(inventory, type, mac)
    if (wanted === undefined || isVersion(wanted)) return wanted
    const image = parseImageName(wanted)
    return image?.part === 'application' ? image.version : undefined
  }

  return { urlOf, versionOn }
}

/** A phone's own words are in some texts, so their number is a stranger's choice. A site has fewer mistakes. */
const maxWarnings = 64

/** Each text once for an inventory: a site names a few images, phones ask for them all day. */
function createWarnings(warn: ((text: string) => void) | undefined) {
  const said = new Set<string>()
  let about: Inventory | undefined
  return (inventory: Inventory, text: string): void => {
    if (inventory !== about) said.clear()
    about = inventory
    if (said.has(text) || said.size >= maxWarnings) return
    said.add(text)
    warn?.(text)
  }
}
