/** The checker: all rules over one document. No I/O. */

import type { Document } from '../document.js'
import { containerRules } from './containers.js'
import { dialPlanRules } from './dial-plan.js'
import { firstByteRules } from './first-bytes.js'
import { flagRules } from './flags.js'
import { keyRules } from './function-keys.js'
import { identityRules } from './identities.js'
import { languageRules } from './languages.js'
import { neverProvisionRules } from './never-provision.js'
import { bookRules } from './phone-book.js'
import type { Circumstances, Finding, Rule } from './rule.js'
import { securityRules } from './security.js'
import { layOut } from './subject.js'
import { tagRules } from './tags.js'
import { updateRules } from './updates.js'
import { urlRules } from './urls.js'
import { valueRules } from './values.js'

export const rules: readonly Rule[] = [
  ...firstByteRules,
  ...tagRules,
  ...containerRules,
  ...urlRules,
  ...neverProvisionRules,
  ...flagRules,
  ...identityRules,
  ...valueRules,
  ...keyRules,
  ...bookRules,
  ...dialPlanRules,
  ...languageRules,
  ...securityRules,
  ...updateRules,
]

/** One rule can hit each of thousands of phrases or entries: a person reads the first few, and the count. */
const mostOfOneRule = 20

/** What is wrong, by place. */
export function checkDocument(document: Document, circumstances: Circumstances): Finding[] {
  const subject = layOut(document, circumstances)
  const findings: Finding[] = []
  for (const rule of rules) {
    let count = 0
    for (const { place, message } of rule.find(subject)) {
      count += 1
      if (count <= mostOfOneRule) findings.push({ place, rule: rule.name, severity: rule.severity, message })
    }
    const last = findings.at(-1)
    if (count > mostOfOneRule && last !== undefined) {
      findings.push({ ...last, message: `${count - mostOfOneRule} more places break this rule` })
    }
  }
  return findings.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
}
