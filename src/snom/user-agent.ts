/** What a phone says of itself in the User-Agent header of each request. A hint, never a proof. No I/O. */

import { type Mac, parseMac } from '../address/mac.js'
import { phoneTypeOfClass } from './phone-type.js'

export interface UserAgent {
  readonly type?: string // snom370
  readonly version?: string // 8.4.35
  readonly mac?: Mac // sent from 8.7.5 on
  readonly rootfs?: { readonly kind: 'jffs2' | 'ramdisk'; readonly version: string } // told before firmware 7
  readonly linux?: string // 3.38; told before firmware 7
}

/** Characters looked at. The longest header seen on a phone has 138. */
const limit = 300

/** `snom370-SIP 7.1.2`, `snom720 8.7.5.35`, `Snom M900 05.20.0001`, `snomD385/10.1.119.10` */
const product = /\bsnom ?([a-z0-9]{2,12})(?:-SIP)?[ /](\d{1,4}(?:\.\d{1,6}){1,4})(?![\w.])/i

/** `snom360 ramdisk v3.31; snom360 linux 3.25`, which firmware 6 adds: what an update to 7 depends on */
const rootfsPart = /\bsnom\d{3} (jffs2|ramdisk) v(\d{1,4}\.\d{1,4})\b/i
const linuxPart = /\bsnom\d{3} linux (\d{1,4}\.\d{1,4})\b/i

/** A build date or hash may have twelve digits too, so snom's own blocks go first. */
const ownMac = /\b(?:000413|00087B)[0-9A-F]{6}\b/i
const anyMac = /\b[0-9A-F]{12}\b/i

/** Everything may be missing: `Mozilla/4.0 (compatible; snom lid 3605)` is a boot loader and tells nothing. */
export function parseUserAgent(header: string): UserAgent {
  const text = header.slice(0, limit)
  const [, model, version] = product.exec(text) ?? []
  const type = model === undefined ? undefined : phoneTypeOfClass(`snom${model}`)
  const mac = parseMac((ownMac.exec(text) ?? anyMac.exec(text))?.[0] ?? '')
  return {
    ...(type !== undefined && version !== undefined && { type, version }),
    ...(mac !== undefined && { mac }),
    ...flashOf(text),
  }
}

function flashOf(text: string): Pick<UserAgent, 'rootfs' | 'linux'> {
  const [, kind, version] = rootfsPart.exec(text) ?? []
  const linux = linuxPart.exec(text)?.[1]
  const isRamdisk = kind?.toLowerCase() === 'ramdisk'
  return {
    ...(version !== undefined && { rootfs: { kind: isRamdisk ? 'ramdisk' : 'jffs2', version } }),
    ...(linux !== undefined && { linux }),
  }
}
