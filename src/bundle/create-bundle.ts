/** The bundle of a site: files that lie in www/ or tftproot/, else documents made from the inventory. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Inventory } from '../fleet/phone.js'
import { dialectOf } from '../snom/dialect.js'
import { type FactoryName, parseFactoryName } from '../snom/factory-name.js'
import type { LanguageKind } from '../snom/languages.js'
import { type Asked, formatName, parseFlatLanguageName, parseName } from '../snom/names.js'
import { writeRedirect } from '../snom/redirect-document.js'
import { parseUserAgent } from '../snom/user-agent.js'
import type { Asker, Bundle, Found, Redirected, Rendered } from './bundle.js'
import { isOthers } from './certified.js'
import { makeDocument, type Order } from './documents.js'
import { fixedDialect } from './fixed-dialect.js'
import { createFixedPaths } from './fixed-paths.js'
import { createImageFinder } from './image-finder.js'
import { createInspection, type Inspected } from './inspection.js'
import { languageLists } from './language-lists.js'
import { type Languages, openLanguageShelf } from './language-shelf.js'
import { pack } from './pack.js'
import { createRenderedCache } from './rendered-cache.js'
import type { Shelf } from './shelf.js'
import { typeAsked, typeOfMac } from './type-asked.js'

export interface BundleOptions {
  /** The inventory that holds now; another object whenever it has changed. */
  readonly inventory: () => Inventory
  readonly www: Shelf
  readonly tftproot: Shelf
  /** The phone that leases the address, or for which it is reserved. */
  readonly holderOf: (address: Ipv4) => Mac | undefined
  readonly tftpSecrets: boolean // whether secrets may leave by TFTP, to their holder
  /** Base URL of our http or tftp door: images are never named by https. Without it HTTPS leads to no firmware. */
  readonly plainUrl?: () => string | undefined
  /** Where the registry sends a phone that asks by a name hard-coded in its firmware. */
  readonly redirectionOf?: (mac: Mac) => { readonly url: string } | undefined
  /** Further such names, of an OEM's firmware: `/oem/{mac}.xml`. Another list whenever they have changed. */
  readonly paths?: () => readonly string[]
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
  const fixedPath = createFixedPaths(options.paths ?? (() => noPaths))

  const shelfOf = (asker: Asker): Shelf => (asker.door === 'tftp' ? tftproot : www)

  async function find(name: string, asker: Asker): Promise<Found | undefined> {
    const factory = fixedPath(name) ?? parseFactoryName(name)
    const asked = parseName(name)
    if (asker.certified !== undefined && isOthers(name, factory?.mac ?? asked?.mac, asker.certified)) {
      return { kind: 'refused', reason: 'certificate-mismatch', mac: asker.certified }
    }
    const path = name.split('?', 1)[0] ?? ''
    const shelf = shelfOf(asker)
    const shelved = shelf.has(path) ? await shelf.find(path) : undefined
    if (shelved !== undefined) return shelved
    if (factory !== undefined) return sendOn(factory, asker)
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

  /**
   * For a phone that nobody has told where to go: to the server that the registry names, else its settings at once.
   * /settings never asks the registry, so that a phone can be sent there without end of the line.
   */
  function sendOn(factory: FactoryName, asker: Asker): Rendered | undefined {
    const inventory = options.inventory()
    const agent = parseUserAgent(asker.userAgent ?? '')
    const mac = factory.mac ?? asker.certified ?? agent.mac ?? options.holderOf(asker.address)
    if (mac === undefined) return askForMac(factory, asker)
    const url = options.redirectionOf?.(mac)?.url
    if (url === undefined) return render({ kind: 'everything', mac }, asker, none, factory.type)
    const type = agent.type ?? factory.type ?? typeOfMac(inventory, mac) ?? ''
    const dialect = fixedDialect(inventory, type, mac) ?? dialectOf(type, agent.version)
    const redirected: Redirected = { url, by: 'registry' }
    return { ...pack({ text: writeRedirect(url, dialect), withheld: 0 }, mac, dialect), redirected }
  }

  /** An old phone, unknown by name and address, comes back with its MAC address: snom's own servers did it this way. */
  function askForMac({ type = '', hasMac }: FactoryName, asker: Asker): Rendered | undefined {
    if (hasMac || asker.door === 'tftp') return undefined
    const { version, type: told = type } = parseUserAgent(asker.userAgent ?? '')
    const dialect = dialectOf(told, version)
    const text = writeRedirect(`${baseOf(asker)}/snom3x0/snom3x0.php?mac={mac}`, dialect)
    return pack({ text, withheld: 0 }, undefined, dialect)
  }

  /** `told`: the type that the name tells, where the phone itself does not. */
  function render(asked: Asked, asker: Asker, { sets, revision }: Languages, told?: string): Rendered | undefined {
    const inventory = options.inventory()
    const agent = parseUserAgent(asker.userAgent ?? '')
    const holder = asker.certified ?? options.holderOf(asker.address)
    const type = typeAsked(inventory, asked, agent.type ?? told, holder)
    const fixed = type === undefined ? undefined : fixedDialect(inventory, type, asked.mac ?? holder)
    const dialect = fixed ?? dialectOf(type ?? '', agent.version)
    const secrets = mayKnowSecrets(inventory, asked, asker, holder)
    const imageUrl = images.urlOf(inventory, asked, type, asker, agent)
    const base = baseOf(asker)
    const flat = asker.door === 'tftp'
    const urlOf = (named: Asked) => `${base}/${formatName(named, flat)}`
    const shown = languageLists(sets, images.versionOn(inventory, type, holder, agent), base, flat)
    const named = (of: LanguageKind) => shown.names(of).length > 0 || isByHand(asker, type, of)
    const lists = asked.kind === 'container' ? kinds.filter(named) : []
    const order: Order = { asked, type, dialect, secrets, urlOf, imageUrl, lists, writeList: shown.write }
    const parts = [asked.kind, type, asked.mac, asker.door, base, dialect, secrets, imageUrl, ...lists]
    const key = [...parts, asked.kind === 'languages' && asked.of, shown.version, revision].join(' ')
    return cache.get(inventory, key, () => {
      const document = makeDocument(inventory, order)
      if (document === undefined) return undefined
      const rendered = pack(document, asked.mac, dialect)
      inspect(describe(rendered, formatName(asked, flat), asker.door, type, agent.version))
      const { settingServer: url } = document
      if (url === undefined || `${url}/`.startsWith(`${base}/`)) return rendered
      return { ...rendered, redirected: { url, by: 'inventory' } }
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

const noPaths: readonly string[] = []

function baseOf({ baseUrl }: Asker): string {
  return baseUrl.replace(/\/+$/, '')
}

/** What every document that says nothing of languages is made with. */
const none: Languages = { sets: [], revision: 0 }

function namesLanguages(asked: Asked): boolean {
  return asked.kind === 'languages' || (asked.kind === 'container' && asked.mac === undefined)
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
