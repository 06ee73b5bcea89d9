/** SIP messages as values (RFC 3261 §7). Texts are Latin-1, a character a byte, so that what is echoed comes back as it came. No I/O. */

/** Name and value; decoded ones have the long name in lower case, and the value without folds. */
export type Header = readonly [name: string, value: string]

export interface Request {
  readonly kind: 'request'
  readonly method: string // as it came: methods are case-sensitive (RFC 3261 §7.1)
  readonly uri: string
  readonly version: string // SIP/2.0
  readonly headers: readonly Header[]
  readonly body: Buffer
  readonly isCut: boolean // Content-Length is no number, or more than what came
}

export interface Response {
  readonly kind: 'response'
  readonly version: string
  readonly status: number // 100 to 699
  readonly reason: string
  readonly headers: readonly Header[]
  readonly body: Buffer
  readonly isCut: boolean
}

export type Message = Request | Response

/** RFC 3261 §7.1: the only version there is. */
export const sipVersion = 'SIP/2.0'

/** Every value of that name (in lower case), in order. */
export function headersOf({ headers }: Pick<Message, 'headers'>, name: string): readonly string[] {
  return headers.flatMap(([known, value]) => (known === name ? [value] : []))
}

/** The first value of that name (in lower case). */
export function headerOf({ headers }: Pick<Message, 'headers'>, name: string): string | undefined {
  return headers.find(([known]) => known === name)?.[1]
}
