/** The rules of the checker as a table. */

import { rules } from '../snom/rules/check-document.js'
import type { Rule } from '../snom/rules/rule.js'

type RuleRow = Pick<Rule, 'name' | 'severity' | 'about' | 'remedy'>

export function describeRules(): readonly RuleRow[] {
  return rules.map(({ name, severity, about, remedy }) => ({ name, severity, about, remedy }))
}

/** A Markdown table, its first two columns aligned. */
export function rulesTable(): string {
  const rows = [{ name: 'rule', severity: 'severity', about: 'why', remedy: 'remedy' }, ...describeRules()]
  const width = Math.max(...rows.map(({ name }) => name.length))
  const [head = '', ...body] = rows.map(({ name, severity, about, remedy }) => {
    return `| ${name.padEnd(width)} | ${severity.padEnd(8)} | ${cell(about)} | ${cell(remedy)} |`
  })
  return `${[head, `|${'-'.repeat(width + 2)}|----------|---|---|`, ...body].join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
