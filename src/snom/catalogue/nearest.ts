/** The known name that a mistyped one most likely meant. No I/O. */

/** Characters; no setting has a longer name, and the distance costs length². */
const longest = 48

export interface Leniency {
  readonly share: number // one character in so many may differ, and one in any case
  readonly plain: (word: string) => string // without what does not count as a difference
}

const strict: Leniency = { share: 4, plain: word => word.toLowerCase() }

/** The nearest of `known`; without another leniency when at most a quarter of the characters differ. */
export function nearestOf(
  word: string,
  known: Iterable<string>,
  { share, plain }: Leniency = strict,
): string | undefined {
  if (word.length > longest) return undefined
  const wanted = plain(word)
  let best: string | undefined
  let bound = Math.max(1, Math.floor(word.length / share))
  for (const candidate of known) {
    const distance = distanceWithin(wanted, plain(candidate), bound)
    if (distance === undefined || (best !== undefined && distance === bound)) continue
    best = candidate
    bound = distance
  }
  return best
}

/** Characters to insert, delete, replace, or swap with their neighbour; undefined when it takes more than `bound`. */
function distanceWithin(a: string, b: string, bound: number): number | undefined {
  if (Math.abs(a.length - b.length) > bound) return undefined
  let before: readonly number[] = []
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const isSwapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = isSwapped ? (before[column - 2] ?? 0) + 1 : replaced
      current.push(Math.min(replaced, swapped, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    if (Math.min(...current, ...above) > bound) return undefined
    before = above
    above = current
  }
  const distance = above[b.length] ?? 0
  return distance <= bound ? distance : undefined
}
