/** Every setting of the phones that is publicly known: its type, its class, and why some must not be sent. No I/O. */

import { audioSettings } from './audio.js'
import { callSettings } from './calls.js'
import { displaySettings } from './display.js'
import type { SettingFacts } from './facts.js'
import { identitySettings } from './identities.js'
import { keySettings } from './keys.js'
import { mediaSettings } from './media.js'
import { nearestOf } from './nearest.js'
import { networkSettings } from './network.js'
import { provisioningSettings } from './provisioning.js'
import { securitySettings } from './security.js'
import { sipSettings } from './sip.js'
import { expected } from './value.js'

export const catalogue: readonly SettingFacts[] = [
  ...[...identitySettings, ...mediaSettings, ...sipSettings, ...audioSettings, ...keySettings],
  ...[...networkSettings, ...securitySettings, ...displaySettings, ...callSettings, ...provisioningSettings],
]

const byName: ReadonlyMap<string, SettingFacts> = new Map(catalogue.map(facts => [facts.name, facts]))

/** What is known of `user_name`, `dns_server1`: the name without index and flag, its case as written. */
export function describeSetting(name: string): SettingFacts | undefined {
  return byName.get(name)
}

/** The known name that `langauge` most likely meant; undefined when none is near. */
export function nearestSetting(name: string): string | undefined {
  return nearestOf(name, byName.keys())
}

/** What was expected in place of the value: `on or off`; undefined when it is right, or empty. */
export function checkValue(facts: SettingFacts, value: string): string | undefined {
  const words = expected(facts.type, value)
  return words === undefined ? undefined : `${facts.name} expects ${words}`
}

export function settingNames(): Iterable<string> {
  return byName.keys()
}
