/** What changed between two texts, line by line: E. W. Myers, An O(ND) Difference Algorithm (1986). No I/O. */

export interface DiffLine {
  readonly kind: 'same' | 'gone' | 'new'
  readonly text: string
  readonly before?: number // line number in the old text, from 1
  readonly after?: number // in the new one
}

/** Edits that are sought; memory grows with their square. Texts further apart are shown as gone and new as a whole. */
const mostEdits = 1_000

export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, young] = [before.split('\n'), after.split('\n')]
  const head = sameAtStart(old, young)
  const tail = sameAtEnd(old, young, Math.min(old.length, young.length) - head)
  const middle = edits(old.slice(head, old.length - tail), young.slice(head, young.length - tail))
  const kinds: DiffLine['kind'][] = [...Array(head).fill('same'), ...middle, ...Array(tail).fill('same')]
  let [x, y] = [0, 0]
  return kinds.map(kind => {
    if (kind === 'gone') return { kind, text: old[x] ?? '', before: ++x }
    if (kind === 'new') return { kind, text: young[y] ?? '', after: ++y }
    return { kind, text: old[x] ?? '', before: ++x, after: ++y }
  })
}

/** The changed lines with `context` same ones around them; each part of the result is a run without gaps. */
export function hunks(lines: readonly DiffLine[], context = 3): readonly (readonly DiffLine[])[] {
  const runs: DiffLine[][] = []
  let end = -1 // of the run, exclusive
  lines.forEach((line, at) => {
    if (line.kind === 'same') return
    const first = Math.max(at - context, end, 0)
    if (first > end || runs.length === 0) runs.push([])
    const last = Math.min(lines.length, at + context + 1)
    runs.at(-1)?.push(...lines.slice(first, last))
    end = last
  })
  return runs
}

function sameAtStart(old: readonly string[], young: readonly string[]): number {
  const most = Math.min(old.length, young.length)
  let n = 0
  while (n < most && old[n] === young[n]) n += 1
  return n
}

function sameAtEnd(old: readonly string[], young: readonly string[], most: number): number {
  let n = 0
  while (n < most && old[old.length - 1 - n] === young[young.length - 1 - n]) n += 1
  return n
}

/** The furthest reach on each diagonal k = x − y, after each number of edits. */
function edits(old: readonly string[], young: readonly string[]): DiffLine['kind'][] {
  const trace: Int32Array[] = []
  const most = Math.min(mostEdits, old.length + young.length)
  const reach = new Int32Array(2 * most + 3)
  for (let d = 0; d <= most; d += 1) {
    trace.push(reach.slice(most - d, most + d + 3))
    for (let k = -d; k <= d; k += 2) {
      const x = follow(
        old,
        young,
        startOn(k, d, i => reach[most + 1 + i] ?? 0),
        k,
      )
      reach[most + 1 + k] = x
      if (x >= old.length && x - k >= young.length) return wayBack(trace, old.length, young.length)
    }
  }
  return [...Array(old.length).fill('gone'), ...Array(young.length).fill('new')]
}

/** One edit onto diagonal k: a new line from k + 1 above, or one gone from k − 1. */
function startOn(k: number, d: number, reach: (k: number) => number): number {
  const isDown = k === -d || (k !== d && reach(k - 1) < reach(k + 1))
  return isDown ? reach(k + 1) : reach(k - 1) + 1
}

function follow(old: readonly string[], young: readonly string[], from: number, k: number): number {
  let x = from
  while (x < old.length && x - k < young.length && old[x] === young[x - k]) x += 1
  return x
}

function wayBack(trace: readonly Int32Array[], width: number, height: number): DiffLine['kind'][] {
  const kinds: DiffLine['kind'][] = []
  let [x, y] = [width, height]
  for (let d = trace.length - 1; d > 0; d -= 1) {
    const reach = (k: number): number => trace[d]?.[d + 1 + k] ?? 0 // as it was before the d-th edit
    const k = x - y
    const isDown = k === -d || (k !== d && reach(k - 1) < reach(k + 1))
    const from = isDown ? reach(k + 1) : reach(k - 1)
    const start = isDown ? from : from + 1
    for (; x > start; x -= 1) kinds.push('same')
    kinds.push(isDown ? 'new' : 'gone')
    x = from
    y = from - (isDown ? k + 1 : k - 1)
  }
  for (; x > 0; x -= 1) kinds.push('same')
  return kinds.reverse()
}
