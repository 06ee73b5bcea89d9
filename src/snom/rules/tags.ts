/** Rules about elements and attributes: what stands where, and in which dialect. No I/O. */

import type { Document, Stray, Written } from '../document.js'
import { isBefore } from '../firmware-version.js'
import { hit, type Rule, type Subject } from './rule.js'

export const tagRules: readonly Rule[] = [
  {
    name: 'unknown-element',
    severity: 'warning',
    about: 'The phone passes over elements that it does not know, and what they hold.',
    remedy: 'Correct the spelling, or move the element to where it belongs.',
    *find(subject) {
      for (const { stray, inside } of strays(subject.document, 'element')) {
        if (stray.name === 'firmware_status' || otherSections.has(stray.name.toLowerCase())) continue
        yield { place: stray.place, message: `<${stray.name}> is not known in <${inside.tag}>` }
      }
    },
  },
  {
    name: 'unknown-attribute',
    severity: 'warning',
    about: 'The phone passes over attributes that it does not know.',
    remedy: 'Correct the spelling, or leave the attribute out.',
    *find(subject) {
      for (const { stray, inside } of strays(subject.document, 'attribute')) {
        // xmlns and xml:lang are harmless; what should have been a number the reader has named
        if (/^(?:xml.*|idx|i|index|timeout)$/i.test(stray.name)) continue
        yield { place: stray.place, message: `attribute ${stray.name} is not known in <${inside.tag}>` }
      }
    },
  },
  {
    name: 'firmware-status-place',
    severity: 'error',
    about: 'firmware_status counts in <phone-settings> only.',
    remedy: 'Move firmware_status into <phone-settings>.',
    *find(subject) {
      for (const { stray, inside } of strays(subject.document, 'element')) {
        if (stray.name !== 'firmware_status') continue
        yield { place: stray.place, message: `firmware_status stands in <${inside.tag}>; expected in <phone-settings>` }
      }
    },
  },
  {
    name: 'dialect',
    severity: 'warning',
    about: 'Firmware 7 is known to read <function-keys> and <phone-book> only; newer twins may pass it by.',
    remedy: 'Use the element of the older dialect, which firmware 8 reads too.',
    *find({ sections, version }) {
      if (version === undefined || !isBefore(version, '8')) return
      for (const section of sections) {
        const older = olderTwin.get(section.tag.toLowerCase())
        if (older === undefined) continue
        yield hit(section, 'tag', `<${section.tag}> for firmware ${version}; expected <${older}>`)
      }
    },
  },
  {
    name: 'xml-for-old-firmware',
    severity: 'error',
    about: 'Firmware before 7.1.8 does not read XML surely.',
    remedy: 'Give those phones the plain form, or newer firmware.',
    *find({ document, form, version, type }) {
      if (form !== 'xml' || version === undefined || !isBefore(version, '7.1.8') || /^snomM\d/i.test(type ?? '')) return
      yield { place: document.place, message: `XML for firmware ${version}; expected the plain form before 7.1.8` }
    },
  },
  {
    name: 'wrong-root',
    severity: 'error',
    about: 'The name a phone asks for decides which document it expects behind it.',
    remedy: 'Serve the document that belongs to the name.',
    *find(subject) {
      const wanted = wantedRoot(subject)
      if (wanted.length === 0 || subject.form !== 'xml' || wanted.includes(subject.document.kind)) return
      const message = `root <${subject.document.tag}> in ${subject.name}; expected <${wanted.join('> or <')}>`
      yield { place: subject.document.place, message }
    },
  },
  {
    name: 'repeated-section',
    severity: 'warning',
    about: 'Of several sections of one kind in a file nobody says which counts.',
    remedy: 'Put them together into one.',
    *find({ sections }) {
      const seen = new Map<string, Written>()
      for (const section of sections) {
        const first = seen.get(section.kind)
        if (first === undefined) seen.set(section.kind, section)
        else {
          const message = `<${section.tag}> once more; the first stands in line ${first.place.line}`
          yield { place: section.place, message }
        }
      }
    },
  },
]

/** Real sections of `<settings>` that carry nothing to check here. */
const otherSections: ReadonlySet<string> = new Set(['replacementplan', 'uploads', 'certificates', 'lang_packs'])

const olderTwin: ReadonlyMap<string, string> = new Map([
  ['functionkeys', 'function-keys'],
  ['tbook', 'phone-book'],
])

const sectionKinds = ['settings', 'phone-settings', 'function-keys', 'phone-book', 'dialplan']

function wantedRoot({ asked }: Subject): readonly string[] {
  switch (asked?.kind) {
    case 'container':
      return ['setting-files', ...sectionKinds]
    case 'settings':
    case 'everything':
      return sectionKinds
    case 'firmware':
      return ['firmware-settings']
    case 'languages':
      return [`${asked.of}-languages`]
    case undefined:
      return []
  }
}

interface Placed {
  readonly stray: Stray
  readonly inside: Written
}

function* strays(document: Document, kind: Stray['kind']): Iterable<Placed> {
  for (const inside of all(document)) {
    for (const stray of inside.strays) if (stray.kind === kind) yield { stray, inside }
  }
}

/** The root, its parts and their items. */
function* all(document: Document): Iterable<Written> {
  yield document
  switch (document.kind) {
    case 'settings':
      for (const section of document.sections) yield* all(section)
      return
    case 'phone-settings':
      return yield* document.settings
    case 'function-keys':
      return yield* document.keys
    case 'phone-book':
      return yield* document.items
    case 'dialplan':
      return yield* document.templates
    case 'firmware-settings':
      return yield* document.images
    case 'setting-files':
      return yield* document.files
    case 'gui-languages':
    case 'web-languages':
      return yield* document.languages
    case 'phrases':
    case 'w_phrases':
      return yield* document.phrases
  }
}
