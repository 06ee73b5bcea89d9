import { execFileSync } from 'node:child_process'
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { createSharedBytes } from '../../src/bundle/shared-bytes.js'
import { openShelf } from '../../src/bundle/shelf.js'
import { some } from '../some.js'

/** A root with everything in it that must not be found, and a secret beside it. */
async function hostileRoot(t: Test): Promise<string> {
  const top = t.testdir({
    secret: 'outside',
    rooted: { secret: 'outside too' },
    root: {
      'Plain.txt': 'plain',
      'a b#c%25ü.txt': 'odd name',
      '.dot': 'hidden',
      '.git': { config: 'hidden' },
      firmware: { 'image.bin': 'image', '.hidden': 'hidden' },
    },
  })
  const root = join(top, 'root')
  await symlink('../secret', join(root, 'out'))
  await symlink(join(top, 'secret'), join(root, 'out-absolute'))
  await symlink('..', join(root, 'up'))
  await symlink('../rooted', join(root, 'rooted'))
  await symlink('.dot', join(root, 'to-dot'))
  await symlink('loop', join(root, 'loop'))
  await symlink('nowhere', join(root, 'dangling'))
  await symlink('firmware/image.bin', join(root, 'inside'))
  await symlink('firmware', join(root, 'folder-inside'))
  execFileSync('mkfifo', [join(root, 'fifo')])
  return root
}

t.test('a file is found under its name, in any case, with or without slashes before it', async t => {
  const shelf = openShelf(await hostileRoot(t))
  const names = ['Plain.txt', '/Plain.txt', '//plain.TXT', '/firmware/image.bin', 'FIRMWARE/IMAGE.BIN', 'a b#c%25ü.txt']
  for (const name of names) {
    const found = some(await shelf.find(name))
    t.equal(found.kind, 'shelved', name)
    t.equal((await found.read()).length, found.size, name)
  }
  t.equal(some(await shelf.find('plain.txt')).path, 'Plain.txt', 'in the spelling on disk')
})

t.test('a link is followed as long as it stays inside', async t => {
  const shelf = openShelf(await hostileRoot(t))
  for (const name of ['inside', 'folder-inside/image.bin']) {
    t.equal(String(await some(await shelf.find(name)).read()), 'image', name)
  }
})

t.test('no folder, link out, FIFO, dot file or other way out is ever found', async t => {
  const root = await hostileRoot(t)
  const shelf = openShelf(root)
  const names = [
    '',
    '/',
    'firmware',
    'firmware/',
    'firmware//image.bin',
    'firmware/./image.bin',
    '.',
    '..',
    '../secret',
  ]
  names.push('/../secret', 'firmware/../../secret', 'firmware/../Plain.txt', '..\\secret', 'firmware\\image.bin')
  names.push('out', 'out-absolute', 'up/secret', 'up/root/Plain.txt', 'rooted/secret', 'to-dot', 'loop', 'dangling')
  names.push('fifo', '.dot', '.git/config', 'firmware/.hidden', 'Plain.txt\0', 'Plain.txt\0.htm', '%2e%2e/secret')
  names.push('%2e%2e%2fsecret', 'Plain.txt/', 'Plain.txt/x', join(root, 'Plain.txt'), 'x'.repeat(256), 'x/'.repeat(600))
  names.push('\u2025/secret', '\uff0e\uff0e/secret', 'a\nb', 'C:\\secret', '\ud800')
  for (const name of names) t.equal(await shelf.find(name), undefined, JSON.stringify(name.slice(0, 60)))
})

t.test('nothing outside the root is found under any name', async t => {
  const root = await hostileRoot(t)
  const shelf = openShelf(root)
  const part = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '',
      'up',
      'out',
      'rooted',
      'secret',
      'root',
      'firmware',
      'Plain.txt',
      'image.bin',
      '.git',
    ),
    fc.constantFrom('inside', 'folder-inside', 'fifo', 'loop', '%2e%2e', '..%2f', '\\', '\0', '..;', '~', '...', 'OUT'),
    fc.string({ maxLength: 4 }),
  )
  const names = fc
    .array(part, { maxLength: 9 })
    .chain(parts => fc.constantFrom('/', '//', '\\').map(by => parts.join(by)))
  await fc.assert(
    fc.asyncProperty(names, async name => {
      const found = await shelf.find(name)
      if (found === undefined) return
      t.notMatch(relative(root, join(found.root, found.path)), /^\.\./)
      t.match(String(await found.read()), /^(?:plain|image|odd name)$/)
    }),
    { numRuns: 2000 },
  )
})

t.test('of two spellings the exact one is found, else the first in order', async t => {
  const shelf = openShelf(t.testdir({ 'a.htm': 'small', 'A.htm': 'large' }))
  t.equal(some(await shelf.find('a.htm')).path, 'a.htm')
  t.equal(some(await shelf.find('A.htm')).path, 'A.htm')
  t.equal(some(await shelf.find('a.HTM')).path, 'A.htm')
})

t.test('a root that comes to exist later is found then', async t => {
  const root = join(t.testdir({}), 'www')
  const shelf = openShelf(root)
  t.equal(await shelf.find('a'), undefined)
  await mkdir(root)
  await writeFile(join(root, 'a'), 'a')
  t.equal(String(await some(await shelf.find('a')).read()), 'a')
})

t.test('what is put into a folder, or taken away, is noticed at the next request', async t => {
  const root = t.testdir({ a: 'a' })
  const long = new Date(Date.now() - 60_000)
  await utimes(root, long, long)
  const shelf = openShelf(root)
  t.equal(shelf.has('a'), true)
  t.equal(shelf.has('b'), false)
  await writeFile(join(root, 'b'), 'b')
  t.equal(shelf.has('b'), true)
  await rm(join(root, 'a'))
  t.equal(shelf.has('a'), false)
  t.equal(await shelf.find('a'), undefined)
})

t.test('a change in the same tick of the clock is noticed too: young listings are not kept', async t => {
  const root = t.testdir({ a: 'a' })
  const shelf = openShelf(root)
  t.equal(shelf.has('b'), false)
  for (const name of ['b', 'c', 'd', 'e']) {
    await writeFile(join(root, name), name)
    t.equal(shelf.has(name), true)
  }
})

t.test('all who read a file at the same time share one Buffer', async t => {
  const bytes = createSharedBytes()
  const shelf = openShelf(t.testdir({ a: 'x'.repeat(1000) }), { bytes })
  const found = some(await shelf.find('a'))
  const [first, second] = await Promise.all([found.read(), found.read()])
  t.equal(first, second)
  t.equal(await some(await shelf.find('A')).read(), first)
  t.equal(bytes.live, 1000)
})

t.test('a file replaced while it is served is read anew, and the old bytes stay with their readers', async t => {
  const root = t.testdir({ a: 'old' })
  const shelf = openShelf(root)
  const found = some(await shelf.find('a'))
  const old = await found.read()
  await writeFile(join(root, 'a.new'), 'new')
  await rename(join(root, 'a.new'), join(root, 'a'))
  t.equal(String(await found.read()), 'new')
  t.equal(String(old), 'old')
})

t.test('reading rejects when the file is gone, is a file no longer, or memory is spent', async t => {
  const root = t.testdir({ a: 'x'.repeat(600), b: 'x'.repeat(600), c: 'x'.repeat(300) })
  const shelf = openShelf(root, { bytes: createSharedBytes(1000) })
  const [a, b, c] = [some(await shelf.find('a')), some(await shelf.find('b')), some(await shelf.find('c'))]
  const held = await a.read()
  await t.rejects(b.read(), { message: 'no memory for 600 bytes more: files in use take 600 of 1000 bytes' })
  t.equal((await c.read()).length, 300, 'what fits is read')
  t.equal(await a.read(), held, 'and what is held already')
  await rm(join(root, 'a'))
  await t.rejects(a.read(), { code: 'ENOENT' })
  await rm(join(root, 'b'))
  execFileSync('mkfifo', [join(root, 'b')])
  await t.rejects(b.read(), { message: 'not a plain file' })
  await rm(join(root, 'c'))
  await symlink('a', join(root, 'c'))
  await t.rejects(c.read(), { code: 'ELOOP' })
})
