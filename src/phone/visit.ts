/** A phone's visit to its settings server: every document goes through here to be counted, reported and saved. */

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fetchDocument } from './fetch.js'
import { type Identity, userAgent } from './model.js'
import { type Asked, Hang, type Report } from './step.js'
import { expand, nameOf } from './urls.js'

export interface Visitor {
  readonly identity: Identity
  readonly address?: string // the own address to fetch from
  readonly save?: string // folder
  readonly report: Report
  readonly received?: (bytes: Buffer) => void // each document that came
  readonly timeLimit: number // ms for each document
}

export interface Manner {
  readonly userAgent?: string
  readonly sizeLimit?: number // bytes
}

const mostDocuments = 64 // a boot asks for about ten; more is a container that never ends
const documentLimit = 1024 * 1024 // bytes; the largest language file has 130 kB, and these phones 8 MiB of memory

export class Visit {
  readonly visitor: Visitor
  readonly documents: Asked[] = []

  constructor(visitor: Visitor) {
    this.visitor = visitor
  }

  /** The document, or undefined where the server has none. Rejects with Hang. */
  async fetch(url: string, manner: Manner = {}): Promise<Buffer | undefined> {
    const { identity, address, timeLimit, report } = this.visitor
    if (this.documents.length >= mostDocuments)
      throw new Hang(url, `comes after ${mostDocuments} documents, without end`)
    const agent = { userAgent: userAgent(identity), sizeLimit: documentLimit, ...manner }
    const { bytes, status, ms, note } = await fetchDocument(url, { ...agent, timeLimit, ...(address && { address }) })
    const found = bytes !== undefined
    const asked = { name: nameOf(url), url, status, found, bytes: bytes?.length ?? 0, ms }
    this.documents.push(asked)
    report({ kind: 'document', ...asked })
    if (note !== undefined) report({ kind: 'note', text: `${url} ${note}` })
    if (found) this.visitor.received?.(bytes)
    if (found) await this.save(url, bytes)
    return bytes
  }

  /** A URL from a document, with {mac} and {phone_type} filled in. */
  expand(url: string): string {
    const { phoneType, mac } = this.visitor.identity
    return expand(url, phoneType, mac)
  }

  note(text: string): void {
    this.visitor.report({ kind: 'note', text })
  }

  // The path becomes part of one flat name, so that nothing a server says leaves the folder.
  private async save(url: string, bytes: Buffer): Promise<void> {
    if (this.visitor.save === undefined) return
    const { pathname, search } = new URL(url)
    const name = `${pathname.replace(/^\/+/, '')}${search}`.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '')
    await mkdir(this.visitor.save, { recursive: true })
    await writeFile(join(this.visitor.save, name.slice(0, 200) || 'document'), bytes)
  }
}
