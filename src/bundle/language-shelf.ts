/** The language files in www/lang/, a folder for each firmware version: which there are, read again when they change. */

import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { compareVersions, isVersion } from '../snom/firmware-version.js'
import { lookAtLanguageFile } from '../snom/language-file.js'
import type { LanguageFile, LanguageSet } from '../snom/languages.js'

export interface LanguageShelf {
  /** As of a second ago at most. */
  current(): Promise<Languages>
}

export interface Languages {
  readonly sets: readonly LanguageSet[] // without those in which no language file is; oldest first
  readonly revision: number // another whenever the sets are
}

/** A phone's boot takes many seconds, so a change is soon enough seen; a storm of boots looks once a second. */
const interval = 1_000 // ms

/** The vendor published some 60 versions in 15 years, with some 45 files each of up to 130 kB. */
const maxVersions = 128
const maxFiles = 256 // in a folder
export const maxLanguageFile = 1024 * 1024 // bytes

/** `www`: may come to exist later. `now`: epoch milliseconds. */
export function openLanguageShelf(www: string, now: () => number = Date.now): LanguageShelf {
  let known: Languages = { sets: [], revision: 0 }
  let said = JSON.stringify(known.sets)
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<Languages> | undefined
  let read: ReadonlyMap<string, LanguageFile | undefined> = new Map() // by path and state of the file

  async function look(): Promise<Languages> {
    const kept = new Map<string, LanguageFile | undefined>()
    const sets = await readSets(resolve(www), read, kept)
    read = kept
    const saying = JSON.stringify(sets)
    if (saying !== said) known = { sets, revision: known.revision + 1 }
    said = saying
    return known
  }

  async function current(): Promise<Languages> {
    if (looking !== undefined) return looking
    const time = now()
    if (time - lookedAt < interval && time >= lookedAt) return known
    lookedAt = time
    looking = look().finally(() => {
      looking = undefined
    })
    return looking
  }

  return { current }
}

type Known = ReadonlyMap<string, LanguageFile | undefined>

async function readSets(www: string, read: Known, kept: Map<string, LanguageFile | undefined>): Promise<LanguageSet[]> {
  const lang = join(www, 'lang')
  const names = (await list(lang)).filter(isVersion).toSorted(compareVersions).slice(-maxVersions)
  const sets: LanguageSet[] = []
  for (const version of names) {
    const folder = join(lang, version)
    const files = (await isInside(www, folder)) ? await readFolder(folder, read, kept) : []
    if (files.length > 0) sets.push({ version, files })
  }
  return sets
}

/** One after the other, so that they are never all in memory. Of two files for one language the first counts. */
async function readFolder(
  folder: string,
  read: Known,
  kept: Map<string, LanguageFile | undefined>,
): Promise<LanguageFile[]> {
  const names = (await list(folder)).filter(name => /^[^.].*\.xml$/i.test(name))
  const files = new Map<string, LanguageFile>()
  for (const name of names.toSorted().slice(0, maxFiles)) {
    const path = join(folder, name)
    const stats = await lstat(path).catch(() => undefined)
    if (!stats?.isFile() || stats.size > maxLanguageFile) continue
    const key = `${path} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`
    const file = read.has(key) ? read.get(key) : await readLanguage(path, name)
    kept.set(key, file)
    if (file !== undefined && !files.has(`${file.kind} ${file.name}`)) files.set(`${file.kind} ${file.name}`, file)
  }
  return [...files.values()]
}

async function readLanguage(path: string, file: string): Promise<LanguageFile | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  const look = bytes === undefined ? undefined : lookAtLanguageFile(bytes)
  return look === undefined || 'refused' in look ? undefined : { ...look, file }
}

/** A folder that is not there, or that we may not read, has nothing for phones. */
async function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}

/** A link to another version's folder is welcome; one that leads out would name what no door serves. */
async function isInside(root: string, path: string): Promise<boolean> {
  const [base, real] = await Promise.all([root, path].map(each => realpath(each).catch(() => undefined)))
  return base !== undefined && real?.startsWith(`${base}${sep}`) === true
}
