/** The boots of a phone, fact by fact to the millisecond, with the pauses between them. */

import type { BootView, FactView } from '../../api/shapes.js'
import { stageOrder } from '../phones/state.js'
import { clock, clockToMillisecond, count, day, size, span } from '../words.js'

/** A pause longer than this is worth a line of its own. */
const worthSaying = 5_000 // ms

export function Timeline({ boots }: { readonly boots: readonly BootView[] }) {
  if (boots.length === 0) return <p class="empty">No boot was seen yet: no packet of this phone has come here.</p>
  return (
    <div class="timeline">
      {boots.map((boot, place) => (
        <Boot key={boot.at} boot={boot} isNewest={place === 0} />
      ))}
    </div>
  )
}

function Boot({ boot, isNewest }: { readonly boot: BootView; readonly isNewest: boolean }) {
  const last = boot.facts.reduce((latest, fact) => Math.max(latest, fact.at), boot.at)
  const bytes = boot.facts.reduce((sum, fact) => sum + (fact.bytes ?? 0), 0)
  const words = [count(boot.facts.length, 'fact'), span(last - boot.at), size(bytes)]
  return (
    <details class="boot" open={isNewest}>
      <summary>
        <span class="boot-at">
          {day(boot.at)} {clock(boot.at)}
        </span>
        <span class={`tag stage-${boot.stage === 'done' ? 'done' : 'open'}`}>{boot.stage}</span>
        <span class="dim">{words.join(' · ')}</span>
      </summary>
      <table class="facts">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" class="number">
              Since start
            </th>
            <th scope="col">Door</th>
            <th scope="col">What happened</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Size
            </th>
            <td class="fall-head" />
          </tr>
        </thead>
        <tbody>
          {boot.facts.map((fact, place) => (
            // Facts of one millisecond differ by their place alone.
            <Fact key={place} fact={fact} boot={boot} end={last} before={boot.facts[place - 1]} />
          ))}
        </tbody>
      </table>
    </details>
  )
}

interface FactProps {
  readonly fact: FactView
  readonly boot: BootView
  readonly end: number // ms, of the last fact
  readonly before: FactView | undefined
}

function Fact({ fact, boot, end, before }: FactProps) {
  const pause = before === undefined ? 0 : fact.at - before.at
  return (
    <>
      {pause > worthSaying && (
        <tr class="pause">
          <td colSpan={7}>{span(pause)} without a word</td>
        </tr>
      )}
      <tr class={fact.severity === undefined ? undefined : `severity-${fact.severity}`}>
        <td class="time">{clockToMillisecond(fact.at)}</td>
        <td class="number">+{((fact.at - boot.at) / 1000).toFixed(3)} s</td>
        <td>{fact.door !== undefined && <span class="tag">{fact.door}</span>}</td>
        <td class="what">
          {fact.severity !== undefined && <span class={`tag severity-${fact.severity}`}>{fact.severity}</span>}{' '}
          {fact.text}
        </td>
        <td class="number">{fact.milliseconds === undefined ? '' : milliseconds(fact.milliseconds)}</td>
        <td class="number">{fact.bytes === undefined ? '' : size(fact.bytes)}</td>
        <td class="fall" aria-hidden="true">
          <Bar fact={fact} start={boot.at} end={end} />
        </td>
      </tr>
    </>
  )
}

/** Where in the boot the fact lies, as in a browser's list of requests. */
function Bar({ fact, start, end }: { readonly fact: FactView; readonly start: number; readonly end: number }) {
  const whole = Math.max(1, end - start)
  const from = Math.max(0, fact.at - (fact.milliseconds ?? 0) - start) / whole
  const width = Math.min(fact.milliseconds ?? 0, fact.at - start) / whole
  return <span class="fall-bar" style={{ left: `${from * 100}%`, width: `max(3px, ${width * 100}%)` }} />
}

function milliseconds(ms: number): string {
  if (ms < 1) return '< 1 ms'
  return ms < 1_000 ? `${Math.round(ms)} ms` : span(ms)
}

/** `7 of the last 8 boots ended well, one is under way` */
export function bootsInWords(boots: readonly BootView[], isBooting: boolean): string {
  const well = boots.filter(boot => boot.stage === stageOrder.at(-1)).length
  const ended = boots.length - (isBooting ? 1 : 0)
  if (ended === 0) return isBooting ? 'the first is under way' : ''
  const last = ended === 1 ? (well === 1 ? 'the last boot ended well' : 'the last boot did not end well') : ''
  const words = last === '' ? `${well} of the last ${count(ended, 'boot')} ended well` : last
  return isBooting ? `${words}, one is under way` : words
}
