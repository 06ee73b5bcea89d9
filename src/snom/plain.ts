/** The setting file before firmware 7.1.8: lines of `key!: value`. It knows no phone book and no dial plan. No I/O. */

import { type Content, inOrder, type Key, keyText, type Setting } from './content.js'

/** The document. A line that begins with `<` is a comment to the phone, so a browser may show it as text. */
export function writePlain(content: Content): string {
  return wrap([...inOrder(content.settings).map(settingLine), ...content.keys.flatMap(keyLines)])
}

/** What the phone finds at its firmware_status. */
export function writePlainFirmware(imageUrl: string): string {
  return wrap([line('firmware', '', imageUrl)])
}

function wrap(lines: readonly string[]): string {
  return `<html><pre>\n${lines.map(each => `${each}\n`).join('')}</pre></html>\n`
}

function settingLine({ name, index, flag, value }: Setting): string {
  return line(`${name}${index ?? ''}`, flag, value)
}

function keyLines(key: Key): string[] {
  const lines = [line(`fkey${key.idx}`, key.flag, keyText(key))]
  lines.push(line(`fkey_context${key.idx}`, key.flag, key.context))
  if (key.label !== undefined) lines.push(line(`fkey_label${key.idx}`, key.flag, key.label))
  return lines
}

/** A value ends with its line, so a line break in it becomes a space: the rest would be read as another setting. */
function line(name: string, flag: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
  return `${name}${flag}: ${value.replaceAll(/[\0-\x08\n-\x1f\u0085\u2028\u2029]+/g, ' ')}`
}
