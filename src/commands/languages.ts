/** `option66 languages add`: puts the language files of an archive into www/lang/<version>/, checked. */

import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type ArchiveLimits, BadArchive, type Member } from '../bundle/archive.js'
import { maxLanguageFile, openLanguageShelf } from '../bundle/language-shelf.js'
import { placeInFolder } from '../bundle/place.js'
import { readArchive } from '../bundle/read-archive.js'
import { compareVersions, isVersion } from '../snom/firmware-version.js'
import { lookAtLanguageFile } from '../snom/language-file.js'
import type { LanguageFile } from '../snom/languages.js'

export interface LanguagesCall {
  readonly archives: readonly string[] // paths of snomlang-7.1.28.tgz, .tar, .zip, or of single files
  readonly www: string // the folder that is served
  readonly version?: string // of the firmware they are for; default: what the names tell
  readonly json: boolean
  readonly write: (text: string) => void
  readonly now: number // ms since 1970
}

/** A snomlang archive has some 45 members of up to 130 kB, 4 MB in all, and packs them to a tenth. */
const limits: ArchiveLimits = { members: 1000, memberBytes: maxLanguageFile, totalBytes: 64 * 1024 * 1024, ratio: 100 }
const maxArchive = 32 * 1024 * 1024 // bytes

interface Taken extends LanguageFile {
  readonly version: string
  readonly bytes: Buffer
}

interface Refused {
  readonly name: string
  readonly reason: string
  readonly isOther: boolean // no language file at all: a README, a list of languages
}

/** The call itself is wrong, or its file: nothing was looked at further. */
class WrongCall extends Error {}

/**
 * Exit code 0 when all language files it holds are in place; 1 when there are none, when a spoilt one was left out, or when
 * an archive is a bad one (then nothing of any is put); 2 when a file cannot be read or nothing tells the version.
 */
export async function languagesAdd(call: LanguagesCall): Promise<number> {
  try {
    if (call.version !== undefined && !isVersion(call.version)) {
      throw new WrongCall(`${call.version} is no firmware version; write it like 7.1.28`)
    }
    const { taken, refused } = await sort(call)
    for (const version of versionsOf(taken)) {
      const files = taken.filter(file => file.version === version)
      await placeInFolder(join(call.www, 'lang'), version, files.map(named), call.now)
    }
    call.write(call.json ? jsonText(taken, refused) : listText(call, taken, refused))
    return taken.length === 0 || refused.some(({ isOther }) => !isOther) ? 1 : 0
  } catch (error) {
    if (!(error instanceof WrongCall) && !(error instanceof BadArchive)) throw error
    call.write(call.json ? `${JSON.stringify({ error: error.message })}\n` : `${error.message}\n`)
    return error instanceof WrongCall ? 2 : 1
  }
}

async function sort(call: LanguagesCall): Promise<{ readonly taken: readonly Taken[]; readonly refused: Refused[] }> {
  const there = new Map((await openLanguageShelf(call.www).current()).sets.map(set => [set.version, set.files]))
  const taken = new Map<string, Taken>()
  const refused: Refused[] = []
  for (const archive of call.archives) {
    for (const member of await membersOf(archive)) {
      const file = look(call, archive, member)
      const twin = 'refused' in file ? undefined : twinOf(file, [...taken.values()], there.get(file.version) ?? [])
      if ('refused' in file) refused.push({ name: member.name, reason: file.refused, isOther: file.isOther })
      else if (twin !== undefined) refused.push({ name: member.name, reason: twin, isOther: false })
      else taken.set(`${file.version}/${file.file}`, file)
    }
  }
  return { taken: [...taken.values()], refused }
}

/** A single file is an archive of one. */
async function membersOf(archive: string): Promise<readonly Member[]> {
  const bytes = await read(archive)
  try {
    return readArchive(bytes, limits) ?? [{ name: `${basename(dirname(archive))}/${basename(archive)}`, bytes }]
  } catch (error) {
    if (error instanceof BadArchive) throw new BadArchive(`${archive} ${error.message}; nothing was put in place`)
    throw error
  }
}

async function read(path: string): Promise<Buffer> {
  const stats = await stat(path).catch((error: Error) => {
    throw new WrongCall(`${path} cannot be read: ${error.message}`)
  })
  if (!stats.isFile()) throw new WrongCall(`${path} is no file`)
  if (stats.size > maxArchive)
    throw new WrongCall(`${path} has ${stats.size} bytes; language archives have a few million`)
  return readFile(path)
}

type Look = { readonly refused: string; readonly isOther: boolean }

/** A phone asks for it by URL, so its name is kept to what needs no escape. */
const fileForm = /^[A-Za-z0-9_][\w.()+-]{0,99}\.xml$/i
const fileWords = 'is not made of letters, digits, _ . - + ( ) and .xml at its end'

function look(call: LanguagesCall, archive: string, { name, bytes }: Member): Taken | Look {
  const file = basename(name)
  const seen = lookAtLanguageFile(bytes)
  if ('refused' in seen) return seen
  if (!fileForm.test(file)) return { refused: `has a name that ${fileWords}`, isOther: false }
  const version = call.version ?? versionOfFolders(name) ?? versionIn(basename(archive))
  if (version === undefined) {
    throw new WrongCall(`neither ${archive} nor a folder in it names the firmware version; give it with --version`)
  }
  return { ...seen, file, version, bytes }
}

/** The innermost folder that is named for a version: snomlang-7.1.28/, lang-7.1.28/ or 7.1.28/ */
function versionOfFolders(name: string): string | undefined {
  const folders = name.split('/').slice(0, -1)
  const found = folders.map(folder => /^(?:(?:snom)?lang[-_])?v?(\d+(?:\.\d+)+)$/i.exec(folder)?.[1])
  return found.findLast(version => version !== undefined && isVersion(version))
}

/** snomlang-7.1.28.tgz, snomlang-8.7.5.35.tar.gz: the last version in the name. A file's own name tells none. */
function versionIn(archive: string): string | undefined {
  if (/\.xml$/i.test(archive)) return undefined
  return archive.match(/\d+(?:\.\d+)+(?![\d.]*\d)/g)?.findLast(isVersion)
}

/** Why it cannot stand beside another: a phone's list has each language once. */
function twinOf(file: Taken, taken: readonly Taken[], there: readonly LanguageFile[]): string | undefined {
  const same = taken.find(other => other.version === file.version && other.file === file.file)
  if (same !== undefined) return `has the name of another file for ${file.version}`
  const others = [...taken.filter(other => other.version === file.version), ...there]
  const twin = others.find(other => other.kind === file.kind && other.name === file.name && other.file !== file.file)
  return twin && `is for ${file.name} (${words[file.kind]}), which ${twin.file} of ${file.version} is already`
}

const words = { gui: 'display', web: 'web pages' } as const

function named({ file, bytes }: Taken) {
  return { name: file, bytes }
}

function versionsOf(taken: readonly Taken[]): readonly string[] {
  return [...new Set(taken.map(({ version }) => version))].toSorted(compareVersions)
}

function listText(call: LanguagesCall, taken: readonly Taken[], refused: readonly Refused[]): string {
  const lines = versionsOf(taken).flatMap(version => {
    const files = taken.filter(file => file.version === version)
    const count = (kind: LanguageFile['kind']) => files.filter(file => file.kind === kind).length
    const head = `${join(call.www, 'lang', version)}: ${count('gui')} for the display, ${count('web')} for web pages`
    return [head, ...files.map(({ file, kind, name }) => `  ${file}  ${words[kind]}  ${name}`)]
  })
  const not = refused.map(({ name, reason }) => `not taken: ${name} ${reason}`)
  const none = taken.length === 0 ? ['no language file was found'] : []
  return [...lines, ...none, ...not].map(line => `${line}\n`).join('')
}

function jsonText(taken: readonly Taken[], refused: readonly Refused[]): string {
  const added = taken.map(({ version, file, kind, name }) => ({ version, file, kind, name }))
  const left = refused.map(({ name, reason }) => ({ name, reason }))
  return `${JSON.stringify({ added, refused: left }, undefined, 2)}\n`
}
