/** Which settings are secrets: passwords, PINs, keys, and hashes that serve as such. No I/O. */

/** Words between underscores. A name that looks like a secret and is none costs little; the reverse costs a password. */
const words = new Set([
  ...['pass', 'passwd', 'password', 'passphrase', 'passcode', 'pw', 'pwd', 'pin', 'psk', 'secret', 'hash', 'token'],
  ...['credential', 'credentials', 'community'],
])

/**
 * `user_pass`, `admin_mode_password_confirm`, `http_client_pass`, `ldap_password`, `keyboard_lock_pw`, `user_hash`:
 * true. The name is without flag; an index may follow it.
 */
export function isSecret(name: string): boolean {
  if (/pass_?through/i.test(name)) return false
  return name
    .toLowerCase()
    .split('_')
    .some(word => words.has(word.replace(/\d+$/, '')))
}
