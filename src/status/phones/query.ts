/** Which phones are shown, and in which order: thousands of lines in a few milliseconds. No I/O. */

import type { PhoneLine } from '../../api/shapes.js'
import { colons } from '../words.js'
import { type State, stageOrder, stateOf, states, stateWords } from './state.js'

export type Chip = State | 'all' | 'unlisted'
export const chips: readonly Chip[] = ['all', ...states, 'unlisted']

export type SortColumn = 'phone' | 'model' | 'address' | 'boot' | 'state' | 'last'
const sortColumns: readonly SortColumn[] = ['phone', 'model', 'address', 'boot', 'state', 'last']

export interface Query {
  readonly text: string
  readonly chip: Chip
  readonly sort: SortColumn
  readonly isDescending: boolean
}

export interface Selection {
  readonly keys: readonly string[] // MACs in order
  readonly counts: Readonly<Record<Chip, number>> // of those that match the text
}

/** The address keeps a query: `q=room 4&state=stuck&sort=-last` */
export function parseQuery(search: string): Query {
  const words = new URLSearchParams(search)
  const sort = words.get('sort') ?? 'state'
  const column = sort.replace(/^-/, '')
  return {
    text: words.get('q') ?? '',
    chip: chips.find(chip => chip === words.get('state')) ?? 'all',
    sort: sortColumns.find(known => known === column) ?? 'state',
    isDescending: sort.startsWith('-'),
  }
}

export function formatQuery({ text, chip, sort, isDescending }: Query): string {
  const words = new URLSearchParams()
  if (text !== '') words.set('q', text)
  if (chip !== 'all') words.set('state', chip)
  if (sort !== 'state' || isDescending) words.set('sort', `${isDescending ? '-' : ''}${sort}`)
  return words.toString()
}

/** A line's texts in the forms they are searched and sorted by; made once for each line. */
interface Card {
  readonly text: string
  readonly state: State
  readonly keys: Readonly<Record<SortColumn, string | number>>
}

/** Remembers what it read of each line, as long as that line is the phone's newest. */
export function createSelect(): (lines: Iterable<PhoneLine>, query: Query) => Selection {
  const cards = new WeakMap<PhoneLine, Card>()

  function cardOf(line: PhoneLine): Card {
    const known = cards.get(line)
    if (known !== undefined) return known
    const card = makeCard(line)
    cards.set(line, card)
    return card
  }

  return (lines, query) => {
    const terms = termsOf(query.text)
    const counts: Record<Chip, number> = {
      ...{ all: 0, unlisted: 0, stuck: 0, booting: 0, redirected: 0, done: 0, unseen: 0 },
    }
    const found: { readonly mac: string; readonly key: string | number; readonly tie: string | number }[] = []
    for (const line of lines) {
      const card = cardOf(line)
      if (!terms.every(forms => forms.some(form => card.text.includes(form)))) continue
      counts.all += 1
      counts[card.state] += 1
      if (!line.isListed) counts.unlisted += 1
      if (!isOf(query.chip, line, card)) continue
      found.push({ mac: line.mac, key: card.keys[query.sort], tie: card.keys.phone })
    }
    const sign = query.isDescending ? -1 : 1
    found.sort((a, b) => sign * compare(a.key, b.key) || compare(a.tie, b.tie) || compare(a.mac, b.mac))
    return { keys: found.map(({ mac }) => mac), counts }
  }
}

function isOf(chip: Chip, line: PhoneLine, card: Card): boolean {
  if (chip === 'all') return true
  return chip === 'unlisted' ? !line.isListed : card.state === chip
}

/** Words that must all be there, each in one of its forms: part of a MAC is sought without its separators as well. */
function termsOf(text: string): readonly (readonly string[])[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter(term => term !== '')
    .map(term => (partOfMac.test(term) ? [term, term.replaceAll(/[:.-]/g, '')] : [term]))
}

/** `00:04:13`, `26-00-0C`, `0004.1326` */
const partOfMac = /^(?:[0-9a-f]{1,12}(?:[:-][0-9a-f]{0,12})+|[0-9a-f]{4}(?:\.[0-9a-f]{0,4}){1,2})$/

function makeCard(line: PhoneLine): Card {
  const state = stateOf(line)
  const { mac, name = '', model = '', firmware = '', address = '', method = '' } = line
  const words = [mac, colons(mac), name, model, firmware, address, method, line.groups.join(' '), stateWords(line)]
  const remarks = [line.diagnosis?.text ?? '', line.redirectedTo ?? '', ...line.disagreements]
  return {
    text: [...words, ...remarks, line.isListed ? '' : 'unlisted'].join('\n').toLowerCase(),
    state,
    keys: {
      phone: name === '' ? `\uffff${mac}` : natural(name), // those without a name last
      model: natural(`${model} ${firmware}`),
      address: address === '' ? '\uffff' : natural(address),
      boot: stageOrder.indexOf(line.stage),
      state: states.indexOf(state),
      last: line.lastAt ?? 0,
    },
  }
}

/** `Desk 2` before `Desk 10`: each number as wide as all others. */
function natural(text: string): string {
  return text.toLowerCase().replaceAll(/\d+/g, digits => digits.padStart(9, '0'))
}

function compare(a: string | number, b: string | number): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
