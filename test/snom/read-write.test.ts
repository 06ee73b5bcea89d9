import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import type { Dialect } from '../../src/snom/dialect.js'
import type { Document } from '../../src/snom/document.js'
import { readDocument } from '../../src/snom/read.js'
import { writeDocument } from '../../src/snom/write.js'
import { documents, meaningOf, plainDocuments } from './generated.js'

const runs = 10_000

for (const [dialect, generated] of [
  ['v7', documents('v7')],
  ['v8', documents('v8')],
  ['plain', plainDocuments],
] as const) {
  t.test(`${runs} generated documents come back from ${dialect} as they were, without a flaw`, async t => {
    let same = 0
    fc.assert(
      fc.property(generated, document => {
        comesBack(document, dialect)
        same++
      }),
      { numRuns: runs },
    )
    t.equal(same, runs)
  })
}

function comesBack(document: Document, dialect: Dialect): void {
  const text = writeDocument(document, dialect) ?? ''
  const { document: read, flaws } = readDocument(Buffer.from(text))
  const serious = flaws.filter(({ rule }) => rule !== 'no-settings')
  if (serious.length > 0) throw new Error(`${JSON.stringify(serious)} in ${text}`)
  if (!isDeepStrictEqual(meaningOf(read), meaningOf(document))) {
    throw new Error(`${JSON.stringify(meaningOf(read))} was read from ${JSON.stringify(text)}`)
  }
}

t.test('what the plain form cannot hold is not written in it', async t => {
  const { document } = readDocument('<?xml version="1.0"?><gui-languages><language url="u" name="n"/></gui-languages>')
  t.equal(document === undefined ? '' : writeDocument(document, 'plain'), undefined)
})
