/** One button a state, with how many phones are in it. */

import { thousands } from '../words.js'
import { type Chip, chips, type Selection } from './query.js'
import { stateTitles } from './state.js'

interface ChipsProps {
  readonly counts: Selection['counts']
  readonly chosen: Chip
  readonly onChoose: (chip: Chip) => void
}

export function Chips({ counts, chosen, onChoose }: ChipsProps) {
  return (
    <fieldset class="chips">
      <legend class="unseen">State</legend>
      {chips.map(chip => (
        <button
          key={chip}
          type="button"
          class={`chip chip-${chip}${counts[chip] === 0 ? ' none' : ''}`}
          aria-pressed={chip === chosen}
          onClick={() => onChoose(chip === chosen ? 'all' : chip)}
        >
          {titleOf(chip)} <span class="chip-count">{thousands(counts[chip])}</span>
        </button>
      ))}
    </fieldset>
  )
}

function titleOf(chip: Chip): string {
  if (chip === 'all') return 'All'
  return chip === 'unlisted' ? 'Unlisted' : stateTitles[chip]
}
