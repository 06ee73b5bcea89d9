/** How the appliance itself is: doors and their counters, rivals, disk, memory, configuration. */

import type { ComponentChildren } from 'preact'
import type { DoorView, FindingView, HealthView as Health } from '../../api/shapes.js'
import { useAnswer } from '../answer.js'
import { useApp } from '../app.js'
import { FindingsTable } from '../findings-table.js'
import { useStore } from '../store.js'
import { count, moment, size, span, thousands } from '../words.js'

export function HealthView() {
  const health = useStore(useApp().health)
  return (
    <div class="sheet">
      <h1 tabIndex={-1}>Health</h1>
      {health === undefined ? <p class="waiting">Loading …</p> : <Whole health={health} />}
    </div>
  )
}

function Whole({ health }: { readonly health: Health }) {
  const { free, size: whole, folder } = health.disk
  const isFull = free !== undefined && whole !== undefined && free < whole * 0.05
  return (
    <>
      <dl class="tiles">
        <Tile title="Appliance" value={health.version} more={`up ${upTime(health.startedAt)}`} />
        <Tile title="Interface" value={health.interface} more={health.address ?? 'no address'} />
        <Tile
          title="Phones"
          value={thousands(health.phones.seen)}
          more={`${thousands(health.phones.listed)} listed · ${thousands(health.phones.done)} booted · ${thousands(health.phones.stuck)} stuck`}
        />
        <Tile
          title="Disk free"
          value={free === undefined ? 'unknown' : size(free)}
          more={whole === undefined ? folder : `of ${size(whole)}, ${folder}`}
          isBad={isFull}
        />
        <Tile title="Memory" value={size(health.memory)} more="of this process" />
      </dl>
      <Configuration configuration={health.configuration} />
      <Rivals rivals={health.rivals} />
      <Doors doors={health.doors} />
    </>
  )
}

/** To the second. */
function upTime(since: number): string {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1_000))
  return seconds < 60 ? `${seconds} s` : span(seconds * 1_000)
}

interface TileProps {
  readonly title: string
  readonly value: string
  readonly more: string
  readonly isBad?: boolean
}

function Tile({ title, value, more, isBad = false }: TileProps) {
  return (
    <div class={`tile${isBad ? ' bad' : ''}`}>
      <dt>{title}</dt>
      <dd>
        <span class="tile-value">{value}</span> <span class="sub">{more}</span>
      </dd>
    </div>
  )
}

function Configuration({ configuration }: { readonly configuration: Health['configuration'] }) {
  const { value } = useAnswer<readonly FindingView[]>('findings', configuration.readAt)
  const { isAccepted, readAt, findings } = configuration
  const refused = isAccepted ? [] : findings
  const served = (value ?? findings).filter(finding => !refused.some(one => isSame(one, finding)))
  return (
    <section>
      <h2>Configuration</h2>
      {isAccepted ? (
        <p>Read and accepted at {moment(readAt)}.</p>
      ) : (
        <p class="answer bad">Refused at {moment(readAt)}; the one before goes on. Mend these, and save the file:</p>
      )}
      {refused.length > 0 && <FindingsTable findings={refused} />}
      {served.length > 0 && (
        <>
          {!isAccepted && <h3>Findings of the documents that phones fetched</h3>}
          <FindingsTable findings={served} />
        </>
      )}
      {isAccepted && served.length === 0 && <p class="dim">No findings.</p>}
    </section>
  )
}

function isSame(one: FindingView, other: FindingView): boolean {
  return one.file === other.file && one.line === other.line && one.message === other.message
}

function Rivals({ rivals }: { readonly rivals: Health['rivals'] }) {
  return (
    <section>
      <h2>Other servers on this LAN</h2>
      {rivals.length === 0 ? (
        <p>None was heard.</p>
      ) : (
        <ul class="diagnoses">
          {rivals.map(({ kind, address, text, at }) => (
            <li key={`${kind} ${address}`} class="severity-warning">
              <strong class="tag">{kind}</strong> <span class="mac">{address}</span> {text}{' '}
              <span class="dim">{moment(at)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Doors({ doors }: { readonly doors: readonly DoorView[] }) {
  return (
    <section>
      <h2>Doors</h2>
      <div class="doors">
        {doors.map(door => (
          <Door key={`${door.name} ${door.port}`} door={door} />
        ))}
      </div>
    </section>
  )
}

function Door({ door }: { readonly door: DoorView }) {
  const counters = Object.entries(door.counters)
  const [counted, idle] = [counters.filter(([, value]) => value > 0), counters.filter(([, value]) => value === 0)]
  return (
    <section class={`door${door.isOpen ? '' : ' closed'}`} aria-label={`Door ${door.name}`}>
      <h3>
        {door.name} <span class="dim">port {door.port}</span>{' '}
        <span class={`tag ${door.isOpen ? 'good' : 'off'}`}>{door.isOpen ? 'open' : 'closed'}</span>
      </h3>
      {door.note !== undefined && <p class="sub">{door.note}</p>}
      <Counters counters={counted} />
      {idle.length > 0 && (
        <details class="idle">
          <summary class="dim">{count(idle.length, 'counter')} at 0</summary>
          <Counters counters={idle} />
        </details>
      )}
    </section>
  )
}

function Counters({ counters }: { readonly counters: readonly (readonly [string, number])[] }) {
  if (counters.length === 0) return null
  return (
    <dl class="counters">
      {counters.map(([name, value]) => (
        <Counter key={name} name={name} value={value} />
      ))}
    </dl>
  )
}

/** Counters of things that should not happen stand out once they have. */
const unwanted = /drop|refus|malform|lost|fail|error|unanswered|limit|full|mismatch|invalid|too/i

function Counter({ name, value }: { readonly name: string; readonly value: number }): ComponentChildren {
  return (
    <div class={value > 0 && unwanted.test(name) ? 'warn' : undefined}>
      <dt>{wordsOf(name)}</dt>
      <dd title={count(value, 'time')}>{thousands(value)}</dd>
    </div>
  )
}

/** `notFound` as `not found`; DHCPOFFER stays. */
function wordsOf(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}
