/** The documents that a phone gets, as they are served now, and what changed since it fetched them. */

import { useState } from 'preact/hooks'
import type { DocumentView, FindingView } from '../../api/shapes.js'
import { useAnswer } from '../answer.js'
import { useApp } from '../app.js'
import { useStore } from '../store.js'
import { moment, size } from '../words.js'
import { Changes } from './changes.js'
import { Code } from './code.js'

export function Documents({ mac, version }: { readonly mac: string; readonly version: string }) {
  const documents = useAnswer<readonly DocumentView[]>(`phones/${mac}/documents`, version)
  const findings = useAnswer<readonly FindingView[]>(`phones/${mac}/findings`, version)
  const [chosen, setChosen] = useState<string>()
  if (documents.value === undefined) return <p class="waiting">{documents.problem ?? 'Rendering …'}</p>
  if (documents.value.length === 0) return <p class="empty">No document is known for this phone.</p>
  const shown = documents.value.find(({ name }) => name === chosen) ?? documents.value[0]
  return (
    <div class="documents">
      <ul class="names" aria-label="Documents, in the order the phone asks for them">
        {documents.value.map(document => (
          <li key={document.name}>
            <button type="button" aria-pressed={document === shown} onClick={() => setChosen(document.name)}>
              <span class="mac">{document.name}</span>
              <span class="sub">{summaryOf(document)}</span>
            </button>
          </li>
        ))}
      </ul>
      {shown !== undefined && (
        <Shown
          key={shown.name}
          document={shown}
          findings={(findings.value ?? []).filter(({ file }) => file === shown.name)}
        />
      )}
    </div>
  )
}

function summaryOf(document: DocumentView): string {
  if (document.isElsewhere === true) return 'on another server'
  return document.isFound ? `${size(document.bytes)} · ${fetchWords(document)}` : 'not there'
}

function fetchWords({ fetchedAt, isChanged }: DocumentView): string {
  if (fetchedAt === undefined) return 'not fetched yet'
  if (isChanged === undefined) return `fetched ${moment(fetchedAt)}`
  return isChanged ? 'changed since the last fetch' : 'as last fetched'
}

interface ShownProps {
  readonly document: DocumentView
  readonly findings: readonly FindingView[]
}

function Shown({ document, findings }: ShownProps) {
  const { text, fetched, fetchedAt } = document
  const [isDiff, setDiff] = useState(false)
  return (
    <section class="document" aria-label={document.name}>
      <div class="bar">
        <code class="url">{document.url}</code>
        {text !== undefined && fetched !== undefined && (
          <span class="switch">
            <button type="button" aria-pressed={!isDiff} onClick={() => setDiff(false)}>
              As served now
            </button>
            <button type="button" aria-pressed={isDiff} onClick={() => setDiff(true)}>
              Changes
            </button>
          </span>
        )}
      </div>
      <p class="dim">
        {document.type !== undefined && `${document.type} · `}
        {fetchedAt === undefined ? 'not fetched by this phone yet' : `last fetched ${moment(fetchedAt)}`} · secrets are
        hidden here
      </p>
      {document.isChanged === true && fetched === undefined && (
        <p>Changed since that fetch in its secrets alone, which are hidden here.</p>
      )}
      <Findings findings={findings} />
      <Body document={document} findings={findings} isDiff={isDiff} />
    </section>
  )
}

function Body({ document, findings, isDiff }: ShownProps & { readonly isDiff: boolean }) {
  const { isFound, text, fetched, name } = document
  if (document.isElsewhere === true) return <p class="empty">The phone fetches it from another server.</p>
  if (!isFound) return <p class="empty">There is no such document: the phone gets “not found”.</p>
  if (text === undefined) return <p class="empty">{size(document.bytes)}, not shown: no text, or too long.</p>
  if (isDiff && fetched !== undefined) return <Changes before={fetched} after={text} />
  return <Code label={name} text={text} findings={findings} />
}

function Findings({ findings }: { readonly findings: readonly FindingView[] }) {
  if (findings.length === 0) return null
  return (
    <ul class="findings-inline">
      {findings.map(finding => (
        <li
          key={`${finding.line} ${finding.column} ${finding.rule} ${finding.message}`}
          class={`severity-${finding.severity}`}
        >
          {finding.line !== undefined && `Line ${finding.line}: `}
          {finding.message}
        </li>
      ))}
    </ul>
  )
}

/** Changes whenever the documents may have: a configuration was read, or the phone has fetched. */
export function useDocumentVersion(doneAt: number | undefined): string {
  const health = useStore(useApp().health)
  return `${health?.configuration.readAt} ${doneAt}`
}
