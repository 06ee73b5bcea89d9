/** What is known of a phone beside its boots: lease, groups, redirection, and what it said of itself. */

import type { ComponentChildren } from 'preact'
import type { PhoneView } from '../../api/shapes.js'
import { stateOf } from '../phones/state.js'
import { colons, moment, span } from '../words.js'
import { bootsInWords } from './timeline.js'

export function PhoneFacts({ phone }: { readonly phone: PhoneView }) {
  const { line, lease, redirection, said } = phone
  return (
    <dl class="facts-list">
      <Item title="Lease">{lease && `${lease.address}, ${leaseEnd(lease.end)}`}</Item>
      <Item title="Inventory">{line.isListed ? groupsOf(line.groups) : 'not listed'}</Item>
      <Item title="Came by">{line.method}</Item>
      <Item title="Boots">{bootsInWords(phone.boots, stateOf(line) === 'booting')}</Item>
      <Item title="Redirection">
        {redirection === undefined ? (
          <a href={`#/redirections?mac=${colons(line.mac)}`}>none; add one</a>
        ) : (
          <>
            <span class="mac">{redirection.url}</span> of {redirection.owner} since {moment(redirection.since)}
          </>
        )}
      </Item>
      <Said said={said} />
    </dl>
  )
}

/** In its own words, which need not be true. */
export function Said({ said }: { readonly said: PhoneView['said'] }) {
  return (
    <>
      <Item title="Vendor class">{said.vendorClass}</Item>
      <Item title="Host name">{said.hostname}</Item>
      <Item title="Asks for options">{said.asks?.join(', ')}</Item>
      <Item title="User-Agent" isWide>
        {said.agent}
      </Item>
    </>
  )
}

interface ItemProps {
  readonly title: string
  readonly isWide?: boolean
  readonly children: ComponentChildren
}

function Item({ title, isWide = false, children }: ItemProps) {
  if (children === undefined || children === '') return null
  return (
    <div class={isWide ? 'wide' : undefined}>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function groupsOf(groups: readonly string[]): string {
  return groups.length === 0 ? 'listed, in no group' : `listed, in ${groups.join(', ')}`
}

function leaseEnd(end: number): string {
  const left = end - Date.now()
  return left > 0 ? `until ${moment(end)} (${span(left)})` : `ended ${moment(end)}`
}
