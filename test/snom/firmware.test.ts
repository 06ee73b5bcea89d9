import fc from 'fast-check'
import t from 'tap'
import { type FirmwareImage, fitsType, imageNames, parseImageName } from '../../src/snom/firmware-image.js'
import { nextStep, type Running, takesImagesByTftp } from '../../src/snom/firmware-path.js'
import { compareVersions, isBefore, isSameLine, isVersion } from '../../src/snom/firmware-version.js'
import { chooseLanguages, isExact, type LanguageSet, languageSource, writeLanguages } from '../../src/snom/languages.js'
import { parseUserAgent } from '../../src/snom/user-agent.js'
import { some } from '../some.js'

t.test('versions are compared number by number', async t => {
  const inOrder = ['4.1', '6.5', '6.5.10', '7.1.8', '7.1.28', '7.3.9', '7.3.15', '8.4.35', '8.7.5.35', '10.1.33.33']
  t.strictSame(inOrder.toReversed().toSorted(compareVersions), inOrder)
  t.equal(compareVersions('8.9.3', '08.09.03.0'), 0)
  t.equal(isBefore('7.1.8', '7.1.8'), false)
  t.equal(isBefore('7.1', '7.1.8'), true)
  t.equal(isSameLine('8.7.5.35', '8.7.4'), true)
  t.equal(isSameLine('8.7.5.35', '8.9.3'), false)
  t.equal(isSameLine('8', '8.0.1'), true)
  for (const text of ['7.1', '7.1.28', '10.1.175.10']) t.equal(isVersion(text), true, text)
  for (const text of ['', '7', '7.', '.7', '7..1', 'v7.1', '7.1a', '1.2.3.4.5.6', '../7.1', '7.1234567', '7.1\n'])
    t.equal(isVersion(text), false, JSON.stringify(text))
})

t.test('any two versions have one order, whichever is named first', async t => {
  const version = fc.array(fc.nat(9), { minLength: 1, maxLength: 5 }).map(parts => parts.join('.'))
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      t.equal(Math.sign(compareVersions(a, b)), Math.sign(-compareVersions(b, a)) + 0)
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) t.ok(compareVersions(a, c) <= 0)
    }),
  )
})

t.test('the name of an image tells model, version and part', async t => {
  const names: [string, FirmwareImage | undefined][] = [
    ['snom370-8.7.5.35-SIP-f.bin', { type: 'snom370', version: '8.7.5.35', part: 'application' }],
    ['snom720-8.7.5.35-SIP-r.bin', { type: 'snom720', version: '8.7.5.35', part: 'application' }],
    ['snomPA1-8.7.5.35-SIP-f.bin', { type: 'snomPA1', version: '8.7.5.35', part: 'application' }],
    ['snomD862-10.1.175.10-SIP-r.swu', { type: 'snomD862', version: '10.1.175.10', part: 'application' }],
    ['SNOMD785-10.1.33.33-sip-r.BIN', { type: 'snomD785', version: '10.1.33.33', part: 'application' }],
    ['snom360-7.3.30-SIP-f.bin', { type: 'snom360', version: '7.3.30', part: 'application' }],
    ['snom360-6.5.12-beta-SIP-j.bin', { type: 'snom360', version: '6.5.12', part: 'application' }],
    ['snom190-5.5a-SIP-j.bin', { type: 'snom190', version: '5.5', part: 'application' }],
    ['snom-7.1.9-SIP-f.bin', { version: '7.1.9', part: 'application' }],
    ['M900_v0740_b0104.fwu', { type: 'snomM900', version: '07.40.0104', part: 'application' }],
    ['snom360-update6to7-7.1.6-bf.bin', { type: 'snom360', version: '7.1.6', part: 'update6to7' }],
    ['snom360-ramdiskToJffs2-3.36-br.bin', { type: 'snom360', version: '3.36', part: 'rootfs' }],
    ['snom360-3.38-l.bin', { type: 'snom360', version: '3.38', part: 'linux' }],
  ]
  for (const [name, image] of names) t.strictSame(parseImageName(name), image, name)
  for (const name of [
    ...['', 'snom370-8.bin', 'snom370.bin', 'snom370-8.7.5.35-SIP-f.bin.part', '../snom370-8.7.5.35-SIP-f.bin'],
    ...['yealink-1.2.3-SIP-f.bin', 'snom370-8.7.5.35-SIP-f.exe', 'M900_v740_b104.fwu', 'snom370-8..7-SIP-f.bin'],
  ])
    t.equal(parseImageName(name), undefined, name)
})

t.test('the names looked for under a version are read as that type and version again', async t => {
  t.strictSame(imageNames('snom370', '8.7.5.35')[0], 'snom370-8.7.5.35-SIP-f.bin')
  t.strictSame(imageNames('snomPA1', '8.7.5.35')[0], 'snomPA1-8.7.5.35-SIP-f.bin')
  t.strictSame(imageNames('snom720', '8.7.5.35'), ['snom720-8.7.5.35-SIP-r.bin'])
  t.strictSame(imageNames('snomD862', '10.1.175.10')[0], 'snomD862-10.1.175.10-SIP-r.swu')
  t.strictSame(imageNames('snomM900', '7.40.104'), ['M900_v0740_b0104.fwu'])
  for (const type of ['snom300', 'snom360', 'snom821', 'snomD385', 'snomD862', 'snomM700', 'snomPA1']) {
    for (const name of imageNames(type, '8.9.3')) {
      const image = some(parseImageName(name))
      t.equal(image.type, type, name)
      t.equal(compareVersions(image.version, '8.9.3'), 0, name)
      t.equal(fitsType(image, type), true)
    }
  }
})

t.test('an image fits its own model alone', async t => {
  const image = some(parseImageName('snom370-8.7.5.35-SIP-f.bin'))
  t.equal(fitsType(image, 'snom370'), true)
  t.equal(fitsType(image, 'SNOM370'), true)
  t.equal(fitsType(image, 'snom360'), false)
  t.equal(fitsType(some(parseImageName('snom-7.1.9-SIP-f.bin')), 'snom360'), true, 'a name without a model')
  t.equal(fitsType(some(parseImageName('snom715-8.9.3.60-SIP-r.bin')), 'snomD715'), true)
  t.equal(fitsType(some(parseImageName('M700_v0740_b0104.fwu')), 'snomM900'), false)
})

const target = 'snom360-7.3.30-SIP-f.bin'
const rootfs = 'snom360-ramdiskToJffs2-3.36-br.bin'
const linux = 'snom360-3.38-l.bin'
const update = 'snom360-update6to7-7.1.6-bf.bin'

/** The step of a phone with that User-Agent to firmware 7.3.30, with those files at hand. */
function stepOf(agent: string, has: readonly string[] = [target, rootfs, linux, update], file = target) {
  return nextStep('snom360', parseUserAgent(agent), file, parseImageName(file), name => has.includes(name))
}
const six = (flash: string, version = '6.5.20') => `Mozilla/4.0 (compatible; snom360-SIP ${version}${flash})`

t.test('a phone goes from 6 to 7 by jffs2, linux and the update image, each when the one before is in', async t => {
  const installs = (file: string) => ({ kind: 'install', file })
  t.same(stepOf(six('; snom360 ramdisk v3.31; snom360 linux 3.25')), installs(rootfs))
  t.same(stepOf(six('; snom360 jffs2 v3.35; snom360 linux 3.38')), installs(rootfs))
  t.same(stepOf(six('; snom360 jffs2 v3.36; snom360 linux 3.25')), installs(linux))
  t.same(stepOf(six('; snom360 jffs2 v3.36; snom360 linux 3.38')), installs(update))
  t.same(stepOf('Mozilla/4.0 (compatible; snom360-SIP 7.1.6)'), installs(target), 'once it is on 7 it takes any')
})

t.test('where a step between is missing the update is refused, and the reason names the file', async t => {
  const cases: [string, string][] = [
    ['; snom360 ramdisk v3.31; snom360 linux 3.25', rootfs],
    ['; snom360 jffs2 v3.36; snom360 linux 3.25', linux],
    ['; snom360 jffs2 v3.36; snom360 linux 3.38', update],
  ]
  for (const [flash, file] of cases) {
    const step = stepOf(six(flash), [target])
    t.match(step, { kind: 'refused' })
    t.match(step.kind === 'refused' && step.reason, file)
  }
  t.match(stepOf(six('')), { kind: 'refused', reason: 'does not tell its jffs2 and linux versions' })
  t.match(stepOf(six('; snom360 jffs2 v3.36; snom360 linux 3.38', '6.2.3')), { kind: 'refused', reason: 'install 6.5' })
})

t.test('no other update needs a step between', async t => {
  const direct = (running: Running, file: string) =>
    t.same(
      nextStep('snom360', running, file, parseImageName(file), () => true),
      { kind: 'install', file },
      file,
    )
  direct({ version: '7.1.8' }, target)
  direct({ version: '7.3.30' }, 'snom360-8.7.5.35-SIP-f.bin')
  direct({ version: '8.4.35' }, target)
  direct({ version: '6.5.2' }, 'snom360-6.5.20-SIP-j.bin')
  direct({ version: '6.5.2' }, linux)
  direct({ version: '6.5.2' }, 'by-hand.bin')
  direct({}, target)
})

t.test('TFTP brings images to firmware 7.2 and later', async t => {
  t.equal(takesImagesByTftp('snom360', '7.1.30'), false)
  t.equal(takesImagesByTftp('snom360', '7.2'), true)
  t.equal(takesImagesByTftp('snom360', '10.1.33'), true)
  t.equal(takesImagesByTftp('snom360', undefined), true)
  t.equal(takesImagesByTftp('snom190', undefined), false, 'which never had it')
  t.equal(takesImagesByTftp('snomM900', '05.20.0001'), true, 'DECT bases count their versions anew')
})

const setOf = (version: string): LanguageSet => ({ version, files: [] })

t.test('languages are those of the version, else of the nearest older one of the same line', async t => {
  const sets = ['7.1.24', '7.1.28', '7.3.14', '8.7.5', '8.9.3'].map(setOf)
  const chosen: [string | undefined, string | undefined][] = [
    ['7.1.28', '7.1.28'],
    ['7.1.30', '7.1.28'],
    ['7.1.27', '7.1.24'],
    ['7.1.8', undefined],
    ['7.3.30', '7.3.14'],
    ['8.4.35', undefined],
    ['8.7.5.35', '8.7.5'],
    ['8.9.3.80', '8.9.3'],
    ['10.1.33.33', undefined],
    [undefined, undefined],
  ]
  for (const [version, set] of chosen) t.equal(chooseLanguages(sets, version)?.version, set, version ?? 'unknown')
  t.equal(chooseLanguages([setOf('7.1.28')], undefined)?.version, '7.1.28', 'unknown, but there is only one')
  t.equal(chooseLanguages([setOf('7.1.28')], '8.4.35'), undefined, 'known, and the only one is of another line')
  t.equal(chooseLanguages([], undefined), undefined)
  t.equal(isExact(setOf('7.1.28'), '7.1.28'), true)
  t.equal(isExact(setOf('7.1.28'), '7.1.30'), false)
})

t.test('a selected language is built in, listed, perhaps there, or missing', async t => {
  t.equal(languageSource('snom360', 'English', []), 'built-in')
  t.equal(languageSource('snom360', '', []), 'built-in', 'nothing was selected')
  t.equal(languageSource('snom360', 'Deutsch', ['Deutsch']), 'listed')
  for (const type of ['snom300', 'snom320', 'SNOM360']) {
    t.equal(languageSource(type, 'Deutsch', ['Dansk']), 'missing', `${type} keeps one language`)
  }
  for (const type of ['snom370', 'snom820', 'snomD785']) {
    t.equal(languageSource(type, 'Deutsch', []), 'perhaps', `${type} comes with several`)
  }
  t.equal(languageSource('snom360', 'deutsch', ['Deutsch']), 'missing', 'the name must be the same')
})

t.test('the lists of languages', async t => {
  t.equal(
    writeLanguages('gui', [
      { url: 'http://ss/gui_de.xml', name: 'Deutsch' },
      { url: 'http://ss/a&b.xml', name: 'Français <"FR">' },
    ]),
    `<?xml version="1.0" encoding="utf-8"?>
<gui-languages>
  <language url="http://ss/gui_de.xml" name="Deutsch"/>
  <language url="http://ss/a&amp;b.xml" name="Français &lt;&quot;FR&quot;&gt;"/>
</gui-languages>
`,
  )
  t.match(writeLanguages('web', []), '<web-languages/>')
})
