/** Rules about the first bytes of an XML file: firmware 7 wants the declaration there and nothing before it. No I/O. */

import type { Hit, Rule, Subject } from './rule.js'

const bom = '\ufeff'
const declaration = /<\?xml\b[^>]*\?>/
const top = { line: 1, column: 1 }

export const firstByteRules: readonly Rule[] = [
  {
    name: 'byte-order-mark',
    severity: 'warning',
    about: 'Old firmware takes the three bytes of a byte order mark for text before the declaration.',
    remedy: 'Save the file as UTF-8 without BOM.',
    *find(subject) {
      if (startOf(subject)?.startsWith(bom)) yield say('a byte order mark stands before <?xml; expected <?xml first')
    },
  },
  {
    name: 'text-before-declaration',
    severity: 'error',
    about: 'XML with a comment, a blank or a line before the declaration is ill-formed, and phones drop the file.',
    remedy: 'Let <?xml … ?> be the first characters of the file.',
    *find(subject) {
      const start = startOf(subject)?.replace(bom, '') ?? ''
      const at = start.search(declaration)
      if (at <= 0) return
      const before = JSON.stringify(start.slice(0, Math.min(at, 30)))
      yield say(`${before} stands before the XML declaration; expected <?xml first`)
    },
  },
  {
    name: 'missing-declaration',
    severity: 'error',
    about: 'The phones require the XML header.',
    remedy: 'Begin the file with <?xml version="1.0" encoding="utf-8"?>.',
    *find(subject) {
      const start = startOf(subject)
      if (start !== undefined && !declaration.test(start)) {
        yield say('no XML declaration; expected <?xml version="1.0" encoding="utf-8"?> first')
      }
    },
  },
  {
    name: 'encoding',
    severity: 'error',
    about: 'Setting files are read as UTF-8, whatever the declaration says.',
    remedy: 'Convert the file to UTF-8 and declare encoding="utf-8".',
    *find(subject) {
      const declared = declaration.exec(startOf(subject) ?? '')?.[0]
      const encoding = /\bencoding\s*=\s*["']([^"']*)/.exec(declared ?? '')?.[1]
      if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
        yield say(`encoding ${JSON.stringify(encoding)}; expected utf-8`)
      }
    },
  },
]

function startOf({ start, form }: Subject): string | undefined {
  return form === 'xml' ? start : undefined
}

function say(message: string): Hit {
  return { place: top, message }
}
