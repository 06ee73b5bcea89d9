/** Who holds which address, how full the pools are, and releasing a lease. */

import { useMemo, useState } from 'preact/hooks'
import type { LeasesView as Leases, LeaseView } from '../../api/shapes.js'
import { useAnswer, useSeldom } from '../answer.js'
import { useApp } from '../app.js'
import { Confirm } from '../confirm.js'
import { FilterBox } from '../filter-box.js'
import { type Column, Grid, useNarrow } from '../grid.js'
import { useSorting } from '../sorting.js'
import { useStore } from '../store.js'
import { colons, count, moment, span, thousands } from '../words.js'

/** Leases are in no event; they are asked for when the health comes, but not more often than this. */
const pause = 5_000 // ms

export function LeasesView() {
  const { api, health, spoken } = useApp()
  const { value, problem, again } = useAnswer<Leases>('leases', useSeldom(useStore(health), pause))
  const [text, setText] = useState('')
  const [asked, setAsked] = useState<string>()
  const isNarrow = useNarrow()
  const sorting = useSorting<LeaseView>({ column: 'address', isDescending: false }, keyOf)
  const leases = useMemo(() => new Map(value?.leases.map(lease => [lease.address, lease])), [value])
  const words = text.trim().toLowerCase()
  const shown = sorting.sorted([...leases.values()].filter(lease => textOf(lease).includes(words)))
  const columns = useMemo(() => columnsOf(setAsked), [])
  const lease = asked === undefined ? undefined : leases.get(asked)

  const release = async (): Promise<void> => {
    await api.send('DELETE', `leases/${asked}`)
    spoken.set(`${asked} is released`)
    again()
  }
  return (
    <div class="list-view">
      <div class="bar">
        <h1 tabIndex={-1}>Leases</h1>
        <FilterBox label="Filter leases" placeholder="address, MAC, host name, state" value={text} onInput={setText} />
        <span class="tally">
          {shown.length === leases.size
            ? count(leases.size, 'lease')
            : `${thousands(shown.length)} of ${count(leases.size, 'lease')}`}
        </span>
      </div>
      {problem !== undefined && <p class="problem">{problem}</p>}
      <Pools pools={value?.pools ?? []} />
      <Grid<LeaseView>
        name="leases"
        label="Leases"
        hint="Enter releases a lease, after a question"
        columns={columns}
        keys={shown.map(({ address }) => address)}
        rowOf={address => leases.get(address)}
        rowHeight={isNarrow ? 5 : 2.25}
        sort={sorting.sort}
        onSort={sorting.onSort}
        onOpen={setAsked}
        empty={value === undefined ? 'Loading …' : 'No lease here.'}
      />
      {lease !== undefined && (
        <Confirm
          title={`Release ${lease.address}?`}
          action="Release"
          onYes={release}
          onClose={() => setAsked(undefined)}
        >
          <p>
            {lease.mac === undefined ? 'Nobody' : <span class="mac">{colons(lease.mac)}</span>} holds it until{' '}
            {moment(lease.end)}. A phone that still uses the address learns of it only when it renews: another client
            may be given the same address before.
          </p>
        </Confirm>
      )}
    </div>
  )
}

function Pools({ pools }: { readonly pools: Leases['pools'] }) {
  return (
    <ul class="pools" aria-label="Use of the pools">
      {pools.map(({ subnet, size, used }) => {
        const percent = size === 0 ? 0 : (used / size) * 100
        return (
          <li key={subnet}>
            <span class="mac">{subnet}</span>
            <span class={`meter${percent >= 95 ? ' bad' : percent >= 80 ? ' warn' : ''}`}>
              <span class="meter-fill" style={{ width: `${Math.min(100, percent)}%` }} />
            </span>
            <span class="tally">
              {thousands(used)} of {thousands(size)} ({percent < 10 ? percent.toFixed(1) : Math.round(percent)} %)
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function columnsOf(release: (address: string) => void): readonly Column<LeaseView>[] {
  return [
    { id: 'address', title: 'Address', isSortable: true, cell: lease => <span class="mac">{lease.address}</span> },
    { id: 'mac', title: 'Phone', isSortable: true, cell: lease => <Holder lease={lease} /> },
    { id: 'state', title: 'State', isSortable: true, cell: lease => <span class="tag">{lease.state}</span> },
    { id: 'said', title: 'Host name and class', isSortable: true, cell: lease => <SaidCell lease={lease} /> },
    { id: 'end', title: 'Ends', isSortable: true, cell: lease => <EndCell end={lease.end} /> },
    {
      id: 'act',
      title: 'Action',
      cell: lease => (
        <button type="button" tabIndex={-1} class="small" onClick={() => release(lease.address)}>
          Release
        </button>
      ),
    },
  ]
}

function Holder({ lease: { mac } }: { readonly lease: LeaseView }) {
  if (mac === undefined) return <span class="dim">nobody</span>
  return (
    <a class="mac" href={`#/phone/${mac}`} tabIndex={-1}>
      {colons(mac)}
    </a>
  )
}

function SaidCell({ lease: { hostname, vendorClass } }: { readonly lease: LeaseView }) {
  return (
    <>
      {hostname} <span class="dim">{vendorClass}</span>
    </>
  )
}

function EndCell({ end }: { readonly end: number }) {
  const left = end - Date.now()
  return (
    <>
      {moment(end)} <span class="dim">{left > 0 ? span(left) : 'past'}</span>
    </>
  )
}

function keyOf(lease: LeaseView, column: string): string | number {
  if (column === 'mac') return lease.mac ?? ''
  if (column === 'state') return lease.state
  if (column === 'said') return lease.hostname ?? ''
  return column === 'end' ? lease.end : lease.address
}

function textOf({ address, mac = '', state, hostname = '', vendorClass = '' }: LeaseView): string {
  return [address, mac, colons(mac), state, hostname, vendorClass].join('\n').toLowerCase()
}
