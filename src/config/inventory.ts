/** The inventory: one file or several with defaults, models, groups and phones, read into one. */

import { type Mac, parseMac } from '../address/mac.js'
import { mergeLayers } from '../fleet/layers.js'
import type { Inventory, Layer, Phone } from '../fleet/phone.js'
import { arrangeFindings, type Finding, hasError, type Path, type Report, reportOn } from './finding.js'
import { type LayerParts, readLayer } from './layer.js'
import { checkPhones, type PlacedPhone } from './phone-checks.js'
import { type PhonesFile, phonesSchema } from './phones-schema.js'
import { type Loose, readTree } from './schema.js'
import { loadYaml } from './source.js'

// An address block of a LAN holds no more, and each phone costs some kilobytes.
const mostPhones = 65_536

export interface InventoryReading {
  readonly inventory: Inventory // what could be read
  readonly phones: readonly PlacedPhone[]
}

/** The inventory is present when no finding is an error. Files are named as the findings shall name them. */
export async function readInventory(
  files: readonly string[],
): Promise<{ inventory?: Inventory; findings: readonly Finding[] }> {
  const findings: Finding[] = []
  const { inventory } = await gatherInventory(files, findings)
  return { ...(!hasError(findings) && { inventory }), findings: arrangeFindings(findings, files) }
}

/** The same for a caller that goes on checking: as much as could be read. */
export async function gatherInventory(files: readonly string[], findings: Finding[]): Promise<InventoryReading> {
  const gathered: Gathered = {
    defaults: [],
    models: new Map(),
    groups: new Map(),
    phones: new Map(),
    placed: [],
    sizes: 0,
  }
  for (const file of files) {
    const source = await loadYaml(file, findings)
    const report = reportOn(file, source.locate, findings)
    const { parts, mistakes } = readTree(phonesSchema, source.tree ?? null) // an empty file is an empty inventory
    for (const { rule, path, message, end } of mistakes) report.error(rule, path, message, end)
    gatherFile(parts ?? {}, gathered, report)
  }
  const { models, groups, phones, placed } = gathered
  checkPhones(placed, models, groups)
  return { inventory: { defaults: mergeLayers(gathered.defaults), models, groups, phones }, phones: placed }
}

interface Gathered {
  readonly defaults: Layer[]
  readonly models: Map<string, Layer>
  readonly groups: Map<string, Layer>
  readonly phones: Map<Mac, Phone>
  readonly placed: PlacedPhone[]
  sizes: number // phones written, duplicates too
}

function gatherFile(parts: Loose<PhonesFile>, gathered: Gathered, report: Report): void {
  if (parts.defaults) gathered.defaults.push(readLayer(parts.defaults, ['defaults'], report))
  gatherLayers(parts.models, 'models', key => key.toLowerCase(), gathered.models, report)
  gatherLayers(parts.groups, 'groups', key => key, gathered.groups, report)
  const phones = Object.entries(parts.phones ?? {})
  gathered.sizes += phones.length
  if (gathered.sizes > mostPhones) {
    report.error(
      'too-many-phones',
      ['phones'],
      `${gathered.sizes} phones; one appliance serves at most ${mostPhones}`,
      'key',
    )
    return
  }
  for (const [key, phone] of phones) gatherPhone(key, phone ?? {}, gathered, report)
}

function gatherLayers(
  written: Readonly<Record<string, LayerParts | null | undefined>> | null | undefined,
  section: 'models' | 'groups',
  nameOf: (key: string) => string,
  layers: Map<string, Layer>,
  report: Report,
): void {
  for (const [key, layer] of Object.entries(written ?? {})) {
    const name = nameOf(key)
    if (layers.has(name))
      report.error('duplicate-layer', [section, key], `${key} stands in ${section} twice; keep one`, 'key')
    else layers.set(name, readLayer(layer ?? {}, [section, key], report))
  }
}

function gatherPhone(key: string, parts: LayerParts, gathered: Gathered, report: Report): void {
  const mac = parseMac(key)
  if (mac === undefined) return // the schema has said so
  const path: Path = ['phones', key]
  const { model, name, address } = parts
  const groups = (parts.groups ?? []).map(group => group ?? '') // a hole keeps the positions right
  const layer = readLayer(parts, path, report)
  const phone: Phone = {
    mac,
    ...(model !== undefined && { model }),
    ...(name !== undefined && { name }),
    ...(address !== undefined && { address }),
    groups,
    layer,
  }
  if (gathered.phones.has(mac)) {
    report.error(
      'duplicate-mac',
      path,
      `phone ${key} is ${mac}, which stands in the inventory already; keep one`,
      'key',
    )
  } else {
    gathered.phones.set(mac, phone)
    gathered.placed.push({ phone, path, report })
  }
}
