/** Which settings are secrets: passwords, PINs, keys, and hashes that serve as such. No I/O. */

import { describeSetting } from './catalogue/catalogue.js'

/** Words between underscores. A name that looks like a secret and is none costs little; the reverse costs a password. */
const words = new Set([
  ...['pass', 'passwd', 'password', 'passphrase', 'passcode', 'pw', 'pwd', 'pin', 'psk', 'secret', 'hash', 'token'],
  ...['credential', 'credentials', 'community'],
])

/**
 * `user_pass`, `admin_mode_password_confirm`, `http_client_pass`, `ldap_password`, `keyboard_lock_pw`, `user_hash`:
 * true. The name is without flag; an index may follow it. What the catalogue does not know is told by its words.
 */
export function isSecret(name: string): boolean {
  const written = name.toLowerCase()
  const facts = describeSetting(written) ?? describeSetting(written.replace(/\d+$/, ''))
  return facts?.secret ?? soundsSecret(written)
}

function soundsSecret(name: string): boolean {
  return !/pass_?through/.test(name) && name.split('_').some(word => words.has(word.replace(/\d+$/, '')))
}
