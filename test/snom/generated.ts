import fc from 'fast-check'
import type {
  Document,
  Permission,
  WrittenBookItem,
  WrittenImage,
  WrittenKey,
  WrittenLanguage,
  WrittenPhrase,
  WrittenSetting,
  WrittenTemplate,
  WrittenUrl,
} from '../../src/snom/document.js'
import { readPermission, readPlainPermission } from '../../src/snom/permission.js'
import { element, type Node, writeFragment } from '../../src/snom/xml.js'

/** What every part and item of a document has; the places of a generated one mean nothing. */
const nowhere = { tag: '', place: { line: 1, column: 1 }, at: {}, strays: [] }

/** Characters that no XML can hold: the writer puts U+FFFD in their place. */
export function legible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is meant
  return text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
}

const special = [
  '&',
  '<',
  '>',
  '"',
  "'",
  ']]>',
  '\r',
  '\n',
  '\t',
  ' ',
  '&#195;&#188;',
  '&lt;',
  '<!--',
  '</',
  '<?xml ',
  'ü',
  '=',
]

const text = fc
  .oneof(
    fc.string({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.string({ unit: fc.constantFrom(...special), maxLength: 5 }),
  )
  .map(legible)

const name = fc
  .stringMatching(/^[a-z][a-z_]{0,8}[a-z]$/)
  .filter(each => !/^(?:tbook|phrases|settings|dialplan)$/.test(each))
const number = fc.nat(300)

/** Any of the fields may be missing; none is undefined. */
function some<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record<T, never>(fields, { requiredKeys: [] })
}

function permission(form: 'xml' | 'plain'): fc.Arbitrary<Permission> {
  if (form === 'plain') return fc.constantFrom('', '$', '!', '&').map(readPlainPermission)
  return fc.constantFrom(undefined, '', '$', 'RW', 'R', ' ', '&', '!', 'V', 'RWV', '!V', 'X').map(readPermission)
}

const fragment: fc.Arbitrary<Node> = fc.letrec<{ node: Node }>(tie => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc
      .record({ name, attributes: fc.dictionary(name, text, { maxKeys: 2 }) })
      .map(each => element(each.name, each.attributes)),
    fc.tuple(name, fc.array(tie('node'), { maxLength: 2 })).map(([tag, children]) => element(tag, {}, ...children)),
    fc
      .tuple(
        name,
        text.filter(each => each !== ''),
      )
      .map(([tag, inner]) => element(tag, {}, inner)),
  ),
})).node

function settings(): fc.Arbitrary<WrittenSetting> {
  const value = fc.oneof(
    { weight: 9, arbitrary: text.map(each => ({ value: each })) },
    {
      weight: 1,
      arbitrary: fc
        .array(fragment, { minLength: 1, maxLength: 2 })
        .map(each => ({ value: writeFragment(each), isXml: true as const })),
    },
  )
  return fc
    .tuple(name, some({ index: number, action: fc.constant('remove') }), permission('xml'), value)
    .map(([name, more, perm, value]) => ({ ...nowhere, name, ...more, ...perm, ...value }))
}

/** Text that stands on one line, without blanks around it. */
const line = text.map(each => each.replaceAll(/[\s\u0085]+/g, ' ').trim())

const plainSettings: fc.Arbitrary<WrittenSetting> = fc
  .oneof(
    fc.record({
      name: fc.constantFrom('user_name', 'user_unheard_of', 'codec1_name', 'stun_server'),
      index: fc.integer({ min: 1, max: 12 }),
    }),
    fc.record({ name: fc.oneof(name, fc.constantFrom('dns_server1', 'lcserver1', 'user_name')) }),
  )
  .chain(named =>
    fc.tuple(permission('plain'), line).map(([perm, value]) => ({ ...nowhere, ...named, ...perm, value })),
  )

const trimmed = text.map(each => each.trim())

function keys(form: 'xml' | 'plain'): fc.Arbitrary<WrittenKey> {
  const type = fc.constantFrom('line', 'dest', 'blf', 'keyevent', 'speed')
  if (form === 'plain') {
    return fc
      .tuple(number, some({ context: line, label: line }), permission('plain'), type, line)
      .map(([idx, more, perm, type, argument]) => ({ ...nowhere, idx, ...more, ...perm, type, argument }))
  }
  const more = some({
    idx: number,
    context: text,
    label: text,
    shortLabel: text,
    defaultText: text,
    lp: text,
    clp: text,
  })
  return fc
    .tuple(more, permission('xml'), type, trimmed)
    .map(([more, perm, type, argument]) => ({ ...nowhere, ...more, ...perm, type, argument }))
}

const person = {
  firstName: text,
  lastName: text,
  title: text,
  organization: text,
  email: text,
  note: text,
  group: text,
}

const items: fc.Arbitrary<WrittenBookItem> = fc.oneof(
  some({
    name: text,
    number: text,
    context: text,
    type: text,
    index: number,
    fav: text,
    mod: text,
    numberType: text,
    birthday: text,
    photo: text,
    ...person,
  }).map(each => ({ ...nowhere, ...each })),
  fc
    .tuple(
      some({ fav: text, vip: text, blocked: text, ...person }),
      fc.array(
        fc.tuple(text, some({ type: text, outgoingId: text })).map(([no, more]) => ({ no, ...more })),
        { maxLength: 2 },
      ),
    )
    .map(([more, numbers]) => ({ ...nowhere, ...more, numbers })),
)

const templates: fc.Arbitrary<WrittenTemplate> = some({
  match: text,
  timeout: number,
  user: text,
  rewrite: text,
  scheme: text,
}).map(each => ({ ...nowhere, ...each }))
const urls: fc.Arbitrary<WrittenUrl> = some({ url: text }).map(each => ({ ...nowhere, ...each }))
const languages: fc.Arbitrary<WrittenLanguage> = some({ url: text, name: text }).map(each => ({ ...nowhere, ...each }))
const phrases: fc.Arbitrary<WrittenPhrase> = some({ i: number, n: text, t: text }).map(each => ({
  ...nowhere,
  ...each,
}))
const images: fc.Arbitrary<WrittenImage> = fc
  .tuple(fc.constantFrom('firmware', 'firmware_uxm', 'firmware_uxmc'), permission('xml'), text)
  .map(([name, perm, url]) => ({ ...nowhere, name, ...perm, url }))

function list<T>(of: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> {
  return fc.array(of, { maxLength: 3 })
}

/** Documents of every kind as this dialect writes them: v8 says e="2" of each section. */
export function documents(dialect: 'v7' | 'v8'): fc.Arbitrary<Document> {
  const e = dialect === 'v8' ? { e: '2' } : {}
  const part = { ...nowhere, ...e }
  const section = fc.oneof(
    list(settings()).map(settings => ({ kind: 'phone-settings' as const, ...part, settings })),
    list(keys('xml')).map(keys => ({ kind: 'function-keys' as const, ...part, keys })),
    fc
      .tuple(some({ complete: text, version: text }), list(items))
      .map(([more, items]) => ({ kind: 'phone-book' as const, ...part, ...more, items })),
    list(templates).map(templates => ({ kind: 'dialplan' as const, ...part, templates })),
  )
  return fc.oneof(
    {
      weight: 4,
      arbitrary: list(section).map(sections => ({
        kind: 'settings' as const,
        form: 'xml' as const,
        ...nowhere,
        sections,
      })),
    },
    { weight: 2, arbitrary: section },
    { weight: 1, arbitrary: list(images).map(images => ({ kind: 'firmware-settings' as const, ...part, images })) },
    { weight: 1, arbitrary: list(urls).map(files => ({ kind: 'setting-files' as const, ...nowhere, files })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('gui-languages' as const, 'web-languages' as const), list(languages))
        .map(([kind, languages]) => ({ kind, ...nowhere, languages })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('phrases' as const, 'w_phrases' as const), some({ language: phrases }), list(phrases))
        .map(([kind, more, phrases]) => ({ kind, ...nowhere, ...more, phrases })),
    },
  )
}

/** Settings documents as the plain form holds them. */
export const plainDocuments: fc.Arbitrary<Document> = fc
  .tuple(list(plainSettings), fc.uniqueArray(keys('plain'), { maxLength: 3, selector: key => key.idx }))
  .map(([settings, keys]) => ({
    ...{ kind: 'settings' as const, form: 'plain' as const, ...nowhere },
    sections: [
      { kind: 'phone-settings' as const, ...nowhere, settings },
      ...(keys.length === 0 ? [] : [{ kind: 'function-keys' as const, ...nowhere, keys }]),
    ],
  }))

/** A document without its places and spellings. */
export function meaningOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaningOf)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => !['tag', 'place', 'at', 'strays'].includes(key))
  return Object.fromEntries(entries.map(([key, inner]) => [key, meaningOf(inner)]))
}
