/** The columns of the list of phones. */

import type { PhoneLine } from '../../api/shapes.js'
import type { Column } from '../grid.js'
import { colons, moment } from '../words.js'
import { BootHead, BootLine } from './boot-line.js'
import { remarkOf, stateWords } from './state.js'

export const phoneColumns: readonly Column<PhoneLine>[] = [
  { id: 'phone', title: 'Phone', isSortable: true, cell: line => <PhoneCell line={line} /> },
  { id: 'model', title: 'Model', isSortable: true, cell: line => <ModelCell line={line} /> },
  { id: 'address', title: 'Address', isSortable: true, cell: line => <AddressCell line={line} /> },
  { id: 'boot', title: 'Boot', head: <BootHead />, isSortable: true, cell: line => <BootLine line={line} /> },
  { id: 'state', title: 'State', isSortable: true, cell: line => <StateCell line={line} /> },
  { id: 'last', title: 'Last heard', isSortable: true, cell: line => line.lastAt && moment(line.lastAt) },
]

interface CellProps {
  readonly line: PhoneLine
}

function PhoneCell({ line }: CellProps) {
  return (
    <a class="two" href={`#/phone/${line.mac}`} tabIndex={-1}>
      <span class="main-line">
        {line.name ?? <span class="dim">{line.isListed ? 'no name' : 'not in the inventory'}</span>}
      </span>
      <span class="sub mac">{colons(line.mac)}</span>
    </a>
  )
}

function ModelCell({ line }: CellProps) {
  return (
    <span class="two">
      <span class="main-line">{line.model ?? <span class="dim">unknown</span>}</span>
      <span class="sub">{line.firmware}</span>
    </span>
  )
}

function AddressCell({ line }: CellProps) {
  return (
    <span class="two">
      <span class="main-line">{line.address}</span>
      <span class="sub">{[line.method, ...line.groups].filter(word => word !== undefined).join(' · ')}</span>
    </span>
  )
}

function StateCell({ line }: CellProps) {
  const remark = remarkOf(line)
  return (
    <span class="two">
      <span class="main-line state-words">{stateWords(line)}</span>
      <span class="sub remark" title={remark}>
        {remark}
      </span>
    </span>
  )
}
