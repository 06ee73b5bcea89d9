/** `option66 check`: reads the configuration and the inventory and prints what is wrong with them. */

import { formatFinding, hasError } from '../config/finding.js'
import { readSite } from '../config/site.js'

export interface CheckCall {
  readonly file: string
  readonly json: boolean
  readonly write: (text: string) => void
}

/** One finding a line, or all as a JSON array. Exit code 1 when there is an error. */
export async function check({ file, json, write }: CheckCall): Promise<number> {
  const { findings, site } = await readSite(file)
  if (json) write(`${JSON.stringify(findings, undefined, 2)}\n`)
  else for (const finding of findings) write(`${formatFinding(finding)}\n`)
  if (!json && site !== undefined) write(`${file}: ${site.inventory.phones.size} phones, no error\n`)
  return hasError(findings) ? 1 : 0
}
