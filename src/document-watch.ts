/** Checks what the appliance renders, and keeps and logs what is wrong with it: once, as thousands of phones may ask. */

import type { Inspected } from './bundle/inspection.js'
import type { Log } from './doors/log.js'
import { checkBytes } from './snom/rules/check-bytes.js'
import type { Finding } from './snom/rules/rule.js'

/** Some documents of every phone of a large site; beyond, all may be said again. */
const maxSaid = 20_000

/** Documents whose findings are kept to be asked for; who has more reads the first and runs `option66 check`. */
const maxKept = 500

export interface DocumentFinding extends Finding {
  readonly document: string // as asked: /snom370/general.xml
}

export interface DocumentWatch {
  /** To be called with each freshly rendered document. One line for a document, its first error before any warning. */
  look(inspected: Inspected): void
  /** Of each document as it was rendered last. */
  findings(): readonly DocumentFinding[]
}

export function createDocumentWatch(log: Log): DocumentWatch {
  const said = new Set<string>()
  const kept = new Map<string, readonly DocumentFinding[]>() // by document

  /** A checker that fails over a document must not take the phones' appliance with it. */
  const check = ({ name, bytes, ...known }: Inspected): readonly Finding[] => {
    try {
      return checkBytes(bytes, { name: `/${name}`, ...known })
    } catch (error) {
      log.error({ document: `/${name}`, error: String(error) }, 'the document could not be checked')
      return []
    }
  }
  const keep = (document: string, findings: readonly Finding[]): void => {
    kept.delete(document)
    if (findings.length === 0 || kept.size >= maxKept) return
    kept.set(
      document,
      findings.map(finding => ({ ...finding, document })),
    )
  }
  const look = (inspected: Inspected): void => {
    const findings = check(inspected)
    const document = `/${inspected.name}`
    keep(document, findings)
    const first = findings.find(({ severity }) => severity === 'error') ?? findings[0]
    if (first === undefined) return
    const text = `${first.message}${andMore(findings.length - 1)}`
    const key = `${document} ${text}`
    if (said.has(key)) return
    if (said.size >= maxSaid) said.clear()
    said.add(key)
    log.warn({ document, ...first.place, rule: first.rule }, text)
  }
  return { look, findings: () => [...kept.values()].flat() }
}

function andMore(number: number): string {
  if (number === 0) return ''
  return `; ${number} more finding${number === 1 ? '' : 's'}: see option66 check`
}
