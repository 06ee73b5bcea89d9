/** What all kinds of archives have in common: members, limits, and which names are safe. No I/O. */

/** A plain file. Folders are left out; links and devices make the whole archive a bad one. */
export interface Member {
  readonly name: string // relative, with /, without . and ..
  readonly bytes: Buffer
}

export interface ArchiveLimits {
  readonly members: number // folders too
  readonly memberBytes: number
  readonly totalBytes: number // unpacked
  readonly ratio: number // unpacked to packed
}

/** Its message is a clause without a stop: `holds a link: gui.xml`. */
export class BadArchive extends Error {}

/** The name as a path that stays inside; throws BadArchive for any other. With / at its end it names a folder. */
export function safeName(name: string): string {
  const shown = JSON.stringify(name.slice(0, 200))
  if (name.length > 500) throw new BadArchive(`holds a name of ${name.length} characters`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
  if (/[\0-\x1f\x7f\\\ufffd]/.test(name)) throw new BadArchive(`holds a name that is no path: ${shown}`)
  if (/^(?:\/|[a-z]:)/i.test(name)) throw new BadArchive(`holds an absolute name: ${shown}`)
  const segments = name.split('/')
  if (segments.includes('..')) throw new BadArchive(`holds a name that leads out of it: ${shown}`)
  const path = segments.filter(segment => segment !== '' && segment !== '.').join('/')
  return name.endsWith('/') || path === '' ? `${path}/` : path
}

export function tooMany(limit: number): BadArchive {
  return new BadArchive(`holds more than ${limit} members`)
}

export function tooLarge(limit: number): BadArchive {
  return new BadArchive(`unpacks to more than ${Math.round(limit / 1024)} KiB`)
}
