/** Whether a value fits the type of its setting. No I/O. */

import type { Plain, SettingType } from './facts.js'

/** What a function key may be; the word that begins its value. */
export const keyTypes: readonly string[] = [
  ...['line', 'dest', 'icom', 'orbit', 'recorder', 'dtmf', 'mult', 'multicast', 'p2t', 'url', 'keyevent', 'speed'],
  ...['button', 'blf', 'ivr', 'presence', 'transfer', 'redirect', 'autoanswer', 'xml', 'conference', 'none'],
]

/** The forms in which a value is right, and the words for them. */
const forms: Readonly<Record<Plain, readonly [form: RegExp, expected: string]>> = {
  url: [/^(?:https?|tftp|ftp):\/\/[^\s/]\S*$/i, 'a URL such as http://192.168.66.1/file.xml'],
  'action-urls': [/^(?:(?:https?|tftp):\/\/[^\s/]\S*(?:\s+|$))+$/i, 'a URL, or several separated by blanks'],
  'sip-uri': [/^<?sips?:[^\s<>]+>?$/i, 'a SIP URI such as sip:201@pbx.example'],
  'number-or-uri': [/^(?:<?(?:sips?|tel):[^\s<>]+>?|[^:<>]+)$/i, 'a number, or a SIP URI such as sip:201@pbx.example'],
  'sip-server': [
    /^(?:sips?:)?[^\s/@<>]+$/i,
    'a host, with port and transport if needed: pbx.example:5061;transport=tls',
  ],
  address: [/^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?|\[?[0-9a-f:.]*:[0-9a-f:.]*\]?)$/i, 'a host name or address'],
  ipv4: [/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/, 'an address such as 192.168.66.21'],
  decimal: [/^\d+(?:\.\d+)?$/, 'a number such as 0.05'],
  'key-action': [
    new RegExp(`^(?:${keyTypes.join('|')})(?:\\s|$)|^F_[A-Z0-9_]+$`),
    'a key type and its argument, such as speed 101',
  ],
  'key-events': [/^[A-Za-z][\w:,()]*(?:\s+[A-Za-z][\w:,()]*)*$/, 'key events such as F_HOLD F_TRANSFER'],
  context: [/^(?:active|[1-9]|1[0-2])$/, 'active, or an identity from 1 to 12'],
  identity: [/^(?:none|[1-9]|1[0-2])$/, 'none, or an identity from 1 to 12'],
  ringer: [/^(?:Ringer(?:[1-9]|10)|Custom|Silent)$/, 'Ringer1 to Ringer10, Custom or Silent'],
  codec: [/^(?:0|2|3|4|8|9|18|99)$/, 'a payload type: 0, 2, 3, 4, 8, 9, 18 or 99'],
  'codec-list': [/^[a-z0-9][\w-]*(?:,\s*[a-z0-9][\w-]*)*$/i, 'codecs separated by commas: g722,pcma,telephone-event'],
  'tone-scheme': [/^[A-Z]{3}$/, 'a country of three capital letters, such as GER'],
  'time-zone': [/^[A-Z]{3}\d?[+-](?:\d|1[0-4])(?:\.\d{1,2})?$/, 'a country and its hours from UTC, such as GER+1'],
  language: [/^\p{L}[\p{L}\p{M} ()-]*$/u, 'the name of a language, such as English or English(UK)'],
  dst: [dstForm(), 'seconds, start and end, such as 3600 03.05.07 02:00:00 10.05.07 03:00:00'],
  colour: [
    /^(?:25[0-5]|2[0-4]\d|1?\d?\d)(?: (?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/,
    'red, green, blue and alpha, each 0 to 255',
  ],
}

/** What was expected, as the end of a sentence; undefined when the value is right. Empty leaves the phone's default. */
export function expected(type: SettingType, value: string): string | undefined {
  const written = value.trim()
  if (written === '') return undefined
  switch (type.kind) {
    case 'on-off':
      return written === 'on' || written === 'off' ? undefined : 'on or off'
    case 'number':
      return expectedNumber(type, written)
    case 'one-of':
      return isOneOf(type.values, written) ? undefined : alternatives(type.values)
    case 'text':
      return type.longest === undefined || [...written].length <= type.longest
        ? undefined
        : `at most ${type.longest} characters`
    default: {
      const [form, words] = forms[type.kind]
      return form.test(written) ? undefined : words
    }
  }
}

/** 03.05.07: month, week of the month (5 is the last) and weekday (7 is Sunday); 25.09: a day and its month. */
function dstForm(): RegExp {
  const day = '(?:(?:0[1-9]|1[0-2])\\.0[1-5]\\.0[1-7]|(?:0[1-9]|[12]\\d|3[01])\\.(?:0[1-9]|1[0-2]))'
  const time = '(?:[01]\\d|2[0-4]):[0-5]\\d:[0-5]\\d'
  return new RegExp(`^-?\\d{1,5} ${day} ${time} ${day} ${time}$`)
}

function expectedNumber(type: SettingType & { kind: 'number' }, written: string): string | undefined {
  const { min, max, unit } = type
  const isNumber = /^-?\d{1,12}(?:\.\d{1,6})?$/.test(written)
  const number = Number(written)
  if (isNumber && number >= (min ?? number) && number <= (max ?? number)) return undefined
  const range = min === undefined ? '' : max === undefined ? ` from ${min}` : ` from ${min} to ${max}`
  return `a number${range}${unit === undefined ? '' : `, in ${unit}`}`
}

/** Default and Asterisk stand in real files for default and asterisk; but abc and ABC are two where both are listed. */
function isOneOf(values: readonly string[], written: string): boolean {
  const alike = values.filter(value => value.toLowerCase() === written.toLowerCase())
  return alike.length === 1 || alike.includes(written)
}

function alternatives(values: readonly string[]): string {
  return values.length === 1 ? `${values[0]}` : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}
