/** The Distinguished Encoding Rules (ITU-T X.690), as far as a certificate needs them. No I/O. */

/** Tag, length (X.690 §8.1.3) and contents. */
export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const length = contents.reduce((sum, each) => sum + each.length, 0)
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(length)]), ...contents])
}

export function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents)
}

/** Explicitly tagged, so that an optional field is known by its number. */
export function field(number: number, content: Buffer): Buffer {
  return der(0xa0 | number, content)
}

/** Of big-endian bytes without a sign; a leading zero keeps the number positive. */
export function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex(byte => byte !== 0)
  const digits = first < 0 ? Buffer.from([0]) : bytes.subarray(first)
  return (digits[0] ?? 0) >= 0x80 ? der(0x02, Buffer.from([0]), digits) : der(0x02, digits)
}

/** `unused`: bits at the end of the last byte that do not count. */
export function bitString(bytes: Buffer, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), bytes)
}

export function octetString(bytes: Buffer): Buffer {
  return der(0x04, bytes)
}

export function utf8String(text: string): Buffer {
  return der(0x0c, Buffer.from(text))
}

/** `2.5.4.3` */
export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** RFC 5280 §4.1.2.5: two digits for the year up to 2049, four from then on. `at`: ms since 1970. */
export function time(at: number): Buffer {
  const digits = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  const year = Number(digits.slice(0, 4))
  return year >= 1950 && year < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

export const yes = der(0x01, Buffer.from([0xff]))
export const none = der(0x05)

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes = [...(length > 0xff ? [length >>> 8] : []), length & 0xff] // a certificate stays below 64 KiB
  return [0x80 | bytes.length, ...bytes]
}

/** Seven bits a byte, the highest bit on all but the last (X.690 §8.19.2). */
function base128(number: number): number[] {
  const digits = [number & 0x7f]
  for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f))
  return digits
}
