/** The plain `key!: value` format of firmware 4 to 7. No I/O. */

import { emptyReading, type Flag, type Reading, type ReadKey } from './reading.js'

const line = /^([A-Za-z]\w*)([!&$]?):(.*)$/ // split at the first colon only: values hold more

/** Never throws: a phone passes over lines it does not know. */
export function readPlain(text: string): Reading {
  const reading = emptyReading()
  reading.roots.push('plain')
  const bare = text.replaceAll(/<\/?(?:html|head|body|pre)\b[^>]*>/gi, '\n')
  for (const raw of bare.split(/\r?\n/)) {
    const words = raw.trim()
    if (words === '' || /^[#<;]/.test(words)) continue
    const [, name, flag = '', value = ''] = line.exec(words) ?? []
    if (name === undefined) reading.unknown.push(words.slice(0, 40))
    else if (name === 'firmware') reading.firmware.push(value.trim())
    else reading.settings.push({ name, flag: plainFlag(flag), value: value.trim() })
  }
  return { ...reading, keys: keysOf(reading) }
}

// In this format no flag means read only.
function plainFlag(flag: string): Flag {
  return flag === '$' || flag === '!' ? flag : '&'
}

/** fkey0, fkey_context0 and fkey_label0 are one key. */
function keysOf({ settings }: Reading): ReadKey[] {
  const values = new Map(settings.map(setting => [setting.name, setting.value]))
  const value = (name: string) => values.get(name) ?? ''
  return settings.flatMap(setting => {
    const idx = /^fkey(\d{1,3})$/.exec(setting.name)?.[1]
    if (idx === undefined) return []
    return [
      {
        idx: Number(idx),
        context: value(`fkey_context${idx}`),
        label: value(`fkey_label${idx}`),
        value: setting.value,
      },
    ]
  })
}
