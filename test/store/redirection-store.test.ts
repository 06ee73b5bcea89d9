import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { type Change, Registry } from '../../src/redirect/registry.js'
import { decodeChange, encodeChange } from '../../src/store/redirection-record.js'
import { openRedirectionStore, readRedirections } from '../../src/store/redirection-store.js'
import { mac } from '../redirect/memory.js'
import { some } from '../some.js'
import { newFolder } from './folder.js'
import { unsafeDisk } from './unsafe-disk.js'

const noReport = () => undefined
const journal = (folder: string) => join(folder, 'redirections.journal')

function added(i: number, owner = 'lab', url = 'http://ss.example/{mac}'): Change {
  return { kind: 'redirection', redirection: { mac: mac(i.toString(16).padStart(12, '0')), url, owner, since: i } }
}
const gone = (i: number): Change => ({ kind: 'gone', mac: mac(i.toString(16).padStart(12, '0')) })
const target = (owner: string, url: string): Change => ({ kind: 'target', owner, url })

t.test('what was saved is there again: redirections, targets, and nothing that is gone', async t => {
  const folder = newFolder(t)
  const { store, changes } = await openRedirectionStore(folder, noReport)
  t.same(changes, [])
  await store.save([added(1), added(2), target('lab', 'http://a.example'), target('gone', 'http://b.example')])
  await store.save([gone(1), added(2, 'lab', 'https://other.example'), target('lab', 'http://c.example')])
  t.same(await readRedirections(folder, noReport), [
    target('gone', 'http://b.example'),
    added(2, 'lab', 'https://other.example'),
    target('lab', 'http://c.example'),
  ])
  await t.rejects(openRedirectionStore(folder, noReport), /in use by another option66/)
  await store.close()
  const again = await openRedirectionStore(folder, text => t.fail(text))
  t.same(again.changes, await readRedirections(folder, noReport))
  await again.store.close()
  t.equal(statSync(journal(folder)).mode & 0o137, 0)
})

t.test('a line is JSON that an operator can read', async t => {
  t.equal(
    encodeChange(added(0x0004132202e4)),
    '{"mac":"0004132202E4","url":"http://ss.example/{mac}","owner":"lab","since":17501979364}'.replace(
      /\d+\}$/,
      `${0x0004132202e4}}`,
    ),
  )
  t.equal(encodeChange(gone(0x0004132202e4)), '{"mac":"0004132202E4","gone":true}')
  t.equal(encodeChange(target('lab', 'http://x.example')), '{"account":"lab","target":"http://x.example"}')
  for (const bad of [added(1, ''), added(1, 'x'.repeat(200)), added(1, 'a', 'ftp://x'), target('a', 'HTTP://X')]) {
    t.throws(() => encodeChange(bad), /not a redirection that can be kept/)
  }
  const wrong = ['', '{}', 'null', '[]', '7', '{"mac":"x","gone":true}', '{"mac":"0004132202E4"}', '{"account":"a"}']
  for (const text of wrong) t.equal(decodeChange(text), undefined, text)
})

t.test('phones that come and go for ever do not grow the file', async t => {
  const folder = newFolder(t)
  const { store } = await openRedirectionStore(folder, noReport)
  await store.save([added(1)])
  for (let round = 0; round < 30; round++) {
    const all = Array.from({ length: 100 }, (_, i) => 10 + round * 100 + i)
    await store.save(all.flatMap(i => [added(i), gone(i)]))
  }
  await store.close()
  t.ok(readFileSync(journal(folder)).length < 250_000, 'of 6,000 lines and some 700 kB')
  t.same(await readRedirections(folder, noReport), [added(1)])
})

t.test('any order of changes, written and read back, makes the same registry', async t => {
  const change = fc.oneof(
    fc.tuple(fc.nat(5), fc.constantFrom('a', 'b')).map(([i, owner]) => added(i, owner)),
    fc.nat(5).map(gone),
    fc.constantFrom('a', 'b').map(owner => target(owner, `http://${owner}.example`)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), async changes => {
      const folder = newFolder(t)
      const { store } = await openRedirectionStore(folder, noReport)
      await store.save(changes)
      await store.close()
      const [kept, read] = [new Registry(changes), new Registry(await readRedirections(folder, noReport))]
      t.same(read.list(), kept.list())
      return ['a', 'b'].every(owner => read.target(owner) === kept.target(owner))
    }),
    { numRuns: 30 },
  )
})

t.test('a torn or damaged line costs no other', async t => {
  const folder = newFolder(t)
  const { store } = await openRedirectionStore(folder, noReport)
  await store.save([added(1), added(2), added(3)])
  await store.close()
  const whole = readFileSync(journal(folder))
  writeFileSync(journal(folder), whole.subarray(0, whole.length - 5))
  t.same(await readRedirections(folder, noReport), [added(1), added(2)])
  const lines = whole.toString().split('\n')
  writeFileSync(journal(folder), [lines[0], `${some(lines[1]).slice(0, -2)}}`, lines[2], ''].join('\n'))
  const reports: string[] = []
  const again = await openRedirectionStore(folder, text => reports.push(text))
  t.same(again.changes, [added(1), added(3)])
  t.match(reports, [/line 2 cannot be read/])
  await again.store.close()
})

t.test('a power cut at any step leaves every acknowledged change', async t => {
  let cuts = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (at, chances) => {
        const folder = newFolder(t)
        const disk = unsafeDisk(folder, n => (n < at ? 'works' : 'cut'))
        const [acked, tried] = [new Registry([]), new Registry([])]
        const opening = openRedirectionStore(folder, noReport, disk)
        try {
          const { store } = await opening
          for (const change of [added(1), added(2), gone(1), added(3), gone(2), added(1, 'b'), gone(3)]) {
            tried.apply(change)
            await store.save([change])
            acked.apply(change)
          }
          await store.close()
        } catch {
          cuts++
          await opening.then(({ store }) => store.close()).catch(() => undefined)
        }
        const left = join(folder, 'left')
        disk.leave(left, () => some(chances.next().value))
        const found = JSON.stringify(new Registry(await readRedirections(left, noReport)).list())
        return [acked, tried].some(registry => JSON.stringify(registry.list()) === found)
      },
    ),
    { numRuns: 100 },
  )
  t.ok(cuts > 20, `${cuts} cuts`)
})
