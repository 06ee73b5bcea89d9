/** `option66 firmware add`: puts an image into www/firmware/, checked as far as anyone can. */

import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { openLanguageShelf } from '../bundle/language-shelf.js'
import { placeCopy } from '../bundle/place.js'
import { type FirmwareImage, imageNames, parseImageName } from '../snom/firmware-image.js'
import { stepsFromSix } from '../snom/firmware-path.js'
import { isBefore } from '../snom/firmware-version.js'
import { chooseLanguages } from '../snom/languages.js'
import { isKnownType } from '../snom/phone-type.js'

export interface FirmwareCall {
  readonly file: string // path of the image
  readonly www: string // the folder that is served
  readonly replace: boolean // an image of that name with other bytes
  readonly json: boolean
  readonly write: (text: string) => void
}

/** A page of text is smaller than any image; the largest known (a snom720's) has 22 MB, and a D8xx may have four times that. */
const least = 4 * 1024 // bytes
const most = 128 * 1024 * 1024 // bytes

interface Put {
  readonly file: string
  readonly image: FirmwareImage & { readonly type: string }
  readonly size: number // bytes
  readonly notes: readonly string[]
}

/** Exit code 0 when the image is in place (also when it was before); 1 when it is refused; 2 when it cannot be read. */
export async function firmwareAdd(call: FirmwareCall): Promise<number> {
  const stats = await stat(call.file).catch(() => undefined)
  if (!stats?.isFile()) return refuse(call, `${call.file} is not there, or is no file`, 2)
  const file = basename(call.file)
  const image = parseImageName(file)
  if (image === undefined) return refuse(call, wrongName(file))
  const { type } = image
  if (type === undefined)
    return refuse(call, `${file} names no model; call it ${imageNames('snom370', image.version)[0]} or the like`)
  const start = await firstBytes(call.file)
  const wrong = wrongSize(stats.size) ?? wrongStart(start)
  if (wrong !== undefined) return refuse(call, `${file} ${wrong}`)
  const target = join(call.www, 'firmware', file)
  const isThere = existsSync(target)
  const isSame = isThere && (await digest(target)) === (await digest(call.file))
  if (isThere && !isSame && !call.replace) {
    return refuse(call, `${target} is there with other content; look which one is right, then give --replace`)
  }
  if (!isSame) await placeCopy(call.file, target, stats.size)
  const put = { file, image: { ...image, type }, size: stats.size }
  tell(call, { ...put, notes: [...(await notesOn(call.www, file, put.image)), ...notesOnStart(file, start)] })
  return 0
}

function refuse(call: FirmwareCall, reason: string, code = 1): number {
  call.write(call.json ? `${JSON.stringify({ refused: reason })}\n` : `${reason}\n`)
  return code
}

function wrongName(file: string): string {
  const examples = 'snom370-8.7.5.35-SIP-f.bin, snomD862-10.1.175.10-SIP-r.swu or M900_v0740_b0104.fwu'
  return `${JSON.stringify(file)} does not tell its model and version; keep the vendor's name, like ${examples}`
}

function wrongSize(size: number): string | undefined {
  if (size === 0) return 'is empty'
  if (size < least) return `has ${size} bytes, too few for an image; was it downloaded whole?`
  return size > most ? `has ${size} bytes, more than any image` : undefined
}

/** The formats of .bin and .fwu are the vendor's secret; but a server's page of excuse is no image, nor is an archive. */
function wrongStart(start: string): string | undefined {
  if (/^\s*<(?:!doctype|html|\?xml|head|body)/i.test(start))
    return 'is a web page, no image; a server sent it in place of one'
  if (start.startsWith('PK\x03\x04')) return 'is a zip archive; unpack it first'
  return undefined
}

/** SWUpdate's images are cpio archives; that snom's .swu are such images is only what their name says. */
function notesOnStart(file: string, start: string): readonly string[] {
  if (!/\.swu$/i.test(file) || /^07070[12]/.test(start)) return []
  return [`${file} does not begin like other .swu images (a cpio archive); was it downloaded whole?`]
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** What the site should know before the first phone takes it. */
async function notesOn(www: string, file: string, image: Put['image']): Promise<readonly string[]> {
  const { type, version, part } = image
  const notes = isKnownType(type) ? [] : [`${type} is no model known here; check the spelling`]
  if (part !== 'application')
    return [...notes, 'phones on their way from firmware 6 to 7 get it by themselves; do not name it']
  const usual = imageNames(type, version)
  if (!usual.some(name => ending(name) === ending(file))) notes.push(`images of ${type} are usually named ${usual[0]}`)
  if (isBefore(version, '7.2') && !/^snomM\d/.test(type))
    notes.push('phones fetch firmware by TFTP from 7.2 on; below that by http')
  const missing = stepsFromSix(type, image).filter(name => !existsSync(join(www, 'firmware', name)))
  if (missing.length > 0) notes.push(`phones with firmware 6 need first, and do not find: ${missing.join(', ')}`)
  const { sets } = await openLanguageShelf(www).current()
  if (chooseLanguages(sets, version) === undefined)
    notes.push(`no language files for ${version}: see option66 languages add`)
  return notes
}

function ending(file: string): string {
  return file.toLowerCase().replace(/^.*-(?=\w+\.\w+$)|^.*(?=\.\w+$)/, '')
}

function tell(call: FirmwareCall, { file, image, size, notes }: Put): void {
  const { type, version, part } = image
  const path = join(call.www, 'firmware', file)
  const inventory = part === 'application' ? `models: {${type}: {firmware: ${file}}}` : undefined
  if (call.json) {
    call.write(`${JSON.stringify({ path, type, version, part, bytes: size, inventory, notes }, undefined, 2)}\n`)
    return
  }
  const lines = [`${path}: ${type}, ${part === 'application' ? 'firmware' : part} ${version}, ${size} bytes`]
  if (inventory !== undefined) lines.push(`in the inventory: ${inventory}`)
  call.write([...lines, ...notes.map(note => `note: ${note}`)].map(line => `${line}\n`).join(''))
}
