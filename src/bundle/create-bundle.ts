/** The bundle of a site: files that lie in www/ or tftproot/, else documents made from the inventory. */

import { createHash } from 'node:crypto'
import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Inventory } from '../fleet/phone.js'
import { type Dialect, dialectOf } from '../snom/dialect.js'
import type { LanguageKind } from '../snom/languages.js'
import { type Asked, formatName, parseFlatLanguageName, parseName } from '../snom/names.js'
import { phoneTypeOfMac } from '../snom/phone-type.js'
import { parseUserAgent } from '../snom/user-agent.js'
import type { Asker, Bundle, Found, Rendered } from './bundle.js'
import { type Document, makeDocument, type Order } from './documents.js'
import { fixedDialect } from './fixed-dialect.js'
import { createImageFinder } from './image-finder.js'
import { createInspection, type Inspected } from './inspection.js'
import { languageLists } from './language-lists.js'
import { type Languages, openLanguageShelf } from './language-shelf.js'
import { createRenderedCache } from './rendered-cache.js'
import type { Shelf } from './shelf.js'

export interface BundleOptions {
  /** The inventory that holds now; another object whenever it has changed. */
  readonly inventory: () => Inventory
  readonly www: Shelf
  readonly tftproot: Shelf
  /** The phone that leases the address, or for which it is reserved. */
  readonly holderOf: (address: Ipv4) => Mac | undefined
  readonly tftpSecrets: boolean // whether secrets may leave by TFTP, to their holder
  /** Base URL of our http or tftp door: images are never named by https. Without it HTTPS leads to no firmware. */
  readonly plainUrl?: string
  readonly warn?: (text: string) => void
  readonly now?: () => number // epoch milliseconds
  /** Called once for each document that was made anew, a little later. It must not throw. */
  readonly inspect?: (inspected: Inspected) => void
}

const kinds: readonly LanguageKind[] = ['gui', 'web'] // in the order of the container

export function createBundle(options: BundleOptions): Bundle {
  const { www, tftproot } = options
  const cache = createRenderedCache()
  const inspect = createInspection(options.inspect)
  const images = createImageFinder(options)
  const languages = openLanguageShelf(www.root, options.now)

  const shelfOf = (asker: Asker): Shelf => (asker.door === 'tftp' ? tftproot : www)

  async function find(name: string, asker: Asker): Promise<Found | undefined> {
    const path = name.split('?', 1)[0] ?? ''
    const shelf = shelfOf(asker)
    const shelved = shelf.has(path) ? await shelf.find(path) : undefined
    if (shelved !== undefined) return shelved
    const asked = parseName(name)
    if (asked !== undefined) return render(asked, asker, namesLanguages(asked) ? await languages.current() : none)
    return asker.door === 'tftp' ? findBinary(path) : undefined
  }

  /** Images and language files lie under www/ once, for all doors; by TFTP under their bare names too. */
  async function findBinary(path: string): Promise<Found | undefined> {
    const bare = path.replace(/^\/+/, '')
    if (/^(?:firmware|lang)\//i.test(bare)) return www.find(bare)
    if (bare.includes('/')) return undefined
    const language = parseFlatLanguageName(bare)
    if (language !== undefined) return www.find(`lang/${language.version}/${language.file}`)
    return (await www.find(`firmware/${bare}`)) ?? (await www.find(`lang/${bare}`))
  }

  function render(asked: Asked, asker: Asker, { sets, revision }: Languages): Rendered | undefined {
    const inventory = options.inventory()
    const agent = parseUserAgent(asker.userAgent ?? '')
    const holder = options.holderOf(asker.address)
    const type = typeAsked(inventory, asked, agent.type, holder)
    const fixed = type === undefined ? undefined : fixedDialect(inventory, type, asked.mac ?? holder)
    const dialect = fixed ?? dialectOf(type ?? '', agent.version)
    const secrets = mayKnowSecrets(inventory, asked, asker, holder)
    const imageUrl = images.urlOf(inventory, asked, type, asker, agent)
    const base = asker.baseUrl.replace(/\/+$/, '')
    const flat = asker.door === 'tftp'
    const urlOf = (named: Asked) => `${base}/${formatName(named, flat)}`
    const shown = languageLists(sets, images.versionOn(inventory, type, holder, agent), base, flat)
    const named = (of: LanguageKind) => shown.names(of).length > 0 || isByHand(asker, type, of)
    const lists = asked.kind === 'container' ? kinds.filter(named) : []
    const order: Order = { asked, type, dialect, secrets, urlOf, imageUrl, lists, writeList: shown.write }
    const parts = [asked.kind, type, asked.mac, asker.door, base, dialect, secrets, imageUrl, ...lists]
    const key = [...parts, asked.kind === 'languages' && asked.of, shown.version, revision].join(' ')
    return cache.get(inventory, key, () => {
      const rendered = pack(makeDocument(inventory, order), asked, dialect)
      if (rendered !== undefined) inspect(describe(rendered, formatName(asked, flat), asker.door, type, agent.version))
      return rendered
    })
  }

  /** A list written by hand wins over ours, and stands where we would have none. */
  function isByHand(asker: Asker, type: string | undefined, of: LanguageKind): boolean {
    const list: Asked = type === undefined ? { kind: 'languages', of } : { kind: 'languages', of, type }
    return shelfOf(asker).has(formatName(list, asker.door === 'tftp'))
  }

  /** A phone's own secrets go to the holder of its lease alone; what all phones are told, to any listed phone's. */
  function mayKnowSecrets(inventory: Inventory, asked: Asked, asker: Asker, holder: Mac | undefined): boolean {
    if (asked.kind === 'firmware' || (asker.door === 'tftp' && !options.tftpSecrets)) return false
    if (holder === undefined || !inventory.phones.has(holder)) return false
    return asked.mac === undefined || asked.mac === holder
  }

  return { find }
}

/** What every document that says nothing of languages is made with. */
const none: Languages = { sets: [], revision: 0 }

function namesLanguages(asked: Asked): boolean {
  return asked.kind === 'languages' || (asked.kind === 'container' && asked.mac === undefined)
}

/** What the phone says it is counts more than what the inventory thinks. */
function typeAsked(
  inventory: Inventory,
  asked: Asked,
  told: string | undefined,
  holder: Mac | undefined,
): string | undefined {
  if (asked.kind === 'everything') return told ?? typeOfMac(inventory, asked.mac)
  if (asked.type !== undefined) return asked.type
  return told ?? (holder === undefined ? undefined : typeOfMac(inventory, holder))
}

function typeOfMac(inventory: Inventory, mac: Mac): string | undefined {
  return inventory.phones.get(mac)?.model ?? phoneTypeOfMac(mac)
}

function describe(
  { bytes, mac }: Rendered,
  name: string,
  door: Asker['door'],
  type: string | undefined,
  version: string | undefined,
): Inspected {
  return {
    ...{ name, bytes, door },
    ...(type !== undefined && { type }),
    ...(version !== undefined && { version }),
    ...(mac !== undefined && { mac }),
  }
}

function pack(document: Document | undefined, asked: Asked, dialect: Dialect): Rendered | undefined {
  if (document === undefined) return undefined
  const bytes = Buffer.from(document.text)
  return {
    kind: 'rendered',
    bytes,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`,
    type: dialect === 'plain' ? 'text/html; charset=utf-8' : 'text/xml; charset=utf-8',
    withheld: document.withheld,
    ...(asked.mac !== undefined && { mac: asked.mac }),
  }
}
