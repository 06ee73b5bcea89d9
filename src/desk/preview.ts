/** What a phone would get if it asked now, its secrets hidden, and what the rules say of it. */

import type { Mac } from '../address/mac.js'
import type { DocumentView, EffectiveValue, FindingView, SettingsView } from '../api/shapes.js'
import type { Asker, Bundle } from '../bundle/bundle.js'
import { createBundle } from '../bundle/create-bundle.js'
import { type Visited, visit } from '../bundle/phone-visit.js'
import { openShelf } from '../bundle/shelf.js'
import type { Site } from '../config/site.js'
import type { Inventory } from '../fleet/phone.js'
import { checkBytes } from '../snom/rules/check-bytes.js'
import { hideDocument, hideSecrets } from './hide-secrets.js'
import type { Fetched, LastFetched } from './last-fetched.js'
import { type Origin, originGroups } from './origins.js'

export interface PreviewParts {
  readonly site: () => Site // its folders never change
  readonly lastFetched: LastFetched
  readonly redirectionOf: (mac: Mac) => { readonly url: string } | undefined // by the registry
}

/** The phone, and how it would ask. */
export interface Asking {
  readonly mac: Mac
  readonly type: string | undefined // phone type
  readonly agent: string | undefined // User-Agent, which tells the firmware
  readonly door: Asker['door']
  readonly baseUrl: string
}

const noPaths: readonly string[] = []

const mostText = 1024 * 1024 // bytes of a document that is shown

export class Preview {
  readonly #parts: PreviewParts
  readonly #bundle: Bundle
  readonly #asking = new Map<number, Mac>() // previews under way, by the number that stands for the phone's address
  #ticket = 0
  #hidden: { readonly of: Inventory; readonly inventory: Inventory } | undefined

  constructor(parts: PreviewParts) {
    const { http, tftp, state } = parts.site()
    this.#parts = parts
    this.#bundle = createBundle({
      inventory: () => this.#inventory(),
      www: openShelf(http?.root ?? tftp?.root ?? state),
      tftproot: openShelf(tftp?.root ?? state),
      holderOf: ticket => this.#asking.get(ticket),
      tftpSecrets: true, // they are hidden here; whether they go out is the door's to decide
      redirectionOf: parts.redirectionOf,
      paths: () => parts.site().redirection?.paths ?? noPaths,
    })
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
    const visited = await this.#visit(asking)
    return visited.map(one => this.#view(one, asking))
  }

  async findings(asking: Asking): Promise<readonly FindingView[]> {
    const { mac, type, door } = asking
    const visited = await this.#visit(asking)
    return visited.flatMap(({ url, bytes }) => {
      const file = nameOf(url, asking)
      const found = bytes === undefined ? [] : checkBytes(bytes, { name: `/${file}`, door, mac, ...(type && { type }) })
      return found.map(({ place, severity, rule, message }) => ({ file, ...place, severity, rule, message }))
    })
  }

  async #visit({ mac, type, agent, door, baseUrl }: Asking): Promise<readonly Visited[]> {
    this.#ticket += 1
    const address = this.#ticket
    this.#asking.set(address, mac)
    try {
      const asker: Asker = { door, baseUrl, address, ...(agent !== undefined && { userAgent: agent }) }
      return await visit(this.#bundle, { mac, type }, asker)
    } finally {
      this.#asking.delete(address)
    }
  }

  #view({ url, found, bytes }: Visited, asking: Asking): DocumentView {
    const name = nameOf(url, asking)
    const size = found?.kind === 'shelved' ? found.size : (bytes?.length ?? 0)
    const text = bytes === undefined ? undefined : shown(bytes)
    const fetched = this.#parts.lastFetched.of(asking.mac, name)
    return {
      ...{ url, name, isFound: found !== undefined, bytes: size },
      ...(found?.kind === 'rendered' && { type: found.type }),
      ...(text !== undefined && { text }),
      ...(fetched !== undefined && fetchedView(fetched, text)),
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

function fetchedView({ at, bytes }: Fetched, now: string | undefined): Partial<DocumentView> {
  const then = shown(bytes)
  return { fetchedAt: at, ...(then !== undefined && then !== now && { fetched: then }) }
}

/** Undefined for what is no text, or too long for a page. */
function shown(bytes: Buffer): string | undefined {
  if (bytes.length > mostText || bytes.includes(0)) return undefined
  return hideDocument(bytes.toString('utf8'))
}

function nameOf(url: string, { baseUrl }: Asking): string {
  return url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url
}
