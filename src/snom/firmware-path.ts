/** Which image a phone can take next on its way to the one it shall have. No I/O. */

import type { FirmwareImage } from './firmware-image.js'
import { isBefore } from './firmware-version.js'
import type { UserAgent } from './user-agent.js'

/** What a phone says it runs, as far as it says so. */
export type Running = Pick<UserAgent, 'version' | 'rootfs' | 'linux'>

export type Step =
  | { readonly kind: 'install'; readonly file: string }
  /** `reason`: a sentence, with the remedy. */
  | { readonly kind: 'refused'; readonly reason: string }

/**
 * The step to take from what runs now. From firmware 6 to 7 the flash is divided anew, which takes jffs2 3.36, linux 3.38
 * and an application of its own, in that order; as in Gemeinschaft 3 (amooma/GS3: htdocs/prov/snom/sw-update.php). No
 * other step is known to need one between. `file`: of the image wanted; `has`: whether a file lies in www/firmware.
 */
export function nextStep(
  type: string,
  running: Running,
  file: string,
  image: FirmwareImage | undefined,
  has: (file: string) => boolean,
): Step {
  const { version } = running
  if (!leadsPastSix(image) || version === undefined || !isBefore(version, '7')) return { kind: 'install', file }
  const why = `${type} with firmware 6 cannot take ${file} at once`
  if (isBefore(version, '6.5')) return refuse(`${type} with firmware before 6.5 cannot take ${file}; install 6.5 first`)
  if (running.rootfs === undefined || running.linux === undefined) {
    return refuse(`${why}, and does not tell its jffs2 and linux versions; update it by hand`)
  }
  const needed = intermediate(type, running.rootfs, running.linux)
  if (has(needed)) return { kind: 'install', file: needed }
  return refuse(`${why}: it needs ${needed} first; put that into www/firmware with \`option66 firmware add\``)
}

/** TFTP brings images from firmware 7.2 on; the 1xx and 2xx never got that far. Unknown versions pass. */
export function takesImagesByTftp(type: string, version: string | undefined): boolean {
  if (/^snom[12]\d\d$/i.test(type)) return false
  return /^snomM\d/i.test(type) || version === undefined || !isBefore(version, '7.2')
}

/** All the files that a phone with firmware 6 may need before that image, in order; none where it needs none. */
export function stepsFromSix(type: string, image: FirmwareImage): readonly string[] {
  const hadSix = /^snom3[026]0$/i.test(type) // the 370 began with 7
  return hadSix && leadsPastSix(image) ? [steps.rootfs(type), steps.linux(type), steps.update(type)] : []
}

/** Named as in amooma/GS3: htdocs/prov/snom/sw/get-firmware.sh */
const steps = {
  rootfs: (type: string) => `${type}-ramdiskToJffs2-3.36-br.bin`,
  linux: (type: string) => `${type}-3.38-l.bin`,
  update: (type: string) => `${type}-update6to7-7.1.6-bf.bin`,
} as const

function leadsPastSix(image: FirmwareImage | undefined): boolean {
  return image?.part === 'application' && !isBefore(image.version, '7')
}

function intermediate(type: string, rootfs: NonNullable<Running['rootfs']>, linux: string): string {
  if (rootfs.kind === 'ramdisk' || isBefore(rootfs.version, '3.36')) return steps.rootfs(type)
  if (isBefore(linux, '3.38')) return steps.linux(type)
  return steps.update(type)
}

function refuse(reason: string): Step {
  return { kind: 'refused', reason }
}
