/** A phone's visit to its settings server: every document goes through here to be counted, reported and saved. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Connections, openConnections, type Tls } from './connections.js'
import { fetchDocument } from './fetch.js'
import { type Identity, userAgent } from './model.js'
import { type Asked, Hang, type Report } from './step.js'
import { expand, nameOf } from './urls.js'

export interface Visitor {
  readonly identity: Identity
  readonly address?: string // the own address to fetch from
  readonly tls?: Tls
  readonly save?: string // folder
  readonly report: Report
  readonly received?: (bytes: Buffer) => void // each document that came
  readonly think?: () => Promise<void> // before each request
  readonly timeLimit: number // ms for each document
}

export interface Manner {
  readonly userAgent?: string
  readonly sizeLimit?: number // bytes
  readonly isImage?: boolean // resumed where it breaks off, and not kept in memory unless somebody wants it
}

const mostDocuments = 64 // a boot asks for about ten; more is a container that never ends
const documentLimit = 1024 * 1024 // bytes; the largest language file has 130 kB, and these phones 8 MiB of memory
const imagePatience = 6 // times that of a document: 22 MB take a while

export class Visit {
  readonly visitor: Visitor
  readonly documents: Asked[] = []
  readonly #connections: Connections

  constructor(visitor: Visitor) {
    this.visitor = visitor
    this.#connections = openConnections(visitor.identity, visitor.tls)
  }

  /** The document, or undefined where the server has none. Rejects with Hang. */
  async fetch(url: string, { isImage = false, ...manner }: Manner = {}): Promise<Buffer | undefined> {
    const { identity, address, timeLimit, report, save, received, think } = this.visitor
    if (this.documents.length >= mostDocuments)
      throw new Hang(url, `comes after ${mostDocuments} documents, without end`)
    await think?.()
    const agent = { userAgent: userAgent(identity), sizeLimit: documentLimit, ...manner }
    const care = { resumes: isImage, discards: isImage && save === undefined && received === undefined }
    const own = {
      timeLimit: isImage ? timeLimit * imagePatience : timeLimit,
      connections: this.#connections,
      ...(address && { address }),
    }
    const { bytes, length = 0, status, ms, notes = [] } = await fetchDocument(url, { ...agent, ...care, ...own })
    const found = bytes !== undefined
    const asked = { name: nameOf(url), url, status, found, bytes: length, ms }
    this.documents.push(asked)
    report({ kind: 'document', ...asked })
    for (const note of notes) this.note(`${url} ${note}`)
    if (found) received?.(bytes)
    if (found) await this.#save(url, bytes)
    return bytes
  }

  /** A URL from a document, with {mac} and {phone_type} filled in. */
  expand(url: string): string {
    return expand(url, this.visitor.identity)
  }

  note(text: string): void {
    this.visitor.report({ kind: 'note', text })
  }

  close(): void {
    this.#connections.close()
  }

  // The path becomes part of one flat name, so that nothing a server says leaves the folder.
  async #save(url: string, bytes: Buffer): Promise<void> {
    if (this.visitor.save === undefined) return
    const { pathname, search } = new URL(url)
    const name = `${pathname.replace(/^\/+/, '')}${search}`.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '')
    await mkdir(this.visitor.save, { recursive: true })
    await writeFile(join(this.visitor.save, name.slice(0, 200) || 'document'), bytes)
  }
}
