/** `option66 check`: reads configuration, inventory and documents, or setting files, and prints what is wrong. */

import { arrangeFindings, type Finding, formatFinding, hasError } from '../config/finding.js'
import { readSite } from '../config/site.js'
import { checkDocuments } from './check-documents.js'
import { checkFiles } from './check-files.js'
import { describeRules, rulesTable } from './check-rules.js'

export interface CheckCall {
  readonly file: string // configuration
  readonly files?: readonly string[] // setting files; empty: configuration, inventory and documents
  readonly rules?: boolean // prints the rules instead
  readonly model?: string // of the phone that reads the files: snom300
  readonly firmware?: string // its version: 7.3.30
  readonly json: boolean
  readonly write: (text: string) => void
  /** Told after each phone; whoever has a terminal may show it. */
  readonly progress?: (done: number, total: number) => void
}

/** One finding a line, or all as a JSON array. Exit code 1 when there is an error. */
export async function check(call: CheckCall): Promise<number> {
  const { json, write, files = [] } = call
  if (call.rules) {
    write(json ? `${JSON.stringify(describeRules(), undefined, 2)}\n` : rulesTable())
    return 0
  }
  const { findings, summary } = files.length > 0 ? await ofFiles(files, call) : await ofSite(call)
  if (json) write(`${JSON.stringify(findings, undefined, 2)}\n`)
  else for (const finding of findings) write(`${formatFinding(finding)}\n`)
  if (!json && summary !== undefined) write(`${summary}, ${count(findings)}\n`)
  return hasError(findings) ? 1 : 0
}

interface Outcome {
  readonly findings: readonly Finding[]
  readonly summary?: string
}

async function ofFiles(files: readonly string[], { model, firmware }: CheckCall): Promise<Outcome> {
  const reader = { ...(model !== undefined && { type: model }), ...(firmware !== undefined && { version: firmware }) }
  return { findings: await checkFiles(files, reader), summary: many(files.length, 'file') }
}

/** Documents are looked at only where the configuration and the inventory have no error. */
async function ofSite({ file, progress }: CheckCall): Promise<Outcome> {
  const { findings, site } = await readSite(file)
  if (site === undefined) return { findings }
  const documents = await checkDocuments(site, progress)
  const all = [...findings, ...documents.findings]
  const names = [...new Set(all.map(finding => finding.file))]
  const { size } = site.inventory.phones
  const summary = `${file}: ${many(size, 'phone')}, ${many(documents.count, 'document')}`
  return { findings: arrangeFindings(all, names), summary }
}

function count(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const said = errors === 0 ? 'no error' : many(errors, 'error')
  return warnings === 0 ? said : `${said}, ${many(warnings, 'warning')}`
}

function many(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
