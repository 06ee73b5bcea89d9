/** Findings of thousands of documents, where what many phones share is said once, and each says whence it comes. */

import type { Finding } from '../config/finding.js'
import { type LayerWithOrigin, mergeWithOrigin, wholeLayers } from '../fleet/layers.js'
import type { Inventory, Phone } from '../fleet/phone.js'
import type { Document } from '../snom/document.js'
import type { Reading } from '../snom/rules/check-bytes.js'
import type { Finding as DocumentFinding } from '../snom/rules/rule.js'
import { sectionsOf } from '../snom/rules/subject.js'

export interface Gathering {
  say(finding: Finding): void
  /** `name`: of the document, as asked. */
  add(name: string, reading: Reading, findings: readonly DocumentFinding[], of: Reader): void
  findings(): readonly Finding[]
}

export interface Reader {
  readonly phone: Phone
  readonly type: string | undefined
}

interface Said {
  readonly finding: Finding
  more: number // documents that break the rule by the same value
}

export function createGathering(inventory: Inventory): Gathering {
  const said = new Map<string, Said>() // a value of a layer, in as many documents as it may be

  function keep(key: string, finding: Finding): void {
    const known = said.get(key)
    if (known === undefined) said.set(key, { finding, more: 0 })
    else if (known.finding.file !== finding.file) known.more += 1
  }

  function add(name: string, { document }: Reading, findings: readonly DocumentFinding[], of: Reader): void {
    if (findings.length === 0) return
    const origins = originsIn(inventory, of)
    for (const { place, rule, severity, message } of findings) {
      const from = document === undefined ? undefined : originAt(document, place.line, origins)
      const source = from === undefined ? '' : ` (from ${from})`
      const finding: Finding = { file: name, ...place, severity, rule, message: `${message}${source}` }
      const isShared = from !== undefined && !from.startsWith('phone ')
      keep(`${isShared ? '' : `${name}:${place.line}:${place.column} `}${rule} ${finding.message}`, finding)
    }
  }

  return {
    add,
    say: finding => keep(`${finding.rule} ${finding.message}`, finding),
    findings: () => [...said.values()].map(withCount),
  }
}

function withCount({ finding, more }: Said): Finding {
  if (more === 0) return finding
  return { ...finding, message: `${finding.message}, and in ${more} more document${more === 1 ? '' : 's'}` }
}

function originsIn(inventory: Inventory, { phone, type }: Reader): LayerWithOrigin {
  return mergeWithOrigin(wholeLayers(inventory, phone, type))
}

/** The layer of the value that stands in that line: values begin a line each, and a book entry goes on for some. */
function originAt(document: Document, line: number, origins: LayerWithOrigin): string | undefined {
  for (const section of sectionsOf(document)) {
    if (section.kind === 'phone-settings') {
      const found = section.settings.findLast(({ place }) => place.line === line)
      const from = origins.settings.find(
        ({ value }) => value.name === found?.name && value.index === found?.index,
      )?.from
      if (from !== undefined) return from
    } else if (section.kind === 'function-keys') {
      const found = section.keys.findLast(({ place }) => place.line === line)
      if (found !== undefined) return origins.keys.find(({ value }) => value.idx === found.idx)?.from
    } else if (section.kind === 'phone-book') {
      const found = section.items.findLast(({ place }) => place.line <= line && line <= place.line + 3)
      if (found !== undefined) return origins.phoneBook.find(({ value }) => value.number === found.number)?.from
    } else {
      const found = section.templates.findLast(({ place }) => place.line === line)
      if (found !== undefined) return origins.dialplan.find(({ value }) => value.match === found.match)?.from
    }
  }
  return undefined
}
