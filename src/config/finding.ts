/** What is wrong in a file, and where: the answer to an operator's mistake. No I/O. */

export interface Finding {
  readonly file: string // as the caller or the configuration names it
  readonly line: number // 1-based
  readonly column: number // 1-based, in UTF-16 units
  readonly severity: 'error' | 'warning'
  readonly rule: string // stable kebab-case name
  readonly message: string // one sentence: the value, what was expected, how to mend it; never a secret
}

export interface Place {
  readonly line: number
  readonly column: number
}

/** The way to a value through keys and list positions: ['dhcp', 'subnets', 0, 'pool']. */
export type Path = readonly (string | number)[]

/** Where in a file a path leads: to the key, or to the value behind it. */
export type Locate = (path: Path, end: 'key' | 'value') => Place

/** Takes down what is found in one file. */
export interface Report {
  error(rule: string, path: Path, message: string, end?: 'key' | 'value'): void
  warning(rule: string, path: Path, message: string, end?: 'key' | 'value'): void
  /** `conf/phones.yaml:12`, for a message that points elsewhere. */
  lineOf(path: Path): string
}

// A page of findings is read by a person; a generated file can hold one mistake 65,536 times.
const mostFindings = 1000

/** `conf/option66.yaml:21:9 error pool-outside-subnet pool 10.0.0.1 - 10.0.0.9 lies outside subnet 192.168.66.0/24` */
export function formatFinding(finding: Finding): string {
  const { file, line, column, severity, rule, message } = finding
  return `${file}:${line}:${column} ${severity} ${rule} ${message}`
}

/** A report on one file that adds to a list shared by all. */
export function reportOn(file: string, locate: Locate, findings: Finding[]): Report {
  const add =
    (severity: Finding['severity']): Report['error'] =>
    (rule, path, message, end = 'value') => {
      findings.push({ file, ...locate(path, end), severity, rule, message })
    }
  return { error: add('error'), warning: add('warning'), lineOf: path => `${file}:${locate(path, 'key').line}` }
}

export function hasError(findings: readonly Finding[]): boolean {
  return findings.some(finding => finding.severity === 'error')
}

/** By file in the order of first mention, then by place; at most 1,000, the rest counted in one more. */
export function arrangeFindings(findings: readonly Finding[], files: readonly string[]): readonly Finding[] {
  const rank = new Map(files.map((file, index) => [file, index]))
  const rankOf = (finding: Finding): number => rank.get(finding.file) ?? files.length
  const sorted = findings.toSorted((a, b) => rankOf(a) - rankOf(b) || a.line - b.line || a.column - b.column)
  const last = sorted[mostFindings - 1]
  if (last === undefined || sorted.length === mostFindings) return sorted
  const rest = sorted.slice(mostFindings)
  const severity = hasError(rest) ? 'error' : 'warning'
  const message = `${rest.length} more findings are not shown; mend these first`
  return [...sorted.slice(0, mostFindings), { ...last, severity, rule: 'too-many-findings', message }]
}
