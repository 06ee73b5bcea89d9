/** URLs in a document, and rules about them. No I/O. */

import { describeSetting } from '../catalogue/catalogue.js'
import type { Written } from '../document.js'
import { isBefore } from '../firmware-version.js'
import { hit, quote, type Rule, type Subject } from './rule.js'

export interface PlacedUrl {
  readonly url: string
  readonly of: Written
  readonly field: string
  /** What fetches it. */
  readonly kind: 'file' | 'language' | 'image' | 'firmware-status' | 'setting'
}

export const urlRules: readonly Rule[] = [
  {
    name: 'relative-url',
    severity: 'error',
    about: 'A phone does not know what a URL without scheme and host is relative to.',
    remedy: 'Write the whole URL, such as http://192.168.66.1/snom370/general.xml.',
    *find(subject) {
      for (const { url, of, field, kind } of urlsOf(subject)) {
        if (kind === 'setting' || url === '' || /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(url) || url.startsWith('$'))
          continue
        yield hit(of, field, `${quote(url)} is not a whole URL; expected http://host/…`)
      }
    },
  },
  {
    name: 'url-scheme',
    severity: 'error',
    about: 'Phones fetch by http, https and tftp.',
    remedy: 'Serve the file by one of these.',
    *find(subject) {
      for (const { url, of, field, kind } of urlsOf(subject)) {
        const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
        if (scheme === undefined || kind === 'setting' || ['http', 'https', 'tftp'].includes(scheme)) continue
        yield hit(of, field, `${quote(url)} begins with ${scheme}; expected http, https or tftp`)
      }
    },
  },
  {
    name: 'firmware-by-https',
    severity: 'error',
    about: 'Firmware 7 and before fetches no image by https.',
    remedy: 'Name the image by http, or by tftp from 7.2 on.',
    *find(subject) {
      const { version, type = '' } = subject
      if (version === undefined ? !/^snom3\d\d$/i.test(type) : !isBefore(version, '8')) return
      for (const { url, of, field, kind } of urlsOf(subject)) {
        if (kind !== 'image' || !/^https:/i.test(url)) continue
        yield hit(of, field, `${quote(url)} for ${version ?? type}; expected http, or tftp`)
      }
    },
  },
  {
    name: 'firmware-by-tftp',
    severity: 'error',
    about: 'TFTP brings firmware images from 7.2 on only.',
    remedy: 'Name the image by http.',
    *find(subject) {
      const { version } = subject
      if (version === undefined || !isBefore(version, '7.2') || /^snomM\d/i.test(subject.type ?? '')) return
      for (const { url, of, field, kind } of urlsOf(subject)) {
        if (kind !== 'image' || !/^tftp:/i.test(url)) continue
        yield hit(of, field, `${quote(url)} for firmware ${version}; expected http before 7.2`)
      }
    },
  },
  {
    name: 'missing-file',
    severity: 'error',
    about: 'A phone sent to an image that is not there stops and waits for a key; other files it does without.',
    remedy: 'Put the file there, or correct the URL.',
    *find(subject) {
      if (subject.exists === undefined) return
      for (const { url, of, field, kind } of urlsOf(subject)) {
        if (kind === 'setting' || subject.exists(url) !== false) continue
        yield hit(of, field, `${quote(url)} is not there; expected a file`)
      }
    },
  },
]

/** Every URL that the phone itself would fetch. */
export function* urlsOf({ document, settings }: Subject): Iterable<PlacedUrl> {
  switch (document.kind) {
    case 'setting-files':
      for (const file of document.files) yield { url: file.url ?? '', of: file, field: 'url', kind: 'file' }
      return
    case 'gui-languages':
    case 'web-languages':
      for (const each of document.languages) yield { url: each.url ?? '', of: each, field: 'url', kind: 'language' }
      return
    case 'firmware-settings':
      for (const image of document.images) yield { url: image.url.trim(), of: image, field: 'url', kind: 'image' }
      return
    default:
      for (const setting of settings) {
        if (setting.isXml || describeSetting(setting.name)?.type.kind !== 'url') continue
        const kind = setting.name === 'firmware_status' ? 'firmware-status' : 'setting'
        yield { url: setting.value.trim(), of: setting, field: 'value', kind }
      }
  }
}

/** The last part of a URL's path, decoded where it can be. */
export function fileOf(url: string): string {
  const name = url.replace(/[?#].*$/s, '').replace(/^.*\//s, '')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
