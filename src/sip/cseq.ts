/** CSeq: the number and the method of a request (RFC 3261 §8.1.1.5, §20.16). No I/O. */

export interface CSeq {
  readonly number: number // below 2^31
  readonly method: string
}

export const mostCSeq = 2 ** 31 - 1

/** `0009 INVITE` is 9. Undefined when it is none, or the number too large. */
export function parseCSeq(value: string): CSeq | undefined {
  const [, digits, method] = /^(\d{1,20})\s+(\S+)$/.exec(value) ?? []
  if (digits === undefined || method === undefined || Number(digits) > mostCSeq) return undefined
  return { number: Number(digits), method }
}
