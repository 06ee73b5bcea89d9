/** What phones call themselves and their documents, for the timeline: the words of snom phones. No I/O. */

import { parseMac } from './address/mac.js'
import type { Named, Recognise } from './fleet/recognise.js'
import { parseImageName } from './snom/firmware-image.js'
import { compareVersions, isVersion } from './snom/firmware-version.js'
import { parseFlatLanguageName, parseName } from './snom/names.js'
import { phoneTypeOfClass, phoneTypeOfMac } from './snom/phone-type.js'
import { parseUserAgent } from './snom/user-agent.js'
import { snom } from './snom/vendor.js'

/** `fixedPaths`: what OEM firmware asks for, `{mac}` in it: `/oem/{mac}.xml` (`redirection.paths`); may change. */
export function createRecognise(fixedPaths: () => readonly string[] = () => none): Recognise {
  const names = new Map<string, Named | undefined>()
  let paths = fixedPaths()

  function nameOnce(name: string): Named | undefined {
    if (paths !== fixedPaths()) {
      paths = fixedPaths()
      names.clear()
    }
    const known = names.get(name)
    if (known !== undefined || names.has(name)) return known
    const named = nameOf(name, paths)
    if (name.length > longestName) return named
    if (names.size >= mostNames) names.clear()
    names.set(name, named)
    return named
  }

  return {
    isPhone: snom.recognises,
    typeOfClass: phoneTypeOfClass,
    typeOfMac: phoneTypeOfMac,
    agent: parseUserAgent,
    name: nameOnce,
    compareVersions: (first, second) => (isVersion(first) && isVersion(second) ? compareVersions(first, second) : 0),
  }
}

const none: readonly string[] = []
const mostNames = 65_536 // whose meaning is remembered: some 40,000 on a site of 10,000 phones
const longestName = 512 // characters looked at
const macForm = '([0-9a-fA-F:.-]{12,17})'
const languageFile = /^lang[/-]|(?:^|\/)(?:gui|web)_lang[\w-]*\.xml$|^snomlang/i
const hardCoded = /^snom[a-z0-9]+\/[a-z0-9]+\.php(?:\?|$)/i

function nameOf(text: string, fixedPaths: readonly string[]): Named | undefined {
  const name = decoded(text.slice(0, longestName).replace(/^https?:\/\/[^/]*/i, '')).replace(/^\/+/, '')
  const path = name.split('?', 1)[0] ?? ''
  const file = path.slice(path.lastIndexOf('/') + 1)
  const asked = parseName(name)
  if (asked !== undefined) {
    const type = 'type' in asked && asked.type !== undefined ? { type: asked.type } : {}
    const mac = asked.mac === undefined ? {} : { mac: asked.mac }
    return { kind: asked.kind, ...type, ...mac, ...(hardCoded.test(name) && { by: 'redirection' as const }) }
  }
  return imageOf(path, file) ?? fixedOf(name, fixedPaths) ?? languageOf(path, file)
}

function imageOf(path: string, file: string): Named | undefined {
  const image = parseImageName(file)
  if (image === undefined) {
    return /^firmware\//i.test(path) || /\.(?:swu|fwu)$/i.test(file) ? { kind: 'image' } : undefined
  }
  const type = image.type === undefined ? {} : { type: image.type }
  // a kernel or root file system has a version of its own, which no phone tells as that of its firmware
  return { kind: 'image', ...type, ...(image.part === 'application' && { version: image.version }) }
}

function languageOf(path: string, file: string): Named | undefined {
  return languageFile.test(path) || parseFlatLanguageName(file) !== undefined ? { kind: 'language' } : undefined
}

function fixedOf(name: string, fixedPaths: readonly string[]): Named | undefined {
  for (const path of fixedPaths) {
    const form = path.replace(/^\/+/, '').replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
    const found = new RegExp(`^${form.replaceAll(/\{mac\}/gi, macForm)}`, 'i').exec(name)
    if (found === null) continue
    const mac = parseMac(found[1] ?? '')
    return { kind: 'everything', by: 'fixed', ...(mac !== undefined && { mac }) }
  }
  return undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
