/** An inventory and documents as anybody may see them: a row of stars for each password. No I/O. */

import type { Inventory, Layer } from '../fleet/phone.js'
import { isSecret } from '../snom/secrets.js'

const stars = '********' // of no password's length

export function hideSecrets({ defaults, models, groups, phones }: Inventory): Inventory {
  const all = <K>(layers: ReadonlyMap<K, Layer>) => new Map([...layers].map(([key, layer]) => [key, hideLayer(layer)]))
  return {
    defaults: hideLayer(defaults),
    models: all(models),
    groups: all(groups),
    phones: new Map([...phones].map(([mac, phone]) => [mac, { ...phone, layer: hideLayer(phone.layer) }])),
  }
}

/** The same for a file that somebody wrote: elements and lines with the name of a secret. */
export function hideDocument(text: string): string {
  const element = /(<([A-Za-z_][\w.-]*)(?:\s[^<>]*)?>)([^<]+)(?=<\/)/g
  const line = /^([^\S\n]*([A-Za-z_]\w*)[$!&]?:[^\S\n]*)(\S[^\r\n]*)/gm
  const hide = (whole: string, before: string, name: string): string => (isSecret(name) ? `${before}${stars}` : whole)
  return text.replaceAll(element, hide).replaceAll(line, hide)
}

function hideLayer(layer: Layer): Layer {
  const settings = layer.settings.map(setting =>
    setting.value !== '' && isSecret(setting.name) ? { ...setting, value: stars } : setting,
  )
  return { ...layer, settings }
}
