/** Layers of an inventory put on top of each other: defaults, model, groups in order, phone. No I/O. */

import type { BookEntry, DialTemplate, Inventory, Key, Layer, Phone, Setting } from './phone.js'

/** A layer and where it stands: `defaults`, `model snom370`, `group reception`, `phone 000413261234`. */
export interface NamedLayer {
  readonly name: string
  readonly layer: Layer
}

/** A value and the name of the layer that it comes from. */
export interface From<T> {
  readonly value: T
  readonly from: string
}

export interface LayerWithOrigin {
  readonly settings: readonly From<Setting>[]
  readonly keys: readonly From<Key>[]
  readonly phoneBook: readonly From<BookEntry>[]
  readonly dialplan: readonly From<DialTemplate>[]
  readonly firmware?: From<string>
}

export const emptyLayer: Layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }

/**
 * One layer of many: a later one wins per setting name and index, per key idx, per book number, per dial pattern.
 * A value keeps the position at which its name appeared first.
 */
export function mergeLayers(layers: readonly Layer[]): Layer {
  const firmware = layers.findLast(layer => layer.firmware !== undefined)?.firmware
  const dialect = layers.findLast(layer => layer.dialect !== undefined)?.dialect
  return {
    settings: lastOfEach(layers, layer => layer.settings, settingId),
    keys: lastOfEach(
      layers,
      layer => layer.keys,
      key => key.idx,
    ),
    phoneBook: lastOfEach(
      layers,
      layer => layer.phoneBook,
      entry => entry.number,
    ),
    dialplan: lastOfEach(
      layers,
      layer => layer.dialplan,
      template => template.match,
    ),
    ...(firmware !== undefined && { firmware }),
    ...(dialect !== undefined && { dialect }),
  }
}

/** The same merge, where each value knows its layer's name. */
export function mergeWithOrigin(layers: readonly NamedLayer[]): LayerWithOrigin {
  const marked = <T>(values: (layer: Layer) => readonly T[]) => {
    return ({ name, layer }: NamedLayer): From<T>[] => values(layer).map(value => ({ value, from: name }))
  }
  const firmware = layers.findLast(({ layer }) => layer.firmware !== undefined)
  return {
    settings: lastOfEach(
      layers,
      marked(layer => layer.settings),
      ({ value }) => settingId(value),
    ),
    keys: lastOfEach(
      layers,
      marked(layer => layer.keys),
      ({ value }) => value.idx,
    ),
    phoneBook: lastOfEach(
      layers,
      marked(layer => layer.phoneBook),
      ({ value }) => value.number,
    ),
    dialplan: lastOfEach(
      layers,
      marked(layer => layer.dialplan),
      ({ value }) => value.match,
    ),
    ...(firmware?.layer.firmware !== undefined && {
      firmware: { value: firmware.layer.firmware, from: firmware.name },
    }),
  }
}

/** What all phones of a model are told: defaults ← model. The model's case does not matter. */
export function generalLayer(inventory: Inventory, model: string | undefined): Layer {
  return mergeLayers(generalLayers(inventory, model).map(({ layer }) => layer))
}

/** What this phone alone is told: groups in order ← phone. */
export function ownLayer(inventory: Inventory, phone: Phone): Layer {
  return mergeLayers(ownLayers(inventory, phone).map(({ layer }) => layer))
}

/** Everything a phone is told. `model`: what the phone says it is, where the inventory does not know. */
export function wholeLayer(inventory: Inventory, phone: Phone, model = phone.model): Layer {
  return mergeLayers(wholeLayers(inventory, phone, model).map(({ layer }) => layer))
}

/** The layers of a phone from bottom to top, by name. */
export function wholeLayers(inventory: Inventory, phone: Phone, model = phone.model): readonly NamedLayer[] {
  return [...generalLayers(inventory, model), ...ownLayers(inventory, phone)]
}

function generalLayers(inventory: Inventory, model: string | undefined): readonly NamedLayer[] {
  const type = model?.toLowerCase()
  const layer = type === undefined ? undefined : inventory.models.get(type)
  const defaults = { name: 'defaults', layer: inventory.defaults }
  return layer === undefined ? [defaults] : [defaults, { name: `model ${type}`, layer }]
}

function ownLayers(inventory: Inventory, phone: Phone): readonly NamedLayer[] {
  const groups = phone.groups.flatMap(group => {
    const layer = inventory.groups.get(group)
    return layer === undefined ? [] : [{ name: `group ${group}`, layer }]
  })
  return [...groups, { name: `phone ${phone.mac}`, layer: phone.layer }]
}

function settingId(setting: Setting): string {
  return `${setting.name} ${setting.index ?? ''}`
}

/** A Map keeps the place of a key's first appearance when its value is replaced. */
function lastOfEach<L, T>(
  layers: readonly L[],
  values: (layer: L) => readonly T[],
  id: (value: T) => string | number,
): readonly T[] {
  const merged = new Map<string | number, T>()
  for (const layer of layers) {
    for (const value of values(layer)) merged.set(id(value), value)
  }
  return [...merged.values()]
}
