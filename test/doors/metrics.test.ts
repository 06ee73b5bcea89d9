import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fc from 'fast-check'
import t from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { AnswerClock } from '../../src/doors/answer-clock.js'
import { createMetrics, type MetricSources, type Metrics } from '../../src/doors/metrics.js'
import type { Fact, Happening } from '../../src/fleet/fact.js'
import { some } from '../some.js'
import { fakeDesk, scriptTag } from './fake-desk.js'

const mac = some(parseMac('000413261234'))

interface Family {
  readonly help: string
  readonly type: string
  readonly samples: Map<string, number> // by name and labels as they stand
}

const sampleLine = /^([a-z_][a-z0-9_]*)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/

/** Text format 0.0.4, and nothing that is not: each line has to be one of its three kinds, each name has its family. */
function parseMetrics(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  let help = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? []
    if (line === '') continue
    if (kind === 'HELP') help = new Map([[name, rest]])
    else if (kind === 'TYPE') families.set(name, { help: some(help.get(name)), type: rest, samples: new Map() })
    else addSample(families, line)
  }
  return families
}

function addSample(families: Map<string, Family>, line: string): void {
  const [, name = '', labels = '', value] = some(sampleLine.exec(line) ?? undefined)
  const family = families.get(name) ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''))
  const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value)
  if (Number.isNaN(number) && value?.toLowerCase() !== 'nan') throw new Error(`no number: ${line}`) // of a lag not yet measured
  some(family).samples.set(`${name}{${labels}}`, number)
}

const desk = fakeDesk({ phones: 28 })
const usual: MetricSources = {
  version: '1.2.3',
  doors: () => [
    {
      name: 'dhcp',
      counters: new Map([
        ['DHCPOFFER', 3],
        ['pool-full', 1],
      ]),
    },
    { name: 'http', counters: { requests: 12, notFound: 2 } },
    { name: 'tftp', counters: { 'not found': 4 } },
  ],
  pools: () => [{ subnet: '10.0.0.0/16', size: 100, used: 28 }],
  phones: () => desk.phones(),
}

const tell = (metrics: Metrics, at: number, happening: Happening): void => metrics.observe({ ...happening, at, mac })

function oneOfEach(metrics: Metrics): void {
  const asks = [1, 3, 6, 66, 67]
  tell(metrics, 1000, { kind: 'discover', asks, vendorClass: scriptTag })
  tell(metrics, 1004, { kind: 'offer' })
  tell(metrics, 1010, { kind: 'request', asks })
  tell(metrics, 1040, { kind: 'ack', state: 'selecting' })
  tell(metrics, 1100, { kind: 'subscribe', vendor: scriptTag })
  tell(metrics, 1103, { kind: 'pnp-answered', url: 'http://10.0.0.1/' })
  const file = { kind: 'fetched', door: 'http', name: `/${scriptTag}`, agent: scriptTag } as const
  tell(metrics, 1200, { ...file, status: '200', bytes: 500, milliseconds: 20, isWhole: true })
  tell(metrics, 1300, { ...file, status: '404', bytes: 14, milliseconds: 1, isWhole: true })
  tell(metrics, 1400, { ...file, door: 'tftp', status: 'DATA', bytes: 9000, milliseconds: 7000, isWhole: false })
  tell(metrics, 1500, {
    ...file,
    door: 'tftp',
    status: 'ERROR 1 File not found',
    bytes: 0,
    milliseconds: 1,
    isWhole: true,
  })
  tell(metrics, 1600, { kind: 'refused', door: 'pnp', name: scriptTag, reason: scriptTag })
}

t.test('the metrics parse, in the names and units that Prometheus asks for', async t => {
  const metrics = createMetrics(usual)
  oneOfEach(metrics)
  const families = parseMetrics(await metrics.text())
  const samples = new Map([...families.values()].flatMap(family => [...family.samples]))
  t.match(Object.fromEntries(samples), {
    'option66_build_info{version="1.2.3"}': 1,
    'option66_door_events_total{door="dhcp",event="DHCPOFFER"}': 3,
    'option66_door_events_total{door="http",event="notFound"}': 2,
    'option66_door_events_total{door="tftp",event="not found"}': 4,
    'option66_pool_addresses{subnet="10.0.0.0/16"}': 100,
    'option66_pool_used_addresses{subnet="10.0.0.0/16"}': 28,
    'option66_phones{stage="done"}': 4,
    'option66_phones{stage="seen"}': 4,
    'option66_phones_unlisted{}': 5,
    'option66_facts_total{kind="discover"}': 1,
    'option66_facts_total{kind="fetched"}': 4,
    'option66_answer_duration_seconds_sum{answer="offer"}': 0.004,
    'option66_answer_duration_seconds_sum{answer="ack"}': 0.03,
    'option66_answer_duration_seconds_bucket{le="0.05",answer="ack"}': 1,
    'option66_answer_duration_seconds_bucket{le="0.025",answer="ack"}': 0,
    'option66_answer_duration_seconds_count{answer="pnp-answered"}': 1,
    'option66_fetch_duration_seconds_sum{door="http",result="whole"}': 0.02,
    'option66_fetch_duration_seconds_count{door="http",result="refused"}': 1,
    'option66_fetch_duration_seconds_sum{door="tftp",result="broken-off"}': 7,
    'option66_fetch_duration_seconds_count{door="tftp",result="refused"}': 1,
    'option66_fetched_bytes_total{door="tftp"}': 9000,
  })
  t.equal(samples.get('option66_phones_stuck{}'), desk.phones().filter(line => line.isStuck).length)
  for (const [name, { type, help }] of families) {
    t.match(help, /\.$/, `${name}: a sentence`)
    if (name.startsWith('option66_')) t.equal(type === 'counter', name.endsWith('_total'), name)
  }
  t.ok(families.has('process_resident_memory_bytes') && families.has('process_cpu_seconds_total'))
})

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

t.test('promtool finds nothing to say', { skip: !hasPromtool && 'no promtool' }, async t => {
  const metrics = createMetrics(usual)
  oneOfEach(metrics)
  const child = spawn('promtool', ['check', 'metrics'])
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk
    })
  }
  child.stdin.end(await metrics.text())
  const [code] = await once(child, 'close')
  t.strictSame([code, said], [0, ''])
})

t.test('counters are read at each scrape, and one that a door no longer has is gone', async t => {
  let counters: Record<string, number> = { requests: 1 }
  const metrics = createMetrics({ ...usual, doors: () => [{ name: 'http', counters }] })
  const events = async () => [...some(parseMetrics(await metrics.text()).get('option66_door_events_total')).samples]
  t.strictSame(await events(), [['option66_door_events_total{door="http",event="requests"}', 1]])
  counters = { answered: 5 }
  t.strictSame(await events(), [['option66_door_events_total{door="http",event="answered"}', 5]])
})

t.test('whatever strangers say, no label holds it, and the number of series stays what it is', async t => {
  const text = fc.string({ unit: 'binary' })
  const anyMac = fc.integer({ min: 0, max: 0xff_ff_ff }).map(i => some(parseMac(i.toString(16).padStart(12, '0'))))
  const happening: fc.Arbitrary<Happening> = fc.oneof(
    fc.record({
      kind: fc.constantFrom('discover' as const, 'request' as const),
      asks: fc.array(fc.nat(255)),
      vendorClass: text,
    }),
    fc.constantFrom({ kind: 'offer' as const }, { kind: 'nak' as const }),
    fc.record({ kind: fc.constant('unanswered' as const), door: fc.constant('dhcp' as const), reason: text }),
    fc.record({ kind: fc.constant('subscribe' as const), vendor: text }),
    fc.record({
      kind: fc.constant('fetched' as const),
      door: fc.constantFrom('http' as const, 'https' as const, 'tftp' as const),
      name: text,
      status: text,
      bytes: fc.integer(),
      milliseconds: fc.float({ noNaN: true, noDefaultInfinity: true }),
      isWhole: fc.boolean(),
    }),
  )
  const fact: fc.Arbitrary<Fact> = fc
    .tuple(happening, anyMac, fc.nat())
    .map(([what, mac, at]) => ({ ...what, mac, at }))
  const metrics = createMetrics(usual)
  fc.assert(
    fc.property(fact, fact => metrics.observe(fact)),
    { numRuns: 2000 },
  )
  const families = parseMetrics(await metrics.text())
  const own = [...families]
    .filter(([name]) => name.startsWith('option66_'))
    .flatMap(([, family]) => [...family.samples])
  t.ok(own.length < 250, `${own.length} series`)
  t.ok(own.every(([name, value]) => /^[\w{}=",. +/-]+$/.test(name) && value >= 0))
})

t.test('a door that counts without end has its rest in one series', async t => {
  const many = Array.from({ length: 1000 }, (_, i) => [`reason ${i}`, 1])
  const counters = Object.fromEntries([['broken', Number.NaN], ['below', -1], ...many])
  const metrics = createMetrics({ ...usual, doors: () => [{ name: 'odd', counters }] })
  const { samples } = some(parseMetrics(await metrics.text()).get('option66_door_events_total'))
  t.equal(samples.size, 129)
  t.equal(samples.get('option66_door_events_total{door="odd",event="other"}'), 1000 - 128)
})

t.test('an answer is measured from the last message of that phone, and only where there is one', async t => {
  const clock = new AnswerClock()
  const at = (milliseconds: number) => ({ mac, at: milliseconds })
  t.equal(clock.stop(at(5)), undefined)
  clock.start(at(10))
  clock.start(at(20))
  t.equal(clock.stop(at(25)), 5)
  t.equal(clock.stop(at(26)), undefined, 'answered already')
  clock.start(at(100))
  t.equal(clock.stop(at(90)), undefined, 'a clock set back')
  clock.start(at(100))
  t.equal(clock.stop(at(100 + 60_001)), undefined, 'too late to be its answer')
  clock.start({ at: 1 })
  clock.start(at(1))
  for (let i = 0; i < 4096; i++) clock.start({ mac: some(parseMac(`AA${i.toString(16).padStart(10, '0')}`)), at: 2 })
  t.equal(clock.stop(at(3)), undefined, 'forgotten: more than 4,096 wait')
})
