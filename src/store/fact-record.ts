/** A fact as one line of JSON, and what was read checked field by field: a file may hold anything. No I/O. */

import { type Fact, mostAsks, mostText } from '../fleet/fact.js'

export function encodeFact(fact: Fact): string {
  return JSON.stringify(fact)
}

/** Undefined for what no door ever told. */
export function decodeFact(text: string): Fact | undefined {
  const value = parse(text)
  if (!isRecord(value) || typeof value.kind !== 'string') return undefined
  const fields = shapes.get(value.kind)
  if (fields === undefined) return undefined
  let known = 1 // fields, with `kind`
  for (const [name, isSound] of fields) {
    const field = value[name]
    if (!isSound(field)) return undefined
    if (field !== undefined) known += 1
  }
  return Object.keys(value).length === known ? (value as unknown as Fact) : undefined // each field was proved just now
}

type Form = keyof typeof forms

const isText = (value: unknown): boolean => typeof value === 'string' && value.length <= mostText
const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const isAddress = (value: unknown): boolean => isCount(value) && Number(value) <= 0xff_ff_ff_ff

const forms = {
  text: isText,
  'text?': (value: unknown) => value === undefined || isText(value),
  count: isCount,
  'count?': (value: unknown) => value === undefined || isCount(value),
  time: (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  flag: (value: unknown) => typeof value === 'boolean',
  'true?': (value: unknown) => value === undefined || value === true,
  'mac?': (value: unknown) => value === undefined || (typeof value === 'string' && /^[0-9A-F]{12}$/.test(value)),
  'address?': (value: unknown) => value === undefined || isAddress(value),
  codes: (value: unknown) => Array.isArray(value) && value.length <= mostAsks && value.every(isCount),
  door: (value: unknown) => value === 'http' || value === 'https' || value === 'tftp',
  'any door': (value: unknown) => value === 'pnp' || forms.door(value),
  dhcp: (value: unknown) => value === 'dhcp',
  by: (value: unknown) => value === 'registry' || value === 'inventory',
}

const common: Readonly<Record<string, Form>> = { at: 'time', mac: 'mac?', address: 'address?' }

const asking = { vendorClass: 'text?', hostname: 'text?', asks: 'codes', state: 'text?', relay: 'address?' } as const

const kinds: Readonly<Record<string, Readonly<Record<string, Form>>>> = {
  discover: asking,
  request: asking,
  offer: {},
  ack: { state: 'text', settingsUrl: 'text?' },
  nak: {},
  released: {},
  declined: {},
  unanswered: { door: 'dhcp', reason: 'text', server: 'address?' },
  subscribe: { vendor: 'text?', model: 'text?', version: 'text?' },
  'pnp-answered': { url: 'text' },
  'pnp-refused': { reason: 'text' },
  'notify-ended': { status: 'count?' },
  fetched: {
    ...{ door: 'door', name: 'text', status: 'text', bytes: 'count', total: 'count?', milliseconds: 'time' },
    ...{ isWhole: 'flag', agent: 'text?', withheld: 'count?', isContainer: 'true?' },
  },
  refused: { door: 'any door', name: 'text', reason: 'text', agent: 'text?' },
  redirected: { url: 'text', by: 'by' },
  resync: { status: 'count?' },
}

const shapes = new Map(
  Object.entries(kinds).map(([kind, fields]) => {
    return [kind, Object.entries({ ...common, ...fields }).map(([name, form]) => [name, forms[form]] as const)]
  }),
)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
