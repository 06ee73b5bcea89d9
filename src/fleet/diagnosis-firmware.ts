/** What goes wrong with firmware: images that do not come, do not help, or make a phone start over for ever. No I/O. */

import type { Account, Fetch } from './account.js'
import { fetchOf } from './account.js'
import type { Boot } from './boot.js'
import type { Rule } from './diagnosis.js'
import { duration, ordinal, percent } from './words.js'

const loopBoots = 3 // without an update between them
const loopTime = 900_000 // ms in which so many boots are no chance
const imagePatience = 60_000 // ms from the firmware document to the image's end; most images take less

export const firmwareRules: readonly Rule[] = [
  { rule: 'image-missing', severity: 'error', find: imageMissing },
  { rule: 'image-broken-off', severity: 'error', find: imageBrokenOff },
  { rule: 'firmware-unchanged', severity: 'error', find: firmwareUnchanged },
  { rule: 'boot-loop', severity: 'error', find: bootLoop },
  { rule: 'image-not-asked', severity: 'warning', find: imageNotAsked },
  { rule: 'firmware-file-missing', severity: 'warning', find: firmwareFileMissing },
]

function imageMissing({ boot, fetches }: Account): string | undefined {
  const missing = fetches.findLast(({ named, outcome }) => named?.kind === 'image' && outcome === 'missing')
  if (missing === undefined || boot.hasImage) return undefined
  return `asked the firmware image ${missing.fact.name} and got ${missing.fact.status}: it stops with a prompt and waits for a key — put the image there with \`option66 firmware add\`, or correct \`firmware\` in the inventory`
}

function imageBrokenOff({ boot, history, site }: Account): string | undefined {
  if (!boot.isHalted) return undefined
  const broken = imagesOf(history, site).filter(({ outcome }) => outcome === 'broken')
  const last = broken.at(-1)
  if (last === undefined || last.fact.at < boot.at) return undefined
  const times = broken.filter(({ fact }) => fact.name === last.fact.name).length
  const where = percent(last.fact.bytes, last.fact.total)
  const remedy = 'check cable, switch port and power, or put the image nearer (HTTP instead of TFTP)'
  if (times === 1)
    return `firmware download of ${last.fact.name} broke off at ${where} — it will try again; if not, ${remedy}`
  return `restarts firmware download at ${where} for the ${ordinal(times)} time (${last.fact.name}) — ${remedy}`
}

/** An image came whole in an earlier boot, and the phone still says another version. */
function firmwareUnchanged({ boot, history, site }: Account): string | undefined {
  const { version, versionAt } = history.said
  if (!history.boots.some(one => one !== boot && one.hasImage)) return undefined
  if (version === undefined || versionAt === undefined || versionAt < boot.at) return undefined
  const image = imagesOf(history, site).findLast(({ fact, outcome }) => outcome === 'came' && fact.at < boot.at)
  const wanted = image?.named?.version
  if (image === undefined || wanted === undefined || site.recognise.compareVersions(version, wanted) === 0)
    return undefined
  return `fetched ${image.fact.name} ${duration(versionAt - image.fact.at)} before it said again that it runs ${version}: it refused the image, or that is none for this model — check the file (\`option66 firmware add\` tells), and the way there from its old firmware`
}

function bootLoop({ boot, history, now }: Account): string | undefined {
  const recent = history.boots.filter(one => isUnexplained(one) && boot.at - one.at <= loopTime)
  const first = recent[0]
  if (first === undefined || recent.length < loopBoots || now - boot.at > loopTime) return undefined
  return `boots again and again: ${recent.length} times in ${duration(boot.at - first.at)} — look at what it fetched last before each, at its power supply, and at settings that make it restart`
}

/** An image that came or broke off makes a phone start anew. */
function isUnexplained({ isWitnessed, hasImage, isHalted }: Boot): boolean {
  return isWitnessed && !hasImage && !isHalted
}

function imageNotAsked({ boot, fetches, history, site, now }: Account): string | undefined {
  const document = fetches.findLast(({ named, outcome }) => named?.kind === 'firmware' && outcome === 'came')
  const { version } = history.said
  const wanted = site.listed?.version
  if (document === undefined || version === undefined || wanted === undefined) return undefined
  if (site.recognise.compareVersions(version, wanted) === 0 || now - document.fact.at < imagePatience) return undefined
  if (boot.hasImage || fetches.some(({ named }) => named?.kind === 'image')) return undefined
  return `runs ${version}, took ${document.fact.name} and never asked for ${site.listed?.firmware ?? 'the image'} — see \`update_policy\` (auto_update), and whether somebody has to confirm on the phone`
}

function firmwareFileMissing({ fetches, site }: Account): string | undefined {
  const missing = fetches.findLast(({ named, outcome }) => named?.kind === 'firmware' && outcome === 'missing')
  if (missing === undefined) return undefined
  const wanted = site.listed?.firmware
  const remedy =
    wanted === undefined
      ? 'give its model or the phone a `firmware`, or take `firmware_status` out'
      : `the inventory wants ${wanted}, which is not in www/firmware or not for this phone: \`option66 check\` tells, \`option66 firmware add\` puts it there`
  return `asked ${missing.fact.name}, where \`firmware_status\` sends it, and got ${missing.fact.status} — ${remedy}`
}

/** Of all boots that are remembered, in order. */
function imagesOf(history: Account['history'], { recognise }: Account['site']): readonly Fetch[] {
  const images: Fetch[] = []
  for (const { facts } of history.boots) {
    for (const fact of facts) {
      if (fact.kind !== 'fetched' || !/\.(?:bin|swu|fwu)$/i.test(fact.name)) continue
      const fetch = fetchOf(fact, history, recognise)
      if (fetch.named?.kind === 'image') images.push(fetch)
    }
  }
  return images
}
