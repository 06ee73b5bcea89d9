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
import { show } from './tree.js'

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
export async function gatherInventory(
  files: readonly string[],
  findings: Finding[],
  texts?: ReadonlyMap<string, string>,
): Promise<InventoryReading> {
  const gathered: Gathered = { defaults: [], models: new Map(), groups: new Map(), phones: new Map(), written: 0 }
  for (const file of files) {
    const source = await loadYaml(file, findings, texts)
    const report = reportOn(file, source.locate, findings)
    const { parts, mistakes } = readTree(phonesSchema, source.tree ?? null) // an empty file is an empty inventory
    for (const { rule, path, message, end } of mistakes) report.error(rule, path, message, end)
    gatherFile(parts ?? {}, gathered, report)
  }
  const phones = [...gathered.phones.values()]
  checkPhones(phones, gathered.models, gathered.groups)
  return { inventory: toInventory(gathered), phones }
}

interface PlacedLayer {
  readonly layer: Layer
  readonly path: Path
  readonly report: Report
}

interface Gathered {
  readonly defaults: Layer[]
  readonly models: Map<string, PlacedLayer>
  readonly groups: Map<string, PlacedLayer>
  readonly phones: Map<Mac, PlacedPhone>
  written: number // phones, duplicates too
}

function toInventory({ defaults, models, groups, phones }: Gathered): Inventory {
  const layersOf = (placed: ReadonlyMap<string, PlacedLayer>): ReadonlyMap<string, Layer> =>
    new Map([...placed].map(([name, { layer }]) => [name, layer]))
  return {
    defaults: mergeLayers(defaults),
    models: layersOf(models),
    groups: layersOf(groups),
    phones: new Map([...phones].map(([mac, { phone }]) => [mac, phone])),
  }
}

function gatherFile(parts: Loose<PhonesFile>, gathered: Gathered, report: Report): void {
  if (parts.defaults) gathered.defaults.push(readLayer(parts.defaults, ['defaults'], report))
  gatherLayers(parts.models, 'models', key => key.toLowerCase(), gathered.models, report)
  gatherLayers(parts.groups, 'groups', key => key, gathered.groups, report)
  const phones = Object.entries(parts.phones ?? {})
  gathered.written += phones.length
  if (gathered.written > mostPhones) {
    const message = `${gathered.written} phones; one appliance serves at most ${mostPhones}`
    report.error('too-many-phones', ['phones'], message, 'key')
    return
  }
  for (const [key, phone] of phones) gatherPhone(key, phone ?? {}, gathered.phones, report)
}

function gatherLayers(
  written: Readonly<Record<string, LayerParts | null | undefined>> | null | undefined,
  section: 'models' | 'groups',
  nameOf: (key: string) => string,
  layers: Map<string, PlacedLayer>,
  report: Report,
): void {
  for (const [key, parts] of Object.entries(written ?? {})) {
    const path: Path = [section, key]
    const name = nameOf(key)
    const twin = layers.get(name)
    if (twin === undefined) layers.set(name, { layer: readLayer(parts ?? {}, path, report), path, report })
    else
      report.error('duplicate-layer', path, `${key} stands in ${section} already (${placeOf(twin)}); keep one`, 'key')
  }
}

function gatherPhone(key: string, parts: LayerParts, phones: Map<Mac, PlacedPhone>, report: Report): void {
  const mac = parseMac(key)
  const path: Path = ['phones', key]
  if (mac === undefined) {
    const message = `phone ${show(key)} is not a MAC address such as 000413261234 or 00:04:13:26:12:34`
    report.error('mac', path, message, 'key')
    return
  }
  const { model, name, address } = parts
  const phone: Phone = {
    mac,
    ...(model !== undefined && { model }),
    ...(name !== undefined && { name }),
    ...(address !== undefined && { address }),
    groups: (parts.groups ?? []).map(group => group ?? ''), // a hole keeps the positions right
    layer: readLayer(parts, path, report),
  }
  const twin = phones.get(mac)
  if (twin === undefined) phones.set(mac, { phone, path, report })
  else
    report.error(
      'duplicate-mac',
      path,
      `phone ${key} stands in the inventory already (${placeOf(twin)}); keep one`,
      'key',
    )
}

function placeOf({ path, report }: { readonly path: Path; readonly report: Report }): string {
  return report.lineOf(path)
}
