/** All phones, a line each: live, filtered, sorted. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { PhoneLine } from '../../api/shapes.js'
import { useApp } from '../app.js'
import { FilterBox } from '../filter-box.js'
import { Grid, useNarrow } from '../grid.js'
import type { Roster } from '../roster.js'
import { replaceSearch } from '../route.js'
import { useStore } from '../store.js'
import { count, thousands } from '../words.js'
import { Chips } from './chips.js'
import { phoneColumns } from './columns.js'
import { createSelect, formatQuery, parseQuery, type Query, type Selection, type SortColumn } from './query.js'
import { stateOf } from './state.js'

/** The order follows the stream at this pace, the lines themselves at once: rows must not jump under the hand. */
const orderPause = 1_000 // ms

/** Until the typing rests; browsers also limit how often an address may change. */
const typingPause = 400 // ms

export function PhonesView() {
  const { roster } = useApp()
  const [query, setQuery] = useQuery()
  const { keys, counts } = useSelection(roster, query)
  const isNarrow = useNarrow()
  const all = roster.lines.size
  useSpokenCount(query, keys.length)

  const sortBy = (column: SortColumn): void =>
    setQuery({ ...query, sort: column, isDescending: query.sort === column && !query.isDescending })
  return (
    <div class="list-view">
      <div class="bar">
        <h1 tabIndex={-1}>Phones</h1>
        <FilterBox
          label="Filter phones"
          placeholder="MAC, name, model, address, group, diagnosis"
          value={query.text}
          onInput={text => setQuery({ ...query, text })}
        />
        <Chips counts={counts} chosen={query.chip} onChoose={chip => setQuery({ ...query, chip })} />
        <span class="tally">
          {keys.length === all ? count(all, 'phone') : `${thousands(keys.length)} of ${count(all, 'phone')}`}
        </span>
        {isNarrow && <SortSelect query={query} onSort={setQuery} />}
      </div>
      <Grid<PhoneLine>
        name="phones"
        label="Phones"
        hint="Enter opens a phone"
        columns={phoneColumns}
        keys={keys}
        rowOf={mac => roster.lines.get(mac)}
        rowHeight={isNarrow ? 8 : 3.5}
        rowClass={line => `is-${stateOf(line)}`}
        sort={{ column: query.sort, isDescending: query.isDescending }}
        onSort={column => sortBy(column as SortColumn)}
        onOpen={mac => {
          location.hash = `#/phone/${mac}`
        }}
        empty={emptyWords(roster, all)}
      />
    </div>
  )
}

function emptyWords(roster: Roster, all: number): string {
  if (!roster.isLoaded) return 'Loading …'
  return all === 0
    ? 'No phone yet: none is in the inventory, and none was seen. It appears here with the first packet it sends.'
    : 'No phone matches.'
}

function SortSelect({ query, onSort }: { readonly query: Query; readonly onSort: (query: Query) => void }) {
  return (
    <label class="sort-select">
      Sort by{' '}
      <select
        value={query.sort}
        onChange={event => onSort({ ...query, sort: event.currentTarget.value as SortColumn, isDescending: false })}
      >
        {phoneColumns.map(column => (
          <option key={column.id} value={column.id}>
            {column.title}
          </option>
        ))}
      </select>
    </label>
  )
}

/** The query as the address has it; what is typed comes into the address a little later. */
function useQuery(): [Query, (query: Query) => void] {
  const { route, phonesAt } = useApp()
  const { search } = useStore(route)
  const [query, setQuery] = useState(() => parseQuery(search))
  const written = useRef(search)
  useEffect(() => {
    if (search !== written.current) setQuery(parseQuery(search)) // the reader went back, or took a link
    written.current = search
  }, [search])
  useEffect(() => {
    const words = formatQuery(query)
    phonesAt.set(words === '' ? '#/phones' : `#/phones?${words}`)
    if (words === written.current) return
    const timer = setTimeout(() => {
      written.current = words
      replaceSearch(route, words)
    }, typingPause)
    return () => clearTimeout(timer)
  }, [query, route, phonesAt])
  return [query, setQuery]
}

function useSelection(roster: Roster, query: Query): Selection {
  const select = useMemo(createSelect, [])
  const [round, setRound] = useState(0)
  const [, draw] = useState(0)
  useEffect(() => {
    let orderedAt = Number.NEGATIVE_INFINITY
    let timer: number | undefined
    const order = (): void => {
      timer = undefined
      orderedAt = performance.now()
      setRound(n => n + 1)
    }
    const end = roster.watch(() => {
      draw(n => n + 1)
      timer ??= setTimeout(order, Math.max(0, orderedAt + orderPause - performance.now()))
    })
    order()
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [roster])
  // The round says that the lines have changed.
  return useMemo(() => select(roster.lines.values(), query), [select, roster, query, round])
}

/** For those who hear the page: how many are left, once the typing rests. */
function useSpokenCount(query: Query, found: number): void {
  const { spoken } = useApp()
  const isFirst = useRef(true)
  // Said when the reader asks, not when a phone comes or goes.
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false
      return
    }
    const timer = setTimeout(() => spoken.set(`${count(found, 'phone')} shown`), 1_000)
    return () => clearTimeout(timer)
  }, [query])
}
