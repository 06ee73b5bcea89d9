/** Each rule: what provokes it, in which words, and what comes close and does not. */

import t from 'tap'
import { rules } from '../../src/fleet/diagnosis.js'
import type { Happening } from '../../src/fleet/fact.js'
import { phoneLine } from '../../src/phone-lines.js'
import { some } from '../some.js'
import {
  ack,
  agent370,
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
  request,
  type Setting,
  Story,
  type Telling,
} from './story.js'

interface Case {
  readonly story: () => Story
  readonly says: RegExp
  readonly not: readonly (() => Story)[]
}

const story = (setting: Setting, ...happenings: readonly Telling[]) => new Story(setting).tell(...happenings)
const tell = (...happenings: readonly Telling[]) => story({}, ...happenings)
const unanswered = (reason: string, server?: number) =>
  ({ kind: 'unanswered', door: 'dhcp', reason, ...(server !== undefined && { server }) }) as const
const url = `http://192.168.66.1/settings?mac=${mac}`
const told = { kind: 'pnp-answered', url } as const
const taken = { kind: 'notify-ended', status: 200 } as const
const container = { isContainer: true } as const
const nothing: Setting = { listed: undefined }
const foreign = ip('10.0.0.7')
const from = (happening: Happening, address = foreign): Telling => ({ ...happening, address })
const broken = (name: string, part: number) => fetched(name, { isWhole: false, bytes: part, total: 100 })
const wanted = { firmware: 'snom370-8.7.5.35-SIP-f.bin', version: '8.7.5.35' }
const firmwareFile = fetched('/snom370/firmware.xml')
const updated = agent370.replace('8.4.35', '8.7.5.35')
const boots = (number: number, ...after: readonly Happening[]) => {
  const one = new Story()
  for (let boot = 0; boot < number; boot += 1) one.tell(...lease(), ...after).wait(60)
  return one.tell(...lease())
}

const cases: Readonly<Record<string, Case>> = {
  'pool-full': {
    story: () => tell(discover(), unanswered('pool-full')),
    says: /the pool is full — widen `pool`/,
    not: [() => tell(discover(), unanswered('pool-full'), ...lease())],
  },
  'not-admitted': {
    story: () => story(nothing, discover(), unanswered('not-served')),
    says: /only listed phones are served \(`clients: listed`\) — adopt it/,
    not: [() => tell(discover(), unanswered('not-served'))],
  },
  'unknown-subnet': {
    story: () => tell({ ...discover(), relay: ip('10.9.0.1') } as Happening, unanswered('unknown-subnet')),
    says: /add the subnet of the relay 10\.9\.0\.1 to `dhcp\.subnets`/,
    not: [() => tell(discover(), unanswered('pool-full'))],
  },
  'lease-not-saved': {
    story: () => tell(...lease().slice(0, 3), unanswered('not-saved')),
    says: /could not be written to disk/,
    not: [() => tell(...lease().slice(0, 3), unanswered('not-saved'), request('selecting'), ack())],
  },
  'address-in-use': {
    story: () => tell(...lease(), { kind: 'declined' }),
    says: /found 192\.168\.66\.101 in use by another device/,
    not: [() => tell(...lease(), { kind: 'released' })],
  },
  'nak-loop': {
    story: () => tell(...[1, 2, 3].flatMap(() => [request('init-reboot'), { kind: 'nak' } as const])),
    says: /was refused the address it asks for 3 times in 4 s/,
    not: [() => tell(request('init-reboot'), { kind: 'nak' }, ...lease())],
  },
  'other-server': {
    story: () => tell(discover(), { kind: 'offer' }, request('selecting'), unanswered('other-server', ip('10.0.0.1'))),
    says: /took the address of the DHCP server 10\.0\.0\.1, not ours/,
    not: [() => tell(discover(), unanswered('other-server'), ...lease())],
  },
  'offer-not-taken': {
    story: () => tell(...[1, 2, 3].flatMap(() => [discover(), { kind: 'offer' } as const])),
    says: /asked for an address 3 times in 4 s and never took our offer/,
    not: [() => tell(discover(), { kind: 'offer' }), () => tell(discover(), discover(), discover(), ...lease())],
  },
  'no-settings-url': {
    story: () => tell(discover(), request('selecting'), { kind: 'ack', state: 'selecting' }),
    says: /without options 66 and 67/,
    not: [() => tell(...lease()), () => tell(discover(), { kind: 'ack', state: 'selecting' }, { kind: 'subscribe' })],
  },
  'asks-no-66': {
    story: () => tell(...lease([1, 3, 6]).toSpliced(2, 1)).wait(40),
    says: /^leased 40 s ago, never fetched settings: it asked options 1,3,6 only, so its firmware ignores 66 — use Plug & Play$/,
    not: [
      () => tell(...lease([1, 3, 6]).toSpliced(2, 1)).wait(5),
      () => tell(...lease([1, 3, 43]).toSpliced(2, 1)).wait(40),
      () => tell(...lease([1, 3, 6]).toSpliced(2, 1), ...documents()).wait(40),
      () => tell(...lease([1, 3, 6]).toSpliced(2, 1), { kind: 'subscribe' }).wait(40),
    ],
  },
  'never-fetched': {
    story: () => tell(...lease().toSpliced(2, 1)).wait(40),
    says: /^leased 40 s ago, never fetched settings, though it was told http:\/\/192\.168\.66\.1\/snom370\.htm/,
    not: [
      () => tell(...lease().toSpliced(2, 1)).wait(5),
      () => tell(...lease().toSpliced(2, 1), missing('/x')).wait(40),
      () => tell(request('renewing'), ack('renewing')).wait(40),
    ],
  },
  'foreign-address': {
    story: () => story({ lease: undefined }, from(fetched('/snom370.htm'))),
    says: /fetches from 10\.0\.0\.7, which is no lease of ours: another DHCP server gave it/,
    not: [
      () => tell(...lease(), ...documents()),
      () => story({ lease: undefined, servesDhcp: false }, from(fetched('/snom370.htm'))),
      () => story({ lease: undefined, listed: { address: foreign } }, from(fetched('/snom370.htm'))),
    ],
  },
  'pnp-mismatch': {
    story: () => tell({ kind: 'subscribe' }, { kind: 'pnp-refused', reason: 'another phone holds this address' }),
    says: /as 000413261234 from 192\.168\.66\.101, which is leased to another phone/,
    not: [() => tell({ kind: 'subscribe' }, { kind: 'pnp-refused', reason: 'unknown phone' })],
  },
  'pnp-ignored': {
    story: () => story(nothing, { kind: 'subscribe' }, { kind: 'pnp-refused', reason: 'unknown phone' }),
    says: /was not answered: unknown phone — adopt it/,
    not: [() => story(nothing, { kind: 'subscribe' }, told)],
  },
  'notify-unanswered': {
    story: () => tell({ kind: 'subscribe' }, told, { kind: 'notify-ended' }),
    says: /never answered our NOTIFY/,
    not: [
      () => tell({ kind: 'subscribe' }, told, taken),
      () => tell({ kind: 'subscribe' }, told, { kind: 'notify-ended' }, fetched('/settings')),
    ],
  },
  'notify-refused': {
    story: () => tell({ kind: 'subscribe' }, told, { kind: 'notify-ended', status: 481 }),
    says: /with SIP status 481/,
    not: [() => tell({ kind: 'subscribe' }, told, taken)],
  },
  'pnp-never-fetched': {
    story: () => tell({ kind: 'subscribe' }, told, taken).wait(30),
    says: /was told http:\S+ by Plug & Play 30 s ago and took it, but never fetched it/,
    not: [
      () => tell({ kind: 'subscribe' }, told, taken).wait(5),
      () => tell({ kind: 'subscribe' }, told, taken, fetched(`/settings?mac=${mac}`)).wait(30),
    ],
  },
  'came-back': {
    story: () =>
      tell(...lease(), fetched('/snom370/snom370.php'), {
        kind: 'redirected',
        url: 'https://pbx.example/',
        by: 'registry',
      })
        .wait(600)
        .tell(...lease()),
    says: /was sent to https:\/\/pbx\.example\/ 10 min ago and is back/,
    not: [() => tell(...lease(), { kind: 'redirected', url: 'https://pbx.example/', by: 'registry' })],
  },
  'resync-unanswered': {
    story: () => tell(...lease(), ...documents(), { kind: 'resync' }),
    says: /did not answer the request to fetch its settings again/,
    not: [() => tell(...lease(), { kind: 'resync' }, { kind: 'resync', status: 200 })],
  },
  'resync-refused': {
    story: () => tell(...lease(), { kind: 'resync', status: 403 }),
    says: /with SIP status 403/,
    not: [() => tell(...lease(), { kind: 'resync', status: 200 })],
  },
  'not-in-inventory': {
    story: () => story(nothing, ...lease(), fetched('/snom370.htm'), missing(`/snom370-${mac}.htm`)),
    says: /^asked \/snom370-000413261234\.htm, not in the inventory — adopt it$/,
    not: [
      () => story(nothing, ...lease(), fetched('/snom370.htm')),
      () => tell(missing(`/snom370-${mac}.htm`)),
      () =>
        story(
          nothing,
          { kind: 'redirected', url: 'https://pbx.example/', by: 'registry' },
          fetched(`/snom3x0/snom3x0.php?mac=${mac}`),
        ),
    ],
  },
  'own-file-missing': {
    story: () => tell(...lease(), missing(`/snom370-${mac}.htm`)),
    says: /got 404; it is listed now — restart it/,
    not: [
      () => tell(missing(`/snom370-${mac}.htm`), ...documents()),
      () => tell(...documents(), missing(`/snom370/firmware.xml?mac=${mac}`)),
    ],
  },
  'certificate-mismatch': {
    story: () => tell({ kind: 'refused', door: 'https', name: `/snom370-${mac}.htm`, reason: 'certificate-mismatch' }),
    says: /with a certificate of another phone/,
    not: [() => tell({ kind: 'refused', door: 'https', name: '/x', reason: 'status 403' })],
  },
  'server-failed': {
    story: () => tell(...lease(), fetched('/snom370.htm', { status: '500' })),
    says: /we failed to answer \(500\)/,
    not: [() => tell(...lease(), fetched('/snom370.htm', { status: '500' }), fetched('/snom370.htm'))],
  },
  'secrets-withheld': {
    story: () => story({ lease: undefined }, from(fetched(`/snom370/${mac}.xml`, { withheld: 2 }))),
    says: /without its 2 passwords: it asked from 10\.0\.0\.7, and it has no lease of ours/,
    not: [
      () => tell(...lease(), ...documents()),
      () => story({ lease: undefined }, from(fetched(`/snom370/${mac}.xml`, { withheld: 2 })), ...documents()),
    ],
  },
  'nothing-found': {
    story: () => tell(...lease(), missing('/snom-m9.htm'), missing(`/snom-m9-${mac}.htm`)).wait(20),
    says: /^asked \/snom-m9\.htm and \/snom-m9-000413261234\.htm and got 404: nothing came to it, so it has no settings/,
    not: [
      () => tell(...lease(), missing('/snom-m9.htm')).wait(5),
      () => tell(...lease(), missing('/yealink.cfg'), ...documents()).wait(20),
      () => tell(...lease(), missing(`/snom370-${mac}.htm`)).wait(20),
      () => tell(missing('/status.xml')).wait(20), // of a phone that had been on for long
    ],
  },
  'never-own': {
    story: () => tell(...lease(), fetched('/snom370.htm'), fetched('/snom370/general.xml')).wait(20),
    says: /stopped 20 s ago after \/snom370\/general\.xml and never asked for its own file/,
    not: [
      () => tell(...lease(), fetched('/snom370.htm')).wait(5),
      () => tell(...lease(), ...documents()).wait(20),
      () => tell(...lease(), fetched('/snom370.htm'), missing(`/snom370-${mac}.htm`)).wait(20),
    ],
  },
  'container-only': {
    story: () =>
      tell(...lease(), fetched('/snom370.htm', container), fetched(`/snom370-${mac}.htm`, container)).wait(20),
    says: /asked for none of the files it names: its firmware reads no containers — give it `dialect: plain`/,
    not: [
      () => tell(...lease(), ...documents()).wait(20),
      () => tell(...lease(), fetched('/snom370.htm'), fetched(`/snom370-${mac}.htm`)).wait(20), // all in one, as firmware 6 gets it
    ],
  },
  'broken-off': {
    story: () =>
      tell(fetched('snom370.htm', { door: 'tftp', status: 'DATA, silent', isWhole: false, bytes: 512, total: 2048 })),
    says: /^snom370\.htm broke off at 25 % after 3 ms: its acknowledgements stopped \(DATA, silent\)/,
    not: [() => tell(broken('/snom370.htm', 10), fetched('/snom370.htm')), () => tell(broken(image, 10))],
  },
  'tftp-refused': {
    story: () =>
      tell({
        kind: 'refused',
        door: 'tftp',
        name: 'snom370.htm',
        reason: 'bad option: ERROR 8 blksize must be at least 8',
      }),
    says: /by TFTP and was refused: bad option: ERROR 8 blksize/,
    not: [
      () =>
        tell(
          { kind: 'refused', door: 'tftp', name: 'a', reason: 'full' },
          fetched('a', { door: 'tftp', status: 'DATA' }),
        ),
    ],
  },
  'rate-limited': {
    story: () => tell(...lease(), { kind: 'refused', door: 'http', name: '/snom370.htm', reason: 'rate-limited' }),
    says: /\/snom370\.htm was refused \(429\)/,
    not: [() => tell(...lease(), ...documents())],
  },
  refused: {
    story: () => tell({ kind: 'refused', door: 'http', name: '/x', reason: 'status 405' }),
    says: /asked \/x and was refused: status 405/,
    not: [() => tell({ kind: 'refused', door: 'http', name: '/x', reason: 'rate-limited' })],
  },
  'part-missing': {
    story: () => tell(...lease(), fetched('/snom370.htm'), missing('/snom370/general.xml')),
    says: /asked \/snom370\/general\.xml, which a container names, and got 404/,
    not: [() => tell(...lease(), fetched('/snom370.htm'), missing(`/snom370/${mac}.xml`))],
  },
  'language-missing': {
    story: () => tell(...lease(), ...documents(), missing('/lang/8.4.35/gui_lang_DE.xml')),
    says: /stays English — add the languages of firmware 8\.4\.35 with `option66 languages add`/,
    not: [() => tell(...documents(), fetched('/lang/8.4.35/gui_lang_DE.xml'))],
  },
  'unknown-file': {
    story: () => tell(...lease(), missing('/yealink.cfg')),
    says: /asked \/yealink\.cfg, which is no name of ours, and got 404/,
    not: [
      () => tell(missing('/snom370.htm')),
      () => tell(fetched('/yealink.cfg')),
      () => tell(...lease(), missing('/yealink.cfg')).wait(20), // that is nothing-found
    ],
  },
  'foreign-file': {
    story: () => tell(...lease(), { ...fetched(`/snom370-${other}.htm`), mac: other }),
    says: /asked \/snom370-000413269999\.htm, the file of another phone/,
    not: [() => tell(...lease(), ...documents())],
  },
  'odd-mac': {
    story: () => tell(...lease(), fetched('/snom370-00:04:13:26:12:34.htm')),
    says: /spells its MAC unusually: \/snom370-00:04:13:26:12:34\.htm/,
    not: [
      () => tell(...lease(), ...documents()),
      () => tell(fetched('/settings?mac=00:04:13:26:12:34')),
      () => tell(fetched('/oem/00:04:13:26:12:34.xml')),
    ],
  },
  'image-missing': {
    story: () => tell(...lease(), ...documents(), firmwareFile, missing(image)),
    says: /stops with a prompt and waits for a key/,
    not: [() => tell(...documents(), firmwareFile, missing(image), fetched(image))],
  },
  'image-broken-off': {
    story: () => {
      const one = new Story()
      for (const part of [12, 80, 62]) one.tell(...lease(), ...documents(), firmwareFile, broken(image, part)).wait(30)
      return one
    },
    says: /^restarts firmware download at 62 % for the third time \(\/firmware\/snom370-8\.7\.5\.35-SIP-f\.bin\)/,
    not: [
      () => tell(...lease(), ...documents(), broken(image, 12), fetched(image)),
      () => tell(broken('/snom370.htm', 1)),
    ],
  },
  'firmware-unchanged': {
    story: () =>
      tell(...lease(), ...documents(), firmwareFile, fetched(image))
        .wait(60)
        .tell(...lease(), ...documents()),
    says: /fetched \/firmware\/snom370-8\.7\.5\.35-SIP-f\.bin 68 s before it said again that it runs 8\.4\.35/,
    not: [
      () =>
        tell(...documents(), fetched(image))
          .wait(60)
          .tell(...lease(), fetched('/snom370.htm', { agent: updated })),
      () =>
        tell(...documents(), fetched(image))
          .wait(60)
          .tell(...lease()),
    ],
  },
  'boot-loop': {
    story: () => boots(3, ...documents()),
    says: /boots again and again: 4 times in 3 min/,
    not: [
      () => boots(1, ...documents()),
      () => boots(3, ...documents(), fetched(image)),
      () => boots(3, ...documents(), broken(image, 1)), // that is image-broken-off
    ],
  },
  'image-not-asked': {
    story: () => story({ listed: wanted }, ...lease(), ...documents(), firmwareFile).wait(70),
    says: /runs 8\.4\.35, took \/snom370\/firmware\.xml and never asked for snom370-8\.7\.5\.35-SIP-f\.bin/,
    not: [
      () => story({ listed: wanted }, ...lease(), ...documents(), firmwareFile).wait(20),
      () => story({ listed: wanted }, ...documents(), firmwareFile, fetched(image)).wait(70),
      () => story({ listed: wanted }, ...documents(), fetched('/snom370/firmware.xml', { agent: updated })).wait(70),
    ],
  },
  'firmware-file-missing': {
    story: () => tell(...documents(), missing('/snom370/firmware.xml')),
    says: /where `firmware_status` sends it/,
    not: [() => tell(...documents(), firmwareFile)],
  },
  'model-disagrees': {
    story: () => story({ listed: { model: 'snom320' } }, ...lease()),
    says: /^says it is a snom370, the inventory says snom320 — correct `model`/,
    not: [
      () => story({ listed: { model: 'SNOM370' } }, ...lease()),
      () => story({ listed: { model: 'snom-m9' } }, { kind: 'discover', vendorClass: 'snom-m9', asks: [] }),
      () => story({ listed: { model: 'snom320' } }, { kind: 'discover', asks: [] }),
    ],
  },
  'address-disagrees': {
    story: () => story({ listed: { address: ip('192.168.66.21') } }, ...lease()),
    says: /has the address 192\.168\.66\.101, the inventory reserves 192\.168\.66\.21/,
    not: [() => story({ listed: { address: leased } }, ...lease())],
  },
}

t.test('each rule has a story that provokes it, and stories that do not', async t => {
  t.strictSame(Object.keys(cases).sort(), rules.map(({ rule }) => rule).sort())
  t.ok(rules.length >= 18)
})

for (const [rule, { story, says, not }] of Object.entries(cases)) {
  t.test(rule, async t => {
    const one = story()
    const { diagnoses } = one
    t.match(diagnoses.find(found => found.rule === rule)?.text ?? JSON.stringify(diagnoses), says)
    t.ok(diagnoses.every(({ text }) => !/undefined|NaN|\[object/.test(text)))
    for (const make of not) t.notOk(make().diagnoses.some(found => found.rule === rule))
  })
}

t.test('a phone that is well has no diagnosis', async t => {
  const story = tell(...lease(), ...documents(), fetched('/lang/8.4.35/gui_lang_DE.xml'), firmwareFile).wait(700)
  t.strictSame(story.diagnoses, [])
  const pnp = byPnp(`/settings?mac=${mac}`)
  t.strictSame(pnp.diagnoses, [])
  t.equal(some(phoneLine(pnp.history, undefined, pnp.knowledge, pnp.now)).isStuck, false)
})

function byPnp(name: string): Story {
  return tell(...lease(), { kind: 'subscribe' }, told, taken, fetched(name)).wait(60)
}

t.test('what to do fits what went wrong', async t => {
  const first = (story: Story) => some(story.diagnoses[0]).text
  const tftp = { door: 'tftp', status: 'DATA', agent: undefined } as const
  t.match(
    first(tell(fetched('snom360.htm', tftp)).wait(20)),
    /by TFTP it does not say what firmware it runs: .+`dialect: plain`/,
  )
  const given = fetched('snom370.htm', {
    door: 'tftp',
    status: 'DATA, aborted',
    isWhole: false,
    bytes: 512,
    total: 2048,
  })
  t.match(first(tell(given)), /broke off at 25 % after 3 ms: the phone gave it up/)
  const refused = { kind: 'refused', door: 'http', name: '/x', reason: 'status 405' } as const
  t.match(first(tell(refused)), /files are only read here/)
  const other = { kind: 'pnp-refused', reason: 'other vendor' } as const
  t.match(first(story(nothing, { kind: 'subscribe' }, other)), /give its vendor a URL under `pnp\.vendors`/)
  t.match(first(tell(missing('/snom370/gui-lang.xml'))), /with `option66 languages add`$/)
  const none = story({ listed: wanted }, ...documents(), missing('/snom370/firmware.xml'))
  t.match(first(none), /the inventory wants snom370-8\.7\.5\.35-SIP-f\.bin, which is not in www\/firmware/)
})

t.test('secrets left out over TFTP are told as such', async t => {
  const story = tell(...lease(), fetched(`snom370-${mac}.xml`, { door: 'tftp', status: 'DATA', withheld: 1 }))
  t.match(some(story.diagnoses[0]).text, /without its 1 password: TFTP carries none/)
})

t.test(
  'the gravest diagnosis stands in the line, and a phone with an error is stuck unless its boot is done',
  async t => {
    const one = story({ listed: { model: 'snom320' } }, ...lease(), ...documents(), missing(image))
    const lineOf = (of: Story) => some(phoneLine(of.history, undefined, of.knowledge, of.now))
    t.match(lineOf(one), { isStuck: true, diagnosis: { rule: 'image-missing', severity: 'error' }, stage: 'own' })
    t.strictSame(
      one.diagnoses.map(({ rule }) => rule),
      ['image-missing', 'model-disagrees'],
    )
    const done = tell(...lease(), ...documents().slice(0, 3), fetched(`/snom370/${mac}.xml`, { withheld: 1 })).wait(20)
    t.match(lineOf(done), { isStuck: false, stage: 'done', diagnosis: { rule: 'secrets-withheld' } })
    const away = tell(...lease(), { kind: 'redirected', url: 'https://pbx.example', by: 'registry' }).wait(700)
    t.match(lineOf(away), { isStuck: false, redirectedTo: 'https://pbx.example' })
    const silent = tell(...lease()).wait(700)
    t.match(lineOf(silent), { isStuck: true, stage: 'leased' })
  },
)
