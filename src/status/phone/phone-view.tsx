/** One phone: how it stands, what it said, its boots, settings, documents and findings. */

import { useMemo } from 'preact/hooks'
import type { FindingView, PhoneView as Phone } from '../../api/shapes.js'
import { useAnswer, useSeldom } from '../answer.js'
import { useApp } from '../app.js'
import { FindingsTable } from '../findings-table.js'
import { useRosterLine } from '../roster-line.js'
import { useStore } from '../store.js'
import { colons } from '../words.js'
import { Documents, useDocumentVersion } from './documents.js'
import { PhoneFacts } from './phone-facts.js'
import { PhoneHead } from './phone-head.js'
import { Settings } from './settings.js'
import { Timeline } from './timeline.js'

/** A phone in the middle of its boot changes four times a second; its page asks this often at most. */
const pause = 500 // ms

const tabs = [
  ['timeline', 'Timeline'],
  ['settings', 'Settings'],
  ['documents', 'Documents'],
  ['findings', 'Findings'],
] as const

type Tab = (typeof tabs)[number][0]

interface PhoneViewProps {
  readonly mac: string
  readonly tab: string | undefined
}

export function PhoneView({ mac, tab: wanted }: PhoneViewProps) {
  const app = useApp()
  const line = useRosterLine(mac)
  const phone = useAnswer<Phone>(`phones/${mac}`, useSeldom(line, pause))
  const version = useDocumentVersion(line?.reached.done)
  const tab = tabs.find(([key]) => key === wanted)?.[0] ?? 'timeline'
  const back = useStore(app.phonesAt)
  if (phone.value === undefined) {
    return (
      <div class="sheet">
        <h1 tabIndex={-1}>{colons(mac)}</h1>
        <p>{phone.problem ?? 'Loading …'}</p>
        <p>
          <a href={back}>Back to the phones</a>
        </p>
      </div>
    )
  }
  return (
    <div class="sheet phone">
      <PhoneHead phone={phone.value} line={line ?? phone.value.line} />
      <PhoneFacts phone={phone.value} />
      <nav class="tabs" aria-label="About this phone">
        {tabs.map(([key, title]) => (
          <a key={key} href={`#/phone/${mac}/${key}`} aria-current={key === tab ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <section aria-label={tabs.find(([key]) => key === tab)?.[1]}>
        <TabBody tab={tab} phone={phone.value} version={version} />
      </section>
    </div>
  )
}

interface TabBodyProps {
  readonly tab: Tab
  readonly phone: Phone
  readonly version: string
}

function TabBody({ tab, phone, version }: TabBodyProps) {
  const { mac } = phone.line
  // Drawn anew only when the boots are others, not at each step of the head above.
  const timeline = useMemo(() => <Timeline boots={phone.boots} />, [phone.boots])
  switch (tab) {
    case 'timeline':
      return timeline
    case 'settings':
      return <Settings mac={mac} version={version} />
    case 'documents':
      return <Documents mac={mac} version={version} />
    case 'findings':
      return <Findings mac={mac} version={version} />
  }
}

function Findings({ mac, version }: { readonly mac: string; readonly version: string }) {
  const { value, problem } = useAnswer<readonly FindingView[]>(`phones/${mac}/findings`, version)
  if (value === undefined) return <p class="waiting">{problem ?? 'Checking …'}</p>
  if (value.length === 0) return <p class="empty">The checker has nothing to say against these documents.</p>
  return <FindingsTable findings={value} />
}
