/** The boot of a phone as one line of seven segments, each with the time it was reached. */

import type { PhoneLine, Stage } from '../../api/shapes.js'
import { clock, day, shortSpan, span } from '../words.js'
import { stageOrder, stateOf } from './state.js'

export const stageTitles: Readonly<Record<Stage, string>> = {
  seen: 'seen',
  leased: 'leased',
  general: 'general',
  own: 'own',
  languages: 'lang.',
  firmware: 'firmw.',
  done: 'done',
}

/** `reached`, `skipped` (a later stage was reached), `next` (on its way), `broken` (never came), `onward`, `ahead` */
type Look = 'reached' | 'skipped' | 'next' | 'broken' | 'onward' | 'ahead'

export function BootLine({ line }: { readonly line: PhoneLine }) {
  return (
    <span class={`boot-line ${stateOf(line)}`} role="img" aria-label={spokenBoot(line)}>
      {stageOrder.map(stage => {
        const look = lookOf(line, stage)
        return (
          <span key={stage} class={`segment ${look}`}>
            {textOf(line, stage, look)}
          </span>
        )
      })}
    </span>
  )
}

/** The names of the stages, above their segments. */
export function BootHead() {
  return (
    <span class="boot-line boot-head" aria-hidden="true">
      {stageOrder.map(stage => (
        <span key={stage} class="segment-head">
          {stageTitles[stage]}
        </span>
      ))}
    </span>
  )
}

function lookOf(line: PhoneLine, stage: Stage): Look {
  const [place, furthest] = [stageOrder.indexOf(stage), stageOrder.indexOf(line.stage)]
  if (line.bootedAt === undefined) return 'ahead'
  if (line.reached[stage] !== undefined) return 'reached'
  if (place <= furthest) return 'skipped'
  if (place > furthest + 1) return 'ahead'
  const state = stateOf(line)
  if (state === 'stuck') return 'broken'
  return state === 'redirected' ? 'onward' : 'next'
}

function textOf(line: PhoneLine, stage: Stage, look: Look): string {
  const at = line.reached[stage]
  if (at !== undefined && stage === 'seen') return day(at) === day(Date.now()) ? clock(at) : day(at).slice(5)
  if (at !== undefined && line.bootedAt !== undefined) return shortSpan(at - line.bootedAt)
  if (look === 'broken') return '✕'
  return look === 'onward' ? '→' : ''
}

function spokenBoot(line: PhoneLine): string {
  const { bootedAt } = line
  if (bootedAt === undefined) return 'no boot seen'
  const parts = stageOrder.flatMap(stage => {
    const at = line.reached[stage]
    if (at === undefined) return []
    return [stage === 'seen' ? `seen at ${clock(at)}` : `${stage} after ${span(at - bootedAt)}`]
  })
  return parts.join(', ')
}
