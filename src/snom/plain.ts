/** The setting file before firmware 7.1.8: lines of `key!: value`. It knows no phone book and no dial plan. No I/O. */

import { type Content, inOrder, keyText } from './content.js'
import { joinPlainName } from './plain-name.js'

/** `flag`: as it stands behind the name; '' for none. */
export interface SettingLine {
  readonly name: string
  readonly index?: number
  readonly flag: string
  readonly value: string
}

export interface KeyLines {
  readonly idx: number
  readonly context?: string
  readonly type: string
  readonly value: string
  readonly label?: string
  readonly flag: string
}

/** The document. A line that begins with `<` is a comment to the phone, so a browser may show it as text. */
export function writePlain({ settings, keys }: Content): string {
  return writeLines(
    inOrder(settings).filter(setting => !setting.isXml), // a line holds no XML
    keys,
  )
}

export function writeLines(settings: readonly SettingLine[], keys: readonly KeyLines[]): string {
  return wrap([...settings.map(settingLine), ...keys.flatMap(keyLines)])
}

/** What the phone finds at its firmware_status. */
export function writePlainFirmware(imageUrl: string): string {
  return wrap([line('firmware', '', imageUrl)])
}

function wrap(lines: readonly string[]): string {
  return `<html><pre>\n${lines.map(each => `${each}\n`).join('')}</pre></html>\n`
}

function settingLine(setting: SettingLine): string {
  return line(joinPlainName(setting), setting.flag, setting.value)
}

function keyLines(key: KeyLines): string[] {
  const lines = [line(`fkey${key.idx}`, key.flag, keyText(key))]
  if (key.context !== undefined) lines.push(line(`fkey_context${key.idx}`, key.flag, key.context))
  if (key.label !== undefined) lines.push(line(`fkey_label${key.idx}`, key.flag, key.label))
  return lines
}

/** A value ends with its line, so a line break in it becomes a space: the rest would be read as another setting. */
function line(name: string, flag: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
  return `${name}${flag}: ${value.replaceAll(/[\0-\x08\n-\x1f\u0085\u2028\u2029]+/g, ' ')}`
}
