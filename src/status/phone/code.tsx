/** A document as text with line numbers and colours; long ones without colours, very long ones cut. */

import type { FindingView } from '../../api/shapes.js'
import { count, thousands } from '../words.js'
import { tokenLines } from './tokens.js'

/** Each coloured word is an element; a browser draws some ten thousand at once. */
const mostColoured = 120_000 // characters
const mostLines = 4_000

interface CodeProps {
  readonly label: string
  readonly text: string
  readonly findings: readonly FindingView[]
}

export function Code({ label, text, findings }: CodeProps) {
  if (text.length > mostColoured) return <LongText label={label} text={text} />
  const lines = tokenLines(text)
  const marks = new Map(findings.map(({ line, severity, message }) => [line, { severity, message }]))
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in reach of the keyboard */}
      <section class="code" tabIndex={0} aria-label={label}>
        <pre>
          {lines.slice(0, mostLines).map((line, place) => {
            const mark = marks.get(place + 1)
            return (
              // A line is its place.
              <span
                key={place}
                class={`code-line${mark === undefined ? '' : ` mark-${mark.severity}`}`}
                title={mark?.message}
              >
                {line.map((token, n) => (
                  <span key={n} class={`token-${token.kind}`}>
                    {token.text}
                  </span>
                ))}
                {'\n'}
              </span>
            )
          })}
        </pre>
      </section>
      {lines.length > mostLines && (
        <p class="dim">
          The first {thousands(mostLines)} of {count(lines.length, 'line')}.
        </p>
      )}
    </>
  )
}

function LongText({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section class="code long" tabIndex={0} aria-label={label}>
      <pre>{text}</pre>
    </section>
  )
}
