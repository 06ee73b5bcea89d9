/** Rules about when a phone fetches, restarts and updates itself, and about what several documents say together. No I/O. */

import type { Document, WrittenSetting } from '../document.js'
import { fitsType, parseImageName } from '../firmware-image.js'
import { parseName } from '../names.js'
import { isSecret } from '../secrets.js'
import { hit, nameOf, quote, type Rule, type Sibling } from './rule.js'
import { settingsOf } from './subject.js'
import { fileOf, urlsOf } from './urls.js'

/** Seconds. With 5,000 phones it is some eight requests a second already. */
const shortestRefresh = 600

/** Minutes. */
const shortestInterval = 60
const longestInterval = 30 * 24 * 60

export const updateRules: readonly Rule[] = [
  {
    name: 'auto-reboot-not-first',
    severity: 'error',
    about: 'auto_reboot_on_setting_change takes effect only where it comes before the settings it is about.',
    remedy: 'Make it the first setting of the document.',
    *find({ settings }) {
      const at = settings.findIndex(({ name }) => name === 'auto_reboot_on_setting_change')
      const setting = settings[at]
      if (at <= 0 || setting === undefined) return
      yield hit(setting, 'tag', `${setting.name} is setting ${at + 1} of the document; expected the first`)
    },
  },
  {
    name: 'never-update',
    severity: 'warning',
    about: 'update_policy never_update stops all downloads, those of languages too.',
    remedy: 'Use settings_only.',
    *find({ settings, siblings }) {
      const wanted = [...settings, ...siblings.flatMap(({ document }) => settingsOf(document))]
      const leads = wanted.some(({ name }) => name === 'firmware_status')
      const lists = siblings.some(({ document }) => hasLanguages(document))
      for (const setting of settings) {
        if (setting.name !== 'update_policy' || setting.value !== 'never_update' || !(leads || lists)) continue
        const what = lists ? 'languages are listed' : 'firmware_status is set'
        yield hit(setting, 'value', `update_policy "never_update", but ${what}; expected settings_only`)
      }
    },
  },
  {
    name: 'refresh-too-often',
    severity: 'warning',
    about: 'A short settings_refresh_timer makes all phones flood the server, often at the same second.',
    remedy: 'Write 7200 seconds or more, another value for each phone.',
    *find({ settings }) {
      for (const setting of settings) {
        const seconds = Number(setting.value)
        if (setting.name !== 'settings_refresh_timer' || !(seconds > 0 && seconds < shortestRefresh)) continue
        yield hit(
          setting,
          'value',
          `settings_refresh_timer ${seconds} seconds; expected 0 or at least ${shortestRefresh}`,
        )
      }
    },
  },
  {
    name: 'firmware-interval',
    severity: 'warning',
    about: 'firmware_interval counts minutes: 1440 is a day.',
    remedy: 'Write minutes.',
    *find({ settings }) {
      for (const setting of settings) {
        const minutes = Number(setting.value)
        if (setting.name !== 'firmware_interval' || !(minutes > 0)) continue
        if (minutes >= shortestInterval && minutes <= longestInterval) continue
        const expected = `expected ${shortestInterval} to ${longestInterval}, in minutes`
        yield hit(setting, 'value', `firmware_interval ${minutes}; ${expected}`)
      }
    },
  },
  {
    name: 'image-of-another-model',
    severity: 'error',
    about: 'A phone refuses the image of another model, or does not start with it.',
    remedy: 'Name the image of this model.',
    *find(subject) {
      const { type } = subject
      if (type === undefined) return
      for (const { url, of, field, kind } of urlsOf(subject)) {
        const image = kind === 'image' ? parseImageName(fileOf(url)) : undefined
        if (image === undefined || fitsType(image, type)) continue
        yield hit(of, field, `image ${quote(fileOf(url))} on ${type}; expected one of ${type}`)
      }
    },
  },
  {
    name: 'firmware-status-is-image',
    severity: 'error',
    about: 'firmware_status names the document that names the image, not the image itself.',
    remedy: 'Name a <firmware-settings> document.',
    *find(subject) {
      for (const { url, of, kind } of urlsOf(subject)) {
        if (kind !== 'firmware-status' || !/\.(?:bin|swu|fwu)$/i.test(fileOf(url))) continue
        yield hit(of, 'value', `firmware_status ${quote(url)} is an image; expected a firmware.xml`)
      }
    },
  },
  {
    name: 'setting-contradicted',
    severity: 'warning',
    about: 'Two documents of one rank say different things, and their order alone decides.',
    remedy: 'Keep one.',
    *find({ settings, before, name }) {
      for (const [setting, earlier] of saidBefore(settings, before ?? [])) {
        if (earlier.setting.value === setting.value || rankOf(earlier.document) !== rankOf(name ?? '')) continue
        yield hit(setting, 'value', `${shown(setting)}, but ${shown(earlier.setting)} in ${earlier.document}`)
      }
    },
  },
  {
    name: 'kept-and-overwritten',
    severity: 'warning',
    about: 'A setting kept by ! in one document is overwritten at each boot by the other.',
    remedy: 'Give it one flag in both.',
    *find({ settings, before }) {
      for (const [setting, earlier] of saidBefore(settings, before ?? [])) {
        const flags = [setting.flag, earlier.setting.flag]
        if (!flags.includes('!') || !flags.includes('$')) continue
        const message = `${nameOf(setting)} has the flag ${setting.flag}, but ${earlier.setting.flag} in ${earlier.document}`
        yield hit(setting, 'perm', message)
      }
    },
  },
]

interface Earlier {
  readonly setting: WrittenSetting
  readonly document: string
}

function* saidBefore(
  settings: readonly WrittenSetting[],
  before: readonly Sibling[],
): Iterable<readonly [WrittenSetting, Earlier]> {
  if (before.length === 0) return
  const said = new Map<string, Earlier>()
  for (const { name, document } of before) {
    for (const setting of settingsOf(document)) said.set(nameOf(setting), { setting, document: name })
  }
  for (const setting of settings) {
    const earlier = said.get(nameOf(setting))
    if (earlier !== undefined) yield [setting, earlier]
  }
}

/** A phone's own document may differ from the general one: that is what it is for. */
function rankOf(name: string): 'general' | 'own' | 'unknown' {
  const asked = parseName(name)
  if (asked === undefined) return 'unknown'
  return asked.mac === undefined ? 'general' : 'own'
}

function hasLanguages(document: Document): boolean {
  return (document.kind === 'gui-languages' || document.kind === 'web-languages') && document.languages.length > 0
}

function shown(setting: WrittenSetting): string {
  return isSecret(setting.name) ? `another ${nameOf(setting)}` : `${nameOf(setting)} ${quote(setting.value)}`
}
