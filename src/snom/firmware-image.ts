/** What the name of a firmware image tells: the model, the version, and which part of a phone it replaces. No I/O. */

import { parsePhoneType } from './phone-type.js'

export interface FirmwareImage {
  readonly type?: string // snom370; missing in names such as snom-7.1.9-SIP-f.bin
  readonly version: string // 8.7.5.35; of a root file system or kernel its own: 3.36
  /** `update6to7`: the application that takes a phone from firmware 6 to 7. */
  readonly part: 'application' | 'update6to7' | 'rootfs' | 'linux'
}

const version = String.raw`(\d{1,4}(?:\.\d{1,6}){1,4})`
const model = '(snom[a-z0-9]{0,12})'

/** snom370-8.7.5.35-SIP-f.bin, snom360-6.5.12-beta-SIP-j.bin, snomD862-10.1.175.10-SIP-r.swu */
const application = new RegExp(`^${model}-${version}[a-z]?(?:-beta)?-SIP-[a-z]\\.(?:bin|swu)$`, 'i')

/** The names of Gemeinschaft 3 (amooma/GS3: htdocs/prov/snom/sw/get-firmware.sh). */
const parts = [
  ['update6to7', new RegExp(`^${model}-update6to7-${version}-bf\\.bin$`, 'i')],
  ['rootfs', new RegExp(`^${model}-ramdiskToJffs2-${version}-br\\.bin$`, 'i')],
  ['linux', new RegExp(`^${model}-${version}-l\\.bin$`, 'i')],
] as const

/** M900_v0740_b0104.fwu: version 07.40, branch 0104, in the User-Agent 07.40.0104 */
const dect = /^(m\d{1,3})_v(\d\d)(\d\d)_b(\d{4})\.fwu$/i

/** Undefined for names that follow none of the vendor's forms. */
export function parseImageName(file: string): FirmwareImage | undefined {
  const [, base, ...numbers] = dect.exec(file) ?? []
  if (base !== undefined) return imageOf('application', `snom${base}`, numbers.join('.'))
  for (const [part, form] of [['application', application] as const, ...parts]) {
    const [, type, digits] = form.exec(file) ?? []
    if (type !== undefined && digits !== undefined) return imageOf(part, type, digits)
  }
  return undefined
}

/** Names under which the vendor ships an application of that version for that type; the usual one first. */
export function imageNames(type: string, version: string): readonly string[] {
  const name = `${type}-${version}-SIP`
  if (/^snomM\d/i.test(type)) return dectNames(type, version)
  if (/^snom(?:3\d\d|PA1)$/i.test(type)) return [`${name}-f.bin`, `${name}-j.bin`]
  return /^snomD8\d\d$/i.test(type) ? [`${name}-r.swu`, `${name}-r.bin`] : [`${name}-r.bin`]
}

/**
 * Whether a phone of that type may be given the image. A name without a model tells nothing against it; a snom715 and
 * a snomD715 differ in the print on the case.
 */
export function fitsType({ type }: FirmwareImage, wanted: string): boolean {
  return type === undefined || bareType(type) === bareType(wanted)
}

function imageOf(part: FirmwareImage['part'], model: string, version: string): FirmwareImage {
  const type = parsePhoneType(model)
  return { part, version, ...(type !== undefined && { type }) }
}

function dectNames(type: string, version: string): readonly string[] {
  const [major = '', minor = '', branch = ''] = version.split('.')
  const digits = `v${major.padStart(2, '0')}${minor.padStart(2, '0')}_b${branch.padStart(4, '0')}`
  return [`${type.slice('snom'.length)}_${digits}.fwu`]
}

function bareType(type: string): string {
  return type.toLowerCase().replace(/^snomd(?=7\d\d$)/, 'snom')
}
