/** The Event header (RFC 6665 §8.2.1) and the parameters that ua-profile gives it (RFC 6080 §6.3). No I/O. */

import { type Parameters, readParameters, splitOutside } from './parameters.js'

export interface Event {
  readonly package: string // in lower case
  readonly parameters: Parameters
}

/** `ua-profile;profile-type="device";vendor="snom";model="snom370";version="8.7.5.48"` */
export function parseEvent(value: string): Event | undefined {
  const [name = '', ...rest] = splitOutside(value, ';') ?? []
  if (!/^[A-Za-z0-9\-.!%*_+`'~]{1,64}$/.test(name)) return undefined
  return { package: name.toLowerCase(), parameters: readParameters(rest) }
}
