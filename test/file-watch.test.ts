import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { watchFiles } from '../src/file-watch.js'

/** A watch whose looks the test makes: resolves with how many changes have been told when the look is over. */
async function watched(t: Test, names: string[]) {
  const folder = t.testdir({ 'site.yaml': 'a', 'phones.yaml': 'b' })
  const at = (name: string): string => join(folder, name)
  let count = 0
  let go: (() => void) | undefined
  let isReady: (() => void) | undefined
  const wait = (_ms: number, signal: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      go = resolve
      isReady?.()
    })
  const ready = (): Promise<void> => new Promise(resolve => (isReady = resolve))
  const first = ready()
  const watch = watchFiles(
    () => names.map(at),
    () => {
      count += 1
    },
    { wait },
  )
  t.teardown(() => watch.close())
  await first
  const look = async (): Promise<number> => {
    const next = ready()
    go?.()
    await next
    return count
  }
  return { at, look, watch }
}

t.test('a change is told once, when the files have been the same for two looks', async t => {
  const { at, look } = await watched(t, ['site.yaml', 'phones.yaml'])
  t.equal(await look(), 0)
  appendFileSync(at('site.yaml'), 'more')
  t.equal(await look(), 0, 'it may still be written')
  appendFileSync(at('phones.yaml'), 'more')
  t.equal(await look(), 0, 'it is')
  t.equal(await look(), 1)
  t.equal(await look(), 1)
})

t.test('a file in place of the old one is a change, however alike, and the watch goes on', async t => {
  const { at, look } = await watched(t, ['site.yaml'])
  for (const round of [1, 2]) {
    writeFileSync(at('new'), 'a')
    utimesSync(at('new'), 1000, 1000)
    renameSync(at('new'), at('site.yaml'))
    await look()
    t.equal(await look(), round)
  }
})

t.test('a file that goes away and comes back is a change each time', async t => {
  const { at, look } = await watched(t, ['site.yaml'])
  rmSync(at('site.yaml'))
  await look()
  t.equal(await look(), 1)
  mkdirSync(at('elsewhere'))
  writeFileSync(at('elsewhere/site.yaml'), 'a')
  symlinkSync('elsewhere/site.yaml', at('site.yaml'))
  await look()
  t.equal(await look(), 2)
  appendFileSync(at('elsewhere/site.yaml'), 'behind the link')
  await look()
  t.equal(await look(), 3)
})

t.test('a file named from now on is no change, and is watched', async t => {
  const names = ['site.yaml']
  const { at, look } = await watched(t, names)
  names.push('phones.yaml', 'missing.yaml')
  await look()
  t.equal(await look(), 0)
  appendFileSync(at('phones.yaml'), 'more')
  await look()
  t.equal(await look(), 1)
  writeFileSync(at('missing.yaml'), '')
  await look()
  t.equal(await look(), 2)
})

t.test('a closed watch tells nothing more', async t => {
  const { at, look, watch } = await watched(t, ['site.yaml'])
  appendFileSync(at('site.yaml'), 'more')
  t.equal(await look(), 0)
  await watch.close()
  t.pass('it ends')
})
