/** Rules about secrets, and about what would make one phone of many. No message holds a secret. No I/O. */

import type { WrittenSetting } from '../document.js'
import { isSecret } from '../secrets.js'
import { macIn } from './containers.js'
import { hit, nameOf, type Rule } from './rule.js'

export const securityRules: readonly Rule[] = [
  {
    name: 'secret-by-tftp',
    severity: 'warning',
    about: 'Whoever is on the LAN can fetch and overhear what TFTP carries.',
    remedy: 'Serve documents with secrets by https, or by http to the phone alone.',
    *find({ door, settings }) {
      if (door !== 'tftp') return
      for (const setting of settings) {
        if (setting.value === '' || !isSecret(setting.name)) continue
        yield hit(setting, 'value', `${nameOf(setting)} is in a document that TFTP carries; expected no secret there`)
      }
    },
  },
  {
    name: 'weak-password',
    severity: 'warning',
    about: 'Default passwords, and those everybody tries first, protect nothing.',
    remedy: 'Choose one of at least eight characters, another for each phone.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.value === '' || !isSecret(setting.name)) continue
        if (isWeak(setting.value))
          yield hit(setting, 'value', `${nameOf(setting)} is a well-known password; expected another`)
      }
    },
  },
  {
    name: 'password-is-user-name',
    severity: 'warning',
    about: 'An account whose password is its own name is found by the first scanner.',
    remedy: 'Choose another password.',
    *find({ settings }) {
      const names = new Map(settings.map(each => [nameOf(each), each.value]))
      for (const setting of settings) {
        const twin = accountOf(setting)
        if (twin === undefined || setting.value === '' || names.get(twin) !== setting.value) continue
        yield hit(setting, 'value', `${nameOf(setting)} is the value of ${twin}; expected another`)
      }
    },
  },
  {
    name: 'empty-password',
    severity: 'warning',
    about: 'An empty password leaves the web pages or the administrator’s menu open to all.',
    remedy: 'Set a password.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.value !== '' || !guarding.has(setting.name)) continue
        yield hit(setting, 'value', `${setting.name} is empty; expected a password`)
      }
    },
  },
  {
    name: 'mac-in-general-document',
    severity: 'error',
    about: 'What names one phone in a document for all makes every phone take its place.',
    remedy: 'Move the setting to that phone’s own document, or write {mac}.',
    *find({ isGeneral, settings, keys }) {
      if (!isGeneral) return
      for (const setting of settings) {
        const mac = isSecret(setting.name) ? undefined : phoneIn(setting.value)
        if (mac !== undefined)
          yield hit(setting, 'value', `${nameOf(setting)} names phone ${mac}; expected {mac} or none`)
      }
      for (const key of keys) {
        const mac = phoneIn(key.argument)
        if (mac !== undefined) yield hit(key, 'value', `key ${key.idx ?? ''} names phone ${mac}; expected none`)
      }
    },
  },
  {
    name: 'basic-login',
    severity: 'warning',
    about: 'With http_scheme off the web pages ask for the password by Basic, which anyone on the LAN can read.',
    remedy: 'Set http_scheme to on (Digest), or open the pages by https alone.',
    *find({ settings }) {
      const isHttps = settings.some(({ name, value }) => name === 'webserver_type' && /^(?:https|off)$/.test(value))
      const hasPassword = settings.some(({ name, value }) => name === 'http_pass' && value !== '')
      for (const setting of settings) {
        if (setting.name !== 'http_scheme' || setting.value !== 'off' || isHttps || !hasPassword) continue
        yield hit(setting, 'value', 'http_scheme "off" beside http_pass; expected on')
      }
    },
  },
]

const guarding: ReadonlySet<string> = new Set(['http_pass', 'admin_mode_password', 'webserver_admin_password'])

/** Found in templates of many telephone systems, and on every list of passwords to try. */
const known = new Set(
  'admin administrator password passwort secret snom default changeme test guest root user'.split(' '),
)

function isWeak(password: string): boolean {
  return known.has(password.toLowerCase()) || /^(.)\1*$/s.test(password) || '01234567890'.includes(password)
}

function accountOf({ name, index }: WrittenSetting): string | undefined {
  if (name === 'user_pass') return `user_name${index ?? ''}`
  return name === 'http_pass' ? 'http_user' : undefined
}

/** A MAC of snom's own blocks: other twelve digits may be anything. */
function phoneIn(text: string): string | undefined {
  const mac = macIn(text)
  return mac?.startsWith('000413') || mac?.startsWith('00087B') ? mac : undefined
}
