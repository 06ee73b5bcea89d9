/** Merging what the inventory says in several places. No I/O. */

import type { Inventory, Layer, Phone } from '../fleet/phone.js'

const nothing: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }

/** What every phone of that type is told: defaults, then model. */
export function generalLayer(inventory: Inventory, type: string | undefined): Layer {
  const model = type === undefined ? undefined : inventory.models.get(type.toLowerCase())
  return mergeLayers([inventory.defaults, model ?? nothing])
}

/** What that phone alone is told: its groups in order, then the phone. */
export function ownLayer(inventory: Inventory, phone: Phone): Layer {
  return mergeLayers([...phone.groups.map(group => inventory.groups.get(group) ?? nothing), phone.layer])
}

/** The image file every phone of that type is told; without merging, since each request asks. */
export function generalFirmware(inventory: Inventory, type: string): string | undefined {
  return inventory.models.get(type.toLowerCase())?.firmware ?? inventory.defaults.firmware
}

/** The image file that phone alone is told. */
export function ownFirmware(inventory: Inventory, phone: Phone): string | undefined {
  const group = phone.groups.findLast(name => inventory.groups.get(name)?.firmware !== undefined)
  return phone.layer.firmware ?? inventory.groups.get(group ?? '')?.firmware
}

/** A later layer wins per setting and index, per key idx, per book number, per dial pattern, and the firmware. */
export function mergeLayers(layers: readonly Layer[]): Layer {
  const firmware = layers.findLast(layer => layer.firmware !== undefined)?.firmware
  return {
    settings: lastOfEach(layers, 'settings', setting => `${setting.name} ${setting.index ?? ''}`),
    keys: lastOfEach(layers, 'keys', key => `${key.idx}`),
    phoneBook: lastOfEach(layers, 'phoneBook', entry => entry.number),
    dialplan: lastOfEach(layers, 'dialplan', template => template.match),
    ...(firmware !== undefined && { firmware }),
  }
}

/** The order is that of first appearance: an overridden value stays in its place. */
function lastOfEach<Part extends 'settings' | 'keys' | 'phoneBook' | 'dialplan'>(
  layers: readonly Layer[],
  part: Part,
  identity: (item: Layer[Part][number]) => string,
): Layer[Part][number][] {
  const merged = new Map<string, Layer[Part][number]>()
  for (const layer of layers) {
    for (const item of layer[part]) merged.set(identity(item), item)
  }
  return [...merged.values()]
}
