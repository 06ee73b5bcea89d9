import t from 'tap'
import { rulesTable } from '../../src/commands/check-rules.js'
import { checkBytes, checkReading, readBytes } from '../../src/snom/rules/check-bytes.js'
import { checkDocument, rules } from '../../src/snom/rules/check-document.js'
import type { Finding } from '../../src/snom/rules/rule.js'
import { rows } from './broken-documents.js'

const line = ({ place, severity, rule, message }: Finding) =>
  `${place.line}:${place.column} ${severity} ${rule} ${message}`

t.test('each rule has a row, and each row a rule', async t => {
  const tested = rows.map(({ rule }) => rule)
  t.strictSame(
    rules.map(({ name }) => name).filter(name => !tested.includes(name)),
    [],
    'rules without a document that breaks them',
  )
  t.strictSame(tested.toSorted(), rules.map(({ name }) => name).toSorted())
  t.ok(rules.length >= 40)
})

t.test('rule names are kebab-case and differ; each rule says why, and how to mend it, in a sentence', async t => {
  t.equal(new Set(rules.map(({ name }) => name)).size, rules.length)
  for (const { name, about, remedy } of rules) {
    t.match(name, /^[a-z0-9]+(?:-[a-z0-9]+)*$/)
    t.match(about, /^\S.*\.$/, name)
    t.match(remedy, /^\S.*\.$/, name)
  }
})

for (const { rule, breaks, at, says, fine, in: circumstances = {}, fineIn = circumstances } of rows) {
  t.test(`${rule}: found where it is broken, with its message, and not beside it`, async t => {
    const severity = rules.find(({ name }) => name === rule)?.severity
    const broken = checkBytes(Buffer.from(breaks), circumstances).filter(found => found.rule === rule)
    t.strictSame(broken.map(line), [`${at} ${severity} ${rule} ${says}`])
    const mended = checkBytes(Buffer.from(fine), fineIn).filter(found => found.rule === rule)
    t.strictSame(mended.map(line), [])
  })
}

t.test('no message holds a secret', async t => {
  const secret = 'geheim{{x}}\t'
  const names = ['user_pass', 'http_pass', 'admin_mode_password', 'update_server', 'phone_type']
  const inside = names.map(name =>
    `<${name} idx="0" perm="!">${secret}</${name}>`.replace('update_server', 'user_hash'),
  )
  const text = `<?xml version="1.0"?><settings><phone-settings>${inside.join('\n')}</phone-settings></settings>`
  const found = checkBytes(Buffer.from(text), { name: '/snom370/general.xml', door: 'tftp' })
  t.ok(found.length > 5)
  t.notMatch(
    found
      .filter(({ message }) => !message.startsWith('phone_type'))
      .map(line)
      .join('\n'),
    'geheim',
  )
})

t.test('no rule throws, whatever document stands in whatever circumstances', async t => {
  const everywhere = [...new Set(rows.flatMap(({ in: one = {}, fineIn: other = one }) => [one, other]))]
  const documents = rows.map(({ breaks }) => readBytes(Buffer.from(breaks)))
  let checks = 0
  for (const reading of documents) {
    for (const circumstances of everywhere) checks += checkReading(reading, circumstances).length >= 0 ? 1 : 0
  }
  t.equal(checks, documents.length * everywhere.length)
})

t.test('of one rule at most 20 places are named, the rest is counted', async t => {
  const phrases = Array.from({ length: 50 }, (_, n) => ({
    ...{ tag: 'phrase', place: { line: n + 2, column: 1 }, at: {}, strays: [] },
  }))
  const root = { tag: 'phrases', place: { line: 1, column: 1 }, at: {}, strays: [] }
  const language = { tag: 'language', place: { line: 1, column: 1 }, at: {}, strays: [], t: 'Deutsch' }
  const found = checkDocument({ ...root, kind: 'phrases', language, phrases }, {})
  t.equal(found.length, 21)
  t.match(found.at(-1), { rule: 'phrase-name', message: '30 more places break this rule' })
})

t.comment(`\n${rulesTable()}`)
