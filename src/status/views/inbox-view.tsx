/** Phones that nobody listed, with what they said of themselves; each can be adopted into the inventory. */

import { useEffect, useMemo, useState } from 'preact/hooks'
import type { PhoneLine } from '../../api/shapes.js'
import { useSeldom } from '../answer.js'
import { useApp } from '../app.js'
import { FilterBox } from '../filter-box.js'
import { type Column, Grid, useNarrow } from '../grid.js'
import { createSelect, type SortColumn } from '../phones/query.js'
import { remarkOf, stateOf, stateWords } from '../phones/state.js'
import { colons, count, moment } from '../words.js'

const pause = 500 // ms

export function InboxView() {
  const { roster } = useApp()
  const [text, setText] = useState('')
  const [sort, setSort] = useState<{ column: SortColumn; isDescending: boolean }>({
    column: 'last',
    isDescending: true,
  })
  const isNarrow = useNarrow()
  const version = useSeldom(useRosterVersion(), pause)
  const select = useMemo(createSelect, [])
  // The version says that the lines have changed.
  const { keys } = useMemo(
    () => select(roster.lines.values(), { text, chip: 'unlisted', sort: sort.column, isDescending: sort.isDescending }),
    [select, roster, text, sort, version],
  )
  const onSort = (column: string): void =>
    setSort({ column: column as SortColumn, isDescending: sort.column === column && !sort.isDescending })
  return (
    <div class="list-view">
      <div class="bar">
        <h1 tabIndex={-1}>Inbox</h1>
        <FilterBox
          label="Filter the inbox"
          placeholder="MAC, model, address, diagnosis"
          value={text}
          onInput={setText}
        />
        <span class="tally">{count(keys.length, 'phone')} not in the inventory</span>
      </div>
      <Grid<PhoneLine>
        name="inbox"
        label="Phones not in the inventory"
        hint="Enter adopts a phone"
        columns={columns}
        keys={keys}
        rowOf={mac => roster.lines.get(mac)}
        rowHeight={isNarrow ? 7.5 : 3.5}
        rowClass={line => `is-${stateOf(line)}`}
        sort={sort}
        onSort={onSort}
        onOpen={mac => {
          location.hash = `#/inbox/${mac}`
        }}
        empty={roster.isLoaded ? 'Nobody waits: every phone that was seen is in the inventory.' : 'Loading …'}
      />
    </div>
  )
}

function useRosterVersion(): number {
  const { roster } = useApp()
  const [version, setVersion] = useState(0)
  useEffect(() => roster.watch(() => setVersion(n => n + 1)), [roster])
  return version
}

const columns: readonly Column<PhoneLine>[] = [
  {
    id: 'phone',
    title: 'Phone',
    isSortable: true,
    cell: ({ mac }) => (
      <a class="mac" href={`#/phone/${mac}`} tabIndex={-1}>
        {colons(mac)}
      </a>
    ),
  },
  {
    id: 'model',
    title: 'Says it is',
    isSortable: true,
    cell: ({ model, firmware }) => (
      <span class="two">
        <span class="main-line">{model ?? <span class="dim">nothing</span>}</span>
        <span class="sub">{firmware}</span>
      </span>
    ),
  },
  {
    id: 'address',
    title: 'Address',
    isSortable: true,
    cell: ({ address, method }) => (
      <span class="two">
        <span class="main-line">{address}</span>
        <span class="sub">{method}</span>
      </span>
    ),
  },
  {
    id: 'state',
    title: 'State',
    isSortable: true,
    cell: line => (
      <span class="two">
        <span class="main-line state-words">{stateWords(line)}</span>
        <span class="sub remark" title={remarkOf(line)}>
          {remarkOf(line)}
        </span>
      </span>
    ),
  },
  { id: 'last', title: 'Last heard', isSortable: true, cell: ({ lastAt }) => lastAt && moment(lastAt) },
  {
    id: 'act',
    title: 'Action',
    cell: ({ mac }) => (
      <a class="button small" href={`#/inbox/${mac}`} tabIndex={-1}>
        Adopt
      </a>
    ),
  },
]
