/** A YAML file, read and parsed; whatever is wrong with it becomes a finding. */

import type { Finding } from './finding.js'
import { readText } from './text-file.js'
import { noSource, parseYaml, type Source } from './yaml.js'

/** Never rejects. Without a tree there is at least one finding. A file in `texts` is not read: that is its text. */
export async function loadYaml(
  file: string,
  findings: Finding[],
  texts?: ReadonlyMap<string, string>,
): Promise<Source> {
  const text = texts?.get(file)
  if (text !== undefined) return parseYaml(file, text, findings)
  const read = await readText(file)
  if ('text' in read) return parseYaml(file, read.text, findings)
  findings.push({ file, line: 1, column: 1, severity: 'error', rule: read.rule, message: read.message })
  return noSource(file)
}
