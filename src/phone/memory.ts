/** What a phone ends up with after all documents: later ones win, `!` yields to what the user changed. No I/O. */

import type { Flag, Reading, ReadKey, ReadLanguage } from './reading.js'

export interface Held {
  readonly value: string
  readonly flag: Flag
  readonly from: string // URL of the document, or `user`
}

export interface Memory {
  readonly settings: Map<string, Held> // by name with index: user_name1
  readonly keys: Map<number, ReadKey> // by idx
  readonly book: Map<string, string> // name by number
  readonly templates: string[] // patterns of the dial plan
  readonly languages: ReadLanguage[]
}

/** A phone after a factory reset, but for what its user set by hand since. */
export function freshMemory(userChanged: ReadonlyMap<string, string>): Memory {
  const byUser = (value: string): Held => ({ value, flag: '!', from: 'user' })
  return {
    settings: new Map([...userChanged].map(([name, value]) => [name, byUser(value)])),
    keys: new Map(),
    book: new Map(),
    templates: [],
    languages: [],
  }
}

/** The same phone when it boots again: dial plan and languages are read anew. */
export function afterReboot({ settings, keys, book }: Memory): Memory {
  return { settings: new Map(settings), keys: new Map(keys), book: new Map(book), templates: [], languages: [] }
}

export function absorb(memory: Memory, reading: Reading, from: string): void {
  for (const { name, flag, value } of reading.settings) {
    const keptByUser = flag === '!' && memory.settings.get(name)?.from === 'user'
    if (!keptByUser) memory.settings.set(name, { value, flag, from })
  }
  for (const key of reading.keys) memory.keys.set(key.idx, key)
  for (const { name, number } of reading.book) memory.book.set(number, name)
  for (const { match } of reading.templates) memory.templates.push(match)
  for (const language of reading.languages) memory.languages.push(language)
}

/** The value alone; '' where the phone was told nothing. */
export function held(memory: Memory, name: string): string {
  return memory.settings.get(name)?.value ?? ''
}
