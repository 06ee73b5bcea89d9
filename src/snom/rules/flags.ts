/** Rules about permission flags: who may change a setting, and when the phone overwrites it. No I/O. */

import { describeSetting } from '../catalogue/catalogue.js'
import type { Permission, Written } from '../document.js'
import { isBefore } from '../firmware-version.js'
import { isSecret } from '../secrets.js'
import { hit, nameOf, quote, type Rule, type Subject } from './rule.js'

export const flagRules: readonly Rule[] = [
  {
    name: 'unknown-flag',
    severity: 'error',
    about: 'A permission that the phone does not know leaves open who may change the setting.',
    remedy: 'Write perm="$", "!" or "&"; their twins "", RW and R; or V with one of them.',
    *find(subject) {
      for (const [what, item] of flagged(subject)) {
        if (item.perm === undefined || item.flag !== undefined) continue
        yield hit(item, 'perm', `perm ${quote(item.perm)} of ${what}; expected $, ! or &`)
      }
    },
  },
  {
    name: 'missing-flag',
    severity: 'warning',
    about: 'Without a flag a plain file makes the setting read-only until a factory reset; in XML nobody says.',
    remedy: 'Write the flag that is meant: $ in most cases.',
    *find(subject) {
      const means = subject.form === 'xml' ? 'nobody says what that means' : 'which makes it read-only'
      for (const [what, item] of flagged(subject)) {
        if (item.perm === undefined || (item.perm === '' && subject.form !== 'xml')) {
          yield hit(item, 'perm', `${what} has no flag, ${means}; expected $, ! or &`)
        }
      }
    },
  },
  {
    name: 'read-only-setting',
    severity: 'warning',
    about: '& takes from the user what is the user’s to choose, until a factory reset.',
    remedy: 'Use ! for matters of taste, $ for what the site decides anew at each boot.',
    *find({ settings }) {
      for (const setting of settings) {
        const advice = describeSetting(setting.name)?.advice
        if (setting.flag !== '&' || setting.perm === undefined || setting.name === 'admin_mode') continue
        const isPinned = advice?.verdict === 'avoid' ? advice.flag === '&' : advice?.flag === '!'
        if (!isPinned) continue
        yield hit(setting, 'perm', `${nameOf(setting)} is read-only; ${advice?.why}`)
      }
    },
  },
  {
    name: 'admin-mode-read-only',
    severity: 'error',
    about: 'With admin_mode read-only the administrator cannot log in at the phone.',
    remedy: 'Give admin_mode the flag $.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.name !== 'admin_mode' || setting.flag !== '&') continue
        yield hit(setting, 'perm', 'admin_mode is read-only; expected $, so that the administrator can log in')
      }
    },
  },
  {
    name: 'kept-credential',
    severity: 'error',
    about: 'A credential flagged ! is not overwritten once it was changed on the phone: a new password never arrives.',
    remedy: 'Give credentials the flag $, or & to hide them from change.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.flag !== '!' || !isCredential(setting.name)) continue
        yield hit(
          setting,
          'perm',
          `${nameOf(setting)} has the flag !, so a later change may not arrive; expected $ or &`,
        )
      }
    },
  },
  {
    name: 'kept-provisioning',
    severity: 'warning',
    about: 'What steers provisioning must follow the server, not what somebody once chose on the phone.',
    remedy: 'Give the setting the flag $.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.flag !== '!' || !steering.has(setting.name)) continue
        yield hit(setting, 'perm', `${setting.name} has the flag !, so the phone may keep an old one; expected $`)
      }
    },
  },
  {
    name: 'firmware-flag',
    severity: 'error',
    about: 'The firmware document knows no flags.',
    remedy: 'Write perm="" there.',
    *find({ document }) {
      if (document.kind !== 'firmware-settings') return
      for (const image of document.images) {
        if (image.perm === undefined || image.perm === '') continue
        yield hit(image, 'perm', `perm ${quote(image.perm)} of ${image.name}; expected none`)
      }
    },
  },
  {
    name: 'volatile-flag',
    severity: 'warning',
    about: 'The flag V is understood from firmware 10.1.79.0 on.',
    remedy: 'Leave V out for older phones.',
    *find(subject) {
      const { version } = subject
      if (version === undefined || !isBefore(version, '10.1.79.0')) return
      for (const [what, item] of flagged(subject)) {
        if (item.isVolatile !== true) continue
        yield hit(item, 'perm', `perm ${quote(item.perm ?? '')} of ${what}; firmware ${version} does not know V`)
      }
    },
  },
]

/** Left to the phone, they would undo what the server says. */
const steering = new Set(['firmware_status', 'firmware_interval', 'update_policy', 'setting_server'])

function isCredential(name: string): boolean {
  return isSecret(name) || name === 'user_name' || name === 'user_pname' || name === 'http_user'
}

function* flagged({ settings, keys }: Subject): Iterable<readonly [string, Written & Permission]> {
  for (const setting of settings) yield [nameOf(setting), setting]
  for (const key of keys) yield [`key ${key.idx ?? ''}`, key]
}
