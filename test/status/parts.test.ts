/** What the page works out before it draws: which phones, in which order; words; colours; what changed. */

import fc from 'fast-check'
import t from 'tap'
import type { PhoneLine } from '../../src/api/shapes.js'
import { diffLines, hunks } from '../../src/status/phone/diff.js'
import { tokenLines } from '../../src/status/phone/tokens.js'
import { createSelect, formatQuery, parseQuery, type Query } from '../../src/status/phones/query.js'
import { stateOf, stateWords } from '../../src/status/phones/state.js'
import { parseRoute } from '../../src/status/route.js'
import { colons, count, shortSpan, size, span } from '../../src/status/words.js'

const line: PhoneLine = {
  mac: '000413260001',
  isListed: true,
  groups: [],
  stage: 'seen',
  isStuck: false,
  reached: {},
  requests: 0,
  bytes: 0,
  disagreements: [],
}
const everything: Query = { text: '', chip: 'all', sort: 'phone', isDescending: false }
const phones: readonly PhoneLine[] = [
  { ...line, mac: '00041326000A', name: 'Desk 10', model: 'snom370', bootedAt: 1, stage: 'done', reached: { done: 5 } },
  { ...line, mac: '00041326000B', name: 'Desk 9', groups: ['reception'], bootedAt: 2, isStuck: true, stage: 'leased' },
  {
    ...line,
    mac: '00041326000C',
    isListed: false,
    address: '10.0.0.9',
    bootedAt: 3,
    redirectedTo: 'https://pbx.example',
  },
  { ...line, mac: '00041326000D', name: 'Lobby', address: '10.0.0.10' },
]
const chosen = (part: Partial<Query>): readonly string[] =>
  createSelect()(phones, { ...everything, ...part }).keys.map(mac => mac.slice(-1))

t.test('phones are sorted as people count, those without a name last', async t => {
  t.strictSame(chosen({}), ['B', 'A', 'D', 'C'])
  t.strictSame(chosen({ sort: 'address' }), ['C', 'D', 'B', 'A'])
  t.strictSame(chosen({ sort: 'state' }), ['B', 'C', 'A', 'D'])
  t.strictSame(chosen({ sort: 'state', isDescending: true }), ['D', 'A', 'C', 'B'])
})

t.test('a filter finds each word anywhere, and a MAC in any spelling', async t => {
  t.strictSame(chosen({ text: 'DESK reception' }), ['B'])
  for (const text of ['00:04:13:26:00:0c', '26-00-0C', '2600:0c', '26000c', '1326.000C'])
    t.strictSame(chosen({ text }), ['C'], text)
  t.strictSame(chosen({ text: 'pbx.example' }), ['C'])
  t.strictSame(chosen({ text: 'no such phone' }), [])
})

t.test('chips count what matches the text, and narrow it', async t => {
  const { counts } = createSelect()(phones, { ...everything, chip: 'stuck' })
  t.strictSame(counts, { all: 4, stuck: 1, booting: 0, redirected: 1, done: 1, unseen: 1, unlisted: 1 })
  t.strictSame(chosen({ chip: 'unlisted' }), ['C'])
  t.strictSame(chosen({ chip: 'stuck' }), ['B'])
})

t.test('a query goes into the address and comes back', async t => {
  fc.assert(
    fc.property(
      fc.record<Query>({
        text: fc.string({ unit: 'grapheme' }),
        chip: fc.constantFrom('all', 'stuck', 'unlisted'),
        sort: fc.constantFrom('phone', 'state', 'last'),
        isDescending: fc.boolean(),
      }),
      ({ text, chip, sort, isDescending }) => {
        const query = { text, chip, sort, isDescending }
        return JSON.stringify(parseQuery(formatQuery(query))) === JSON.stringify(query)
      },
    ),
  )
  t.strictSame(parseQuery('sort=nonsense&state=nonsense'), { ...everything, sort: 'state' })
})

t.test('a state has its words', async t => {
  t.strictSame(phones.map(stateOf), ['done', 'stuck', 'redirected', 'unseen'])
  t.equal(stateWords({ ...line, bootedAt: 1, stage: 'done', reached: { done: 12_301 } }), 'Booted in 12.3 s')
  t.equal(stateWords({ ...line, bootedAt: 1, stage: 'leased', isStuck: true }), 'Stuck after “leased”')
})

t.test('an address that nobody wrote leads to the phones, or to an answer', async t => {
  t.strictSame(parseRoute(''), { path: ['phones'], search: '' })
  t.strictSame(parseRoute('#main'), { path: ['phones'], search: '' })
  t.strictSame(parseRoute('#/phone/00%zz/a%20b?q=x?y'), { path: ['phone', '00%zz', 'a b'], search: 'q=x?y' })
})

t.test('numbers read as an engineer writes them', async t => {
  t.strictSame([450, 12_345, 125_000, 300_000, 11_040_000, 183_600_000].map(span), [
    '0.45 s',
    '12.3 s',
    '2 min 5 s',
    '5 min',
    '3 h 4 min',
    '2 d 3 h',
  ])
  t.strictSame([0, 99_949, 125_000, 11_040_000].map(shortSpan), ['0.00', '99.9', '2:05', '3h04'])
  t.strictSame([0, 999, 1_500, 3_300_000, 22_000_000].map(size), ['0 B', '999 B', '1.5 kB', '3.3 MB', '22 MB'])
  t.equal(colons('000413261234'), '00:04:13:26:12:34')
  t.strictSame([count(1, 'phone'), count(5_000, 'phone')], ['1 phone', '5,000 phones'])
})

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map(lines => lines.join('\n'))

t.test('a diff holds both texts, and no shorter way exists where one line changed', async t => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const side = (kind: 'gone' | 'new'): string =>
        lines
          .filter(line => line.kind !== kind)
          .map(line => line.text)
          .join('\n')
      return side('new') === before && side('gone') === after
    }),
  )
  const kinds = diffLines('a\nb\nc\nd', 'a\nc\nx\nd').map(({ kind, before, after }) => [kind, before, after])
  t.strictSame(kinds, [
    ['same', 1, 1],
    ['gone', 2, undefined],
    ['same', 3, 2],
    ['new', undefined, 3],
    ['same', 4, 4],
  ])
})

t.test('texts that have nothing in common end soon, as gone and new', async t => {
  const [before, after] = ['a', 'b'].map(letter => Array.from({ length: 5_000 }, (_, n) => `${letter}${n}`).join('\n'))
  t.equal(diffLines(before ?? '', after ?? '').length, 10_000)
})

t.test('hunks keep each change once with its surroundings, in order', async t => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after)
      const shown = hunks(lines, 2).flat()
      const places = shown.map(line => lines.indexOf(line))
      const isInOrder = places.every((place, n) => n === 0 || place > (places[n - 1] ?? 0))
      const changes = lines.filter(({ kind }) => kind !== 'same')
      return isInOrder && changes.every(line => shown.includes(line))
    }),
  )
  t.strictSame(hunks(diffLines('a', 'a')), [])
})

t.test('coloured words put together are the text again, whatever it is', async t => {
  const piece = fc.constantFrom('<a', '<!--', '-->', ' b="c"', "'", '>', '&#252;', '\n', 'x$: y', '#', '<![CDATA[', ' ')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map(pieces => pieces.join('')),
      ),
      text => {
        const again = tokenLines(text)
          .map(tokens => tokens.map(({ text }) => text).join(''))
          .join('\n')
        return again === text.replace(/\n$/, '') || again === text
      },
    ),
  )
  t.equal(tokenLines('<a>\n\n</a>\n').length, 3)
})

t.test('XML and plain files are coloured by what their words are', async t => {
  const kinds = (text: string) => tokenLines(text).flatMap(tokens => tokens.map(({ kind, text }) => `${kind} ${text}`))
  t.strictSame(kinds('<user_name idx="1">4&amp;1</user_name>'), [
    'tag <user_name',
    'punctuation  ',
    'name idx',
    'punctuation =',
    'value "1"',
    'tag >',
    'text 4',
    'entity &amp;',
    'text 1',
    'tag </user_name',
    'tag >',
  ])
  t.strictSame(kinds('# plain\nuser_name1$: 401'), [
    'comment # plain',
    'name user_name1',
    'flag $',
    'punctuation :',
    'value  401',
  ])
})
