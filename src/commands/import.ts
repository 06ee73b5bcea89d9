/** `option66 import`: files of other systems become an inventory, printed as YAML. */

import { parseMac } from '../address/mac.js'
import { type Finding, formatFinding, hasError } from '../config/finding.js'
import { readBytes } from '../config/text-file.js'
import { inventoryTree, writeInventory } from '../config/write-inventory.js'
import type { Inventory } from '../fleet/phone.js'
import { type ImportedFile, type ImportOptions, importFiles } from '../import/import-files.js'
import { parsePhoneType } from '../snom/phone-type.js'

export interface ImportCall {
  readonly files: readonly string[]
  readonly mac?: string
  readonly model?: string
  readonly group?: string
  readonly json?: boolean // the inventory and the findings as one JSON object
  readonly write: (text: string) => void
  readonly complain: (text: string) => void
}

/** Exit code 0: all is carried over; 1: not all, each with a finding; 2: the call is wrong or a file cannot be read. */
export async function runImport(call: ImportCall): Promise<number> {
  const { write, complain } = call
  const options = readOptions(call)
  const files = typeof options === 'string' ? options : await readFiles(call.files)
  if (typeof options === 'string' || typeof files === 'string') {
    complain(`${typeof options === 'string' ? options : files}\n`)
    return 2
  }
  const { inventory, findings } = importFiles(files, options)
  if (call.json) write(`${JSON.stringify({ inventory: inventoryTree(inventory), findings }, undefined, 2)}\n`)
  else {
    write(writeInventory(inventory))
    for (const finding of findings) complain(`${formatFinding(finding)}\n`)
    complain(`${summary(files.length, inventory, findings)}\n`)
  }
  return hasError(findings) ? 1 : 0
}

/** The options, or one sentence on what is wrong with them. */
function readOptions({ files, mac, model, group }: ImportCall): ImportOptions | string {
  const parsed = mac === undefined ? undefined : parseMac(mac)
  const type = model === undefined ? undefined : parsePhoneType(model)
  if (files.length === 0) return 'import: name the files to read'
  if (mac !== undefined && parsed === undefined) return `--mac ${mac}: expected a MAC address such as 000413261234`
  if (model !== undefined && type === undefined) return `--model ${model}: expected a phone type such as snom370`
  if (group !== undefined && !/^.{1,255}$/.test(group)) return '--group: expected a name of 1 to 255 characters'
  return {
    ...(parsed !== undefined && { mac: parsed }),
    ...(type !== undefined && { model: type }),
    ...(group !== undefined && { group }),
  }
}

/** Every file, or one sentence on those that cannot be read. */
async function readFiles(names: readonly string[]): Promise<readonly ImportedFile[] | string> {
  const files: ImportedFile[] = []
  const problems: string[] = []
  for (const name of names) {
    const read = await readBytes(name)
    if ('bytes' in read) files.push({ name, bytes: read.bytes })
    else problems.push(`${name}: ${read.message}`)
  }
  return problems.length === 0 ? files : problems.join('\n')
}

function summary(files: number, { defaults, models, groups, phones }: Inventory, findings: readonly Finding[]): string {
  const layers = [defaults, ...models.values(), ...groups.values(), ...[...phones.values()].map(({ layer }) => layer)]
  const sum = (count: (layer: typeof defaults) => number): number =>
    layers.reduce((total, layer) => total + count(layer), 0)
  const lost = findings.filter(({ severity }) => severity === 'error').length
  const parts = [
    counted(phones.size, 'phone'),
    counted(
      sum(layer => layer.settings.length),
      'setting',
    ),
    counted(
      sum(layer => layer.keys.length),
      'key',
    ),
    counted(
      sum(layer => layer.phoneBook.length),
      'phone book entry',
      'phone book entries',
    ),
    counted(
      sum(layer => layer.dialplan.length),
      'dial pattern',
    ),
  ]
  const rest = lost === 0 ? 'nothing is lost' : `${counted(lost, 'thing')} not carried over, each named above`
  return `${counted(files, 'file')}: ${parts.join(', ')}; ${rest}`
}

function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`
}
