/** Rules about settings and their values. No I/O. */

import { checkValue, describeSetting, nearestSetting } from '../catalogue/catalogue.js'
import type { WrittenSetting } from '../document.js'
import { isBefore } from '../firmware-version.js'
import { isSecret } from '../secrets.js'
import { hit, nameOf, quote, type Rule } from './rule.js'

/** Certificates and lists of servers are the longest seen, with some hundred characters. */
const longest = 2048

/** A guess goes through the whole catalogue; a file full of unknown names is not for these phones. */
const mostGuesses = 20

export const valueRules: readonly Rule[] = [
  {
    name: 'unknown-setting',
    severity: 'warning',
    about: 'A mistyped setting is stored by nobody, and the phone says nothing.',
    remedy: 'Correct the name; where it is right, the catalogue does not know it yet.',
    *find({ settings }) {
      let unknown = 0
      for (const setting of settings) {
        if (describeSetting(setting.name) !== undefined) continue
        unknown += 1
        const near = unknown > mostGuesses ? undefined : nearestSetting(setting.name)
        const expected = near === undefined ? 'expected a setting of the phone' : `did you mean ${near}?`
        yield hit(setting, 'tag', `setting ${setting.name} is not known; ${expected}`)
      }
    },
  },
  {
    name: 'setting-value',
    severity: 'error',
    about: 'The phone passes over a value it cannot read, or takes another for it.',
    remedy: 'Write a value of the kind that is expected.',
    *find({ settings }) {
      for (const setting of settings) {
        const facts = describeSetting(setting.name)
        if (facts === undefined || setting.isXml || setting.action === 'remove' || saidElsewhere.has(setting.name))
          continue
        const wrong = checkValue(facts, setting.value.trim())
        if (wrong === undefined) continue
        yield hit(setting, 'value', `${shown(setting)}; ${wrong}`)
      }
    },
  },
  {
    name: 'empty-value',
    severity: 'warning',
    about: 'Without a value the setting does not do what the file was written for.',
    remedy: 'Write the value, or leave the setting out.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.value.trim() !== '' || setting.action === 'remove' || !neverEmpty.has(setting.name)) continue
        yield hit(setting, 'value', `${nameOf(setting)} is empty; expected a value`)
      }
    },
  },
  {
    name: 'blanks-around-value',
    severity: 'warning',
    about: 'Blanks before or after a value are part of it for some firmware.',
    remedy: 'Remove them.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.isXml || setting.value === setting.value.trim() || setting.value.trim() === '') continue
        yield hit(setting, 'value', `${shown(setting)} has blanks around it; expected none`)
      }
    },
  },
  {
    name: 'control-character',
    severity: 'error',
    about: 'Control characters cannot be shown or dialled, and end a value in the plain form.',
    remedy: 'Remove them.',
    *find({ settings, keys }) {
      for (const setting of settings) {
        const code = controlIn(setting.isXml ? '' : setting.value.trim())
        if (code !== undefined) yield hit(setting, 'value', `${nameOf(setting)} holds the control character ${code}`)
      }
      for (const key of keys) {
        // a line break in a key's text is how the file is laid out
        const code = controlIn(`${key.type}${key.argument}${key.label ?? ''}`.replaceAll(/\s/g, ''))
        if (code !== undefined) yield hit(key, 'value', `key ${key.idx ?? ''} holds the control character ${code}`)
      }
    },
  },
  {
    name: 'long-value',
    severity: 'warning',
    about: `No setting in use is longer than ${longest} characters; phones have little memory for one.`,
    remedy: 'Shorten the value.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.isXml || setting.value.length <= longest) continue
        const message = `${nameOf(setting)} has ${setting.value.length} characters; expected at most ${longest}`
        yield hit(setting, 'value', message)
      }
    },
  },
  {
    name: 'escaped-twice',
    severity: 'warning',
    about: 'After reading, the value still holds an XML reference: something escaped it twice.',
    remedy: 'Escape once: &lt; for <, &amp; for &.',
    *find({ form, settings, keys }) {
      if (form !== 'xml') return
      for (const setting of settings) {
        const found = setting.isXml ? undefined : reference.exec(setting.value)?.[0]
        if (found !== undefined) yield hit(setting, 'value', `${nameOf(setting)} holds ${found} as text`)
      }
      for (const key of keys) {
        const found = reference.exec(key.argument)?.[0]
        if (found !== undefined) yield hit(key, 'value', `key ${key.idx ?? ''} holds ${found} as text`)
      }
    },
  },
  {
    name: 'template-left-over',
    severity: 'error',
    about: 'A placeholder that no template engine filled in reaches the phone as it stands.',
    remedy: 'Fill it in. Of placeholders the phones know {mac} and {phone_type}.',
    *find({ settings }) {
      for (const setting of settings) {
        const found = setting.isXml ? undefined : leftOver.exec(setting.value)?.[0]
        if (found !== undefined)
          yield hit(setting, 'value', `${nameOf(setting)} holds ${quote(found)}; expected its value`)
      }
    },
  },
  {
    name: 'setting-twice',
    severity: 'error',
    about: 'Of a setting that stands twice in a document the last one wins, and hardly anybody meant that.',
    remedy: 'Keep one.',
    *find({ settings }) {
      const seen = new Map<string, WrittenSetting>()
      for (const setting of settings) {
        const name = `${setting.name} ${setting.index ?? ''}`
        const first = seen.get(name)
        if (first === undefined) seen.set(name, setting)
        else yield hit(setting, 'tag', `${nameOf(setting)} stands in line ${first.place.line} already; expected once`)
      }
    },
  },
  {
    name: 'setting-too-new',
    severity: 'warning',
    about: 'Firmware passes over settings that came after it.',
    remedy: 'Leave the setting out for these phones, or give them newer firmware.',
    *find({ settings, version, type }) {
      if (version === undefined || /^snomM\d/i.test(type ?? '')) return
      for (const setting of settings) {
        const since = describeSetting(setting.name)?.since
        if (since === undefined || !isBefore(version, since)) continue
        yield hit(setting, 'tag', `${nameOf(setting)} exists since firmware ${since}; the phone has ${version}`)
      }
    },
  },
  {
    name: 'action-too-new',
    severity: 'warning',
    about: 'action="remove" exists since firmware 10.1.57.0; older firmware takes the value as it stands.',
    remedy: 'Write the value that is wanted.',
    *find({ settings, version }) {
      if (version === undefined || !isBefore(version, '10.1.57.0')) return
      for (const setting of settings) {
        if (setting.action === undefined) continue
        const message = `action ${quote(setting.action)} of ${nameOf(setting)}; firmware ${version} does not know it`
        yield hit(setting, 'action', message)
      }
    },
  },
]

/** Rules of their own name what is wrong with these. */
const saidElsewhere: ReadonlySet<string> = new Set(['firmware_status'])

/** Where an empty value is no wish for the phone's own default but a gap in a template. */
const neverEmpty: ReadonlySet<string> = new Set(['setting_server', 'firmware_status', 'language', 'timezone'])

const reference = /&(?:lt|gt|amp|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});/i

/** {{ x }}, {% x %}, <?php, <%= x %>, %%x%%, __x__ */
const leftOver = /\{\{[^{}]*\}\}|\{%[^%]*%\}|<\?php|<%|%%\w+%%|^__\w+__$/

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
const control = /[\0-\x1f\x7f]/

function controlIn(text: string): string | undefined {
  const found = control.exec(text)?.[0]?.charCodeAt(0)
  return found === undefined ? undefined : `U+${found.toString(16).toUpperCase().padStart(4, '0')}`
}

function shown(setting: WrittenSetting): string {
  return isSecret(setting.name) ? nameOf(setting) : `${nameOf(setting)} ${quote(setting.value)}`
}
