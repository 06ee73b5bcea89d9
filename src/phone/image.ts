/** Firmware images by their names: whether a phone takes one, and what it runs afterwards. No I/O. */

import { flashOf, type Identity, isDect, isOlder } from './model.js'
import { nameOf } from './urls.js'

export interface Image {
  readonly type: string | undefined // snom370; missing in snom-7.1.9-SIP-f.bin
  readonly version: string
  readonly part: 'application' | 'from6to7' | 'rootfs' | 'linux'
}

const forms: readonly (readonly [Image['part'], RegExp])[] = [
  ['application', /^(snom[a-z\d]*)-(\d+(?:\.\d+)+)[a-z]?(?:-beta)?-SIP-[a-z]\.(?:bin|swu)$/i],
  ['from6to7', /^(snom[a-z\d]*)-update6to7-(\d+(?:\.\d+)+)-bf\.bin$/i],
  ['rootfs', /^(snom[a-z\d]*)-ramdiskToJffs2-(\d+(?:\.\d+)+)-br\.bin$/i],
  ['linux', /^(snom[a-z\d]*)-(\d+(?:\.\d+)+)-l\.bin$/i],
]

/** Undefined where the name follows none of the vendor's forms. */
export function readImage(url: string): Image | undefined {
  const name = nameOf(url)
  const [, base, major, minor, branch] = /^(m\d{1,3})_v(\d\d)(\d\d)_b(\d{4})\.fwu$/i.exec(name) ?? []
  if (base !== undefined) return { type: `snom${base}`, version: `${major}.${minor}.${branch}`, part: 'application' }
  for (const [part, form] of forms) {
    const [, type = '', version] = form.exec(name) ?? []
    if (version !== undefined) return { part, version, type: /^snom$/i.test(type) ? undefined : type }
  }
  return undefined
}

/** Why a phone does not get past this image, or undefined. `scheme`: http, https or tftp. */
export function imageTrouble(identity: Identity, image: Image | undefined, scheme: string): string | undefined {
  const { phoneType, firmware } = identity
  const isOld = !isDect(phoneType)
  if (scheme === 'https' && isOld && isOlder(firmware, '8')) return `firmware ${firmware} takes no image by https`
  if (scheme === 'tftp' && isOld && isOlder(firmware, '7.2')) {
    return `firmware ${firmware} takes no image by tftp; 7.2 is the first that does`
  }
  if (image === undefined) return undefined
  if (image.type !== undefined && bareType(image.type) !== bareType(phoneType)) {
    return `is an image for ${image.type}; a ${phoneType} refuses it`
  }
  return isOld && isOlder(firmware, '7') ? troubleFromSix(identity, image) : undefined
}

/** The phone after the image, as it boots the next time. */
export function afterImage(identity: Identity, { part, version }: Image): Identity {
  const flash = flashOf(identity)
  if (part === 'rootfs') return { ...identity, flash: { ...flash, rootfs: `jffs2 v${version}` } }
  if (part === 'linux') return { ...identity, flash: { ...flash, linux: version } }
  return { ...identity, firmware: version }
}

/** The application alone is no news: an image it runs already is not fetched again. */
export function runsAlready(identity: Identity, { part, version }: Image): boolean {
  const { rootfs, linux } = flashOf(identity)
  if (part === 'rootfs') return rootfs === `jffs2 v${version}`
  return version === (part === 'linux' ? linux : identity.firmware)
}

// From 6 to 7 the flash is divided anew, which takes jffs2 3.36, linux 3.38 and an application of its own, in that order.
function troubleFromSix(identity: Identity, { part, version }: Image): string | undefined {
  if (part === 'rootfs' || part === 'linux' || isOlder(version, '7')) return undefined
  const { rootfs, linux } = flashOf(identity)
  if (!rootfs.startsWith('jffs2')) return `firmware 6 on ${rootfs} needs jffs2 3.36 first, then linux 3.38`
  if (isOlder(linux, '3.38')) return `firmware 6 on linux ${linux} needs linux 3.38 first`
  if (part === 'from6to7') return undefined
  return `leads from firmware ${identity.firmware} to ${version} at once; the image that leads from 6 to 7 comes before`
}

// A snom715 and a snomD715 differ in the print on the case.
function bareType(type: string): string {
  return type.toLowerCase().replace(/^snomd(?=7\d\d$)/, 'snom')
}
