/** Rules about the phone book. No I/O. */

import type { WrittenBookItem } from '../document.js'
import { isBefore } from '../firmware-version.js'
import { modelOf } from './models.js'
import { hit, quote, type Rule, type Subject } from './rule.js'

export const bookRules: readonly Rule[] = [
  {
    name: 'duplicate-book-index',
    severity: 'error',
    about: 'From firmware 8.2.20 on entries are told apart by index: the second replaces the first.',
    remedy: 'Give each entry its own index.',
    *find(subject) {
      yield* twice(subject, 'index', item => item.index?.toString())
    },
  },
  {
    name: 'duplicate-book-number',
    severity: 'warning',
    about: 'Before firmware 8.2.20 entries are told apart by number: the second replaces the first.',
    remedy: 'Keep one entry for a number.',
    *find(subject) {
      yield* twice(subject, 'number', item => (item.number === '' ? undefined : item.number?.trim()))
    },
  },
  {
    name: 'book-beyond-model',
    severity: 'error',
    about: 'The phone book of the model has fewer places: 0 to 99 on 300, 320 and 360, 0 to 249 on 370.',
    remedy: 'Shorten the book.',
    *find(subject) {
      const model = modelOf(subject.type)
      if (model === undefined) return
      for (const [position, item] of itemsOf(subject).entries()) {
        const index = item.index ?? position
        if (index >= 0 && index < model.bookEntries) continue
        yield hit(item, 'index', `entry ${index} on ${subject.type}; expected 0 to ${model.bookEntries - 1}`)
      }
    },
  },
  {
    name: 'book-type',
    severity: 'error',
    about: 'The phone knows six types of entries; deny and vip decide whether it rings.',
    remedy: 'Use one of none, friends, family, colleagues, vip and deny.',
    *find(subject) {
      for (const item of itemsOf(subject)) {
        if (item.type === undefined || types.has(item.type.toLowerCase())) continue
        yield hit(item, 'type', `type ${quote(item.type)} of an entry; expected one of ${[...types].join(', ')}`)
      }
    },
  },
  {
    name: 'book-context',
    severity: 'error',
    about: 'An entry is dialled from the active line or from one of 12.',
    remedy: 'Write active, or line1 to line12.',
    *find(subject) {
      for (const item of itemsOf(subject)) {
        const { context } = item
        if (context === undefined || /^(?:active|line(?:[1-9]|1[0-2]))$/.test(context)) continue
        yield hit(item, 'context', `context ${quote(context)} of an entry; expected active or line1 to line12`)
      }
    },
  },
  {
    name: 'book-number',
    severity: 'error',
    about: 'An entry without a number cannot be dialled.',
    remedy: 'Write the number, or leave the entry out.',
    *find(subject) {
      for (const item of itemsOf(subject)) {
        const numbers = [item.number ?? '', ...(item.numbers ?? []).map(({ no }) => no)]
        if (numbers.some(number => number.trim() !== '')) continue
        yield hit(item, 'number', `entry ${quote(item.name ?? item.lastName ?? '')} has no number`)
      }
    },
  },
  {
    name: 'book-name',
    severity: 'warning',
    about: 'An entry without a name is shown as an empty line.',
    remedy: 'Write the name.',
    *find(subject) {
      for (const item of itemsOf(subject)) {
        const names = [item.name, item.firstName, item.lastName, item.organization]
        if (names.some(name => (name ?? '').trim() !== '')) continue
        yield hit(item, 'name', `entry ${quote(item.number ?? '')} has no name`)
      }
    },
  },
  {
    name: 'book-version',
    severity: 'error',
    about: 'Books of version 2.0, with <contact>, exist since firmware 10.1.178.',
    remedy: 'Write <item> entries for older phones.',
    *find({ books, version }) {
      if (version === undefined || !isBefore(version, '10.1.178')) return
      for (const book of books) {
        if (book.version !== '2.0') continue
        yield hit(book, 'version', `<${book.tag}> of version 2.0 for firmware ${version}; expected <item> entries`)
      }
    },
  },
]

const types: ReadonlySet<string> = new Set(['none', 'friends', 'family', 'colleagues', 'vip', 'deny'])

function itemsOf({ books }: Subject): readonly WrittenBookItem[] {
  return books.flatMap(book => book.items)
}

function* twice(subject: Subject, field: string, id: (item: WrittenBookItem) => string | undefined) {
  const seen = new Map<string, WrittenBookItem>()
  for (const item of itemsOf(subject)) {
    const key = id(item)
    if (key === undefined) continue
    const first = seen.get(key)
    if (first === undefined) seen.set(key, item)
    else yield hit(item, field, `${field} ${key} stands in line ${first.place.line} already; expected once`)
  }
}
