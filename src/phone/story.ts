/** What a person reads of a boot: a line for each step, and what the phone came up with. No I/O. */

import type { Mac } from '../address/mac.js'
import { type Held, held, type Memory } from './memory.js'
import { type Asked, formatTime, type Step } from './step.js'

/** One line, without its end; never a control character that a server sent. */
export function describeStep(step: Step): string {
  return printable(wordsOf(step))
}

/** The lines of a text document, for a terminal; `(binary)` for anything else. */
export function describeBytes(bytes: Buffer): readonly string[] {
  if (bytes.includes(0)) return ['(binary)']
  return bytes.toString('utf8').trimEnd().split(/\r?\n/).map(printable)
}

/** Lines on identities, language, keys, phone book and dial plan. Passwords only as set or not set. */
export function describeMemory(
  phone: { readonly phoneType: string; readonly mac: Mac },
  boot: { readonly memory: Memory; readonly documents: readonly Asked[] },
): readonly string[] {
  const { memory } = boot
  const found = boot.documents.filter(document => document.found).length
  return [
    `${phone.phoneType} ${phone.mac} booted: ${count(found, 'document')}, ${count(memory.settings.size, 'setting')}`,
    ...identities(memory),
    ...['language', 'web_language', 'timezone'].flatMap(name => fact(name, held(memory, name))),
    ...[...memory.keys.values()]
      .toSorted((one, other) => one.idx - other.idx)
      .map(
        key => `  key ${key.idx}: ${key.value || 'nothing'} on ${key.context || '?'}${key.label && `, "${key.label}"`}`,
      ),
    ...fact('phone book', memory.book.size > 0 ? count(memory.book.size, 'number') : ''),
    ...fact('dial plan', memory.templates.length > 0 ? count(memory.templates.length, 'template') : ''),
  ].map(printable)
}

/** The same settings with `set` or `not set` for what nobody but the phone should read. */
export function hideSecrets(settings: ReadonlyMap<string, Held>): ReadonlyMap<string, Held> {
  const hide = (name: string, value: string) => (isSecret(name) ? whetherSet(value) : value)
  return new Map([...settings].map(([name, entry]) => [name, { ...entry, value: hide(name, entry.value) }]))
}

function wordsOf(step: Step): string {
  switch (step.kind) {
    case 'exchange': {
      const tries = step.tries > 1 ? `, ${step.tries} tries` : ''
      return `${step.sent} → ${step.got} ${step.address} from ${step.server} ${formatTime(step.ms)}${tries}`
    }
    case 'subscribe': {
      const tries = step.tries > 1 ? `, ${step.tries} tries` : ''
      return `SUBSCRIBE → NOTIFY from ${step.address} ${formatTime(step.ms)}${tries}`
    }
    case 'redirect':
      return `setting_server is another one: stored, and the phone starts again from ${step.to}`
    case 'firmware':
      return `would now run ${step.to} instead of ${step.from}, by ${step.image}`
    case 'resync':
      return `NOTIFY ${step.event} from ${step.address}: boots again`
    case 'pointer':
      return `settings at ${step.url} (${step.by})`
    case 'document':
      return `${verbOf(step.url)} ${step.url} ${step.status} ${step.bytes} bytes ${formatTime(step.ms)}`
    case 'note':
      return `note: ${step.text}`
    case 'hang':
      return `hangs at ${step.where}: ${step.why}`
  }
}

function verbOf(url: string): string {
  return url.startsWith('tftp:') ? 'RRQ' : 'GET'
}

function identities(memory: Memory): readonly string[] {
  return Array.from({ length: 12 }, (_, index) => index + 1).flatMap(index => {
    const user = held(memory, `user_name${index}`)
    if (user === '') return []
    const name = held(memory, `user_realname${index}`)
    const registrar = held(memory, `user_host${index}`) || 'no registrar'
    const password = whetherSet(held(memory, `user_pass${index}`))
    return [`  identity ${index}: ${user} at ${registrar}${name && `, "${name}"`}, password ${password}`]
  })
}

function fact(name: string, value: string): readonly string[] {
  return value === '' ? [] : [`  ${name}: ${value}`]
}

function isSecret(name: string): boolean {
  return /pass|secret|_pin\d*$|private_key/i.test(name)
}

function whetherSet(value: string): string {
  return value === '' ? 'not set' : 'set'
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

/** Without control characters, which a server could have sent to the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?')
}
