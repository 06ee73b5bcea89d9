/** What a phone would get if it asked now, its secrets hidden, and what the rules say of it. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { DocumentView, EffectiveValue, FindingView, PhoneLine, SettingsView } from '../api/shapes.js'
import type { Asker, Bundle } from '../bundle/bundle.js'
import { createBundle } from '../bundle/create-bundle.js'
import { type Visited, visit } from '../bundle/phone-visit.js'
import { openShelf } from '../bundle/shelf.js'
import type { Site } from '../config/site.js'
import { plainBase } from '../door-urls.js'
import type { Inventory } from '../fleet/phone.js'
import { formatName } from '../snom/names.js'
import { checkBytes } from '../snom/rules/check-bytes.js'
import { hideDocument, hideSecrets } from './hide-secrets.js'
import type { Fetched, LastFetched } from './last-fetched.js'
import { type Origin, originGroups } from './origins.js'

export interface PreviewParts {
  readonly site: () => Site // its folders never change
  readonly address: () => Ipv4 | undefined // ours on the phones' LAN
  readonly lastFetched: LastFetched
  readonly redirectionOf: (mac: Mac) => { readonly url: string } | undefined // by the registry
}

/** The phone, and how it would ask. */
export interface Asking {
  readonly mac: Mac
  readonly type: string | undefined // phone type
  readonly agent: string | undefined // User-Agent, which tells the firmware
  readonly method: PhoneLine['method'] // which it came by last
  readonly cameAt: (name: string) => number | undefined // when it last got what it asked by that name, ms since 1970
  readonly door: Asker['door']
  readonly baseUrl: string
}

const noPaths: readonly string[] = []

const mostText = 1024 * 1024 // bytes of a document that is shown

export class Preview {
  readonly #parts: PreviewParts
  readonly #bundle: Bundle // as it is served
  readonly #starred: Bundle // the same with stars for secrets
  readonly #asking = new Map<number, Mac>() // previews under way, by the number that stands for the phone's address
  #ticket = 0
  #hidden: { readonly of: Inventory; readonly inventory: Inventory } | undefined

  constructor(parts: PreviewParts) {
    this.#parts = parts
    this.#bundle = this.#open(() => parts.site().inventory, parts.site().tftp?.secrets ?? false)
    this.#starred = this.#open(() => this.#inventory(), true)
  }

  settings(mac: Mac, type: string | undefined): SettingsView {
    const { settings, keys, phoneBook, dialplan, firmware } = originGroups(this.#inventory(), mac, type)
    return {
      settings: [...settings, ...firmware].map(effective),
      keys: keys.map(effective),
      phoneBook: phoneBook.map(effective),
      dialplan: dialplan.map(effective),
    }
  }

  async documents(asking: Asking): Promise<readonly DocumentView[]> {
    const served = new Map((await this.#visit(this.#bundle, asking)).map(one => [one.url, one]))
    const starred = await this.#visit(this.#starred, asking)
    return starred.map(one => this.#view(one, served.get(one.url) ?? one, asking))
  }

  /** Of what is served: stars would be a weak password. No rule quotes a secret. */
  async findings(asking: Asking): Promise<readonly FindingView[]> {
    const { mac, type, door } = asking
    const visited = await this.#visit(this.#bundle, asking)
    return visited.flatMap(({ url, bytes }) => {
      const file = nameOf(url, asking)
      const found = bytes === undefined ? [] : checkBytes(bytes, { name: `/${file}`, door, mac, ...(type && { type }) })
      return found.map(({ place, severity, rule, message }) => ({ file, ...place, severity, rule, message }))
    })
  }

  #open(inventory: () => Inventory, tftpSecrets: boolean): Bundle {
    const { site, address, redirectionOf } = this.#parts
    const { http, tftp, state } = site()
    return createBundle({
      inventory,
      www: openShelf(http?.root ?? tftp?.root ?? state),
      tftproot: openShelf(tftp?.root ?? state),
      holderOf: ticket => this.#asking.get(ticket),
      tftpSecrets,
      plainUrl: () => plainBase(site(), address() ?? 0),
      redirectionOf,
      paths: () => site().redirection?.paths ?? noPaths,
    })
  }

  async #visit(bundle: Bundle, asking: Asking): Promise<readonly Visited[]> {
    const { mac, agent, door, baseUrl } = asking
    this.#ticket += 1
    const address = this.#ticket
    this.#asking.set(address, mac)
    try {
      const asker: Asker = { door, baseUrl, address, ...(agent !== undefined && { userAgent: agent }) }
      return await visit(bundle, { mac, type: this.#takesAllAtOnce(asking) ? undefined : asking.type }, asker)
    } finally {
      this.#asking.delete(address)
    }
  }

  /** Whether the phone asks for one document with everything, as those do that were told its URL. */
  #takesAllAtOnce({ mac, type, method, door, cameAt }: Asking): boolean {
    if (type === undefined || door === 'tftp') return type === undefined
    if (method === 'pnp' || method === 'redirection' || method === 'fixed') return true
    const everything = cameAt(formatName({ kind: 'everything', mac }, false)) ?? 0
    return everything > (cameAt(formatName({ kind: 'container', type }, false)) ?? 0)
  }

  #view({ url, found, bytes, isElsewhere }: Visited, served: Visited, asking: Asking): DocumentView {
    const name = nameOf(url, asking)
    const size = found?.kind === 'shelved' ? found.size : (served.bytes?.length ?? 0)
    const text = bytes === undefined ? undefined : shown(bytes)
    const fetched = this.#parts.lastFetched.of(asking.mac, name)
    const fetchedAt = fetched?.at ?? asking.cameAt(name)
    return {
      ...{ url, name, isFound: found !== undefined, bytes: size },
      ...(isElsewhere === true && { isElsewhere }),
      ...(found?.kind === 'rendered' && { type: found.type }),
      ...(text !== undefined && { text }),
      ...(fetchedAt !== undefined && { fetchedAt }),
      ...(fetched !== undefined && changeView(fetched, served.bytes, text)),
    }
  }

  #inventory(): Inventory {
    const of = this.#parts.site().inventory
    if (this.#hidden?.of !== of) this.#hidden = { of, inventory: hideSecrets(of) }
    return this.#hidden.inventory
  }
}

function effective({ setting, value, flag, from }: Origin): EffectiveValue {
  return { name: setting, value, from, ...(flag !== undefined && { flag }) }
}

function changeView({ bytes }: Fetched, served: Buffer | undefined, now: string | undefined): Partial<DocumentView> {
  const then = shown(bytes)
  const isChanged = served === undefined || !served.equals(bytes)
  return { isChanged, ...(isChanged && then !== undefined && then !== now && { fetched: then }) }
}

/** Undefined for what is no text, or too long for a page. */
function shown(bytes: Buffer): string | undefined {
  if (bytes.length > mostText || bytes.includes(0)) return undefined
  return hideDocument(bytes.toString('utf8'))
}

function nameOf(url: string, { baseUrl }: Asking): string {
  return url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url
}
