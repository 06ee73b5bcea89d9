/** Rules about identities, the SIP accounts 1 to 12 of a phone. No I/O. */

import { describeSetting } from '../catalogue/catalogue.js'
import type { WrittenSetting } from '../document.js'
import { hit, nameOf, quote, type Rule, type Subject } from './rule.js'
import { settingsOf } from './subject.js'

export const identityRules: readonly Rule[] = [
  {
    name: 'identity-index',
    severity: 'error',
    about: 'A phone has the identities 1 to 12; other keys and dials count from where the catalogue says.',
    remedy: 'Use an index in that range.',
    *find({ settings }) {
      for (const setting of settings) {
        const range = describeSetting(setting.name)?.index
        const { index } = setting
        if (range === undefined || index === undefined) continue
        if (Number.isInteger(index) && index >= range.first && index <= range.last) continue
        yield hit(setting, 'index', `idx ${index} of ${setting.name}; expected ${range.first} to ${range.last}`)
      }
    },
  },
  {
    name: 'needless-index',
    severity: 'error',
    about: 'The setting stands for the whole phone: with an index the phone does not know it.',
    remedy: 'Leave idx out.',
    *find({ settings }) {
      for (const setting of settings) {
        const facts = describeSetting(setting.name)
        if (facts === undefined || facts.index !== undefined || setting.index === undefined) continue
        yield hit(setting, 'index', `idx ${setting.index} of ${setting.name}; expected none`)
      }
    },
  },
  {
    name: 'missing-index',
    severity: 'error',
    about: 'The setting belongs to one identity or key; without idx nobody says to which.',
    remedy: 'Write idx.',
    *find({ settings }) {
      for (const setting of settings) {
        const range = describeSetting(setting.name)?.index
        if (range?.required !== true || setting.index !== undefined) continue
        yield hit(setting, 'tag', `${setting.name} has no idx; expected ${range.first} to ${range.last}`)
      }
    },
  },
  {
    name: 'identity-without-registrar',
    severity: 'warning',
    about: 'An account without a registrar never registers, and receives no call.',
    remedy: 'Set user_host for the same index, or leave the account out.',
    *find(subject) {
      const hosts = indexesOf(everySetting(subject), 'user_host')
      for (const setting of accounts(subject.settings)) {
        if (hosts.has(setting.index ?? 0)) continue
        yield hit(setting, 'value', `${nameOf(setting)} ${quote(setting.value)} has no user_host${setting.index}`)
      }
    },
  },
  {
    name: 'duplicate-identity',
    severity: 'warning',
    about: 'Two identities with one account register against each other.',
    remedy: 'Keep one of them.',
    *find(subject) {
      const hosts = new Map(
        everySetting(subject).flatMap(({ name, index, value }) => (name === 'user_host' ? [[index, value]] : [])),
      )
      const seen = new Map<string, WrittenSetting>()
      for (const setting of accounts(subject.settings)) {
        const account = `${setting.value}@${hosts.get(setting.index) ?? ''}`
        const first = seen.get(account)
        if (first === undefined) seen.set(account, setting)
        else yield hit(setting, 'value', `${nameOf(setting)} ${quote(setting.value)} is ${nameOf(first)} already`)
      }
    },
  },
  {
    name: 'identity-in-general-document',
    severity: 'warning',
    about: 'All phones of the type read a general document: each would register with the same account.',
    remedy: 'Move the account to the documents of the phones.',
    *find({ isGeneral, settings }) {
      if (!isGeneral) return
      for (const setting of accounts(settings)) {
        yield hit(setting, 'value', `${nameOf(setting)} ${quote(setting.value)} stands in a document for all phones`)
      }
    },
  },
]

/** Of the document and of those read beside it. */
function everySetting({ settings, siblings }: Subject): readonly WrittenSetting[] {
  return [...settings, ...siblings.flatMap(({ document }) => settingsOf(document))]
}

function accounts(settings: readonly WrittenSetting[]): readonly WrittenSetting[] {
  return settings.filter(({ name, value, index }) => name === 'user_name' && value !== '' && index !== undefined)
}

function indexesOf(settings: readonly WrittenSetting[], name: string): ReadonlySet<number> {
  return new Set(settings.flatMap(each => (each.name === name && each.value !== '' ? [each.index ?? 0] : [])))
}
