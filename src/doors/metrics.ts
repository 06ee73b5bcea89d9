/** Metrics for Prometheus: the doors' counters as they stand, and times measured by the facts they tell. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type LeasesView, type PhoneLine, stages } from '../api/shapes.js'
import type { Fact, Note } from '../fleet/fact.js'
import { AnswerClock } from './answer-clock.js'

type Pool = LeasesView['pools'][number]

export interface DoorCounters {
  readonly name: string
  readonly counters: ReadonlyMap<string, number> | Readonly<Record<string, number>> // since the start
}

/** Asked at each scrape. */
export interface MetricSources {
  readonly version: string
  readonly doors: () => readonly DoorCounters[]
  readonly pools: () => readonly Pool[]
  readonly phones: () => readonly Pick<PhoneLine, 'stage' | 'isStuck' | 'isListed'>[]
}

export interface Metrics {
  readonly observe: Note
  /** Text format 0.0.4. */
  text(): Promise<string>
}

/** Doors count by words of their own, never by a stranger's; should one ever do, the rest is `other`. */
const mostEvents = 128 // a door

const answerBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5] // seconds
const fetchBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] // seconds: a page to an image by TFTP

/** Of prom-client's own: gauges that are named like counters. */
const misnamed = ['nodejs_active_handles', 'nodejs_active_requests', 'nodejs_active_resources'].map(
  name => `${name}_total`,
)

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)
  addSources(registry, sources)
  const observe = createObserver(registry)
  return { observe, text: () => registry.metrics() }
}

function addSources(registry: Registry, { version, doors, pools, phones }: MetricSources): void {
  const registers = [registry]
  new Gauge({
    name: 'option66_build_info',
    help: 'Always 1, with the version.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  new Counter({
    name: 'option66_door_events_total',
    help: 'Messages, answers and reasons for dropping, by door, as its own words have them.',
    labelNames: ['door', 'event'],
    registers,
    collect() {
      this.reset()
      for (const { name, counters } of doors()) {
        for (const [event, count] of bounded(counters)) this.inc({ door: name, event }, count)
      }
    },
  })
  addPools(registry, pools)
  addPhones(registry, phones)
}

function addPools(registry: Registry, pools: MetricSources['pools']): void {
  const gauge = (name: string, help: string, addresses: (pool: Pool) => number): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['subnet'],
      registers: [registry],
      collect() {
        this.reset()
        for (const pool of pools()) this.set({ subnet: pool.subnet }, addresses(pool))
      },
    })
  gauge('option66_pool_addresses', 'Addresses in the pools of a subnet.', ({ size }) => size)
  gauge('option66_pool_used_addresses', 'Addresses of them that are not free.', ({ used }) => used)
}

function addPhones(registry: Registry, phones: MetricSources['phones']): void {
  const registers = [registry]
  new Gauge({
    name: 'option66_phones',
    help: 'Phones by the furthest stage of their last boot.',
    labelNames: ['stage'],
    registers,
    collect() {
      const lines = phones()
      for (const stage of stages) this.set({ stage }, lines.filter(line => line.stage === stage).length)
    },
  })
  const gauge = (name: string, help: string, counts: (line: ReturnType<MetricSources['phones']>[number]) => boolean) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(phones().filter(counts).length)
      },
    })
  gauge('option66_phones_stuck', 'Phones whose last boot came to a halt before its end.', ({ isStuck }) => isStuck)
  gauge('option66_phones_unlisted', 'Phones that were seen and are not in the inventory.', ({ isListed }) => !isListed)
}

function createObserver(registry: Registry): Note {
  const registers = [registry]
  const facts = new Map<Fact['kind'], number>() // counted here: the library takes a microsecond for each
  new Counter({
    name: 'option66_facts_total',
    help: 'Facts in the timelines of all phones, by kind.',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset()
      for (const [kind, count] of facts) this.inc({ kind }, count)
    },
  })
  const answers = new Histogram({
    name: 'option66_answer_duration_seconds',
    help: 'From a message of a phone (DHCP, Plug & Play) to its answer, the disk included.',
    labelNames: ['answer'],
    buckets: answerBuckets,
    registers,
  })
  const observeFetch = createFetchObserver(registry)
  const clock = new AnswerClock()
  return fact => {
    facts.set(fact.kind, (facts.get(fact.kind) ?? 0) + 1)
    switch (fact.kind) {
      case 'discover':
      case 'request':
      case 'subscribe':
        return clock.start(fact)
      case 'offer':
      case 'ack':
      case 'nak':
      case 'pnp-answered': {
        const milliseconds = clock.stop(fact)
        if (milliseconds !== undefined) answers.observe({ answer: fact.kind }, milliseconds / 1000)
        return
      }
      case 'fetched':
        return observeFetch(fact)
      default: // counted
    }
  }
}

function createFetchObserver(registry: Registry): (fact: Fact & { readonly kind: 'fetched' }) => void {
  const registers = [registry]
  const durations = new Histogram({
    name: 'option66_fetch_duration_seconds',
    help: 'From the request for a file to its last byte.',
    labelNames: ['door', 'result'],
    buckets: fetchBuckets,
    registers,
  })
  const sent = new Counter({
    name: 'option66_fetched_bytes_total',
    help: 'Bytes of files that left.',
    labelNames: ['door'],
    registers,
  })
  return ({ door, status, isWhole, milliseconds, bytes }) => {
    const isError = /^(?:[45]\d\d|ERROR)\b/.test(status)
    const seconds = Math.max(0, milliseconds) / 1000 // a clock may be set back
    durations.observe({ door, result: isError ? 'refused' : isWhole ? 'whole' : 'broken-off' }, seconds)
    sent.inc({ door }, Math.max(0, bytes))
  }
}

/** At most `mostEvents` of them, whatever a door counts; a number that is none counts nothing. */
function bounded(counters: DoorCounters['counters']): ReadonlyMap<string, number> {
  const all: [string, number][] = counters instanceof Map ? [...counters] : Object.entries(counters)
  const sound = all.filter(([, count]) => Number.isFinite(count) && count >= 0)
  const rest = sound.slice(mostEvents).reduce((sum, [, count]) => sum + count, 0)
  const bounded = new Map(sound.slice(0, mostEvents))
  return rest === 0 ? bounded : bounded.set('other', rest)
}
