/** Ethernet hardware addresses (EUI-48). No I/O. */

/** Twelve upper-case hexadecimal digits, as snom writes them in file names: `000413261234`. */
export type Mac = string & { readonly mac: unique symbol }

const spellings = /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}|[0-9a-f]{12})$/i

/** Any usual spelling: `000413261234`, `00:04:13:26:12:34`, `00-04-…`, `0004.1326.1234`, upper or lower case. */
export function parseMac(text: string): Mac | undefined {
  if (!spellings.test(text)) return undefined
  return text.replaceAll(/[:.-]/g, '').toUpperCase() as Mac
}

/** The address in the first six bytes; undefined when there are fewer. */
export function macFromBytes(bytes: Buffer): Mac | undefined {
  if (bytes.length < 6) return undefined
  let digits = ''
  for (let at = 0; at < 6; at += 1) digits += digitsOf[bytes[at] ?? 0]
  return digits as Mac
}

/** Twice as fast as Buffer's own for so few bytes; each DHCP message needs some. */
const digitsOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))

/** `00:04:13:26:12:34` */
export function formatMac(mac: Mac): string {
  return mac.toLowerCase().replaceAll(/..(?!$)/g, '$&:')
}
