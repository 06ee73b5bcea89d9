/** `firmware add`: what is taken, what is refused, and what it tells. */

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { firmwareAdd } from '../../src/commands/firmware.js'

const image = Buffer.alloc(10_000, 0xa5)

function place(t: Test, www: Parameters<Test['testdir']>[0] = {}) {
  const folder = t.testdir({ www, from: {} })
  const put = (name: string, bytes: Buffer | string = image) => {
    const path = join(folder, 'from', name)
    writeFileSync(path, bytes)
    return path
  }
  const add = async (file: string, { replace = false, json = false } = {}) => {
    let text = ''
    const write = (more: string) => {
      text += more
    }
    const code = await firmwareAdd({ file, www: join(folder, 'www'), replace, json, write })
    return { code, text }
  }
  const list = () => {
    const path = join(folder, 'www/firmware')
    return existsSync(path) ? readdirSync(path).sort() : []
  }
  return { folder, put, add, list }
}

t.test('an image is put in place, and how the inventory names it is told', async t => {
  const { folder, put, add, list } = place(t)
  const file = 'snom720-8.7.5.35-SIP-r.bin'
  const { code, text } = await add(put(file))
  t.equal(code, 0)
  t.equal(
    text,
    `${folder}/www/firmware/${file}: snom720, firmware 8.7.5.35, 10000 bytes
in the inventory: models: {snom720: {firmware: ${file}}}
note: no language files for 8.7.5.35: see option66 languages add
`,
  )
  t.strictSame(list(), [file])
  const placed = join(folder, 'www/firmware', file)
  t.ok(readFileSync(placed).equals(image))
  t.equal(statSync(placed).mode & 0o777, 0o644)
  t.equal((await add(placed)).code, 0, 'what lies there already may be named too')
  t.equal((await add(join(folder, 'from', file))).code, 0, 'and the same again is no harm')
})

t.test('every kind of image has its name', async t => {
  const { put, add, list } = place(t)
  const swu = Buffer.concat([Buffer.from('070702'), image])
  const files: [string, Buffer][] = [
    ['snom370-8.7.5.35-SIP-f.bin', image],
    ['snomD785-10.1.33.33-SIP-r.bin', image],
    ['snomD862-10.1.175.10-SIP-r.swu', swu],
    ['M900_v0740_b0104.fwu', image],
    ['snom360-3.38-l.bin', image],
  ]
  for (const [file, bytes] of files) {
    const { code, text } = await add(put(file, bytes), { json: true })
    t.equal(code, 0, file)
    t.match(JSON.parse(text), { bytes: bytes.length, type: /^snom/, path: new RegExp(`${file}$`) })
  }
  t.strictSame(list(), files.map(([file]) => file).toSorted())
})

t.test('what is no image is refused, with the reason, and nothing is written', async t => {
  const { folder, put, add, list } = place(t)
  const good = 'snom370-8.7.5.35-SIP-f.bin'
  const refused: [string, Buffer | string, string][] = [
    ['firmware.bin', image, 'does not tell its model and version'],
    ['snom370-8.7.5.35-SIP-f.bin.part', image, 'does not tell'],
    ['yealink-8.7.5.35-SIP-f.bin', image, 'does not tell'],
    ['snom-7.1.9-SIP-f.bin', image, 'names no model'],
    [good, '', 'is empty'],
    [good, 'x'.repeat(4095), 'too few for an image'],
    [good, `<!DOCTYPE HTML><title>404</title>${' '.repeat(5000)}`, 'is a web page'],
    [good, `\n<html>${' '.repeat(5000)}`, 'is a web page'],
    [good, `PK\x03\x04${' '.repeat(5000)}`, 'is a zip archive'],
  ]
  for (const [name, bytes, reason] of refused) {
    const { code, text } = await add(put(name, bytes))
    t.equal(code, 1, reason)
    t.match(text, reason)
  }
  const large = put(good)
  truncateSync(large, 128 * 1024 * 1024 + 1) // sparse
  t.match(await add(large), { code: 1, text: 'more than any image' })
  t.match(await add(large, { json: true }), { text: /^\{"refused":".*"\}\n$/ })
  t.match(await add(join(folder, 'from')), { code: 2, text: 'is no file' })
  t.match(await add(join(folder, 'absent.bin')), { code: 2, text: 'is not there' })
  t.strictSame(list(), [])
})

t.test('an image with other bytes under the same name is replaced only when told', async t => {
  const { folder, put, add, list } = place(t)
  const file = 'snom370-8.7.5.35-SIP-f.bin'
  await add(put(file))
  const other = put(file, Buffer.alloc(20_000, 1))
  t.match(await add(other), { code: 1, text: 'is there with other content' })
  t.equal(statSync(join(folder, 'www/firmware', file)).size, 10_000)
  t.equal((await add(other, { replace: true })).code, 0)
  t.equal(statSync(join(folder, 'www/firmware', file)).size, 20_000)
  t.strictSame(list(), [file])
})

t.test('the remains of a killed run are no hindrance', async t => {
  const file = 'snom370-8.7.5.35-SIP-f.bin'
  const { put, add, list } = place(t, { firmware: { [`.${file}.new`]: 'half' } })
  t.equal((await add(put(file))).code, 0)
  t.strictSame(list(), [file])
})

t.test('it notes what the site should know before phones take the image', async t => {
  const language = '<phrases><language t="Deutsch"/></phrases>'
  const { folder, put, add } = place(t, { lang: { '7.3.14': { 'gui_de.xml': language } } })
  const notes = async (file: string) => (await add(put(file))).text.match(/^note: .*/gm)
  t.strictSame(await notes('snom360-7.3.30-SIP-f.bin'), [
    'note: phones with firmware 6 need first, and do not find: snom360-ramdiskToJffs2-3.36-br.bin, snom360-3.38-l.bin, snom360-update6to7-7.1.6-bf.bin',
  ])
  mkdirSync(join(folder, 'www/firmware'), { recursive: true })
  for (const file of ['snom360-ramdiskToJffs2-3.36-br.bin', 'snom360-3.38-l.bin', 'snom360-update6to7-7.1.6-bf.bin']) {
    t.strictSame(await notes(file), [
      'note: phones on their way from firmware 6 to 7 get it by themselves; do not name it',
    ])
  }
  t.equal(await notes('snom360-7.3.30-SIP-f.bin'), null, 'all steps and the languages are there')
  t.equal(await notes('snom370-7.3.30-SIP-f.bin'), null, 'a 370 never had firmware 6')
  t.match(await notes('snom370-7.1.30-SIP-f.bin'), ['by TFTP from 7.2 on', 'no language files for 7.1.30'])
  t.match(await notes('snom720-7.3.30-SIP-f.bin'), ['images of snom720 are usually named snom720-7.3.30-SIP-r.bin'])
  t.match(await notes('snom371-7.3.30-SIP-f.bin'), ['snom371 is no model known here'])
  t.match(await notes('snomD862-7.3.30-SIP-r.swu'), ['does not begin like other .swu images'])
})
