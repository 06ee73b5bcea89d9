/** The known word that a mistyped one most likely meant. No I/O. */

import { nearestOf } from '../snom/catalogue/nearest.js'

const share = 3 // keys are short, and people know them less well than settings: a third of the letters may differ

/** The nearest of `known`, when at most a third of the letters differ; spelling habits (leaseTime, lease_time) do not count. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  return nearestOf(word, known, { share, plain: plainly })
}

function plainly(word: string): string {
  return word
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[_ ]/g, '-')
}
