/** How a phone stands, in one word and in a few. No I/O. */

import type { PhoneLine, Stage } from '../../api/shapes.js'
import { span } from '../words.js'

export const stageOrder: readonly Stage[] = ['seen', 'leased', 'general', 'own', 'languages', 'firmware', 'done']

export type State = 'stuck' | 'booting' | 'redirected' | 'done' | 'unseen'

/** Those that need somebody come first. */
export const states: readonly State[] = ['stuck', 'booting', 'redirected', 'done', 'unseen']

export const stateTitles: Readonly<Record<State, string>> = {
  stuck: 'Stuck',
  booting: 'Booting',
  redirected: 'Redirected',
  done: 'Booted',
  unseen: 'Not seen',
}

export function stateOf(line: PhoneLine): State {
  if (line.bootedAt === undefined) return 'unseen'
  if (line.isStuck) return 'stuck'
  if (line.redirectedTo !== undefined) return 'redirected'
  return line.stage === 'done' ? 'done' : 'booting'
}

const reachedWords: Readonly<Record<Stage, string>> = {
  seen: 'was seen',
  leased: 'has a lease',
  general: 'has the general settings',
  own: 'has its own settings',
  languages: 'has its languages',
  firmware: 'has its firmware',
  done: 'booted',
}

/** `Stuck after leased`, `Booting: has its own settings`, `Booted in 12.3 s` */
export function stateWords(line: PhoneLine): string {
  const state = stateOf(line)
  if (state === 'unseen') return 'Not seen yet'
  if (state === 'stuck') return `Stuck after “${line.stage}”`
  if (state === 'redirected') return 'Redirected'
  if (state === 'booting') return `Booting: ${reachedWords[line.stage]}`
  const { done } = line.reached
  return done === undefined || line.bootedAt === undefined ? 'Booted' : `Booted in ${span(done - line.bootedAt)}`
}

/** The one thing to read beside the state: the diagnosis, where it was sent, or what disagrees. */
export function remarkOf(line: PhoneLine): string {
  if (line.diagnosis !== undefined) return line.diagnosis.text
  if (line.redirectedTo !== undefined) return `to ${line.redirectedTo}`
  return line.disagreements[0] ?? ''
}
