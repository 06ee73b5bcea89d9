/** The bundle of a site: files that lie in www/ or tftproot/, else documents made from the inventory. */

import type { Mac } from '../address/mac.js'
import { dialectOf } from '../snom/dialect.js'
import { type FactoryName, parseFactoryName } from '../snom/factory-name.js'
import { type Asked, parseFlatLanguageName, parseName } from '../snom/names.js'
import { writeRedirect } from '../snom/redirect-document.js'
import { parseUserAgent } from '../snom/user-agent.js'
import type { Asker, Bundle, Found, Redirected, Rendered } from './bundle.js'
import { isOthers } from './certified.js'
import { fixedDialect } from './fixed-dialect.js'
import { createFixedPaths } from './fixed-paths.js'
import { type LanguageShelf, type Languages, openLanguageShelf } from './language-shelf.js'
import { pack } from './pack.js'
import { baseOf, Renderer, type RendererOptions } from './renderer.js'
import { typeOfMac } from './type-asked.js'

export interface BundleOptions extends RendererOptions {
  /** Where the registry sends a phone that asks by a name hard-coded in its firmware. */
  readonly redirectionOf?: (mac: Mac) => { readonly url: string } | undefined
  /** Further such names, of an OEM's firmware: `/oem/{mac}.xml`. Another list whenever they have changed. */
  readonly paths?: () => readonly string[]
  readonly now?: () => number // epoch milliseconds
}

export function createBundle(options: BundleOptions): Bundle {
  return new SiteBundle(options)
}

const noPaths: readonly string[] = []

/** What every document that says nothing of languages is made with. */
const none: Languages = { sets: [], revision: 0 }

class SiteBundle implements Bundle {
  readonly #options: BundleOptions
  readonly #renderer: Renderer
  readonly #languages: LanguageShelf
  readonly #fixedPath: (name: string) => FactoryName | undefined

  constructor(options: BundleOptions) {
    this.#options = options
    this.#renderer = new Renderer(options)
    this.#languages = openLanguageShelf(options.www.root, options.now)
    this.#fixedPath = createFixedPaths(options.paths ?? (() => noPaths))
  }

  async find(name: string, asker: Asker): Promise<Found | undefined> {
    const factory = this.#fixedPath(name) ?? parseFactoryName(name)
    const asked = parseName(name)
    if (asker.certified !== undefined && isOthers(name, factory?.mac ?? asked?.mac, asker.certified)) {
      return { kind: 'refused', reason: 'certificate-mismatch', mac: asker.certified }
    }
    const { www, tftproot } = this.#options
    const path = name.split('?', 1)[0] ?? ''
    const shelf = asker.door === 'tftp' ? tftproot : www
    const shelved = shelf.has(path) ? await shelf.find(path) : undefined
    if (shelved !== undefined) return shelved
    if (factory !== undefined) return this.#sendOn(factory, asker)
    if (asked !== undefined) {
      const languages = namesLanguages(asked) ? await this.#languages.current() : none
      return this.#renderer.render(asked, asker, languages)
    }
    return asker.door === 'tftp' ? this.#findBinary(path) : undefined
  }

  /** Images and language files lie under www/ once, for all doors; by TFTP under their bare names too. */
  async #findBinary(path: string): Promise<Found | undefined> {
    const { www } = this.#options
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
  #sendOn(factory: FactoryName, asker: Asker): Rendered | undefined {
    const { holderOf, redirectionOf, inventory } = this.#options
    const agent = parseUserAgent(asker.userAgent ?? '')
    const mac = factory.mac ?? asker.certified ?? agent.mac ?? holderOf(asker.address)
    if (mac === undefined) return this.#askForMac(factory, asker)
    const url = redirectionOf?.(mac)?.url
    if (url === undefined) return this.#renderer.render({ kind: 'everything', mac }, asker, none, factory.type)
    const type = agent.type ?? factory.type ?? typeOfMac(inventory(), mac) ?? ''
    const dialect = fixedDialect(inventory(), type, mac) ?? dialectOf(type, agent.version)
    const redirected: Redirected = { url, by: 'registry' }
    return { ...pack({ text: writeRedirect(url, dialect), withheld: 0 }, mac, dialect), redirected }
  }

  /** An old phone, unknown by name and address, comes back with its MAC address: snom's own servers did it this way. */
  #askForMac({ type = '', hasMac }: FactoryName, asker: Asker): Rendered | undefined {
    if (hasMac || asker.door === 'tftp') return undefined
    const { version, type: told = type } = parseUserAgent(asker.userAgent ?? '')
    const dialect = dialectOf(told, version)
    const text = writeRedirect(`${baseOf(asker)}/snom3x0/snom3x0.php?mac={mac}`, dialect)
    return pack({ text, withheld: 0 }, undefined, dialect)
  }
}

function namesLanguages(asked: Asked): boolean {
  return asked.kind === 'languages' || (asked.kind === 'container' && asked.mac === undefined)
}
