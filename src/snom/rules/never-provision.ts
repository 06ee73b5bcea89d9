/** Rules about settings that a setting file must not hold, by the reason the catalogue gives. No I/O. */

import { describeSetting } from '../catalogue/catalogue.js'
import type { SettingFacts } from '../catalogue/facts.js'
import { type Hit, hit, nameOf, type Rule, type Subject } from './rule.js'

export const neverProvisionRules: readonly Rule[] = [
  {
    name: 'write-protected-setting',
    severity: 'error',
    about: 'The phone uses it internally and does not let itself be told.',
    remedy: 'Leave the setting out.',
    find: forbidden(facts => facts.class === 'write-protected' && !isPhoneType(facts)),
  },
  {
    name: 'network-setting',
    severity: 'warning',
    about: 'Where DHCP gives the network parameters, a file that says otherwise can cut the phone off.',
    remedy: 'Leave the setting out, or set dhcp to off where the phone has a static address.',
    *find(subject) {
      if (subject.settings.some(({ name, value }) => name === 'dhcp' && value === 'off')) return
      yield* forbidden(facts => facts.never?.unless === 'the phone has a static address')(subject)
    },
  },
  {
    name: 'setting-server',
    severity: 'warning',
    about: 'It sends the phone to another setting server, for good.',
    remedy: 'Leave it out, unless the phone is meant to leave this server.',
    find: forbidden(facts => facts.never?.unless === 'the phone is sent to another server'),
  },
  {
    name: 'firmware-setting',
    severity: 'error',
    about: 'Among phone settings only firmware_status leads to firmware; an image named directly is not taken.',
    remedy: 'Use firmware_status with the URL of a <firmware-settings> document.',
    find: forbidden(facts => facts.never !== undefined && isFirmware(facts) && facts.class !== 'write-protected'),
  },
  {
    name: 'phone-type-setting',
    severity: 'error',
    about: 'The phone puts phone_type into the names it asks for; an empty one made phones ask for /.htm-MAC.',
    remedy: 'Leave phone_type out.',
    *find({ settings }) {
      for (const setting of settings) {
        if (setting.name === 'phone_type') yield hit(setting, 'tag', 'phone_type is set; expected only by the phone')
      }
    },
  },
  {
    name: 'internal-setting',
    severity: 'error',
    about: 'The phone keeps it for itself; from a setting file it does harm.',
    remedy: 'Leave the setting out.',
    find: forbidden(facts => {
      const isOther = isFirmware(facts) || isPhoneType(facts) || facts.class === 'write-protected'
      return facts.never !== undefined && facts.never.unless === undefined && !isOther
    }),
  },
]

function forbidden(isMeant: (facts: SettingFacts) => boolean): (subject: Subject) => Iterable<Hit> {
  return function* ({ settings }) {
    for (const setting of settings) {
      const facts = describeSetting(setting.name)
      if (facts === undefined || !isMeant(facts)) continue
      const why = facts.never === undefined ? '' : `: ${facts.never.why}`
      yield hit(setting, 'tag', `${nameOf(setting)} is not for setting files${why}`)
    }
  }
}

function isFirmware({ name }: SettingFacts): boolean {
  return /^(?:firmware|bootloader|linux|ramdisk|rootfs|jffs2)(?:$|_)/.test(name)
}

function isPhoneType({ name }: SettingFacts): boolean {
  return name === 'phone_type'
}
