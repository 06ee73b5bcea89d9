/** A table of thousands of rows of which only those in sight are drawn; arrows move in it, Enter opens. */

import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'

export interface Column<Row> {
  readonly id: string
  readonly title: string
  readonly head?: ComponentChildren // instead of the title, for the eye
  readonly isSortable?: boolean
  readonly cell: (row: Row) => ComponentChildren
}

export interface Sort {
  readonly column: string
  readonly isDescending: boolean
}

interface GridProps<Row> {
  readonly name: string // grid-{name} is its class
  readonly label: string
  readonly hint?: string // what Enter does
  readonly columns: readonly Column<Row>[]
  readonly keys: readonly string[]
  readonly rowOf: (key: string) => Row | undefined
  readonly rowHeight: number // rem
  readonly rowClass?: (row: Row) => string
  readonly sort?: Sort
  readonly onSort?: (column: string) => void
  readonly onOpen: (key: string) => void
  readonly empty: ComponentChildren
}

/** Rows drawn above and below those in sight, so that a quick thumb sees no gap. */
const margin = 8

/** Rows by which the drawn part moves: between two moves scrolling costs nothing. */
const stride = 4

export function Grid<Row>(props: GridProps<Row>) {
  const { name, keys } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string>()
  const view = useWindow(scroller, props.rowHeight, keys.length)
  const shown = keys.slice(view.first, view.last)

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== scroller.current || event.ctrlKey || event.altKey || event.metaKey) return
    if (event.key === 'Enter' && active !== undefined && keys.includes(active)) {
      props.onOpen(active)
    } else {
      const next = targetOf(event.key, active === undefined ? -1 : keys.indexOf(active), keys.length, view.page)
      const key = next === undefined ? undefined : keys[next]
      if (next === undefined || key === undefined) return
      setActive(key)
      view.reveal(next)
    }
    event.preventDefault()
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot leave out the rows that are out of sight
    <div
      ref={scroller}
      class={`grid grid-${name}`}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-description={props.hint}
      aria-rowcount={keys.length + 1}
      aria-activedescendant={active !== undefined && shown.includes(active) ? `${name}-${active}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={view.onScroll}
    >
      <Head {...props} />
      {keys.length === 0 && <p class="empty">{props.empty}</p>}
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      <div class="grid-space" role="rowgroup" style={{ height: `${keys.length * view.height}px` }}>
        <div
          class="grid-window"
          role="presentation"
          style={{ '--row': `${view.height}px`, transform: `translateY(${view.first * view.height}px)` }}
        >
          {shown.map((key, place) => (
            <Line
              key={key}
              {...props}
              id={key}
              index={view.first + place}
              isActive={key === active}
              onPick={setActive}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

function Head<Row>({ columns, sort, onSort }: GridProps<Row>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    <div class="grid-head" role="rowgroup">
      {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above */}
      <div class="grid-row" role="row" aria-rowindex={1}>
        {columns.map(column => {
          const direction = sort?.column === column.id ? (sort.isDescending ? 'descending' : 'ascending') : undefined
          const sortable = column.isSortable && onSort !== undefined
          return (
            // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above
            <div key={column.id} class={`cell-${column.id}`} role="columnheader" aria-sort={direction}>
              {sortable ? (
                <button type="button" class="sort" onClick={() => onSort(column.id)}>
                  {column.title}
                  <span aria-hidden="true">{direction && (direction === 'ascending' ? ' ▲' : ' ▼')}</span>
                </button>
              ) : (
                column.title
              )}
              {column.head}
            </div>
          )
        })}
      </div>
    </div>
  )
}

interface LineProps<Row> extends GridProps<Row> {
  readonly id: string
  readonly index: number
  readonly isActive: boolean
  readonly onPick: (key: string) => void
}

function Line<Row>({ name, id, index, isActive, columns, rowOf, rowClass, onPick }: LineProps<Row>) {
  const row = rowOf(id)
  // Most lines are as they were when the list moves or another line changes.
  const cells = useMemo(() => row !== undefined && columns.map(column => cellOf(column, row)), [columns, row])
  if (row === undefined) return null
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: the grid has the focus, and points to its active row
    <div
      id={`${name}-${id}`}
      class={`grid-row ${rowClass?.(row) ?? ''}${isActive ? ' active' : ''}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isActive}
      onClick={() => onPick(id)}
    >
      {cells}
    </div>
  )
}

function cellOf<Row>(column: Column<Row>, row: Row) {
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: see above
    <div key={column.id} class={`cell-${column.id}`} role="gridcell">
      {column.cell(row)}
    </div>
  )
}

function targetOf(key: string, at: number, rows: number, page: number): number | undefined {
  const within = (place: number): number => Math.max(0, Math.min(rows - 1, place))
  if (key === 'ArrowDown') return within(at + 1)
  if (key === 'ArrowUp') return within(at - 1)
  if (key === 'PageDown') return within(at + page)
  if (key === 'PageUp') return within(at - page)
  if (key === 'Home') return 0
  return key === 'End' ? within(rows - 1) : undefined
}

/** Which rows to draw, by where the reader has scrolled to. */
function useWindow(scroller: { readonly current: HTMLDivElement | null }, rowHeight: number, rows: number) {
  const [first, setFirst] = useState(0)
  const [seen, setSeen] = useState(600) // px of the scroller
  const height = rowHeight * (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16)
  const inSight = Math.ceil(seen / height)

  const onScroll = (): void => {
    const top = Math.floor((scroller.current?.scrollTop ?? 0) / height)
    setFirst(Math.max(0, Math.floor((top - margin) / stride) * stride))
  }
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(() => setSeen(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller])
  // A shorter list may end above where the reader was.
  // What it reads changes with these.
  useEffect(onScroll, [rows, height])

  const reveal = (row: number): void => {
    const element = scroller.current
    if (element === null) return
    const head = element.querySelector('.grid-head')?.clientHeight ?? 0
    const top = row * height
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + height > element.scrollTop + element.clientHeight - head) {
      element.scrollTop = top + height - element.clientHeight + head
    }
  }
  return { first, last: first + inSight + 2 * margin + stride, height, page: inSight - 2, onScroll, reveal }
}

/** Whether the page is as narrow as a phone held upright. */
export function useNarrow(): boolean {
  const [media] = useState(() => matchMedia('(max-width: 47.5rem)'))
  const [isNarrow, setNarrow] = useState(media.matches)
  useEffect(() => {
    const changed = (): void => setNarrow(media.matches)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }, [media])
  return isNarrow
}
