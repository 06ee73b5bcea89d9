/** Files of other systems as one inventory, with a finding for all that could not be carried over. No I/O. */

import type { Mac } from '../address/mac.js'
import { arrangeFindings, type Finding } from '../config/finding.js'
import type { Inventory } from '../fleet/phone.js'
import type { Document, Flaw } from '../snom/document.js'
import { readDocument } from '../snom/read.js'
import { decodeText } from './decode-text.js'
import { Draft, type Owner } from './draft.js'
import { isPhoneTable, takeTable } from './from-csv.js'
import { type Taker, takeDocument } from './from-document.js'
import { type Whose, whoseContent, whoseName } from './whose.js'

export interface ImportedFile {
  readonly name: string // as findings shall name it
  readonly bytes: Buffer
}

/**
 * With a MAC, in `mac` or in the name or content of the file, it is that phone's: `model` and `group` then say what
 * the phone is and where it belongs. Any other file goes to the group, else the model, else the defaults.
 */
export interface ImportOptions {
  readonly mac?: Mac
  readonly model?: string // phone type: snom370
  readonly group?: string
}

export interface Imported {
  readonly inventory: Inventory
  readonly findings: readonly Finding[] // errors: lost; warnings: there in another way
}

/** Later files win over earlier ones, value by value. */
export function importFiles(files: readonly ImportedFile[], options: ImportOptions = {}): Imported {
  const draft = new Draft()
  for (const file of files) importFile(file, options, draft)
  const findings = arrangeFindings(
    draft.findings,
    files.map(({ name }) => name),
  )
  return { inventory: draft.inventory(), findings }
}

function importFile({ name, bytes }: ImportedFile, options: ImportOptions, draft: Draft): void {
  const { text, isGuess } = decodeText(bytes)
  const start = { file: name, place: { line: 1, column: 1 } }
  if (/\.(?:csv|tsv)$/i.test(name) || isPhoneTable(text)) {
    if (isGuess) draft.warn(start, 'not-utf8', 'is not UTF-8; it was read as Windows-1252')
    takeTable(name, text, options, draft)
    return
  }
  const { document, flaws } = readDocument(bytes)
  for (const flaw of flaws) takeFlaw(flaw, document, name, draft)
  if (document === undefined) return
  takeDocument(document, takerFor(name, document, options, draft))
}

/** Faults by which a reader loses what stands there; it reads on over all others without loss. */
const losing = new Set([
  ...['too-long', 'no-setting', 'stray-text', 'duplicate-attribute', 'too-many-attributes', 'second-root'],
  ...['no-number', 'unclosed-markup', 'no-character'],
])

function takeFlaw(
  { place, rule, severity, message }: Flaw,
  document: Document | undefined,
  file: string,
  draft: Draft,
) {
  const isPage = document?.kind === 'settings' && document.form === 'page'
  if (severity === 'info' || (isPage && rule === 'bare-ampersand')) return // HTML allows it, and pages are full of flags
  if (document === undefined || losing.has(rule)) draft.lose({ file, place }, message, rule)
  else draft.warn({ file, place }, rule, message)
}

function takerFor(file: string, document: Document, options: ImportOptions, draft: Draft): Taker {
  const whose = whoseFile(file, document, options, draft)
  const owner = ownerOf(whose.mac, options)
  if (owner.kind === 'phone') {
    const model = options.model ?? whose.type
    const groups = options.group === undefined ? [] : [options.group]
    draft.know(owner.mac, model === undefined ? {} : { model }, groups, { file, place: document.place })
  }
  return {
    isPhone: owner.kind === 'phone',
    put: (item, place) => {
      if (item.kind === 'firmware' && owner.kind === 'defaults') {
        draft.lose({ file, place }, 'firmware stands with a model, a group or a phone; name the model with --model')
      } else draft.put(owner, item, { file, place })
    },
    lose: (place, message) => draft.lose({ file, place }, message),
    warn: (place, rule, message) => draft.warn({ file, place }, rule, message),
  }
}

function whoseFile(file: string, document: Document, { mac }: ImportOptions, draft: Draft): Whose {
  const [named, said] = [whoseName(file), whoseContent(document)]
  const chosen = mac ?? named.mac ?? said.mac
  if (said.mac !== undefined && said.mac !== chosen) {
    const message = `says that it is phone ${said.mac}, and was taken as phone ${chosen}'s`
    draft.warn({ file, place: document.place }, 'other-mac', message)
  }
  const type = said.type ?? named.type
  return { ...(chosen !== undefined && { mac: chosen }), ...(type !== undefined && { type }) }
}

function ownerOf(mac: Mac | undefined, { group, model }: ImportOptions): Owner {
  if (mac !== undefined) return { kind: 'phone', mac }
  if (group !== undefined) return { kind: 'group', name: group }
  return model === undefined ? { kind: 'defaults' } : { kind: 'model', type: model }
}
