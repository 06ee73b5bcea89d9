/** Rules about languages: the lists a phone offers, and the files behind them. No I/O. */

import type { Document, WrittenLanguage } from '../document.js'
import { isSameLine, isVersion } from '../firmware-version.js'
import { languageSource } from '../languages.js'
import { hit, type LanguageAt, quote, type Rule, type Subject } from './rule.js'
import { fileOf } from './urls.js'

export const languageRules: readonly Rule[] = [
  {
    name: 'language-incomplete',
    severity: 'error',
    about: 'Without a name the phone cannot list a language, without a URL it cannot fetch it.',
    remedy: 'Write both.',
    *find(subject) {
      for (const language of listed(subject)) {
        for (const field of ['url', 'name'] as const) {
          if ((language[field] ?? '').trim() !== '') continue
          const which = quote(language.name ?? language.url ?? '')
          yield hit(language, field, `language ${which} has no ${field}; expected url and name`)
        }
      }
    },
  },
  {
    name: 'language-name',
    severity: 'error',
    about: 'The phone selects a language by the name in the file itself.',
    remedy: 'List it under that name.',
    *find(subject) {
      for (const language of listed(subject)) {
        const own = fileAt(subject, language)?.name
        if (own === undefined || language.name === undefined || own === language.name) continue
        yield hit(language, 'name', `name ${quote(language.name)}; the file calls itself ${quote(own)}`)
      }
    },
  },
  {
    name: 'language-kind',
    severity: 'error',
    about: 'Files for the web pages hold none of the phrases of the display, and the reverse.',
    remedy: 'List the file in the other document.',
    *find(subject) {
      const wanted = subject.document.kind === 'gui-languages' ? 'gui' : 'web'
      for (const language of listed(subject)) {
        const kind = fileAt(subject, language)?.kind ?? kindOfName(language.url ?? '')
        if (kind === undefined || kind === wanted) continue
        yield hit(language, 'url', `${quote(language.url ?? '')} is for ${kind}-languages; expected a ${wanted} file`)
      }
    },
  },
  {
    name: 'language-firmware',
    severity: 'error',
    about: 'A language file is made for one firmware; with another the phone shows wrong words.',
    remedy: 'Add the files of the phone’s own firmware.',
    *find(subject) {
      const { version } = subject
      if (version === undefined) return
      for (const language of listed(subject)) {
        const made = fileAt(subject, language)?.version ?? versionOfUrl(language.url ?? '')
        if (made === undefined || isSameLine(made, version)) continue
        yield hit(language, 'url', `${quote(language.url ?? '')} is of firmware ${made}; the phone has ${version}`)
      }
    },
  },
  {
    name: 'duplicate-language',
    severity: 'warning',
    about: 'Of two languages with one name the phone can select one only.',
    remedy: 'Keep one.',
    *find(subject) {
      const seen = new Map<string, WrittenLanguage>()
      for (const language of listed(subject)) {
        if (language.name === undefined) continue
        const first = seen.get(language.name)
        if (first === undefined) seen.set(language.name, language)
        else yield hit(language, 'name', `language ${quote(language.name)} stands in line ${first.place.line} already`)
      }
    },
  },
  {
    name: 'language-not-offered',
    severity: 'warning',
    about: 'A language that the phone neither has nor is offered leaves it in English.',
    remedy: 'Add the language files of the phone’s firmware, or select one that is offered.',
    *find(subject) {
      const { settings, siblings, type } = subject
      if (type === undefined || siblings.length === 0) return
      for (const setting of settings) {
        const kind = setting.name === 'language' ? 'gui' : setting.name === 'web_language' ? 'web' : undefined
        if (kind === undefined) continue
        const offered = siblings.flatMap(({ document }) => namesIn(document, `${kind}-languages`))
        if (languageSource(type, setting.value.trim(), offered) !== 'missing') continue
        const phone = subject.version === undefined ? type : `${type} with firmware ${subject.version}`
        const expected = offered.length === 0 ? 'English: no other is offered' : `English or ${offered.join(', ')}`
        yield hit(setting, 'value', `${setting.name} ${quote(setting.value)} on ${phone}; expected ${expected}`)
      }
    },
  },
  {
    name: 'language-file-name',
    severity: 'error',
    about: 'A language file that does not name its language cannot be selected.',
    remedy: 'Write <language t="…"/> into it.',
    *find({ document }) {
      if (document.kind !== 'phrases' && document.kind !== 'w_phrases') return
      const inPhrases = document.phrases.find(({ n }) => n === 'lang_language_name')?.t
      if ((document.language?.t ?? inPhrases ?? '') !== '') return
      yield { place: document.place, message: `<${document.tag}> names no language; expected <language t="Deutsch"/>` }
    },
  },
  {
    name: 'phrase-name',
    severity: 'warning',
    about: 'A phrase without a name is shown nowhere.',
    remedy: 'Write n.',
    *find({ document }) {
      if (document.kind !== 'phrases' && document.kind !== 'w_phrases') return
      for (const phrase of document.phrases) {
        if ((phrase.n ?? '') === '') yield hit(phrase, 'n', `<${phrase.tag}> has no n; expected the phrase’s name`)
      }
    },
  },
]

function listed({ document }: Subject): readonly WrittenLanguage[] {
  return document.kind === 'gui-languages' || document.kind === 'web-languages' ? document.languages : []
}

function namesIn(document: Document, kind: 'gui-languages' | 'web-languages'): readonly string[] {
  if (document.kind !== kind) return []
  return document.languages.flatMap(({ name }) => (name === undefined ? [] : [name]))
}

function fileAt(subject: Subject, { url }: WrittenLanguage): LanguageAt | undefined {
  return url === undefined ? undefined : subject.languageAt?.(url)
}

/** gui_lang_DE.xml, web_de.xml: the vendor's own names. */
function kindOfName(url: string): 'gui' | 'web' | undefined {
  const found = /(?:^|-)(gui|web)_/i.exec(fileOf(url))?.[1]?.toLowerCase()
  return found === 'gui' || found === 'web' ? found : undefined
}

/** lang/7.1.28/gui_de.xml, lang-7.1.28-gui_de.xml */
function versionOfUrl(url: string): string | undefined {
  const found = /\blang[/-](\d+(?:\.\d+)+)[/-]/i.exec(url)?.[1]
  return found !== undefined && isVersion(found) ? found : undefined
}
