/** Checks what the appliance renders, and logs what is wrong with it: once, as thousands of phones may ask. */

import type { Inspected } from './bundle/inspection.js'
import type { Log } from './doors/log.js'
import { checkBytes } from './snom/rules/check-bytes.js'

/** Some documents of every phone of a large site; beyond, all may be said again. */
const maxSaid = 20_000

/** To be called with each freshly rendered document. One line for a document, its first error before any warning. */
export function createDocumentWatch(log: Log): (inspected: Inspected) => void {
  const said = new Set<string>()

  /** A checker that fails over a document must not take the phones' appliance with it. */
  const look = ({ name, bytes, ...known }: Inspected): ReturnType<typeof checkBytes> => {
    try {
      return checkBytes(bytes, { name: `/${name}`, ...known })
    } catch (error) {
      log.error({ document: `/${name}`, error: String(error) }, 'the document could not be checked')
      return []
    }
  }
  return inspected => {
    const { name } = inspected
    const findings = look(inspected)
    const first = findings.find(({ severity }) => severity === 'error') ?? findings[0]
    if (first === undefined) return
    const document = `/${name}`
    const text = `${first.message}${andMore(findings.length - 1)}`
    const key = `${document} ${text}`
    if (said.has(key)) return
    if (said.size >= maxSaid) said.clear()
    said.add(key)
    log.warn({ document, ...first.place, rule: first.rule }, text)
  }
}

function andMore(number: number): string {
  if (number === 0) return ''
  return `; ${number} more finding${number === 1 ? '' : 's'}: see option66 check`
}
