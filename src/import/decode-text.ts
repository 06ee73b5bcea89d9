/** A text file as spreadsheets and old systems save it: UTF-8, UTF-16 or the code page of Western Europe. No I/O. */

export interface DecodedText {
  readonly text: string // without its byte order mark
  readonly isGuess?: true // no UTF-8, so it was read as Windows-1252
}

export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes) }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: new TextDecoder('utf-16be').decode(bytes) }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), isGuess: true }
  }
}
