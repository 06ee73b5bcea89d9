/** `option66 show`: what one phone gets, document by document, and where each value comes from. */

import { renderUnicodeCompact } from 'uqr'
import { type Mac, parseMac } from '../address/mac.js'
import type { Asker } from '../bundle/bundle.js'
import { createBundle } from '../bundle/create-bundle.js'
import { type Visited, visit } from '../bundle/phone-visit.js'
import { openShelf } from '../bundle/shelf.js'
import { formatFinding } from '../config/finding.js'
import { readSite, type Site } from '../config/site.js'
import { hideDocument, hideSecrets } from '../desk/hide-secrets.js'
import { type Origin, originsOf, originTable } from '../desk/origins.js'
import { doorUrl, plainBase, type SettingsDoor, settingsDoor } from '../door-urls.js'
import { findLink } from '../doors/link.js'
import type { Inventory } from '../fleet/phone.js'
import { formatName } from '../snom/names.js'
import { parsePhoneType, phoneTypeOfMac } from '../snom/phone-type.js'

export interface ShowCall {
  readonly file: string // the configuration
  readonly mac: string // any usual spelling
  readonly model?: string // phone type, where neither the inventory nor the MAC tells, or to see it as another
  readonly firmware?: string // version, which chooses the dialect and the languages
  readonly origin?: boolean // where each value comes from, after the documents
  readonly url?: boolean // nothing but the settings URL to type into the phone
  readonly secrets?: boolean // passwords as they are
  readonly json?: boolean
  readonly isTerminal?: boolean // which can show a QR code
  readonly write: (text: string) => void
  readonly complain: (text: string) => void
}

/** Exit code 0: shown; 1: the phone gets nothing; 2: the call or the configuration is wrong. */
export async function show(call: ShowCall): Promise<number> {
  const mac = parseMac(call.mac)
  const wrong = mac === undefined ? `${call.mac}: expected a MAC address such as 000413261234` : wrongOption(call)
  if (mac === undefined || wrong !== undefined) return refuse(call, wrong ?? '', 2)
  const { site, findings } = await readSite(call.file)
  if (site === undefined) return refuse(call, findings.map(formatFinding).join('\n'), 2)
  const base = await baseOf(site)
  if (base === undefined) return refuse(call, 'neither http, https nor tftp is open: no phone gets anything', 1)
  const settingsUrl = `${base.url}/${formatName({ kind: 'everything', mac }, base.door === 'tftp')}`
  if (call.url) {
    call.write(call.json ? `${JSON.stringify({ url: settingsUrl })}\n` : `${settingsUrl}\n`)
    if (call.isTerminal && !call.json) call.write(`${renderUnicodeCompact(settingsUrl)}\n`)
    return 0
  }
  return showPhone(call, site, mac, base, settingsUrl)
}

function wrongOption({ model, firmware }: ShowCall): string | undefined {
  if (model !== undefined && parsePhoneType(model) === undefined) {
    return `--model ${model}: expected a phone type such as snom370`
  }
  const isVersion = firmware === undefined || /^\d{1,4}(?:\.\d{1,6}){1,4}$/.test(firmware)
  return isVersion ? undefined : `--firmware ${firmware}: expected a version such as 8.4.35`
}

interface Base {
  readonly door: SettingsDoor
  readonly url: string // http://192.168.66.1
}

async function baseOf(site: Site): Promise<Base | undefined> {
  const door = settingsDoor(site)
  const port = door && site[door]?.port
  if (door === undefined || port === undefined) return undefined
  const address = site.address ?? (await findLink(site.interface, undefined))?.address
  if (address === undefined) return { door, url: `${door}://address-of-${site.interface}` }
  return { door, url: doorUrl(door, address, port) }
}

async function showPhone(call: ShowCall, site: Site, mac: Mac, base: Base, settingsUrl: string): Promise<number> {
  const inventory = call.secrets ? site.inventory : hideSecrets(site.inventory)
  const listed = inventory.phones.get(mac)
  const model = call.model === undefined ? undefined : parsePhoneType(call.model)
  const type = model ?? listed?.model ?? phoneTypeOfMac(mac)
  const visited = await visitAs(call, site, inventory, { mac, type }, base)
  if (!visited.some(({ found }) => found !== undefined)) return refuse(call, whyNothing(mac, type, inventory), 1)
  if (listed === undefined) call.complain(`${mac} is not in the inventory: it gets what every ${type} gets\n`)
  const origins = call.origin ? originsOf(inventory, mac, type) : undefined
  const phone = { mac, ...(type !== undefined && { model: type }), listed: listed !== undefined, settingsUrl }
  if (call.json) call.write(`${JSON.stringify(asJson(phone, visited, origins, call), undefined, 2)}\n`)
  else {
    for (const one of visited) call.write(describe(one, call))
    if (origins !== undefined) call.write(`--- where each value comes from\n${originTable(origins)}`)
  }
  return 0
}

async function visitAs(
  { firmware, complain }: ShowCall,
  site: Site,
  inventory: Inventory,
  { mac, type }: { readonly mac: Mac; readonly type: string | undefined },
  { door, url }: Base,
): Promise<readonly Visited[]> {
  const bundle = createBundle({
    inventory: () => inventory,
    www: openShelf(site.http?.root ?? site.tftp?.root ?? site.state),
    tftproot: openShelf(site.tftp?.root ?? site.state),
    holderOf: () => mac, // as if it had the lease: whether secrets go out to it is the door's to decide
    tftpSecrets: site.tftp?.secrets ?? false,
    plainUrl: () => plainBase(site, site.address ?? 0),
    warn: text => complain(`${text}\n`),
  })
  const userAgent = firmware === undefined || type === undefined ? {} : { userAgent: agentOf(type, firmware) }
  const asker: Asker = { door, baseUrl: url, address: inventory.phones.get(mac)?.address ?? 0, ...userAgent }
  return visit(bundle, { mac, type }, asker)
}

function agentOf(type: string, firmware: string): string {
  return `Mozilla/4.0 (compatible; ${type}-SIP ${firmware})`
}

function whyNothing(mac: Mac, type: string | undefined, inventory: Inventory): string {
  if (inventory.phones.has(mac)) return `${mac} gets nothing`
  if (type === undefined) {
    return `${mac} gets nothing: it is not in the inventory, and its MAC tells no model; name one with --model`
  }
  return `${mac} gets nothing: it is not in the inventory, and there is nothing for every ${type}`
}

function refuse({ complain }: ShowCall, text: string, code: 1 | 2): number {
  complain(`${text}\n`)
  return code
}

function describe(visited: Visited, call: ShowCall): string {
  const { url, found, isElsewhere } = visited
  const text = textOf(visited, call)
  const withheld = found?.kind === 'rendered' ? found.withheld : 0
  const remarks = [
    ...(isElsewhere ? ['on another server'] : found === undefined ? ['not there'] : []),
    ...(found?.kind === 'shelved' ? [`a file of ${found.size} bytes`] : []),
    ...(withheld > 0 ? [`${withheld} secret${withheld === 1 ? '' : 's'} left out`] : []),
  ]
  const head = `--- ${url}${remarks.length === 0 ? '' : ` (${remarks.join(', ')})`}\n`
  return text === undefined ? head : `${head}${text.endsWith('\n') ? text : `${text}\n`}`
}

/** What a terminal can show; binaries are only named. */
function textOf({ found, bytes }: Visited, { secrets }: ShowCall): string | undefined {
  if (bytes === undefined || bytes.includes(0)) return undefined
  const text = bytes.toString('utf8')
  const shown = secrets || found?.kind === 'rendered' ? text : hideDocument(text)
  return shown.replaceAll(/[^\P{C}\n\t]/gu, '\ufffd')
}

function asJson(
  phone: Readonly<Record<string, unknown>>,
  visited: readonly Visited[],
  origins: readonly Origin[] | undefined,
  call: ShowCall,
) {
  const documents = visited.map(one => ({
    url: one.url,
    found: one.found !== undefined,
    ...(one.isElsewhere && { elsewhere: true }),
    ...(one.found?.kind === 'shelved' && { file: one.found.path, size: one.found.size }),
    ...(one.found?.kind === 'rendered' && { withheld: one.found.withheld }),
    text: textOf(one, call), // JSON leaves out what is undefined
  }))
  return { ...phone, documents, ...(origins !== undefined && { origins }) }
}
