/** What the settings themselves make a phone fetch: the chosen language files, and new firmware. */

import { readDocument } from './document.js'
import { held, type Memory } from './memory.js'
import { firmwareAgent, isThreeHundred } from './model.js'
import { Hang } from './step.js'
import { nameOf } from './urls.js'
import type { Visit } from './visit.js'
import { Unreadable } from './xml.js'

const builtIn = 'English' // every phone has it
const imageLimit = 64 * 1024 * 1024 // bytes; the images of the 7xx have 22 MB

/** Rejects with Hang where a phone would stop with a prompt. */
export async function fetchSelected(visit: Visit, memory: Memory): Promise<void> {
  const policy = held(memory, 'update_policy')
  if (policy === 'never_update') return visit.note('update_policy is never_update: no languages, no firmware')
  await fetchLanguage(visit, memory, 'gui', held(memory, 'language'))
  await fetchLanguage(visit, memory, 'web', held(memory, 'web_language'))
  const status = held(memory, 'firmware_status')
  if (status !== '' && policy !== 'settings_only') await fetchFirmware(visit, visit.expand(status))
}

// Language files are not read: the vendor's own are no XML 1.0.
async function fetchLanguage(visit: Visit, memory: Memory, of: 'gui' | 'web', chosen: string): Promise<void> {
  const language = memory.languages.findLast(entry => entry.of === of && entry.name === chosen)
  if (language === undefined || chosen === builtIn) return
  const bytes = await visit.fetch(visit.expand(language.url))
  if (bytes === undefined) visit.note(`the ${of} language ${chosen} stays out: its file is missing`)
}

async function fetchFirmware(visit: Visit, status: string): Promise<void> {
  const bytes = await visit.fetch(status)
  if (bytes === undefined) return visit.note(`firmware_status names ${status}, which is not there`)
  for (const image of readImages(status, bytes)) await fetchImage(visit, visit.expand(image))
}

function readImages(url: string, bytes: Buffer): readonly string[] {
  try {
    return readDocument(bytes).firmware
  } catch (error) {
    if (error instanceof Unreadable) throw new Hang(url, `a phone cannot read it: ${error.message}`)
    throw error
  }
}

async function fetchImage(visit: Visit, url: string): Promise<void> {
  const { identity } = visit.visitor
  if (nameOf(url).includes(`-${identity.firmware}-`)) return visit.note(`runs ${nameOf(url)} already`)
  // Later models do take firmware over https; this virtual one does not speak it.
  if (isThreeHundred(identity.phoneType) && url.startsWith('https:'))
    throw new Hang(url, 'firmware by https is not for this model')
  const bytes = await visit.fetch(url, { userAgent: firmwareAgent(identity), sizeLimit: imageLimit })
  if (bytes === undefined) throw new Hang(url, 'firmware image not found: the phone waits for a key to be pressed')
}
