/** The order of a shorter list, by one of its columns. */

import { useState } from 'preact/hooks'
import type { Sort } from './grid.js'

export interface Sorting<Row> {
  readonly sort: Sort
  readonly onSort: (column: string) => void
  readonly sorted: (rows: readonly Row[]) => readonly Row[]
}

/** `keyOf`: what a row is sorted by in that column; numbers in a text count as numbers. */
export function useSorting<Row>(first: Sort, keyOf: (row: Row, column: string) => string | number): Sorting<Row> {
  const [sort, setSort] = useState(first)
  return {
    sort,
    onSort: column => setSort(before => ({ column, isDescending: before.column === column && !before.isDescending })),
    sorted: rows => {
      const sign = sort.isDescending ? -1 : 1
      const keyed = rows.map(row => ({ row, key: natural(keyOf(row, sort.column)) }))
      keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -sign : sign))
      return keyed.map(({ row }) => row)
    },
  }
}

function natural(key: string | number): string | number {
  if (typeof key === 'number') return key
  return key.toLowerCase().replaceAll(/\d+/g, digits => digits.padStart(9, '0'))
}
