/** Every document that every phone of a site would get, fetched as the phone would, against the rules. */

import { unspecified } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Asker, Bundle, Found } from '../bundle/bundle.js'
import { createBundle } from '../bundle/create-bundle.js'
import { expectedImage } from '../bundle/images.js'
import { openShelf } from '../bundle/shelf.js'
import type { Finding } from '../config/finding.js'
import type { Site } from '../config/site.js'
import { doorUrl, plainBase, type SettingsDoor, settingsBase, settingsDoor } from '../door-urls.js'
import type { Inventory, Phone } from '../fleet/phone.js'
import { parseImageName } from '../snom/firmware-image.js'
import { isVersion } from '../snom/firmware-version.js'
import { lookAtLanguageFile } from '../snom/language-file.js'
import { phoneTypeOfMac } from '../snom/phone-type.js'
import { checkReading, type Reading, readBytes } from '../snom/rules/check-bytes.js'
import type { Circumstances, LanguageAt, Sibling } from '../snom/rules/rule.js'
import { layOut } from '../snom/rules/subject.js'
import { urlsOf } from '../snom/rules/urls.js'
import { createGathering, type Gathering } from './check-gathering.js'

export interface DocumentsChecked {
  readonly findings: readonly Finding[]
  readonly count: number // documents
}

/** An address that is nobody's: who holds it is told by the walk. */
const nobody = unspecified

/** A container names a handful; a wrong one could lead in circles. */
const maxDocuments = 32

export async function checkDocuments(
  site: Site,
  progress?: (done: number, total: number) => void,
): Promise<DocumentsChecked> {
  const gathering = createGathering(site.inventory)
  const walk = new Walk(site, gathering)
  let done = 0
  for (const phone of site.inventory.phones.values()) {
    await walk.visit(phone)
    done += 1
    progress?.(done, site.inventory.phones.size)
  }
  return { findings: gathering.findings(), count: walk.count }
}

interface Fetched {
  readonly name: string // /snom370/general.xml
  readonly reading: Reading
  readonly isGeneral: boolean
}

interface Reader {
  readonly phone: Phone
  readonly type: string | undefined
  readonly version: string | undefined
  readonly userAgent: string | undefined
}

/** From phone to phone, each document once: what all phones of a type read is looked at for the first of them. */
class Walk {
  readonly #gathering: Gathering
  readonly #bundle: Bundle
  readonly #files: Files
  readonly #inventory: Inventory
  readonly #door: SettingsDoor
  readonly #baseUrl: string
  readonly #general = new Map<string, Fetched | undefined>() // by reader's firmware and name: some dozens at most
  readonly #checked = new Set<Fetched>()
  #holder: Mac | undefined // the phone that fetches now
  #count = 0

  constructor(site: Site, gathering: Gathering) {
    this.#gathering = gathering
    this.#inventory = site.inventory
    this.#door = settingsDoor(site) ?? 'http'
    this.#baseUrl = settingsBase(site, site.address ?? nobody) ?? doorUrl('http', site.address ?? nobody, 80)
    this.#bundle = openBundle(site, () => this.#holder, gathering)
    this.#files = createFiles(this.#bundle, this.#baseUrl)
  }

  /** Documents so far. */
  get count(): number {
    return this.#count
  }

  async visit(phone: Phone): Promise<void> {
    this.#holder = phone.mac
    const reader = readerOf(this.#inventory, phone)
    const own = { door: this.#door, baseUrl: this.#baseUrl, address: nobody }
    const asker: Asker = { ...own, ...(reader.userAgent && { userAgent: reader.userAgent }) }
    const documents = await this.#fetchAll(namesOf(reader), reader, asker)
    for (const [place, fetched] of documents.entries()) {
      if (this.#checked.has(fetched)) continue
      if (fetched.isGeneral) this.#checked.add(fetched)
      this.#count += 1
      const others = { before: documents.slice(0, place), after: documents.slice(place + 1) }
      await this.#look(fetched, others, reader, asker)
    }
  }

  /** The documents in the order in which the phone reads them. */
  async #fetchAll(names: readonly string[], reader: Reader, asker: Asker): Promise<readonly Fetched[]> {
    const documents: Fetched[] = []
    const asked = new Set<string>()
    const follow = async (name: string): Promise<void> => {
      if (asked.has(name) || documents.length >= maxDocuments) return
      asked.add(name)
      const fetched = await this.#fetchOne(name, reader, asker)
      if (fetched === undefined) return
      documents.push(fetched)
      for (const next of leadsTo(fetched.reading)) {
        const path = pathBelow(this.#baseUrl, next.replaceAll('{mac}', reader.phone.mac))
        if (path !== undefined) await follow(path)
      }
    }
    for (const name of names) await follow(name)
    return documents
  }

  async #fetchOne(name: string, reader: Reader, asker: Asker): Promise<Fetched | undefined> {
    const isGeneral = !name.includes(reader.phone.mac)
    const key = `${reader.type} ${reader.version ?? ''} ${name}`
    if (isGeneral && this.#general.has(key)) return this.#general.get(key)
    const bytes = await bytesOf(await this.#bundle.find(name, asker))
    const fetched = bytes === undefined ? undefined : { name, reading: readBytes(bytes), isGeneral }
    if (isGeneral) this.#general.set(key, fetched)
    return fetched
  }

  /** What all phones read is compared only with what all phones read: then one look tells for all. */
  async #look(fetched: Fetched, others: Others, reader: Reader, asker: Asker): Promise<void> {
    const { name, reading, isGeneral } = fetched
    const { phone, type, version } = reader
    const known = await this.#files.lookAll(reading, asker)
    const circumstances: Circumstances = {
      ...{ name, door: this.#door },
      ...{ before: siblings(others.before, isGeneral), after: siblings(others.after, isGeneral) },
      ...(type !== undefined && { type }),
      ...(version !== undefined && { version }),
      ...(!isGeneral && { mac: phone.mac }),
      ...known,
    }
    this.#gathering.add(name, reading, checkReading(reading, circumstances), { phone, type })
  }
}

/** The documents that the phone reads beside one. */
interface Others {
  readonly before: readonly Fetched[]
  readonly after: readonly Fetched[]
}

function openBundle(site: Site, holder: () => Mac | undefined, gathering: Gathering): Bundle {
  return createBundle({
    inventory: () => site.inventory,
    www: openShelf(site.http?.root ?? site.tftp?.root ?? site.state),
    tftproot: openShelf(site.tftp?.root ?? site.state),
    holderOf: holder,
    tftpSecrets: site.tftp?.secrets ?? false,
    plainUrl: () => plainBase(site, site.address ?? nobody),
    warn: message =>
      gathering.say({ file: site.file, line: 1, column: 1, severity: 'warning', rule: 'firmware', message }),
  })
}

/** A phone runs the firmware that the inventory wants on it; where it names none, nobody knows. */
function readerOf(inventory: Inventory, phone: Phone): Reader {
  const type = phone.model ?? phoneTypeOfMac(phone.mac)
  const version = type === undefined ? undefined : versionOf(expectedImage(inventory, type, phone.mac))
  const userAgent = version === undefined ? undefined : `Mozilla/4.0 (compatible; ${type}-SIP ${version})`
  return { phone, type, version, userAgent }
}

function versionOf(image: string | undefined): string | undefined {
  if (image === undefined || isVersion(image)) return image
  const named = parseImageName(image)
  return named?.part === 'application' ? named.version : undefined
}

function namesOf({ phone: { mac }, type }: Reader): readonly string[] {
  return type === undefined ? [`/settings?mac=${mac}`] : [`/${type}.htm`, `/${type}-${mac}.htm`]
}

function leadsTo({ document }: Reading): readonly string[] {
  if (document === undefined) return []
  const urls = [...urlsOf(layOut(document, {}))]
  return urls.flatMap(({ url, kind }) => (kind === 'file' || kind === 'firmware-status' ? [url] : []))
}

function siblings(documents: readonly Fetched[], isGeneral: boolean): readonly Sibling[] {
  return documents.flatMap(({ name, reading: { document }, ...fetched }) =>
    document === undefined || (isGeneral && !fetched.isGeneral) ? [] : [{ name, document }],
  )
}

interface Files {
  /** What lies behind the URLs of a document, where they are ours. */
  lookAll(reading: Reading, asker: Asker): Promise<Pick<Circumstances, 'exists' | 'languageAt'>>
}

function createFiles(bundle: Bundle, baseUrl: string): Files {
  const languages = new Map<string, LanguageAt | undefined>() // by URL: as many as there are files

  async function lookAll({ document }: Reading, asker: Asker) {
    if (document === undefined) return {}
    const there = new Map<string, boolean>()
    for (const { url, kind } of urlsOf(layOut(document, {}))) {
      const path = kind === 'setting' ? undefined : pathBelow(baseUrl, url)
      if (path === undefined || there.has(url)) continue
      const found = await bundle.find(path, asker)
      there.set(url, found !== undefined)
      if (kind === 'language' && !languages.has(url)) languages.set(url, await languageIn(found))
    }
    return { exists: (url: string) => there.get(url), languageAt: (url: string) => languages.get(url) }
  }

  return { lookAll }
}

async function languageIn(found: Found | undefined): Promise<LanguageAt | undefined> {
  const bytes = await bytesOf(found)
  const look = bytes === undefined ? undefined : lookAtLanguageFile(bytes)
  return look === undefined || 'refused' in look ? undefined : look
}

async function bytesOf(found: Found | undefined): Promise<Buffer | undefined> {
  if (found === undefined || found.kind === 'refused') return undefined
  return found.kind === 'shelved' ? found.read() : found.bytes
}

/** The name below the door's URL, decoded once as the doors do; undefined when it is another server's. */
function pathBelow(baseUrl: string, url: string): string | undefined {
  if (!url.startsWith(`${baseUrl}/`)) return undefined
  try {
    return decodeURIComponent(url.slice(baseUrl.length))
  } catch {
    return undefined
  }
}
