/** Documents made from the inventory, each in the form that its reader understands, and kept while the inventory stands. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Inventory } from '../fleet/phone.js'
import { type Dialect, dialectOf } from '../snom/dialect.js'
import type { LanguageKind } from '../snom/languages.js'
import { type Asked, formatName } from '../snom/names.js'
import { parseUserAgent, type UserAgent } from '../snom/user-agent.js'
import type { Asker, Rendered } from './bundle.js'
import { type Document, makeDocument, type Order } from './documents.js'
import { fixedDialect } from './fixed-dialect.js'
import { createImageFinder, type ImageFinder } from './image-finder.js'
import { createInspection, type Inspected } from './inspection.js'
import { languageLists } from './language-lists.js'
import type { Languages } from './language-shelf.js'
import { pack } from './pack.js'
import { createRenderedCache } from './rendered-cache.js'
import type { Shelf } from './shelf.js'
import { typeAsked } from './type-asked.js'

export interface RendererOptions {
  /** The inventory that holds now; another object whenever it has changed. */
  readonly inventory: () => Inventory
  readonly www: Shelf
  readonly tftproot: Shelf
  /** The phone that leases the address, or for which it is reserved. */
  readonly holderOf: (address: Ipv4) => Mac | undefined
  readonly tftpSecrets: boolean // whether secrets may leave by TFTP, to their holder
  /** Base URL of our http or tftp door: images are never named by https. Without it HTTPS leads to no firmware. */
  readonly plainUrl?: () => string | undefined
  readonly warn?: (text: string) => void
  /** Called once for each document that was made anew, a little later. It must not throw. */
  readonly inspect?: (inspected: Inspected) => void
}

/** Who reads the document: as it says, as its lease and its certificate say, as the inventory says. */
interface Reader {
  readonly agent: UserAgent
  readonly holder: Mac | undefined
  readonly type: string | undefined // phone type
  readonly dialect: Dialect
}

const kinds: readonly LanguageKind[] = ['gui', 'web'] // in the order of the container

export class Renderer {
  readonly #options: RendererOptions
  readonly #cache = createRenderedCache()
  readonly #inspect: ReturnType<typeof createInspection>
  readonly #images: ImageFinder

  constructor(options: RendererOptions) {
    this.#options = options
    this.#inspect = createInspection(options.inspect)
    this.#images = createImageFinder(options)
  }

  /** `told`: the type that the name tells, where the phone itself does not. */
  render(asked: Asked, asker: Asker, { sets, revision }: Languages, told?: string): Rendered | undefined {
    const inventory = this.#options.inventory()
    const reader = this.#readerOf(inventory, asked, asker, told)
    const { type, dialect, agent, holder } = reader
    const base = baseOf(asker)
    const flat = asker.door === 'tftp'
    const urlOf = (named: Asked) => `${base}/${formatName(named, flat)}`
    const imageUrl = this.#images.urlOf(inventory, asked, type, asker, agent)
    const shown = languageLists(sets, this.#images.versionOn(inventory, type, holder, agent), base, flat)
    const named = (of: LanguageKind) => shown.names(of).length > 0 || this.#isByHand(asker, type, of)
    const lists = asked.kind === 'container' ? kinds.filter(named) : []
    const secrets = this.#mayKnowSecrets(inventory, asked, asker, holder)
    const order: Order = { asked, type, dialect, secrets, urlOf, imageUrl, lists, writeList: shown.write }
    const parts = [asked.kind, type, asked.mac, asker.door, base, dialect, secrets, imageUrl, ...lists]
    const key = [...parts, asked.kind === 'languages' && asked.of, shown.version, revision].join(' ')
    return this.#cache.get(inventory, key, () => {
      const document = makeDocument(inventory, order)
      return document && this.#finish(document, asked, asker, reader)
    })
  }

  #readerOf(inventory: Inventory, asked: Asked, asker: Asker, told: string | undefined): Reader {
    const agent = parseUserAgent(asker.userAgent ?? '')
    const holder = asker.certified ?? this.#options.holderOf(asker.address)
    const type = typeAsked(inventory, asked, agent.type ?? told, holder)
    const fixed = type === undefined ? undefined : fixedDialect(inventory, type, asked.mac ?? holder)
    return { agent, holder, type, dialect: fixed ?? dialectOf(type ?? '', agent.version) }
  }

  #finish(document: Document, asked: Asked, asker: Asker, { dialect, type, agent }: Reader): Rendered {
    const rendered = pack(document, asked.mac, dialect)
    const name = formatName(asked, asker.door === 'tftp')
    this.#inspect(describe(rendered, name, asker.door, type, agent.version))
    const { settingServer: url } = document
    if (url === undefined || `${url}/`.startsWith(`${baseOf(asker)}/`)) return rendered
    return { ...rendered, redirected: { url, by: 'inventory' } }
  }

  /** A list written by hand wins over ours, and stands where we would have none. */
  #isByHand(asker: Asker, type: string | undefined, of: LanguageKind): boolean {
    const { www, tftproot } = this.#options
    const list: Asked = type === undefined ? { kind: 'languages', of } : { kind: 'languages', of, type }
    const flat = asker.door === 'tftp'
    return (flat ? tftproot : www).has(formatName(list, flat))
  }

  /** A phone's own secrets go to the holder of its lease alone; what all phones are told, to any listed phone's. */
  #mayKnowSecrets(inventory: Inventory, asked: Asked, asker: Asker, holder: Mac | undefined): boolean {
    if (asked.kind === 'firmware' || (asker.door === 'tftp' && !this.#options.tftpSecrets)) return false
    if (holder === undefined || !inventory.phones.has(holder)) return false
    return asked.mac === undefined || asked.mac === holder
  }
}

/** Without a slash at the end. */
export function baseOf({ baseUrl }: Pick<Asker, 'baseUrl'>): string {
  return baseUrl.replace(/\/+$/, '')
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
