/** The shapes of the HTTP API, written once: routes check by them, OpenAPI is made of them, the page's types follow from them. */

import { type Static, Type } from 'typebox'

const Time = Type.Integer({ description: 'milliseconds since 1970' })
const Text = Type.String()
const Mac = Type.String({
  pattern: '^[0-9A-F]{12}$',
  description: 'hardware address, 12 hexadecimal digits in upper case',
})
const maybe = Type.Optional

/** Stages of a boot, in order; `redirected` and `stuck` are ends beside `done`. */
export const stages = ['seen', 'leased', 'general', 'own', 'languages', 'firmware', 'done'] as const

export const Stage = Type.Enum([...stages])

export const Severity = Type.Enum(['error', 'warning', 'note'])

export const Diagnosis = Type.Object({
  rule: Text, // asks-no-66
  severity: Severity,
  text: Text, // one plain sentence or two: what happened, and what to do
})

/** One phone, one line. */
export const PhoneLine = Type.Object({
  mac: Mac,
  isListed: Type.Boolean({ description: 'in the inventory' }),
  name: maybe(Text),
  groups: Type.Array(Text),
  model: maybe(Text), // what it says it is, else what the inventory says
  firmware: maybe(Text), // version it said last
  address: maybe(Text),
  method: maybe(Type.Enum(['dhcp', 'pnp', 'manual', 'redirection', 'fixed'])),
  stage: Stage, // furthest of this boot
  isStuck: Type.Boolean({ description: 'nothing more came in time, or something failed' }),
  redirectedTo: maybe(Text),
  bootedAt: maybe(Time), // first fact of this boot
  lastAt: maybe(Time), // last fact of all
  /** When each stage of this boot was reached. */
  reached: Type.Partial(
    Type.Object(Object.fromEntries(stages.map(stage => [stage, Time])) as Record<(typeof stages)[number], typeof Time>),
  ),
  requests: Type.Integer(), // of this boot
  bytes: Type.Integer(), // of this boot
  diagnosis: maybe(Diagnosis), // the gravest
  disagreements: Type.Array(Text), // with the inventory: "says it is a snom370, the inventory says snom320"
})

export const FactView = Type.Object({
  at: Time,
  kind: Text, // as in fleet/fact.ts
  door: maybe(Text), // dhcp, pnp, http, https, tftp
  text: Text, // one line in plain words
  severity: maybe(Severity),
  milliseconds: maybe(Type.Number()),
  bytes: maybe(Type.Integer()),
})

export const BootView = Type.Object({ at: Time, stage: Stage, facts: Type.Array(FactView) })

export const PhoneView = Type.Object({
  line: PhoneLine,
  boots: Type.Array(BootView), // newest first
  diagnoses: Type.Array(Diagnosis), // gravest first
  said: Type.Object({
    vendorClass: maybe(Text),
    hostname: maybe(Text),
    agent: maybe(Text),
    asks: maybe(Type.Array(Type.Integer())),
  }),
  lease: maybe(Type.Object({ address: Text, end: Time })),
  redirection: maybe(Type.Object({ url: Text, owner: Text, since: Time })),
})

export const EffectiveValue = Type.Object({ name: Text, value: Text, flag: maybe(Text), from: Text }) // from: `group reception`
export const SettingsView = Type.Object({
  settings: Type.Array(EffectiveValue),
  keys: Type.Array(EffectiveValue),
  phoneBook: Type.Array(EffectiveValue),
  dialplan: Type.Array(EffectiveValue),
})

/** A document as this phone would get it now, its secrets hidden; and what it fetched last under that name. */
export const DocumentView = Type.Object({
  url: Text,
  name: Text,
  isFound: Type.Boolean(),
  isElsewhere: maybe(Type.Boolean({ description: 'on another server, which is not asked here' })),
  bytes: Type.Integer(),
  type: maybe(Text),
  text: maybe(Text), // of what is text and no longer than 1 MiB
  fetchedAt: maybe(Time),
  isChanged: maybe(Type.Boolean()), // since then; unknown of files, and of what was fetched before the last start
  fetched: maybe(Text), // the text as it was fetched then, where it differs in more than secrets
})

export const FindingView = Type.Object({
  file: Text,
  line: maybe(Type.Integer()),
  column: maybe(Type.Integer()),
  severity: Severity,
  rule: Text,
  message: Text,
})

export const LeaseView = Type.Object({
  address: Text,
  mac: maybe(Mac),
  state: Text,
  hostname: maybe(Text),
  vendorClass: maybe(Text),
  start: Time,
  end: Time,
})
export const PoolView = Type.Object({ subnet: Text, size: Type.Integer(), used: Type.Integer() })
export const LeasesView = Type.Object({ leases: Type.Array(LeaseView), pools: Type.Array(PoolView) })

export const RedirectionView = Type.Object({ mac: Mac, url: Text, owner: Text, since: Time })

export const ShelfFile = Type.Object({
  file: Text,
  bytes: Type.Integer(),
  model: maybe(Text),
  version: maybe(Text),
  usedBy: Type.Integer(),
})
export const ShelvesView = Type.Object({
  firmware: Type.Array(ShelfFile),
  languages: Type.Array(Type.Object({ version: Text, gui: Type.Array(Text), web: Type.Array(Text) })),
})

export const DoorView = Type.Object({
  name: Text,
  port: Type.Integer(),
  isOpen: Type.Boolean(),
  note: maybe(Text),
  counters: Type.Record(Text, Type.Integer()),
})
export const HealthView = Type.Object({
  site: Text,
  version: Text,
  startedAt: Time,
  interface: Text,
  address: maybe(Text),
  doors: Type.Array(DoorView),
  rivals: Type.Array(Type.Object({ kind: Text, address: Text, text: Text, at: Time })), // kind: dhcp, pnp
  disk: Type.Object({ folder: Text, free: maybe(Type.Integer()), size: maybe(Type.Integer()) }), // bytes
  memory: Type.Integer(), // bytes, resident
  configuration: Type.Object({ readAt: Time, isAccepted: Type.Boolean(), findings: Type.Array(FindingView) }), // of the last reading
  phones: Type.Object({
    listed: Type.Integer(),
    seen: Type.Integer(),
    done: Type.Integer(),
    stuck: Type.Integer(),
    inbox: Type.Integer(),
  }),
})

/** Parallel columns, oldest first, a value a `step`. */
export const StatisticsView = Type.Object({
  step: Type.Integer({ description: 'milliseconds' }),
  at: Type.Array(Time),
  leases: Type.Array(Type.Integer()), // bound at that time
  requests: Type.Array(Type.Integer()), // within the step
  boots: Type.Array(Type.Integer()), // ended well within the step
})

export const InventoryView = Type.Object({
  files: Type.Array(Type.Object({ file: Text, text: Text })), // secrets hidden
  models: Type.Array(Text),
  groups: Type.Array(Text),
  phones: Type.Integer(),
})

export const AdoptOrder = Type.Object(
  { model: maybe(Text), name: maybe(Text), address: maybe(Text), groups: maybe(Type.Array(Text)) },
  { additionalProperties: false },
)
export const Adopted = Type.Object({ file: Text, line: Type.Integer() })
export const RedirectOrder = Type.Object({ url: Text, owner: maybe(Text) }, { additionalProperties: false })
export const ResyncOrder = Type.Object({ reboot: maybe(Type.Boolean()) }, { additionalProperties: false })
export const Resynced = Type.Object({ isAnswered: Type.Boolean(), status: maybe(Type.Integer()), text: Text })
export const SignIn = Type.Object({ password: Type.String({ maxLength: 256 }) }, { additionalProperties: false })
export const SessionView = Type.Object({ needsPassword: Type.Boolean(), isSignedIn: Type.Boolean(), site: maybe(Text) })
export const Problem = Type.Object({ error: Text }) // one sentence: what, what was expected, how to mend it

export type Stage = Static<typeof Stage>
export type Severity = Static<typeof Severity>
export type Diagnosis = Static<typeof Diagnosis>
export type PhoneLine = Static<typeof PhoneLine>
export type FactView = Static<typeof FactView>
export type BootView = Static<typeof BootView>
export type PhoneView = Static<typeof PhoneView>
export type EffectiveValue = Static<typeof EffectiveValue>
export type SettingsView = Static<typeof SettingsView>
export type DocumentView = Static<typeof DocumentView>
export type FindingView = Static<typeof FindingView>
export type LeaseView = Static<typeof LeaseView>
export type LeasesView = Static<typeof LeasesView>
export type RedirectionView = Static<typeof RedirectionView>
export type ShelvesView = Static<typeof ShelvesView>
export type DoorView = Static<typeof DoorView>
export type HealthView = Static<typeof HealthView>
export type StatisticsView = Static<typeof StatisticsView>
export type InventoryView = Static<typeof InventoryView>
export type AdoptOrder = Static<typeof AdoptOrder>
export type Adopted = Static<typeof Adopted>
export type RedirectOrder = Static<typeof RedirectOrder>
export type ResyncOrder = Static<typeof ResyncOrder>
export type Resynced = Static<typeof Resynced>
export type SessionView = Static<typeof SessionView>
