/** Why a phone stopped, in plain words: each rule of the tables looks at its last boot. No I/O. */

import { type Account, accountOf, type Knowledge } from './account.js'
import { firmwareRules } from './diagnosis-firmware.js'
import { identityRules } from './diagnosis-identity.js'
import { leaseRules } from './diagnosis-lease.js'
import { pnpRules } from './diagnosis-pnp.js'
import { settingsRules } from './diagnosis-settings.js'
import type { PhoneHistory } from './phone-history.js'

export type Severity = 'error' | 'warning' | 'note'

export interface Diagnosis {
  readonly rule: string // asks-no-66
  readonly severity: Severity
  readonly text: string // what happened, and what to do
}

export interface Rule {
  readonly rule: string
  readonly severity: Severity // error: the phone does not work, or not as it should
  /** The text, where the rule holds. */
  readonly find: (account: Account) => string | undefined
}

/** The more special rule comes first. */
export const rules: readonly Rule[] = [...firmwareRules, ...leaseRules, ...pnpRules, ...settingsRules, ...identityRules]

const severities: readonly Severity[] = ['error', 'warning', 'note']

/** Gravest first; `now` in ms since 1970. Phones that are well have none. */
export function diagnose(history: PhoneHistory, site: Knowledge, now: number): readonly Diagnosis[] {
  const account = accountOf(history, site, now)
  if (account === undefined) return []
  const found: Diagnosis[] = []
  for (const { rule, severity, find } of rules) {
    const text = find(account)
    if (text !== undefined) found.push({ rule, severity, text })
  }
  return found.sort((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity))
}
