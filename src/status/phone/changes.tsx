/** What the phone would get now, beside what it fetched last: only the lines that changed, and a few around them. */

import { useMemo } from 'preact/hooks'
import { count } from '../words.js'
import { type DiffLine, diffLines, hunks } from './diff.js'

interface ChangesProps {
  readonly before: string
  readonly after: string
}

export function Changes({ before, after }: ChangesProps) {
  const lines = useMemo(() => diffLines(before.replace(/\n$/, ''), after.replace(/\n$/, '')), [before, after])
  const gone = lines.filter(({ kind }) => kind === 'gone').length
  const added = lines.filter(({ kind }) => kind === 'new').length
  return (
    <>
      <p class="dim">
        {count(added, 'line')} added, {count(gone, 'line')} gone since that fetch. The phone gets the new ones when it
        fetches next.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard */}
      <section class="code diff" tabIndex={0} aria-label="Changes since the last fetch">
        {hunks(lines).map(run => (
          <div key={`${run[0]?.before} ${run[0]?.after}`} class="hunk">
            {run.map(line => (
              <Changed key={`${line.before} ${line.after}`} line={line} />
            ))}
          </div>
        ))}
      </section>
    </>
  )
}

function Changed({ line }: { readonly line: DiffLine }) {
  const numbers = (
    <span class="numbers" aria-hidden="true">
      <span>{line.before}</span>
      <span>{line.after}</span>
      <span>{{ gone: '−', new: '+', same: ' ' }[line.kind]}</span>
    </span>
  )
  if (line.kind === 'same')
    return (
      <div class="diff-line">
        {numbers}
        <span>{line.text}</span>
      </div>
    )
  const Kind = line.kind === 'gone' ? 'del' : 'ins'
  return (
    <div class={`diff-line ${line.kind}`}>
      {numbers}
      <Kind>{line.text}</Kind>
    </div>
  )
}
