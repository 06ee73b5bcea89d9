import t from 'tap'
import type { Inspected } from '../src/bundle/inspection.js'
import { createDocumentWatch, type DocumentWatch } from '../src/document-watch.js'

interface Line {
  readonly fields: object
  readonly text: string
}

function watch(): {
  readonly see: (text: string, more?: Partial<Inspected>) => void
  readonly lines: Line[]
  readonly findings: DocumentWatch['findings']
} {
  const lines: Line[] = []
  const say = (fields: object, text: string): void => {
    lines.push({ fields, text })
  }
  const never = (): void => {
    t.fail('only warnings are logged')
  }
  const watch = createDocumentWatch({ debug: never, info: never, warn: say, error: never })
  const see = (text: string, more: Partial<Inspected> = {}): void => {
    watch.look({ name: 'snom370/general.xml', door: 'http', type: 'snom370', bytes: Buffer.from(text), ...more })
  }
  return { see, lines, findings: () => watch.findings() }
}

const settings = (inside: string) =>
  `<?xml version="1.0"?>\n<settings><phone-settings>\n${inside}\n</phone-settings></settings>`

t.test('a document with findings is logged once: the first, its place, and how many more there are', async t => {
  const { see, lines } = watch()
  const broken = settings('<phone_type perm="$"/>\n<langauge perm="$">English</langauge>')
  see(broken)
  see(broken)
  see(broken, { door: 'https' })
  t.strictSame(lines, [
    {
      fields: { document: '/snom370/general.xml', line: 3, column: 1, rule: 'phone-type-setting' },
      text: 'phone_type is set; expected only by the phone; 1 more finding: see option66 check',
    },
  ])
  see(broken, { name: 'snom320/general.xml', type: 'snom320' })
  t.equal(lines.length, 2, 'another document')
  see(settings('<phone_type perm="$"/>'))
  t.equal(lines.length, 3, 'the document after a change')
})

t.test('a document without findings is not logged', async t => {
  const { see, lines } = watch()
  see(settings('<language perm="$">English</language>'))
  t.strictSame(lines, [])
})

t.test('an error is logged before the warnings above it', async t => {
  const { see, lines } = watch()
  see(settings('<langauge perm="$">English</langauge>\n<mac perm="$">000413261234</mac>'))
  t.match(lines[0]?.fields, { line: 4, rule: 'write-protected-setting' })
})

t.test('the findings of a document are kept until it is rendered without them', async t => {
  const { see, findings } = watch()
  see(settings('<phone_type perm="$"/>'))
  t.strictSame(
    findings().map(({ document, rule, place }) => `${document}:${place.line} ${rule}`),
    ['/snom370/general.xml:3 phone-type-setting'],
  )
  see(settings('<language perm="$">English</language>'))
  t.strictSame(findings(), [])
})
