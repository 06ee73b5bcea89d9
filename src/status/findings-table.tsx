/** Findings of a checker: where, how grave, what, and how to mend it. */

import type { FindingView } from '../api/shapes.js'

const gravity = { error: 0, warning: 1, note: 2 }

export function FindingsTable({ findings }: { readonly findings: readonly FindingView[] }) {
  const sorted = [...findings].sort((a, b) => gravity[a.severity] - gravity[b.severity])
  return (
    <table class="findings">
      <thead>
        <tr>
          <th scope="col">Severity</th>
          <th scope="col">Where</th>
          <th scope="col">Finding</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(finding => (
          <tr key={`${placeOf(finding)} ${finding.rule} ${finding.message}`}>
            <td>
              <span class={`tag severity-${finding.severity}`}>{finding.severity}</span>
            </td>
            <td class="mac">{placeOf(finding)}</td>
            <td>
              {finding.message} <span class="dim">{finding.rule}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function placeOf({ file, line, column }: FindingView): string {
  return [file, line, column].filter(part => part !== undefined).join(':')
}
