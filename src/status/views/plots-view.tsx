/** Leases, requests and boots over time. */

import type { StatisticsView } from '../../api/shapes.js'
import { useAnswer, useSeldom } from '../answer.js'
import { useApp } from '../app.js'
import { useStore } from '../store.js'
import { clock, day, span, thousands } from '../words.js'
import { Plot } from './plot.js'

const pause = 15_000 // ms
const minute = 60_000 // ms

export function PlotsView() {
  const { health } = useApp()
  const { value, problem } = useAnswer<StatisticsView>('statistics', useSeldom(useStore(health), pause))
  return (
    <div class="sheet">
      <h1 tabIndex={-1}>Plots</h1>
      {value === undefined ? <p class="waiting">{problem ?? 'Loading …'}</p> : <Plots statistics={value} />}
    </div>
  )
}

function Plots({ statistics }: { readonly statistics: StatisticsView }) {
  const { step, at, leases, requests, boots } = statistics
  if (at.length === 0) return <p class="empty">Nothing yet: the first point comes after {span(step)}.</p>
  const each = step === minute ? 'each minute' : `each ${span(step)}`
  const plots = [
    { title: 'Leases', unit: 'bound', values: leases },
    { title: 'Requests', unit: each, values: requests },
    { title: 'Boots', unit: `ended well, ${each}`, values: boots },
  ]
  return (
    <>
      {plots.map(({ title, unit, values }) => (
        <figure key={title} class="plot">
          <figcaption>
            {title} <span class="dim">{unit}</span> <span class="tally">{summary(values)}</span>
          </figcaption>
          <Plot label={`${title}, ${unit}: ${summary(values)}`} title={title} at={at} values={values} />
        </figure>
      ))}
      <Table statistics={statistics} />
    </>
  )
}

function summary(values: readonly number[]): string {
  const most = values.reduce((a, b) => Math.max(a, b), 0)
  return `now ${thousands(values.at(-1) ?? 0)}, at most ${thousands(most)}`
}

/** The same figures for those who cannot see a curve, the newest first. */
const mostRows = 300

function Table({ statistics: { at, leases, requests, boots } }: { readonly statistics: StatisticsView }) {
  const places = at
    .map((_, place) => place)
    .slice(-mostRows)
    .reverse()
  return (
    <details>
      <summary>The same as a table</summary>
      <table class="values">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" class="number">
              Leases
            </th>
            <th scope="col" class="number">
              Requests
            </th>
            <th scope="col" class="number">
              Boots
            </th>
          </tr>
        </thead>
        <tbody>
          {places.map(place => (
            <tr key={at[place]}>
              <td>
                {day(at[place] ?? 0)} {clock(at[place] ?? 0)}
              </td>
              <td class="number">{leases[place]}</td>
              <td class="number">{requests[place]}</td>
              <td class="number">{boots[place]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
