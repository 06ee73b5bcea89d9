/** Where a phone is not what the inventory says, as findings and as plain disagreements. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import type { Account, Listed } from './account.js'
import type { Rule } from './diagnosis.js'
import { type PhoneHistory, typeOf } from './phone-history.js'
import type { Recognise } from './recognise.js'

export const identityRules: readonly Rule[] = [
  { rule: 'model-disagrees', severity: 'warning', find: modelDisagrees },
  { rule: 'address-disagrees', severity: 'warning', find: addressDisagrees },
]

/** Each in words: `says it is a snom370, the inventory says snom320`. None for a phone that nobody listed. */
export function disagreements(
  history: PhoneHistory,
  listed: Listed | undefined,
  recognise: Recognise,
): readonly string[] {
  if (listed === undefined) return []
  const texts = [modelText(history, listed, recognise), addressText(history, listed)]
  return [...texts, firmwareText(history, listed, recognise)].filter(text => text !== undefined)
}

function modelDisagrees({ history, site }: Account): string | undefined {
  if (site.listed === undefined) return undefined
  const text = modelText(history, site.listed, site.recognise)
  return text && `${text} — correct \`model\` in the inventory, or look which phone stands there`
}

function addressDisagrees({ history, site }: Account): string | undefined {
  if (site.listed === undefined) return undefined
  const text = addressText(history, site.listed)
  return text && `${text} — restart it; if that does not help, something else uses the reserved address`
}

/** A MAC block is a guess, and no word of the phone. */
function modelText(history: PhoneHistory, { model }: Listed, recognise: Recognise): string | undefined {
  const type = typeOf(history, recognise)
  const { vendorClass, agentType, nameType, pnpModel } = history.said
  const hasSaid = agentType !== undefined || nameType !== undefined || Boolean(pnpModel) || vendorClass !== undefined
  if (type === undefined || model === undefined || !hasSaid) return undefined
  const usual = recognise.typeOfClass(model) ?? model // snom-m9 is a snomM9
  if (type.toLowerCase() === usual.toLowerCase()) return undefined
  return `says it is a ${type}, the inventory says ${model}`
}

function addressText({ boots }: PhoneHistory, { address }: Listed): string | undefined {
  const leased = boots.at(-1)?.address
  if (address === undefined || leased === undefined || leased === address) return undefined
  return `has the address ${formatIpv4(leased)}, the inventory reserves ${formatIpv4(address)}`
}

function firmwareText(history: PhoneHistory, { version, firmware }: Listed, recognise: Recognise): string | undefined {
  const runs = history.said.version
  if (runs === undefined || version === undefined || firmware === undefined) return undefined
  if (recognise.compareVersions(runs, version) === 0) return undefined
  return `runs firmware ${runs}, the inventory wants ${firmware}`
}
