/** `languages add`: sound archives, hostile ones, and what www/lang holds afterwards. */

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { BadArchive } from '../../src/bundle/archive.js'
import { readArchive } from '../../src/bundle/read-archive.js'
import { languagesAdd } from '../../src/commands/languages.js'
import { lookAtLanguageFile } from '../../src/snom/language-file.js'
import { readDocument } from '../../src/snom/read.js'
import { type TarEntry, tar, tarEntry, type ZipEntry, zip } from './archives.js'

const gui = (name: string) => `<?xml version="1.0" encoding="utf-8"?>
<phrases>
	<language t="${name}"/>
	<phrase n="lang_none" t="&#26;"/>
</phrases>
`
/** Firmware 7 counts its phrases, and names the language last. */
const web = (name: string) => `<?xml version="1.0" encoding="utf-8"?>
<w_phrases>
  <phrase i="0" n="lang_none" t="" />
  <language n="wlang_language_name" t="${name}" />
</w_phrases>
`

function place(t: Test) {
  const folder = t.testdir({})
  const www = join(folder, 'www')
  const put = (name: string, bytes: Buffer | string) => {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, bytes)
    return path
  }
  const add = async (archive: string | readonly string[], version?: string, json = false) => {
    let text = ''
    const write = (more: string) => {
      text += more
    }
    const archives = typeof archive === 'string' ? [archive] : archive
    const call = { archives, www, json, write, now: Date.now(), ...(version !== undefined && { version }) }
    return { code: await languagesAdd(call), text }
  }
  const at = (path: string) => join(www, 'lang', path)
  const list = (path = '') => (existsSync(at(path)) ? readdirSync(at(path)).sort() : undefined)
  const read = (path: string) => readFileSync(at(path), 'utf8')
  return { folder, www, put, add, at, list, read }
}

const sound: readonly TarEntry[] = [
  { name: 'snomlang-7.1.28/', type: '5' },
  { name: 'snomlang-7.1.28/gui_lang_DE.xml', bytes: gui('Deutsch') },
  { name: './snomlang-7.1.28/gui_lang_FR.xml', bytes: gui('Fran&#195;&#167;ais') },
  { name: 'snomlang-7.1.28/web_lang_DE.xml', bytes: web('Deutsch') },
  { name: 'snomlang-7.1.28/README', bytes: 'read me' },
]

t.test('an archive is unpacked into the folder of its version, and what it did is told', async t => {
  const { put, add, list, read, www } = place(t)
  const { code, text } = await add(put('snomlang-7.1.28.tgz', gzipSync(tar(...sound))))
  t.equal(code, 0)
  t.equal(
    text,
    `${www}/lang/7.1.28: 2 for the display, 1 for web pages
  gui_lang_DE.xml  display  Deutsch
  gui_lang_FR.xml  display  Français
  web_lang_DE.xml  web pages  Deutsch
not taken: snomlang-7.1.28/README is no language file: it does not begin with <phrases> or <w_phrases>
`,
  )
  t.strictSame(list(), ['7.1.28'], 'and nothing is left beside it')
  t.strictSame(list('7.1.28'), ['gui_lang_DE.xml', 'gui_lang_FR.xml', 'web_lang_DE.xml'])
  t.equal(read('7.1.28/gui_lang_FR.xml'), gui('Fran&#195;&#167;ais'), 'as it was, byte by byte')
  t.equal(statSync(join(www, 'lang/7.1.28')).mode & 0o777, 0o755, 'readable for the service')
})

t.test('tar, tar.gz, zip stored and deflated, and single files', async t => {
  const { put, add, list, folder } = place(t)
  const entry = { name: 'gui_de.xml', bytes: gui('Deutsch') }
  const archives: [string, Buffer | string, string][] = [
    ['snomlang-7.1.19.tar', tar(entry), '7.1.19'],
    ['snomlang-7.1.24.tar.gz', gzipSync(tar(entry)), '7.1.24'],
    ['snomlang_v8.4.35.zip', zip(entry), '8.4.35'],
    ['8.7.5.35.zip', zip({ ...entry, method: 0 }), '8.7.5.35'],
    ['any.zip', zip({ ...entry, name: '8.9.3/gui_de.xml' }), '8.9.3'],
    ['10.1.33.33/gui_de.xml', gui('Deutsch'), '10.1.33.33'],
    ['old.tar', tar({ ...entry, name: 'lang-7.3.14/gui_de.xml', magic: '\0'.repeat(8) }), '7.3.14'],
  ]
  for (const [name, bytes, version] of archives) {
    t.equal((await add(put(name, bytes))).code, 0, name)
    t.strictSame(list(version), ['gui_de.xml'], name)
  }
  t.equal((await add(put('nowhere.xml', gui('Deutsch')), '7.1.28')).code, 0, 'a version given')
  t.strictSame(list('7.1.28'), ['nowhere.xml'])
  const both = await add([join(folder, 'snomlang-7.1.19.tar'), join(folder, 'nowhere.xml')], '8.9.4')
  t.equal(both.code, 1, 'the same language twice')
  t.match(both.text, 'is for Deutsch (display), which gui_de.xml of 8.9.4 is already')
})

t.test('long names of GNU and pax are read', async t => {
  const long = `${'folder/'.repeat(20)}7.1.28/gui_de.xml`
  const record = `path=${long}\n`
  const length = record.length + 4
  const bytes = gui('Deutsch')
  const forms = [
    tar({ name: '././@LongLink', type: 'L', bytes: `${long}\0` }, { name: 'cut', bytes }),
    tar({ name: 'PaxHeaders/x', type: 'x', bytes: `${length} ${record}` }, { name: 'cut', bytes }),
    tar(
      { name: 'pax_global', type: 'g', bytes: '30 comment=from some archive..\n' },
      { name: '7.1.28/gui_de.xml', prefix: long.slice(0, -18), bytes },
    ),
  ]
  for (const [n, form] of forms.entries())
    t.strictSame(
      readArchive(form, usual)?.map(({ name }) => name),
      [long],
      `${n}`,
    )
})

const usual = { members: 100, memberBytes: 1024 * 1024, totalBytes: 8 * 1024 * 1024, ratio: 100 }
const de = { name: 'gui_de.xml', bytes: gui('Deutsch') }

t.test('a hostile archive is refused whole: nothing of it is put anywhere', async t => {
  const { put, add, list, folder } = place(t)
  const bomb = Buffer.alloc(20 * 1024 * 1024)
  const withTar = (entry: TarEntry) => gzipSync(tar(de, entry))
  const withZip = (entry: ZipEntry) => zip(de, entry)
  const hostile: [string, Buffer, RegExp][] = [
    [
      'a name that climbs out',
      withTar({ name: '../../gui_fr.xml', bytes: gui('F') }),
      /leads out of it: "\.\.\/\.\.\/gui_fr/,
    ],
    ['the same in a folder', withTar({ name: 'a/../../x.xml', bytes: gui('F') }), /leads out/],
    ['the same as a folder', withTar({ name: '../x/', type: '5' }), /leads out/],
    ['the same by a GNU name', gzipSync(tar({ name: 'L', type: 'L', bytes: '../x.xml\0' }, de)), /leads out/],
    ['the same by a pax name', gzipSync(tar({ name: 'x', type: 'x', bytes: '17 path=../x.xml\n' }, de)), /leads out/],
    ['the same by a prefix', withTar({ name: 'x.xml', prefix: '..' }), /leads out/],
    ['an absolute name', withTar({ name: '/etc/cron.d/x.xml', bytes: gui('F') }), /absolute name: "\/etc/],
    ['a drive', withTar({ name: 'C:/x.xml' }), /absolute/],
    ['backslashes', withTar({ name: '..\\x.xml' }), /no path/],
    ['a line break', withTar({ name: 'a\nb.xml' }), /no path/],
    ['a symbolic link', withTar({ name: 'x.xml', type: '2', link: '/etc/passwd' }), /holds a link: x\.xml/],
    ['a hard link', withTar({ name: 'x.xml', type: '1', link: 'gui_de.xml' }), /holds a link/],
    ['a character device', withTar({ name: 'x.xml', type: '3' }), /holds a device/],
    ['a block device', withTar({ name: 'x.xml', type: '4' }), /holds a device/],
    ['a FIFO', withTar({ name: 'x.xml', type: '6' }), /holds a device/],
    ['a sparse file', withTar({ name: 'x.xml', type: 'S' }), /member of type "S"/],
    ['a name twice', withTar(de), /holds "gui_de\.xml" twice/],
    ['a name twice, spelled otherwise', withTar({ ...de, name: './/gui_de.xml' }), /twice/],
    ['a size of nonsense', withTar({ name: 'x.xml', size: '99x' }), /no octal number/],
    ['a size beyond the end', withTar({ name: 'x.xml', size: '77777777777' }), /cut off/],
    ['a size in base 256', withTar({ name: 'x.xml', size: '\x80\0\0\0\0\0\0\0\0\0\0\x01' }), /no octal number/],
    ['a size in a pax header', gzipSync(tar({ name: 'x', type: 'x', bytes: '11 size=99\n' }, de)), /8 GiB/],
    [
      'a long extended header',
      gzipSync(tar({ name: 'x', type: 'x', bytes: Buffer.alloc(20_000) }, de)),
      /extended header/,
    ],
    [
      'a wrong checksum',
      gzipSync(Buffer.concat([tarEntry(de), tarEntry(de).fill(1, 0, 1), Buffer.alloc(1024)])),
      /checksum/,
    ],
    ['no end', gzipSync(tarEntry(de)), /cut off/],
    ['a bomb', withTar({ name: 'x.xml', bytes: bomb }), /unpacks to more than/],
    ['a large member', tar(de, { name: 'x.xml', bytes: bomb.subarray(0, 1024 * 1024 + 1) }), /member of 1048577 bytes/],
    [
      'too many members',
      gzipSync(tar(...Array.from({ length: 1001 }, (_, n) => ({ name: `${n}.xml` })))),
      /more than 1000/,
    ],
    ['gzip of something', gzipSync(Buffer.from(gui('Deutsch'))), /no tar archive/],
    ['gzip cut off', gzipSync(tar(de)).subarray(0, 60), /cannot be uncompressed/],
    ['zip: a name that climbs out', withZip({ name: '../x.xml', bytes: gui('F') }), /leads out/],
    ['zip: an absolute name', withZip({ name: '/x.xml' }), /absolute/],
    ['zip: a link', withZip({ name: 'x.xml', bytes: '/etc/passwd', mode: 0o120777 }), /holds a link/],
    ['zip: a device', withZip({ name: 'x.xml', mode: 0o020644 }), /holds a device/],
    ['zip: a FIFO', withZip({ name: 'x.xml', mode: 0o010644 }), /holds a device/],
    ['zip: encrypted', withZip({ name: 'x.xml', flags: 1 }), /encrypted/],
    ['zip: another method', withZip({ name: 'x.xml', method: 12 }), /method 12/],
    ['zip: a name twice', withZip(de), /twice/],
    ['zip: two names for one member', withZip({ name: 'x.xml', localName: 'y.xml' }), /does not fit x\.xml/],
    [
      'zip: more than it claims',
      withZip({ name: 'x.xml', bytes: bomb, size: 10 }),
      /cannot be uncompressed to its 10 bytes/,
    ],
    ['zip: less than it claims', withZip({ name: 'x.xml', bytes: 'x', size: 10 }), /is not what was packed/],
    ['zip: a bomb', withZip({ name: 'x.xml', bytes: bomb }), /member of 20971520 bytes/],
    ['zip: a wrong checksum', withZip({ name: 'x.xml', bytes: 'x', crc: 1 }), /is not what was packed/],
    ['zip: cut off', zip(de).subarray(0, 150), /cut off/],
    ['zip: broken', Buffer.concat([Buffer.from('PK\x03\x04'), zip().fill(0xff, 4, 20)]), /damaged|more than 1000/],
  ]
  for (const [what, bytes, reason] of hostile) {
    const { code, text } = await add(put('snomlang-7.1.28.tgz', bytes))
    t.equal(code, 1, what)
    t.match(text, reason, what)
    t.match(text, 'nothing was put in place')
    t.equal(list(), undefined, what)
  }
  t.strictSame(readdirSync(folder), ['snomlang-7.1.28.tgz'])
})

t.test('a good archive named after a bad one is not put either', async t => {
  const { put, add, list } = place(t)
  const good = put('snomlang-7.1.28.tgz', gzipSync(tar(de)))
  t.equal((await add([good, put('snomlang-8.9.3.tgz', gzipSync(tarEntry(de)))])).code, 1)
  t.equal(list(), undefined)
})

t.test('any bytes are read, no archive, or a bad one: never anything else, and never past the limits', async t => {
  const seeds = [gzipSync(tar(de)), tar(...sound), zip(de, { ...de, name: 'b.xml', method: 0 })]
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat())
    .map(([seed, changes, cut]) => {
      const bytes = Buffer.from(seed.subarray(0, cut % 3 === 0 ? cut % seed.length : seed.length))
      for (const [place, byte] of changes) if (bytes.length > 0) bytes[place % bytes.length] = byte
      return bytes
    })
  let read = 0
  fc.assert(
    fc.property(mutated, bytes => {
      try {
        const members = readArchive(bytes, usual) ?? []
        for (const { name } of members) if (/^\/|(?:^|\/)\.\.(?:\/|$)/.test(name)) throw new Error(name)
        read += 1
      } catch (error) {
        if (!(error instanceof BadArchive)) throw error
      }
    }),
    { numRuns: 3000 },
  )
  t.ok(read > 0)
})

t.test('what is spoilt or something else is not taken, with the reason; the rest is', async t => {
  const { put, add, list } = place(t)
  const bytes = tar(
    de,
    { name: 'cut.xml', bytes: gui('Cut').slice(0, -10) },
    { name: 'nameless.xml', bytes: '<phrases><phrase n="x" t="y"/></phrases>' },
    { name: 'empty-name.xml', bytes: gui(' ') },
    { name: 'control.xml', bytes: gui('a&#7;b') },
    { name: 'latin1.xml', bytes: Buffer.from(gui('Fran\xe7ais'), 'latin1') },
    { name: 'dtd.xml', bytes: `<!DOCTYPE phrases [<!ENTITY a "b">]>${gui('X')}` },
    { name: 'list.xml', bytes: '<?xml version="1.0"?><gui-languages/>' },
    { name: 'picture.png', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]) },
    { name: 'a b.xml', bytes: gui('Blank') },
    { name: 'gui_lang_de.txt', bytes: gui('Text') },
    { name: 'again.xml', bytes: gui('Deutsch') },
  )
  const { code, text } = await add(put('snomlang-7.1.28.tar', bytes), undefined, true)
  t.equal(code, 1, 'some were language files, and spoilt')
  const { added, refused } = JSON.parse(text) as { added: unknown; refused: { name: string; reason: string }[] }
  t.strictSame(added, [{ version: '7.1.28', file: 'gui_de.xml', kind: 'gui', name: 'Deutsch' }])
  t.match(refused, [
    { name: 'cut.xml', reason: 'cut off' },
    { name: 'nameless.xml', reason: 'names no language' },
    { name: 'empty-name.xml', reason: 'fits no list: ""' },
    { name: 'control.xml', reason: 'fits no list' },
    { name: 'latin1.xml', reason: 'fits no list' },
    { name: 'dtd.xml', reason: 'declares a document type' },
    { name: 'list.xml', reason: 'is no language file' },
    { name: 'picture.png', reason: 'is no text' },
    { name: 'a b.xml', reason: 'has a name' },
    { name: 'gui_lang_de.txt', reason: 'has a name' },
    { name: 'again.xml', reason: 'which gui_de.xml of 7.1.28 is already' },
  ])
  t.strictSame(list('7.1.28'), ['gui_de.xml'])
  const nothing = await add(put('snomlang-8.9.3.tar', tar({ name: 'README', bytes: 'x' })))
  t.equal(nothing.code, 1)
  t.match(nothing.text, 'no language file was found')
  t.equal(list('8.9.3'), undefined)
})

t.test('a second archive for the same version is put beside the first', async t => {
  const { put, add, list, read, at } = place(t)
  await add(put('snomlang-7.1.28.tar', tar(de, { name: 'web_de.xml', bytes: web('Deutsch') })))
  writeFileSync(at('7.1.28/notes.txt'), 'by hand')
  const second = tar({ ...de, bytes: gui('Deutsch neu') }, { name: 'gui_fr.xml', bytes: gui('F') })
  t.equal((await add(put('snomlang-7.1.28.tar', second))).code, 0)
  t.strictSame(list('7.1.28'), ['gui_de.xml', 'gui_fr.xml', 'notes.txt', 'web_de.xml'])
  t.match(read('7.1.28/gui_de.xml'), 'Deutsch neu')
  t.match(read('7.1.28/web_de.xml'), 'Deutsch')
  t.strictSame(list(), ['7.1.28'])
  const twin = await add(put('other.xml', web('Deutsch')), '7.1.28')
  t.equal(twin.code, 1)
  t.match(twin.text, 'which web_de.xml of 7.1.28 is already')
})

t.test('a run that was killed is mended by the next, and two at once do not meet', async t => {
  const { put, add, list, at } = place(t)
  const archive = put('snomlang-7.1.28.tar', tar(de))
  mkdirSync(at('.7.1.28.new'), { recursive: true })
  await t.rejects(add(archive), { message: /\.7\.1\.28\.new cannot be made; .* remove it/ })
  t.strictSame(list(), ['.7.1.28.new'], 'what another is at is left alone')
  const longAgo = new Date(Date.now() - 120_000)
  utimesSync(at('.7.1.28.new'), longAgo, longAgo)
  mkdirSync(at('.7.1.28.old'))
  writeFileSync(at('.7.1.28.old/gui_fr.xml'), gui('F'))
  t.equal((await add(archive)).code, 0)
  t.strictSame(list(), ['7.1.28'])
  t.strictSame(list('7.1.28'), ['gui_de.xml', 'gui_fr.xml'], 'killed between the two renames: nothing is lost')
  symlinkSync('7.1.28', at('7.1.30'))
  await t.rejects(add(archive, '7.1.30'), { message: /is no folder, but a link/ })
  t.strictSame(list(), ['7.1.28', '7.1.30'])
})

t.test('a call that is wrong is told so, and does nothing', async t => {
  const { put, add, list, folder } = place(t)
  const wrong: [string, string | undefined, string][] = [
    [join(folder, 'absent.tgz'), undefined, 'cannot be read'],
    [folder, undefined, 'is no file'],
    [put('a.tar', tar(de)), undefined, 'names the firmware version; give it with --version'],
    [put('gui_8.9.3.xml', gui('Deutsch')), undefined, 'give it with --version'],
    [put('a.tar', tar(de)), 'seven', 'seven is no firmware version'],
    [put('a.tar', tar(de)), '../7.1', 'is no firmware version'],
  ]
  for (const [archive, version, message] of wrong) {
    const { code, text } = await add(archive, version)
    t.equal(code, 2, message)
    t.match(text, message)
  }
  t.equal(list(), undefined)
})

t.test('a language file tells its name in every form there is', async t => {
  const looks: [string, unknown][] = [
    [gui('Deutsch'), { kind: 'gui', name: 'Deutsch' }],
    [web('Deutsch'), { kind: 'web', name: 'Deutsch' }],
    [gui('Espa&#195;&#177;ol'), { kind: 'gui', name: 'Español' }],
    [gui('Español'), { kind: 'gui', name: 'Español' }],
    [gui('Espa&#xC3;&#xb1;ol &amp; &#8364;'), { kind: 'gui', name: 'Español & €' }],
    ['<phrases e="2"><language t="Espa&#241;ol &#8364;"/></phrases>', { kind: 'gui', name: 'Español €' }],
    ['<phrases><phrase i="1" n="lang_language_name" t="English" /></phrases>', { kind: 'gui', name: 'English' }],
    ['\ufeff<!-- a --><!-- b --><phrases>\n<language i="0"\n t=\'X\'/></phrases>\r\n', { kind: 'gui', name: 'X' }],
    ['<w_phrases><w_phrase n="wlang_web_language_name" t="Dansk"/></w_phrases>', { kind: 'web', name: 'Dansk' }],
  ]
  for (const [text, look] of looks) t.strictSame(lookAtLanguageFile(Buffer.from(text)), look, text)
})

t.test('no file costs more to look at than its length', async t => {
  const size = 1024 * 1024
  const costly = [
    '<!-- a -->',
    '<!--',
    '<language ',
    '<language t=',
    '<phrase n="',
    '<phrases>',
    ' ',
    '</phrases> ',
    '&#1',
  ]
  for (const piece of costly) {
    const bytes = Buffer.from(`<phrases>${piece.repeat(size / piece.length)}`)
    const reversed = Buffer.from(`${piece.repeat(size / piece.length)}<phrases>`)
    for (const each of [bytes, reversed]) t.ok('refused' in lookAtLanguageFile(each), piece)
  }
})

const isThere = (program: string) => spawnSync(program, ['--version']).error === undefined

t.test('archives of tar and zip, as they are installed', async t => {
  const { folder, put, add, list, at } = place(t)
  const long = `${'x'.repeat(70)}/${'y'.repeat(70)}`
  for (const name of ['gui_de.xml', 'web_de.xml'])
    put(`snomlang-7.1.28/${name}`, name.startsWith('g') ? gui('D') : web('D'))
  put(`snomlang-7.1.28/${long}/gui_fr.xml`, gui('F'))
  const commands: [string, string[], string][] = [
    ['tar', ['czf', 'gnu.tgz', '--format=gnu', 'snomlang-7.1.28'], 'gnu.tgz'],
    ['tar', ['czf', 'pax.tgz', '--format=posix', './snomlang-7.1.28'], 'pax.tgz'],
    ['tar', ['cf', 'ustar.tar', '--format=ustar', 'snomlang-7.1.28'], 'ustar.tar'],
    ['zip', ['-qr', 'deflated.zip', 'snomlang-7.1.28'], 'deflated.zip'],
    ['zip', ['-qr0', 'stored.zip', 'snomlang-7.1.28'], 'stored.zip'],
  ]
  for (const [program, args, archive] of commands) {
    t.test(`${program} ${args.join(' ')}`, { skip: isThere(program) ? false : `needs ${program}` }, async t => {
      const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
      t.equal(status, 0, stderr)
      const { code, text } = await add(join(folder, archive))
      t.equal(code, 0, text)
      t.strictSame(list('7.1.28'), ['gui_de.xml', 'gui_fr.xml', 'web_de.xml'])
      spawnSync('rm', ['-r', at('7.1.28')])
    })
  }
})

const corpus = join(import.meta.dirname, '../../../shared/corpus/lang')
t.test("the vendor's own files", { skip: existsSync(corpus) ? false : 'needs the corpus' }, async t => {
  const { put, add, list } = place(t)
  const files = readdirSync(corpus).filter(name => name.endsWith('.xml'))
  const entries = files.map(name => ({ name: `snomlang-8.9.3/${name}`, bytes: readFileSync(join(corpus, name)) }))
  const { code, text } = await add(put('snomlang-8.9.3.tgz', gzipSync(tar(...entries))))
  t.equal(code, 0)
  t.match(text, /gui_lang_DE\.xml {2}display {2}Deutsch\n.*web_lang_DE\.xml {2}web pages {2}Deutsch\n/)
  t.strictSame(list('8.9.3'), files.toSorted())
  for (const name of files) {
    const bytes = readFileSync(join(corpus, name))
    const { document } = readDocument(bytes)
    const whole = document !== undefined && 'language' in document ? document.language?.t : undefined
    t.match(
      lookAtLanguageFile(bytes),
      { name: whole, kind: document?.kind === 'phrases' ? 'gui' : 'web' },
      'read whole',
    )
  }
})
