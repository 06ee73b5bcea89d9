/** What the settings themselves make a phone fetch: the chosen language files, and new firmware. */

import { readDocument } from './document.js'
import { afterImage, imageTrouble, readImage, runsAlready } from './image.js'
import { held, type Memory } from './memory.js'
import { firmwareAgent, type Identity } from './model.js'
import { Hang } from './step.js'
import { nameOf } from './urls.js'
import type { Visit } from './visit.js'
import { Unreadable } from './xml.js'

const builtIn = 'English' // every phone has it
const imageLimit = 64 * 1024 * 1024 // bytes; the images of the 7xx have 22 MB

/** Resolves with the phone as it boots the next time. Rejects with Hang where a phone would stop with a prompt. */
export async function fetchSelected(visit: Visit, memory: Memory): Promise<Identity> {
  const { identity } = visit.visitor
  const policy = held(memory, 'update_policy')
  if (policy === 'never_update') {
    visit.note('update_policy is never_update: no languages, no firmware')
    return identity
  }
  await fetchLanguage(visit, memory, 'gui', held(memory, 'language'))
  await fetchLanguage(visit, memory, 'web', held(memory, 'web_language'))
  const status = held(memory, 'firmware_status')
  if (status === '') return identity
  if (policy !== 'settings_only') return fetchFirmware(visit, visit.expand(status), policy)
  visit.note('update_policy is settings_only: no firmware')
  return identity
}

// Language files are not read: the vendor's own are no XML 1.0.
async function fetchLanguage(visit: Visit, memory: Memory, of: 'gui' | 'web', chosen: string): Promise<void> {
  const language = memory.languages.findLast(entry => entry.of === of && entry.name === chosen)
  if (language === undefined || chosen === builtIn) return
  const bytes = await visit.fetch(visit.expand(language.url))
  if (bytes === undefined) visit.note(`the ${of} language ${chosen} stays out: its file is missing`)
}

async function fetchFirmware(visit: Visit, status: string, policy: string): Promise<Identity> {
  const { identity } = visit.visitor
  const bytes = await visit.fetch(status)
  if (bytes === undefined) visit.note(`firmware_status names ${status}, which is not there`)
  const [image] = bytes === undefined ? [] : readImages(status, bytes)
  if (image === undefined || image === '') return identity
  const url = visit.expand(image)
  if (policy !== 'ask_for_update') return fetchImage(visit, url)
  visit.note(`update_policy is ask_for_update: the phone asks its user before it fetches ${url}`)
  return identity
}

function readImages(url: string, bytes: Buffer): readonly string[] {
  try {
    return readDocument(bytes).firmware
  } catch (error) {
    if (error instanceof Unreadable) throw new Hang(url, `a phone cannot read it: ${error.message}`)
    throw error
  }
}

async function fetchImage(visit: Visit, url: string): Promise<Identity> {
  const { identity, report } = visit.visitor
  const image = readImage(url)
  if (image !== undefined && runsAlready(identity, image)) {
    visit.note(`runs ${nameOf(url)} already`)
    return identity
  }
  const trouble = imageTrouble(identity, image, url.replace(/:.*$/s, '').toLowerCase())
  if (trouble !== undefined) throw new Hang(url, trouble)
  const agent = { userAgent: firmwareAgent(identity), sizeLimit: imageLimit, isImage: true }
  const bytes = await visit.fetch(url, agent)
  if (bytes === undefined) throw new Hang(url, 'firmware image not found: the phone waits for a key to be pressed')
  if (visit.documents.at(-1)?.bytes === 0) throw new Hang(url, 'firmware image is empty')
  if (image === undefined) {
    visit.note(`${nameOf(url)} does not tell in its name what the phone runs now`)
    return identity
  }
  const next = afterImage(identity, image)
  const running = ({ firmware, flash }: Identity) =>
    flash ? `${firmware} on ${flash.rootfs}, linux ${flash.linux}` : firmware
  report({ kind: 'firmware', from: running(identity), to: running(next), image: url })
  return next
}
