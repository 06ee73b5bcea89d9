/** The house keeps its floors: who may import whom, and where packages, `process` and clocks may stand. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import ts from 'typescript'

const floors: ReadonlyMap<string, number> = new Map([
  ['address', 0],
  ...['dhcp', 'tftp', 'sip', 'snom', 'fleet', 'redirect', 'api'].map((folder): [string, number] => [folder, 1]),
  ...['bundle', 'store', 'config'].map((folder): [string, number] => [folder, 2]),
  ...['doors', 'phone', 'import', 'status'].map((folder): [string, number] => [folder, 3]),
  ['commands', 4],
  ['desk', 4],
  ['.', 4], // main.ts, appliance.ts and what that is built of
])
const doors = ['dhcp', 'tftp', 'http', 'pnp', 'console', 'xmlrpc', 'status']

const src = join(import.meta.dirname, '../src')
const files = ts.sys
  .readDirectory(src, ['.ts', '.tsx'])
  .filter(path => !path.endsWith('.d.ts'))
  .map(path => path.slice(src.length + 1))
const texts = new Map(files.map(file => [file, readFileSync(join(src, file), 'utf8')]))

interface Import {
  readonly file: string
  readonly target: string // a file of src, or the name of a package
  readonly isOurs: boolean
}

const imports: readonly Import[] = [...texts].flatMap(([file, text]) =>
  ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
    const isOurs = fileName.startsWith('.')
    return {
      file,
      isOurs,
      target: isOurs ? join(dirname(file), fileName).replace(/\.js$/, '.ts') : packageOf(fileName),
    }
  }),
)

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '.')
const floorOf = (file: string): number => floors.get(folderOf(file)) ?? Number.NaN

/** The code without comments and the texts in quotes. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g, '')
}

const offenders = (pattern: RegExp, of: readonly string[]): string[] =>
  of.filter(file => pattern.test(codeOf(texts.get(file) ?? '')))

t.test('every folder has its floor', async t => {
  t.ok(files.length > 50)
  t.strictSame(
    files.filter(file => Number.isNaN(floorOf(file))),
    [],
  )
})

t.test('a file imports from its own folder or from a lower floor, never sideways, never up', async t => {
  const wrong = imports.filter(({ file, target, isOurs }) => {
    if (!isOurs || folderOf(file) === folderOf(target)) return false
    return floorOf(file) === 4 ? floorOf(target) > 4 : floorOf(target) >= floorOf(file)
  })
  t.strictSame(wrong, [])
})

t.test('a door imports no store, no configuration and no other door', async t => {
  const doorOf = (file: string): string | undefined =>
    doors.find(door => new RegExp(`^doors/${door}(?:-|\\.ts)`).test(file))
  const wrong = imports.filter(({ file, target }) => {
    if (folderOf(file) !== 'doors') return false
    const [from, to] = [doorOf(file), doorOf(target)]
    return ['store', 'config'].includes(folderOf(target)) || (from !== undefined && to !== undefined && from !== to)
  })
  t.strictSame(wrong, [])
})

t.test('only the appliance, and what it is built of beside it, builds doors and stores', async t => {
  const built =
    /^(?:store\/(?:lease-store|redirection-store|history)|doors\/(?:dhcp|tftp|http|pnp|console|status|xmlrpc|resync))\.ts$/
  const users = imports.filter(({ file, target }) => built.test(target) && folderOf(file) !== folderOf(target))
  const others = new Set(users.map(({ file }) => file).filter(file => folderOf(file) !== '.'))
  t.strictSame([...others].sort(), ['commands/leases.ts', 'commands/redirect.ts'], 'tools read and mend what is kept')
})

t.test('floors 0 and 1 do no I/O: no node: module, no clock, no randomness, no console', async t => {
  const pure = files.filter(file => floorOf(file) <= 1)
  t.strictSame(
    imports.filter(({ file, target }) => floorOf(file) <= 1 && target.startsWith('node:')),
    [],
  )
  t.strictSame(
    offenders(
      /\b(?:Date\.now|new Date\(\)|Math\.random|performance|setTimeout|setInterval|setImmediate|console|crypto)\b/,
      pure,
    ),
    [],
  )
})

t.test('each package is imported in one file alone, but for the one that the page is made of', async t => {
  const users = new Map<string, Set<string>>()
  for (const { file, target, isOurs } of imports) {
    if (target === 'preact' && folderOf(file) === 'status') continue
    if (!isOurs && !target.startsWith('node:')) users.set(target, (users.get(target) ?? new Set()).add(file))
  }
  t.strictSame(
    [...users].filter(([, all]) => all.size > 1).map(([name, all]) => `${name}: ${[...all].join(', ')}`),
    [],
  )
  t.ok(users.has('fastify') && users.has('koffi') && users.has('zod'))
})

t.test('process is touched in main.ts alone', async t => {
  t.strictSame(
    offenders(
      /\bprocess\b/,
      files.filter(file => file !== 'main.ts' && folderOf(file) !== 'status'), // in a browser there is none, but for the word
    ),
    [],
  )
  t.strictSame(
    imports.filter(({ target }) => target === 'node:process'),
    [],
  )
})

t.test('no module has state, and nothing is exported by default', async t => {
  t.strictSame(offenders(/^(?:export )?(?:let|var) /m, files), [])
  t.strictSame(
    offenders(/^(?:export )?const \w+(?:: (?:Map|Set)\b[^=]*)? = new (?:Weak)?(?:Map|Set)(?:<[^()]*>)?\(\)/m, files),
    [],
  )
  t.strictSame(offenders(/^export default /m, files), [])
})

t.test('no file is longer than 250 lines, and each opens with a sentence on what it is', async t => {
  t.strictSame(
    [...texts].filter(([, text]) => text.split('\n').length > 251).map(([file]) => file),
    [],
  )
  t.strictSame(
    [...texts].filter(([, text]) => !/^(?:#!.*\n)?\/\*\*/.test(text)).map(([file]) => file),
    [],
  )
})
