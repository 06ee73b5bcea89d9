/** What one phone fetches from the bundle, in the order it asks: containers, their parts, languages, firmware. */

import type { Mac } from '../address/mac.js'
import type { Document, SettingsDocument } from '../snom/document.js'
import { formatName } from '../snom/names.js'
import { readDocument } from '../snom/read.js'
import type { Asker, Bundle, Found } from './bundle.js'

export interface Visitor {
  readonly mac: Mac
  readonly type: string | undefined // phone type; undefined: it can only ask for everything at once
}

export interface Visited {
  readonly url: string
  readonly found: Found | undefined
  readonly bytes?: Buffer // of all but images and language files, which nobody reads here
  readonly isElsewhere?: true // on another server, which is not asked
}

/** A boot asks for about ten; more is a container that never ends. */
const mostDocuments = 64

/** Larger files are no setting files. */
const mostBytes = 1024 * 1024

/** Reads what is found as a phone would, and asks for what that names. */
export async function visit(bundle: Bundle, visitor: Visitor, asker: Asker): Promise<readonly Visited[]> {
  const round = new Round(bundle, visitor, asker)
  const { mac, type } = visitor
  const flat = asker.door === 'tftp'
  if (type === undefined) await round.ask(formatName({ kind: 'everything', mac }, flat))
  else {
    await round.ask(formatName({ kind: 'container', type }, flat))
    await round.ask(formatName({ kind: 'container', type, mac }, flat))
  }
  await round.askForChosen()
  return round.visited
}

class Round {
  readonly visited: Visited[] = []
  readonly #bundle: Bundle
  readonly #visitor: Visitor
  readonly #asker: Asker
  readonly #base: string
  readonly #settings = new Map<string, string>() // what the phone knows so far, without index
  readonly #languages = new Map<string, string>() // URLs, by kind and name

  constructor(bundle: Bundle, visitor: Visitor, asker: Asker) {
    this.#bundle = bundle
    this.#visitor = visitor
    this.#asker = asker
    this.#base = `${asker.baseUrl.replace(/\/+$/, '')}/`
  }

  ask(name: string): Promise<void> {
    return this.#follow(`${this.#base}${name}`)
  }

  /** The languages the settings choose, and the firmware they name. */
  async askForChosen(): Promise<void> {
    for (const [kind, name] of [
      ['gui-languages', 'language'],
      ['web-languages', 'web_language'],
    ]) {
      const url = this.#languages.get(`${kind} ${this.#settings.get(name ?? '')}`)
      if (url !== undefined) await this.#look(url)
    }
    const status = this.#settings.get('firmware_status')
    if (status !== undefined && status !== '') await this.#follow(status)
  }

  /** Fetches a document and what it names. */
  async #follow(url: string): Promise<void> {
    const known = this.visited.length
    const found = await this.#look(url)
    if (found === undefined || found.kind === 'refused') return
    const bytes = found.kind === 'rendered' ? found.bytes : found.size <= mostBytes ? await found.read() : undefined
    if (bytes === undefined) return
    this.visited[known] = { url, found, bytes }
    const { document } = readDocument(bytes)
    if (document !== undefined) await this.#take(document)
  }

  async #look(url: string): Promise<Found | undefined> {
    if (this.visited.length >= mostDocuments || this.visited.some(one => one.url === url)) return undefined
    const full = this.#expand(url)
    const isElsewhere = !full.startsWith(this.#base)
    const found = isElsewhere ? undefined : await this.#bundle.find(decoded(full.slice(this.#base.length)), this.#asker)
    this.visited.push({ url: full, found, ...(isElsewhere && { isElsewhere }) })
    return found
  }

  async #take(document: Document): Promise<void> {
    switch (document.kind) {
      case 'setting-files':
        for (const { url } of document.files) if (url !== undefined) await this.#follow(url)
        break
      case 'settings':
        this.#keep(document.sections)
        break
      case 'phone-settings':
        this.#keep([document])
        break
      case 'gui-languages':
      case 'web-languages':
        for (const { name, url } of document.languages) {
          if (name !== undefined && url !== undefined) this.#languages.set(`${document.kind} ${name}`, url)
        }
        break
      case 'firmware-settings':
        for (const { url } of document.images) await this.#look(url.trim())
        break
      case 'function-keys':
      case 'phone-book':
      case 'dialplan':
      case 'phrases':
      case 'w_phrases':
        break
    }
  }

  #keep(sections: SettingsDocument['sections']): void {
    for (const section of sections) {
      if (section.kind !== 'phone-settings') continue
      for (const { name, index, value } of section.settings) if (index === undefined) this.#settings.set(name, value)
    }
  }

  #expand(url: string): string {
    const { mac, type = '' } = this.#visitor
    return url.replaceAll(/\{mac\}/gi, mac).replaceAll(/\{phone_type\}/gi, type)
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name // then no file has that name, and the answer says so
  }
}
