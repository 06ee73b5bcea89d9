/** The bundle of a site: files that lie in www/ or tftproot/, else documents made from the inventory. */

import { createHash } from 'node:crypto'
import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Inventory } from '../fleet/phone.js'
import { type Dialect, dialectOf } from '../snom/dialect.js'
import { type Asked, formatName, parseName } from '../snom/names.js'
import { phoneTypeOfMac } from '../snom/phone-type.js'
import { parseUserAgent } from '../snom/user-agent.js'
import type { Asker, Bundle, Found, Rendered } from './bundle.js'
import { type Document, makeDocument, type Order } from './documents.js'
import { chooseImage } from './images.js'
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
}

export function createBundle(options: BundleOptions): Bundle {
  const { www, tftproot } = options
  const cache = createRenderedCache()
  const warnMissing = createWarnings(options.warn)

  async function find(name: string, asker: Asker): Promise<Found | undefined> {
    const path = name.split('?', 1)[0] ?? ''
    const shelf = asker.door === 'tftp' ? tftproot : www
    const shelved = shelf.has(path) ? await shelf.find(path) : undefined
    if (shelved !== undefined) return shelved
    const asked = parseName(name)
    if (asked !== undefined) return render(asked, asker)
    return asker.door === 'tftp' ? findBinary(path) : undefined
  }

  /** Images and language files lie under www/ once, for all doors; by TFTP under their bare names too. */
  async function findBinary(path: string): Promise<Found | undefined> {
    const bare = path.replace(/^\/+/, '')
    if (/^(?:firmware|lang)\//i.test(bare)) return www.find(bare)
    if (bare.includes('/')) return undefined
    return (await www.find(`firmware/${bare}`)) ?? (await www.find(`lang/${bare}`))
  }

  function render(asked: Asked, asker: Asker): Rendered | undefined {
    const inventory = options.inventory()
    const agent = parseUserAgent(asker.userAgent ?? '')
    // What the phone says it is counts more than what the inventory thinks.
    const type = asked.kind === 'everything' ? (agent.type ?? typeOfMac(inventory, asked.mac)) : asked.type
    const dialect = dialectOf(type ?? '', agent.version)
    const secrets = mayKnowSecrets(inventory, asked, asker)
    const image = imageUrl(inventory, asked, type, asker)
    const base = asker.baseUrl.replace(/\/+$/, '')
    const urlOf = (named: Asked) => `${base}/${formatName(named, asker.door === 'tftp')}`
    const order: Order = { asked, type, dialect, secrets, urlOf, imageUrl: image }
    const key = [asked.kind, type, asked.mac, asker.door, base, dialect, secrets, image].join(' ')
    return cache.get(inventory, key, () => pack(makeDocument(inventory, order), asked, dialect))
  }

  /** A phone's own secrets go to the holder of its lease alone; what all phones are told, to any listed phone's. */
  function mayKnowSecrets(inventory: Inventory, asked: Asked, asker: Asker): boolean {
    if (asked.kind === 'firmware' || (asker.door === 'tftp' && !options.tftpSecrets)) return false
    const holder = options.holderOf(asker.address)
    if (holder === undefined || !inventory.phones.has(holder)) return false
    return asked.mac === undefined || asked.mac === holder
  }

  /** A phone sent to an image that is not there stops and waits for a key to be pressed. */
  function imageUrl(inventory: Inventory, asked: Asked, type: string | undefined, asker: Asker): string | undefined {
    const file = chooseImage(inventory, asked, type)?.file
    const base = asker.door === 'https' ? options.plainUrl : asker.baseUrl
    if (file === undefined || base === undefined) return undefined
    if (!www.has(`firmware/${file}`)) {
      warnMissing(inventory, `firmware ${file} is in the inventory, but not in www/firmware: no phone is sent to it`)
      return undefined
    }
    const folder = base.startsWith('tftp:') ? '' : 'firmware/'
    return `${base.replace(/\/+$/, '')}/${folder}${encodeURIComponent(file)}`
  }

  return { find }
}

function typeOfMac(inventory: Inventory, mac: Mac): string | undefined {
  return inventory.phones.get(mac)?.model ?? phoneTypeOfMac(mac)
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

/** Each text once for an inventory: a site names a few images, phones ask for them all day. */
function createWarnings(warn: ((text: string) => void) | undefined) {
  const said = new Set<string>()
  let about: Inventory | undefined
  return (inventory: Inventory, text: string): void => {
    if (inventory !== about) said.clear()
    about = inventory
    if (!said.has(text)) warn?.(text)
    said.add(text)
  }
}
