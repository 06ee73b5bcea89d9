/** The line of time of each phone: boots, stages, whose a fact is, and limits that no stranger can pass. */

import fc from 'fast-check'
import t from 'tap'
import { type Mac, parseMac } from '../../src/address/mac.js'
import { stages } from '../../src/fleet/boot.js'
import { diagnose } from '../../src/fleet/diagnosis.js'
import type { Fact, Happening } from '../../src/fleet/fact.js'
import { factText } from '../../src/fleet/fact-text.js'
import { typeOf } from '../../src/fleet/phone-history.js'
import { Statistics } from '../../src/fleet/statistics.js'
import { Timeline } from '../../src/fleet/timeline.js'
import { bootViews, phoneLine, phoneView } from '../../src/phone-lines.js'
import { some } from '../some.js'
import {
  ack,
  begin,
  discover,
  documents,
  fetched,
  image,
  ip,
  lease,
  leased,
  mac,
  missing,
  other,
  recognise,
  request,
  Story,
} from './story.js'

const macOf = (number: number): Mac => some(parseMac(`000413${number.toString(16).padStart(6, '0')}`))

t.test('a boot goes from stage to stage, and is done when nothing more came for ten seconds', async t => {
  const story = new Story()
  const reached: string[] = []
  for (const happening of [...lease(), ...documents(), fetched('/lang/8.4.35/gui_lang_DE.xml')]) {
    story.tell(happening)
    reached.push(story.boot.stage)
  }
  t.strictSame([...new Set(reached)], ['seen', 'leased', 'general', 'own', 'languages'])
  story.wait(9)
  t.equal(story.boot.stage, 'languages')
  story.wait(1)
  t.equal(story.boot.stage, 'done')
  t.strictSame(story.done, [begin + 9000], 'it was done when its last document came')
  t.equal(story.boot.method, 'dhcp')
  t.equal(story.boot.requests, 5)
  t.equal(story.boot.bytes, 2000)
})

t.test('a boot that fetches an image is done with it, and the restart is another boot', async t => {
  const story = new Story().tell(...lease(), ...documents(), fetched('/snom370/firmware.xml'))
  story.wait(30)
  t.equal(story.boot.stage, 'firmware', 'the image may still be on its way')
  story.tell(fetched(image))
  t.equal(story.boot.stage, 'done')
  story.tell(...lease())
  t.equal(story.history.boots.length, 2)
  t.equal(story.boot.stage, 'leased')
})

t.test('a phone that has the firmware already is done a minute after its firmware document', async t => {
  const story = new Story().tell(...lease(), ...documents(), fetched('/snom370/firmware.xml')).wait(61)
  t.equal(story.boot.stage, 'done')
})

t.test('a boot that seemed done is not when its image breaks off', async t => {
  const story = new Story().tell(...lease(), ...documents(), fetched('/snom370/firmware.xml')).wait(61)
  story.tell(fetched(image, { isWhole: false, bytes: 100, total: 1000 })).wait(60)
  t.equal(story.boot.stage, 'firmware')
})

t.test('each method leaves its own trace', async t => {
  const told = { kind: 'pnp-answered', url: `http://192.168.66.1/settings?mac=${mac}` } as const
  const methodOf = (...happenings: readonly Happening[]) => new Story().tell(...happenings).boot.method
  t.equal(methodOf(...lease(), ...documents()), 'dhcp')
  t.equal(methodOf(...lease(), { kind: 'subscribe' }, told, fetched(`/settings?mac=${mac}`)), 'pnp')
  t.equal(methodOf({ kind: 'subscribe' }, told, fetched('/snom370.htm')), 'pnp', 'a general URL, without our lease')
  t.equal(methodOf(fetched(`/settings?mac=${mac}`)), 'manual')
  t.equal(methodOf(fetched('/snom370.htm')), 'manual')
  t.equal(methodOf(...lease(), fetched(`/snom3x0/snom3x0.php?mac=${mac}`)), 'redirection')
  t.equal(methodOf(fetched(`/oem/${mac}.xml`)), 'fixed')
})

t.test('Plug & Play phones that fetch one document are done with it', async t => {
  const told = { kind: 'pnp-answered', url: `http://192.168.66.1/settings?mac=${mac}` } as const
  const story = new Story().tell({ kind: 'subscribe', vendor: 'snom', model: 'snomD385', version: '10.1.119.10' }, told)
  story.tell({ kind: 'notify-ended', status: 200 }, fetched(`/settings?mac=${mac}`, { agent: undefined })).wait(10)
  t.equal(story.boot.stage, 'done')
  t.strictSame([typeOf(story.history, recognise), story.history.said.version], ['snomD385', '10.1.119.10'])
})

t.test('a plain file of firmware 6 and files by TFTP are stages like any other', async t => {
  const tftp = { door: 'tftp', status: 'DATA', agent: undefined } as const
  const names = ['snom360.htm', `snom360-${mac}.htm`]
  const story = new Story().tell(...lease(), ...names.map(name => fetched(name, tftp))).wait(10)
  t.equal(story.boot.stage, 'done')
})

t.test('a renewal, a repeated message, a resync and a refresh of settings begin no boot', async t => {
  const story = new Story().tell(discover(), discover(), ...lease(), ...documents()).wait(12)
  for (let hour = 0; hour < 20; hour += 1) {
    story.now += 3_600_000
    story.tell(request('renewing'), ack('renewing'))
  }
  story.tell({ kind: 'resync', status: 200 }, ...documents()).wait(700)
  story.tell(...documents())
  t.equal(story.history.boots.length, 1)
  t.equal(story.boot.stage, 'done')
  t.equal(story.boot.requests, 12)
})

t.test(
  'DISCOVER after a lease, INIT-REBOOT, SUBSCRIBE after silence and the container once more begin one',
  async t => {
    t.equal(
      new Story()
        .tell(...lease())
        .wait(60)
        .tell(...lease()).history.boots.length,
      2,
    )
    t.equal(new Story().tell(...lease(), ...documents()).tell(discover()).history.boots.length, 2, 'at once')
    const again = new Story().tell(...lease(), ...documents()).wait(60)
    t.equal(again.tell(request('init-reboot'), ack('init-reboot')).history.boots.length, 2)
    const pnp = new Story({ lease: undefined }).tell({ kind: 'subscribe' }, fetched(`/settings?mac=${mac}`)).wait(60)
    t.equal(pnp.tell({ kind: 'subscribe' }, { kind: 'subscribe' }).history.boots.length, 2)
    const fixed = new Story({ lease: undefined })
      .tell(...documents())
      .wait(60)
      .tell(...documents())
    t.equal(fixed.history.boots.length, 2, 'a phone with an address of its own')
  },
)

t.test('a phone that the path in its firmware redirects has none of its settings from us', async t => {
  const story = new Story({ lease: undefined }).tell({
    kind: 'redirected',
    url: 'https://pbx.example/',
    by: 'registry',
  })
  story.tell(fetched(`/snom3x0/snom3x0.php?mac=${mac}`)).wait(60)
  t.match(story.boot, { stage: 'seen', isOpen: false, redirectedTo: 'https://pbx.example/', method: 'redirection' })
  t.equal(story.boot.reached.own, undefined)
})

t.test('a phone that is redirected each time it boots is so in each boot', async t => {
  const away = { kind: 'redirected', url: 'https://pbx.example/', by: 'registry' } as const
  const story = new Story({ lease: undefined })
  for (let day = 0; day < 3; day += 1) story.tell(away, fetched(`/snom370/snom370.php?mac=${mac}`)).wait(700)
  t.strictSame(
    story.history.boots.map(({ redirectedTo, stage, requests }) => [redirectedTo, stage, requests]),
    [1, 2, 3].map(() => ['https://pbx.example/', 'seen', 1]),
  )
})

t.test('an address refused or declined is part of the same boot', async t => {
  const story = new Story().tell(request('init-reboot'), { kind: 'nak' }, ...lease()).wait(5)
  story.tell({ kind: 'declined' }, ...lease(), ...documents())
  t.equal(story.history.boots.length, 1)
})

t.test('a phone first seen when it renews has not booted, and is not stuck', async t => {
  const story = new Story().tell(request('renewing'), ack('renewing')).wait(700)
  const line = some(phoneLine(story.history, undefined, story.knowledge, story.now))
  t.strictSame([line.stage, line.isStuck, line.diagnosis], ['leased', false, undefined])
  t.equal(story.tell(...lease()).history.boots.length, 2)
})

t.test('a fact with an address alone is that of the phone that leases it', async t => {
  const story = new Story().tell(...lease())
  story.timeline.note({ at: story.now, address: leased, ...fetched('/snom370.htm', { agent: undefined }) })
  t.equal(story.boot.stage, 'general')
})

t.test('who asks for the file of another phone is who leases the address', async t => {
  const story = new Story().tell(...lease(), { ...fetched(`/snom370-${other}.htm`), mac: other })
  t.equal(story.boot.requests, 1)
  t.equal(story.timeline.phone(other), undefined)
})

t.test('without our lease, what was asked before a phone named itself is still its own', async t => {
  const story = new Story({ lease: undefined })
  const address = ip('10.0.0.9')
  const plain = { agent: undefined }
  story.timeline.note({ at: story.now, address, ...fetched('/snom370.htm', plain) })
  story.timeline.note({ at: story.now + 900, address, ...fetched('/snom370/general.xml', plain) })
  t.equal(story.timeline.phone(mac), undefined)
  story.timeline.note({ at: story.now + 1800, mac, address, ...fetched(`/snom370-${mac}.htm`, plain) })
  story.timeline.note({ at: story.now + 2700, address, ...fetched('/lang/x.xml', plain) })
  t.strictSame(Object.keys(story.boot.reached), ['seen', 'general', 'own', 'languages'])
  t.equal(story.boot.requests, 4)
})

t.test("what several phones ask behind one address, naming themselves by turns, is nobody's", async t => {
  const story = new Story({ lease: undefined })
  const address = ip('127.0.0.1')
  for (const number of [1, 2, 3]) {
    story.timeline.note({ at: begin, address, mac: macOf(number), ...fetched(`/snom370-${macOf(number)}.htm`) })
  }
  story.timeline.note({ at: begin, address, ...fetched('/snom370.htm') })
  t.equal(story.timeline.counts.unknown, 1)
  t.equal(some(story.timeline.phone(macOf(3))).boots[0]?.requests, 1)
})

t.test('who pretends by Plug & Play to be a phone does not move its address', async t => {
  const story = new Story().tell(...lease())
  story.timeline.note({ at: story.now, mac: other, address: leased, kind: 'subscribe' })
  t.strictSame([story.history.address, some(story.timeline.phone(other)).address], [leased, undefined])
})

t.test('model and firmware are told by User-Agent, then option 60, then file names, then the MAC', async t => {
  const typeAfter = (...happenings: readonly Happening[]) => typeOf(new Story().tell(...happenings).history, recognise)
  const silent = { kind: 'discover', asks: [1] } as const
  t.equal(typeAfter(silent), 'snom370', 'block 26')
  t.equal(typeAfter(silent, fetched('/snom320.htm', { agent: undefined })), 'snom320')
  t.equal(typeAfter({ ...silent, vendorClass: 'snom360' }, fetched('/snom320.htm', { agent: undefined })), 'snom360')
  const story = new Story().tell(...lease(), fetched('/snom320.htm'))
  t.strictSame([typeOf(story.history, recognise), story.history.said.version], ['snom370', '8.4.35'])
  story.tell(fetched(image, { agent: 'Mozilla/4.0 (compatible; snom lid 3605)' }))
  t.equal(story.history.said.version, '8.4.35', 'a boot loader says less than was known')
})

t.test('PCs have no history, phones that nobody listed are in it, and the oldest of them go first', async t => {
  const story = new Story({ parts: { limits: { strangers: 3 } } })
  story.timeline.note({
    at: begin,
    mac: some(parseMac('525400123456')),
    kind: 'discover',
    vendorClass: 'MSFT 5.0',
    asks: [],
  })
  t.equal(story.timeline.counts.phones, 0)
  story.tell(...lease())
  for (let number = 1; number <= 500; number += 1) {
    story.timeline.note({ at: begin + number, mac: macOf(number), kind: 'discover', asks: [1] })
    if (number % 2 === 0) story.timeline.note({ at: begin + number, mac: macOf(1), kind: 'offer' })
  }
  t.match(story.timeline.counts, { phones: 4, strangers: 3 })
  t.ok(story.timeline.phone(mac), 'a listed phone is never pushed out')
  t.ok(story.timeline.phone(macOf(1)), 'nor is one that goes on talking')
  t.ok(story.timeline.phone(macOf(500)))
})

t.test('phones that are listed now are no strangers any more, and those taken out are', async t => {
  const listed = new Set<Mac>()
  const parts = { isListed: (one: Mac) => listed.has(one), limits: { strangers: 2 } }
  const { timeline } = new Story({ parts })
  for (const number of [1, 2]) timeline.note({ at: begin, mac: macOf(number), ...discover() })
  listed.add(macOf(1))
  const { revision } = timeline
  timeline.relist()
  t.match(timeline.counts, { phones: 2, strangers: 1 })
  t.equal(timeline.changedSince(revision).phones.length, 2)
  for (const number of [3, 4, 5]) timeline.note({ at: begin, mac: macOf(number), ...discover() })
  t.ok(timeline.phone(macOf(1)))
  listed.clear()
  timeline.relist()
  t.match(timeline.counts, { phones: 2, strangers: 2 })
})

t.test('only what changed is told, newest first, and to each who asks', async t => {
  const { timeline } = new Story()
  for (let number = 0; number < 100; number += 1) timeline.note({ at: begin, mac: macOf(number), ...discover() })
  const { revision, phones } = timeline.changedSince(0)
  t.equal(phones.length, 100)
  for (const number of [7, 8, 7]) timeline.note({ at: begin, mac: macOf(number), kind: 'offer' })
  t.strictSame(
    timeline.changedSince(revision).phones.map(one => one.mac),
    [macOf(7), macOf(8)],
  )
  t.strictSame(timeline.changedSince(timeline.revision).phones, [])
})

t.test('a phone that stands still is shown as changed from time to time, and then no more', async t => {
  const story = new Story().tell(...lease())
  let { revision } = story.timeline
  const changes: number[] = []
  for (let second = 1; second <= 1200; second += 1) {
    story.wait(1)
    if (story.timeline.changedSince(revision).phones.length > 0) changes.push(second)
    revision = story.timeline.revision
  }
  t.strictSame(changes, [11, 20, 31, 40, 61, 120, 300, 600])
  t.equal(story.timeline.counts.open, 0)
})

t.test('the last boots are kept, and of a boot its opening and its last facts', async t => {
  const story = new Story({ parts: { limits: { boots: 3, facts: 20 } } })
  for (let boot = 0; boot < 5; boot += 1) story.tell(...lease(), ...documents()).wait(60)
  t.equal(story.history.boots.length, 3)
  for (let number = 0; number < 100; number += 1) story.tell(missing(`/lang/${number}.xml`))
  t.equal(story.boot.facts.length, 20)
  t.equal(story.boot.left, 88)
  t.equal(story.boot.facts[0]?.kind, 'discover')
  t.equal(story.boot.requests, 104)
  t.match(story.boot.facts.at(-1), { name: '/lang/99.xml' })
})

t.test('what only repeats itself takes no room, neither here nor on disk', async t => {
  const story = new Story().tell(...lease())
  const { length } = story.kept
  const refused = { kind: 'refused', door: 'http', name: '/x', reason: 'rate-limited' } as const
  story.tell(...Array.from({ length: 1000 }, () => refused))
  t.equal(story.boot.facts.length, 6)
  t.equal(story.kept.length, length + 2)
})

t.test('of strangers no more than so many facts a second are remembered', async t => {
  const story = new Story()
  for (let number = 0; number < 5000; number += 1) {
    story.timeline.note({ at: begin, mac: macOf(number), kind: 'discover', asks: [1] })
  }
  t.equal(story.kept.length, 200)
})

t.test('what is kept names its phone, and told again it makes the same history', async t => {
  const story = new Story()
    .tell(...lease())
    .tell({ ...fetched('/snom370.htm'), mac: other }, ...documents())
    .wait(20)
  story.tell(...lease(), missing(image))
  const again = new Story()
  for (const fact of story.kept) again.timeline.restore(fact)
  t.strictSame(bootViews(again.history), bootViews(story.history))
  t.strictSame(again.history.said, story.history.said)
  t.equal(again.kept.length, 0)
})

t.test('texts of strangers are cut, lose controls and passwords, and are shown as text', async t => {
  const evil = '<script>alert(1)</script>\u0000\u001b[31m'
  const story = new Story().tell({ kind: 'discover', vendorClass: 'snom370', hostname: evil, asks: [] })
  story.tell(fetched(`/${'x'.repeat(5000)}`), fetched('http://anna:geheim@192.168.66.1/a?user_pass=geheim&mac=1'))
  story.tell({ kind: 'redirected', url: 'https://u:p@pbx.example/{mac}', by: 'registry' })
  const said = JSON.stringify([bootViews(story.history), story.history.said])
  t.notMatch(said, /geheim|u:p@|\\u0000|\\u001b/)
  t.match(story.history.said.hostname, '<script>alert(1)</script>??[31m')
  t.match(story.boot.redirectedTo, 'https://pbx.example/{mac}')
  t.ok(story.boot.facts.every(fact => !('name' in fact) || fact.name.length <= 160))
})

t.test('a phone of the inventory that was never seen is a line too', async t => {
  const layer = { settings: [], keys: [], phoneBook: [], dialplan: [] }
  const phone = { mac, model: 'snom320', name: 'Front desk', groups: ['reception'], layer }
  const { knowledge } = new Story()
  const line = some(phoneLine(undefined, phone, knowledge, begin))
  t.match(line, {
    mac,
    isListed: true,
    name: 'Front desk',
    model: 'snom320',
    stage: 'seen',
    isStuck: false,
    reached: {},
  })
  t.equal(line.bootedAt, undefined)
  t.match(phoneView(undefined, phone, knowledge, begin), { boots: [], diagnoses: [] })
})

t.test('a line says how far, since when, where, and what disagrees', async t => {
  const listed = {
    model: 'snom320',
    address: ip('192.168.66.21'),
    firmware: 'snom320-8.7.5.35-SIP-f.bin',
    version: '8.7.5.35',
  }
  const story = new Story({ listed }).tell(...lease(), ...documents()).wait(20)
  const line = some(phoneLine(story.history, undefined, story.knowledge, story.now))
  t.match(line, {
    model: 'snom370',
    firmware: '8.4.35',
    address: '192.168.66.101',
    method: 'dhcp',
    stage: 'done',
    isStuck: false,
    bootedAt: begin + 1000,
    lastAt: begin + 8000,
    requests: 4,
    diagnosis: { rule: 'model-disagrees' },
  })
  t.strictSame(line.disagreements, [
    'says it is a snom370, the inventory says snom320',
    'has the address 192.168.66.101, the inventory reserves 192.168.66.21',
    'runs firmware 8.4.35, the inventory wants snom320-8.7.5.35-SIP-f.bin',
  ])
  t.strictSame(Object.keys(line.reached), ['seen', 'leased', 'general', 'own', 'done'])
})

t.test('a fact reads as a sentence', async t => {
  const texts = [...lease(), ...documents(), missing(image), fetched('/a', { status: '304' }), { kind: 'nak' } as const]
  t.strictSame(
    texts.map(happening => factText({ at: 0, address: leased, ...happening })),
    [
      'asks for an address: snom370, options 1,3,6,66,67',
      'was offered 192.168.66.101',
      'takes the address it was offered: snom370, options 1,3',
      'has 192.168.66.101: settings at http://192.168.66.1/snom370.htm',
      'fetched /snom370.htm: 400 bytes',
      'fetched /snom370/general.xml: 400 bytes',
      `fetched /snom370-${mac}.htm: 400 bytes`,
      `fetched /snom370/${mac}.xml: 400 bytes`,
      `asked ${image}: 404`,
      'has /a already (304)',
      'was refused the address it asked for',
    ],
  )
})

const text = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.constantFrom(
    'snom370',
    agentText(),
    '/snom370.htm',
    `/snom370-${mac}.htm`,
    `/settings?mac=${other}`,
    image,
    '/lang/x',
  ),
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const status = fc.constantFrom('200', '206', '304', '404', '500', 'DATA', 'DATA, silent', 'ERROR 1 File not found', '')
const asks = fc.array(fc.nat(255), { maxLength: 64 })
const number = fc.nat(2 ** 31)
const door = fc.constantFrom('http' as const, 'https' as const, 'tftp' as const)

function agentText(): string {
  return 'Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 000413261234)'
}

const happening = fc.oneof(
  fc.record({ kind: fc.constantFrom('discover', 'request'), vendorClass: text, hostname: text, asks, state: text }),
  fc.record({ kind: fc.constantFrom('offer', 'nak', 'released', 'declined') }),
  fc.record({
    kind: fc.constant('ack'),
    state: fc.constantFrom('selecting', 'renewing', 'inform'),
    settingsUrl: maybe(text),
  }),
  fc.record({ kind: fc.constant('unanswered'), door: fc.constant('dhcp'), reason: text, server: maybe(number) }),
  fc.record({ kind: fc.constant('subscribe'), vendor: maybe(text), model: maybe(text), version: maybe(text) }),
  fc.record({ kind: fc.constantFrom('pnp-answered', 'pnp-refused'), url: text, reason: text }),
  fc.record({ kind: fc.constantFrom('notify-ended', 'resync'), status: maybe(fc.nat(700)) }),
  fc.record({
    ...{ kind: fc.constant('fetched'), door, name: text, status, bytes: number, total: maybe(number) },
    ...{
      milliseconds: fc.double({ noNaN: true }),
      isWhole: fc.boolean(),
      agent: maybe(text),
      withheld: maybe(fc.nat(9)),
    },
  }),
  fc.record({ kind: fc.constant('refused'), door, name: text, reason: text, agent: maybe(text) }),
  fc.record({ kind: fc.constant('redirected'), url: text, by: fc.constantFrom('registry', 'inventory') }),
)
const anyFact = fc
  .tuple(
    happening,
    fc.integer({ min: 0, max: 4_000_000 }),
    maybe(fc.constantFrom(mac, other, ...[1, 2, 3, 4, 5, 6].map(macOf))),
    maybe(fc.constantFrom(leased, 1, 2, 3)),
  )
  .map(([one, after, of, address]) => {
    const whose = { ...(of !== undefined && { mac: of }), ...(address !== undefined && { address }) }
    return { at: begin + after, ...whose, ...one } as Fact // each record has the fields of its kind
  })

t.test('any facts in any order throw nothing, and every limit holds', async t => {
  const limits = { boots: 3, facts: 12, strangers: 4, strangersKept: 50 }
  const property = fc.property(fc.array(anyFact, { maxLength: 120 }), fc.nat(4_000_000), (facts, later) => {
    const story = new Story({ parts: { limits } })
    for (const [index, fact] of facts.entries()) {
      story.timeline.note(fact)
      if (index % 10 === 0) story.timeline.tick(fact.at)
    }
    story.timeline.tick(begin + later)
    if (story.timeline.counts.phones > limits.strangers + 1) return false
    for (const history of story.timeline.phones()) {
      const found = diagnose(history, story.knowledge, begin + later)
      const views = bootViews(history)
      const line = phoneLine(history, undefined, story.knowledge, begin + later)
      if (line === undefined || found.some(one => one.text === '') || !stages.includes(line.stage)) return false
      if (history.boots.length > limits.boots || history.boots.some(one => one.facts.length > limits.facts))
        return false
      if (views.some(view => view.facts.some(fact => fact.text === '' || fact.text.length > 800))) return false
    }
    return story.timeline.changedSince(0).phones.length === story.timeline.counts.phones
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }))
})

t.test('what goes on is counted a minute at a time, for a day', async t => {
  const minute = 60_000
  const start = Math.floor(begin / minute) * minute
  const statistics = new Statistics()
  t.strictSame(statistics.read(start).requests, [0])
  statistics.leases(7, start)
  for (const at of [0, 1, 59_999, 60_000]) statistics.request(start + at)
  statistics.boot(start + 180_000)
  statistics.leases(9, start + 200_000)
  statistics.request(start - 86_400_000 * 2)
  t.strictSame(statistics.read(start + 240_000), {
    step: minute,
    at: [0, 1, 2, 3, 4].map(step => start + step * minute),
    leases: [7, 7, 7, 9, 9],
    requests: [3, 1, 0, 0, 0],
    boots: [0, 0, 0, 1, 0],
  })
  const tomorrow = statistics.read(start + 86_400_000 + minute)
  t.strictSame([tomorrow.at.length, tomorrow.at[0], tomorrow.requests[0]], [1440, start + 2 * minute, 0])
  const nextWeek = statistics.read(start + 7 * 86_400_000)
  t.strictSame([nextWeek.at.length, Math.max(...nextWeek.requests), nextWeek.leases.at(-1)], [1440, 0, 9])
})

t.test('a timeline without a listener for what is kept works as well', async t => {
  const timeline = new Timeline({ recognise, isListed: () => true, holderOf: () => undefined })
  for (const happening of [...lease(), ...documents()]) timeline.note({ at: begin, mac, ...happening })
  timeline.tick(begin + 10_000)
  t.equal(timeline.phone(mac)?.boots[0]?.stage, 'done')
})
