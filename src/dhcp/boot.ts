/** The options that send a phone to its setting server (RFC 2132 §9.4, §9.5, §8.4). No I/O. */

import { type Options, option } from './message.js'

export interface Boot {
  readonly server?: string | undefined // option 66, with its scheme: http://192.168.66.1
  readonly file?: string | undefined // option 67: snom370.htm
}

/** Options 66 and 67, real ones: phones do not look into the sname and file fields. */
export function bootOptions(boot: Boot): Options {
  const options = new Map<number, Buffer>()
  if (boot.server !== undefined) options.set(option.tftpServerName, Buffer.from(boot.server, 'utf8'))
  if (boot.file !== undefined) options.set(option.bootfileName, Buffer.from(boot.file, 'utf8'))
  return options
}

/**
 * The same two encapsulated in option 43, as snom phones read them: each value ends with a NUL that its length counts.
 * Undefined where there is nothing to say, or it would not fit one option.
 */
export function encapsulatedBoot(boot: Boot): Buffer | undefined {
  const parts: Buffer[] = []
  for (const [code, value] of bootOptions(boot)) {
    if (value.length > 254) return undefined
    parts.push(Buffer.from([code, value.length + 1]), value, Buffer.from([0]))
  }
  return parts.length === 0 ? undefined : Buffer.concat(parts)
}
