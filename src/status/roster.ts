/** All phones that the appliance knows, as they stand now, by MAC. */

import type { PhoneLine } from '../api/shapes.js'

export interface Roster {
  readonly lines: ReadonlyMap<string, PhoneLine>
  readonly isLoaded: boolean
  /** The whole list, instead of what was known; lines in `later` came while it was on its way. */
  load(lines: readonly PhoneLine[], later: readonly PhoneLine[]): void
  apply(changed: readonly PhoneLine[]): void
  watch(changed: () => void): () => void
}

export function createRoster(): Roster {
  const watchers = new Set<() => void>()
  let lines = new Map<string, PhoneLine>()
  let isLoaded = false

  function tell(): void {
    for (const changed of watchers) changed()
  }

  return {
    get lines() {
      return lines
    },
    get isLoaded() {
      return isLoaded
    },
    load(all, later) {
      lines = new Map(all.map(line => [line.mac, line]))
      for (const line of later) {
        const known = lines.get(line.mac)
        if (known === undefined || (line.lastAt ?? 0) >= (known.lastAt ?? 0)) lines.set(line.mac, line)
      }
      isLoaded = true
      tell()
    },
    apply(changed) {
      for (const line of changed) lines.set(line.mac, line)
      tell()
    },
    watch(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
  }
}
