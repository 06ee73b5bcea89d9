/** Rules about `<setting-files>`, which names the files that a phone reads next, in that order. No I/O. */

import type { Document, WrittenUrl } from '../document.js'
import { parseImageName } from '../firmware-image.js'
import { hit, quote, type Rule, type Subject } from './rule.js'
import { sectionsOf } from './subject.js'
import { fileOf } from './urls.js'

export const containerRules: readonly Rule[] = [
  {
    name: 'firmware-in-container',
    severity: 'error',
    about: 'Firmware documents and images are fetched through firmware_status alone.',
    remedy: 'Take it out, and name the firmware document in firmware_status.',
    *find(subject) {
      for (const file of filesOf(subject)) {
        const name = fileOf(file.url ?? '')
        if (!/firmware\.(?:xml|htm|php)$/i.test(name) && !isImage(name)) continue
        yield hit(file, 'url', `${quote(file.url ?? '')} leads to firmware; expected setting files only`)
      }
    },
  },
  {
    name: 'container-not-first',
    severity: 'warning',
    about: 'The first file a phone asks for should be the container that names all others.',
    remedy: 'Serve a <setting-files> document under that name.',
    *find({ asked, document, form }) {
      if (asked?.kind !== 'container' || asked.mac !== undefined || form !== 'xml') return
      if (document.kind === 'setting-files') return
      const message = `${asked.type}.htm is a <${document.tag}>; expected <setting-files>`
      yield { place: document.place, message }
    },
  },
  {
    name: 'specific-before-general',
    severity: 'error',
    about: 'Files are read in the given order, so general settings after specific ones overwrite them.',
    remedy: 'Name general files first.',
    *find(subject) {
      let specific: WrittenUrl | undefined
      for (const file of filesOf(subject)) {
        if (macIn(file.url ?? '') !== undefined) specific ??= file
        else if (specific !== undefined && !isLanguageList(file.url ?? '')) {
          const before = `${quote(specific.url ?? '')} in line ${specific.place.line}`
          yield hit(file, 'url', `${quote(file.url ?? '')} comes after ${before}; expected before it`)
        }
      }
    },
  },
  {
    name: 'phone-file-in-general-container',
    severity: 'error',
    about: 'All phones of the type read a general container: each would take the identity of that one phone.',
    remedy: 'Name the file in the container of that phone alone, TYPE-MAC.htm.',
    *find(subject) {
      if (!subject.isGeneral) return
      for (const file of filesOf(subject)) {
        const mac = macIn(file.url ?? '')
        if (mac === undefined) continue
        yield hit(file, 'url', `${quote(file.url ?? '')} is of phone ${mac}; expected no phone’s own file here`)
      }
    },
  },
  {
    name: 'file-of-another-phone',
    severity: 'error',
    about: 'The phone would take the identity of another.',
    remedy: 'Name the file of the phone itself.',
    *find(subject) {
      if (subject.mac === undefined) return
      for (const file of filesOf(subject)) {
        const mac = macIn(file.url ?? '')
        if (mac === undefined || mac === subject.mac) continue
        yield hit(file, 'url', `${quote(file.url ?? '')} is of phone ${mac}; expected ${subject.mac}`)
      }
    },
  },
  {
    name: 'container-in-itself',
    severity: 'error',
    about: 'A container that names itself sends the phone in circles.',
    remedy: 'Take that line out.',
    *find(subject) {
      const own = pathOf(subject.name ?? '')
      if (own === '') return
      for (const file of filesOf(subject)) {
        const path = pathOf((file.url ?? '').replace(/^[a-z]+:\/\/[^/]*/i, ''))
        if (path === own) yield hit(file, 'url', `${quote(file.url ?? '')} is this container itself`)
      }
    },
  },
  {
    name: 'repeated-file',
    severity: 'warning',
    about: 'A file read twice takes time and changes nothing, or undoes what came between.',
    remedy: 'Keep one of the two lines.',
    *find(subject) {
      const seen = new Map<string, WrittenUrl>()
      for (const file of filesOf(subject)) {
        const url = file.url ?? ''
        const first = seen.get(url)
        if (first === undefined) seen.set(url, file)
        else yield hit(file, 'url', `${quote(url)} stands in line ${first.place.line} already`)
      }
    },
  },
  {
    name: 'file-without-url',
    severity: 'error',
    about: 'A <file> without url names nothing.',
    remedy: 'Write the URL, or leave the line out.',
    *find(subject) {
      for (const file of filesOf(subject)) {
        if (file.url === undefined || file.url.trim() === '') {
          yield hit(file, 'url', `<${file.tag}> without a url; expected the URL of a setting file`)
        }
      }
    },
  },
  {
    name: 'empty-container',
    severity: 'warning',
    about: 'A container that names no file leads the phone nowhere.',
    remedy: 'Name the files, or remove the container.',
    *find({ document }) {
      if (document.kind !== 'setting-files' || document.files.length > 0) return
      yield { place: document.place, message: `<${document.tag}> names no file` }
    },
  },
  {
    name: 'plain-with-dial-plan',
    severity: 'error',
    about: 'Beside setting files in the plain form the new dial plan cannot be used.',
    remedy: 'Write the plain files as XML, or leave the dial plan out.',
    *find({ plans, siblings }) {
      const [plan] = plans
      const plain = siblings.find(({ document }) => isPlain(document))
      if (plan === undefined || plain === undefined) return
      yield { place: plan.place, message: `<${plan.tag}> beside ${plain.name}, which is plain; expected XML alone` }
    },
  },
  {
    name: 'plain-with-phone-book',
    severity: 'warning',
    about: 'The plain form has no phone book: entries in it are not settings.',
    remedy: 'Give the phone its book in an XML file, which firmware 7 and later reads.',
    *find({ form, settings }) {
      if (form !== 'plain') return
      for (const setting of settings) {
        if (!/^tbook/i.test(setting.tag)) continue
        yield hit(setting, 'tag', `${setting.tag} in a plain file; expected a <phone-book> in XML`)
      }
    },
  },
]

/** The MAC that a file name carries, if any; {mac} is the asking phone’s own and harmless. */
export function macIn(url: string): string | undefined {
  const found = /(?:^|[^0-9a-f])([0-9a-f]{12}|[0-9a-f]{2}(?:(?::|-|%3a)[0-9a-f]{2}){5})(?![0-9a-f])/i.exec(url)?.[1]
  return found?.replaceAll(/%3a|[:-]/gi, '').toUpperCase()
}

function filesOf({ document }: Subject): readonly WrittenUrl[] {
  return document.kind === 'setting-files' ? document.files : []
}

function isImage(file: string): boolean {
  return parseImageName(file) !== undefined || /\.(?:bin|swu|fwu)$/i.test(file)
}

function isLanguageList(url: string): boolean {
  return /(?:gui|web)-?lang/i.test(fileOf(url))
}

function pathOf(name: string): string {
  return name.replace(/^\/+/, '').toLowerCase()
}

function isPlain(document: Document): boolean {
  return document.kind === 'settings' && document.form !== 'xml' && sectionsOf(document).length > 0
}
