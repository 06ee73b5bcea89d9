/** A document laid out for the rules. No I/O. */

import type { Document, Section, WrittenSetting } from '../document.js'
import { parseName } from '../names.js'
import type { Circumstances, Subject } from './rule.js'

export function layOut(document: Document, circumstances: Circumstances): Subject {
  const asked = circumstances.name === undefined ? undefined : parseName(circumstances.name)
  const type = circumstances.type ?? (asked !== undefined && 'type' in asked ? asked.type : undefined)
  const mac = circumstances.mac ?? asked?.mac
  const sections = sectionsOf(document)
  return {
    ...circumstances,
    document,
    ...(asked !== undefined && { asked }),
    ...(type !== undefined && { type }),
    ...(mac !== undefined && { mac }),
    isGeneral: asked !== undefined && asked.mac === undefined,
    form: document.kind === 'settings' ? document.form : 'xml',
    sections,
    settings: settingsOf(document),
    keys: sections.flatMap(section => (section.kind === 'function-keys' ? section.keys : [])),
    keySections: sections.filter(section => section.kind === 'function-keys'),
    books: sections.filter(section => section.kind === 'phone-book'),
    plans: sections.filter(section => section.kind === 'dialplan'),
    siblings: [...(circumstances.before ?? []), ...(circumstances.after ?? [])],
  }
}

export function settingsOf(document: Document): readonly WrittenSetting[] {
  return sectionsOf(document).flatMap(section => (section.kind === 'phone-settings' ? section.settings : []))
}

/** Of `<settings>` its sections; a section may also be the root of its own file. */
export function sectionsOf(document: Document): readonly Section[] {
  switch (document.kind) {
    case 'settings':
      return document.sections
    case 'phone-settings':
    case 'function-keys':
    case 'phone-book':
    case 'dialplan':
      return [document]
    case 'firmware-settings':
    case 'setting-files':
    case 'gui-languages':
    case 'web-languages':
    case 'phrases':
    case 'w_phrases':
      return []
  }
}
