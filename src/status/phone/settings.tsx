/** What the phone is told, value by value, and which layer of the inventory says so. */

import { useState } from 'preact/hooks'
import type { EffectiveValue, SettingsView } from '../../api/shapes.js'
import { useAnswer } from '../answer.js'
import { FilterBox } from '../filter-box.js'
import { count } from '../words.js'

const flagWords: Readonly<Record<string, string>> = {
  $: 'can be changed on the phone, is set again at each boot',
  '!': 'is kept once it was changed on the phone',
  '&': 'cannot be changed on the phone',
}

export function Settings({ mac, version }: { readonly mac: string; readonly version: string }) {
  const { value, problem } = useAnswer<SettingsView>(`phones/${mac}/settings`, version)
  const [text, setText] = useState('')
  if (value === undefined) return <p class="waiting">{problem ?? 'Loading …'}</p>
  const parts = [
    ['Settings', value.settings],
    ['Function keys', value.keys],
    ['Phone book', value.phoneBook],
    ['Dial plan', value.dialplan],
  ] as const
  const words = text.trim().toLowerCase()
  const fits = ({ name, value, from }: EffectiveValue): boolean =>
    `${name}\n${value}\n${from}`.toLowerCase().includes(words)
  return (
    <div class="settings">
      <div class="bar">
        <FilterBox label="Filter settings" placeholder="name, value, layer" value={text} onInput={setText} />
        <span class="dim">Secrets are hidden. A later layer wins: defaults, model, groups, phone.</span>
      </div>
      {parts.map(([title, values]) => (
        <Values key={title} title={title} values={values.filter(fits)} all={values.length} />
      ))}
    </div>
  )
}

interface ValuesProps {
  readonly title: string
  readonly values: readonly EffectiveValue[]
  readonly all: number
}

function Values({ title, values, all }: ValuesProps) {
  if (all === 0) return null
  return (
    <table class="values">
      <caption>
        {title}{' '}
        <span class="dim">{values.length === all ? count(all, 'entry', 'entries') : `${values.length} of ${all}`}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {values.map((entry, place) => (
          // Names may repeat, and the list is drawn as a whole.
          <tr key={`${entry.name} ${place}`}>
            <td class="mac">
              {entry.name}
              {entry.flag !== undefined && (
                <span class="flag" title={flagWords[entry.flag]}>
                  {entry.flag}
                </span>
              )}
            </td>
            <td class="mac value">{entry.value}</td>
            <td class={entry.from.startsWith('phone') ? 'from own' : 'from'}>{entry.from}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
