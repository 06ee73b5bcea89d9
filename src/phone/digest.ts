/** What a phone does with its settings URL: the names it asks there, and each container's files in order. */

import { readDocument } from './document.js'
import { absorb, type Memory } from './memory.js'
import { readsXml } from './model.js'
import { isEmpty, type Reading } from './reading.js'
import { type Asked, Hang } from './step.js'
import { settingsUrls } from './urls.js'
import type { Visit } from './visit.js'
import { Unreadable } from './xml.js'

const deepestNesting = 4 // containers in one another; sites use one or two

/** One missing name is usual: not every site has a file of each kind. Every name missing leaves the phone bare. */
export async function fetchSettings(visit: Visit, memory: Memory, url: string): Promise<void> {
  const urls = settingsUrls(url, visit.visitor.identity)
  const before = visit.documents.length
  let gained = false
  for (const name of urls) {
    const bytes = await visit.fetch(name)
    if (bytes !== undefined) gained = (await digest(visit, memory, bytes, [name])) || gained
  }
  const names = urls.join(' and ')
  const asked = visit.documents.slice(before)
  if (!asked.some(document => document.found)) throw new Hang(names, describeNothing(asked))
  if (!gained) throw new Hang(names, 'hold nothing that a phone understands')
}

/** What the server said instead, where it was anything but that there is no such file. */
function describeNothing(asked: readonly Asked[]): string {
  const odd = new Set(asked.map(({ status }) => status).filter(status => !/^(?:404|ERROR 1\b.*)$/.test(status)))
  const said = odd.size === 0 ? '' : ` (${[...odd].join(', ')})`
  const reason = odd.has('429') ? ', for too many ask from one address' : ''
  return `nothing there${said}${reason}: the phone has no settings`
}

/** Takes in one document and a container's files in order. `path`: the containers it stands in, then itself. */
async function digest(visit: Visit, memory: Memory, bytes: Buffer, path: readonly string[]): Promise<boolean> {
  const url = path.at(-1) ?? ''
  const reading = read(visit, url, bytes)
  if (reading.roots.includes('firmware-settings')) {
    throw new Hang(url, 'is a firmware file; a phone takes it from firmware_status only')
  }
  if (isEmpty(reading)) visit.note(`${url} says nothing to a phone${unknownOf(reading)}`)
  absorb(memory, reading, url)
  let gained = !isEmpty(reading) && reading.files.length === 0
  for (const file of reading.files) {
    const next = visit.expand(file)
    if (path.includes(next)) throw new Hang(next, `includes itself: ${[...path, next].join(' → ')}`)
    if (path.length > deepestNesting) throw new Hang(next, `stands ${path.length} containers deep`)
    const part = await visit.fetch(next)
    if (part === undefined) visit.note(`${next} stays out: ${url} names it, and it is not there`)
    else gained = (await digest(visit, memory, part, [...path, next])) || gained
  }
  return gained
}

function read(visit: Visit, url: string, bytes: Buffer): Reading {
  const { identity } = visit.visitor
  try {
    const reading = readDocument(bytes)
    const isPlain = reading.roots[0] === 'plain'
    if (isPlain || readsXml(identity)) return reading
    throw new Hang(url, `is XML, and firmware ${identity.firmware} reads only plain files`)
  } catch (error) {
    if (error instanceof Unreadable) throw new Hang(url, `a phone cannot read it: ${error.message}`)
    throw error
  }
}

function unknownOf({ unknown }: Reading): string {
  return unknown.length === 0 ? '' : `: ${unknown.slice(0, 3).join(', ')}`
}
