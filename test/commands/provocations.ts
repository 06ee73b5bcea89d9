/** For each rule that looks at addresses, Plug & Play and identity: a phone that misbehaves that way. */

import type { MisbehavingPhone } from './misbehaving.js'

export interface Provocation {
  readonly listed?: string // its lines in the inventory beside the model; undefined: nobody listed it
  readonly site?: 'strict' // the appliance that serves and answers listed phones only
  readonly type?: string // phone type; default: snom370
  readonly mac?: string // default: one of a snom370
  readonly misbehave: (phone: MisbehavingPhone) => Promise<void>
  readonly says: RegExp
}

const nowhere = '127.67.0.1' // the relay of the subnet with one address
const url = 'http://127.0.0.2/elsewhere'

export const leaseProvocations: Readonly<Record<string, Provocation>> = {
  'pool-full': {
    listed: '',
    misbehave: async phone => {
      const giaddr = nowhere
      const taken = { type: 'request', options: { 50: '127.67.1.1', 54: '127.66.0.1' }, giaddr } as const
      await phone.say([{ ...taken, mac: '000413269999' }], nowhere)
      await phone.say([{ type: 'discover', giaddr }], nowhere)
    },
    says: /got none: the pool is full — widen `pool`/,
  },
  'not-admitted': {
    site: 'strict',
    misbehave: phone => phone.say([{ type: 'discover' }]),
    says: /only listed phones are served \(`clients: listed`\) — adopt it/,
  },
  'unknown-subnet': {
    listed: '',
    misbehave: phone => phone.say([{ type: 'discover', giaddr: '127.99.0.1' }], '127.99.0.1'),
    says: /add the subnet of the relay 127\.99\.0\.1 to `dhcp\.subnets`/,
  },
  'lease-not-saved': {
    listed: '',
    misbehave: async phone => {
      await phone.say([{ type: 'discover' }])
      await phone.say([{ type: 'request', options: { 50: '127.66.1.243', 54: '127.66.0.1' } }])
    },
    says: /got no address, since its lease could not be written to disk/,
  },
  'address-in-use': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.say([{ type: 'decline', options: { 50: phone.address, 54: '127.66.0.1' } }])
    },
    says: /found 127\.66\.1\.\d+ in use by another device — find that one \(`arping`\)/,
  },
  'nak-loop': {
    listed: '',
    misbehave: phone => phone.say(Array.from({ length: 3 }, () => ({ type: 'request', options: { 50: '10.1.2.3' } }))),
    says: /was refused the address it asks for 3 times/,
  },
  'other-server': {
    listed: '',
    misbehave: async phone => {
      await phone.say([{ type: 'discover' }])
      await phone.say([{ type: 'request', options: { 50: '10.0.0.9', 54: '10.0.0.1' } }])
    },
    says: /took the address of the DHCP server 10\.0\.0\.1, not ours/,
  },
  'offer-not-taken': {
    listed: '',
    misbehave: phone => phone.say([{ type: 'discover' }, { type: 'discover' }, { type: 'discover' }]),
    says: /asked for an address 3 times in .+ and never took our offer/,
  },
  'no-settings-url': {
    mac: '0080F0AA0001', // of another maker, known as a phone by its SUBSCRIBE alone
    misbehave: async phone => {
      await phone.subscribe({ notify: '200 OK' })
      await phone.until('notify-ended')
      await phone.wait(700)
      const options = { 60: Buffer.from('OEM'), 50: '127.66.1.240', 54: '127.66.0.1' }
      await phone.say([{ type: 'discover', options: { 60: Buffer.from('OEM') } }])
      await phone.say([{ type: 'request', options }])
    },
    says: /was leased an address without options 66 and 67/,
  },
  'asks-no-66': {
    listed: '',
    misbehave: async phone => {
      const options = { 55: [1, 3, 6], 50: '127.66.1.241', 54: '127.66.0.1' }
      await phone.say([{ type: 'discover', options: { 55: [1, 3, 6] } }])
      await phone.say([{ type: 'request', options }])
      await phone.until('ack')
      await phone.wait(40)
    },
    says: /^leased 4\d s ago, never fetched settings: it asked options 1,3,6 only, so its firmware ignores 66 — use Plug & Play$/,
  },
  'never-fetched': {
    listed: '',
    misbehave: async phone => {
      await phone.lease()
      await phone.wait(40)
    },
    says: /^leased 4\d s ago, never fetched settings, though it was told http:\/\/127\.66\.0\.1:\d+\/snom370\.htm/,
  },
  'foreign-address': {
    listed: '',
    misbehave: async phone => {
      await phone.boot({ kind: 'url', url: phone.appliance.base })
    },
    says: /fetches from 127\.66\.9\.\d+, which is no lease of ours: another DHCP server gave it, or it was typed in/,
  },
}

export const otherProvocations: Readonly<Record<string, Provocation>> = {
  'pnp-mismatch': {
    listed: '',
    misbehave: async phone => {
      await phone.say([{ type: 'request', mac: '000413269998', options: { 50: '127.66.1.242', 54: '127.66.0.1' } }])
      phone.address = '127.66.1.242'
      await phone.subscribe()
    },
    says: /asked by Plug & Play as 000413\w+ from 127\.66\.1\.242, which is leased to another phone/,
  },
  'pnp-ignored': {
    site: 'strict',
    misbehave: phone => phone.subscribe(),
    says: /asked by Plug & Play and was not answered: unknown phone — adopt it/,
  },
  'notify-unanswered': {
    listed: '',
    misbehave: async phone => {
      await phone.subscribe()
      await phone.wait(40)
    },
    says: /never answered our NOTIFY with its settings URL/,
  },
  'notify-refused': {
    listed: '',
    misbehave: phone => phone.subscribe({ notify: '481 Subscription Does Not Exist' }),
    says: /refused the settings URL we told it with SIP status 481/,
  },
  'pnp-never-fetched': {
    listed: '',
    misbehave: async phone => {
      await phone.subscribe({ notify: '200 OK' })
      await phone.until('notify-ended')
      await phone.wait(30)
    },
    says: /was told http:\S+ by Plug & Play 3\d s ago and took it, but never fetched it/,
  },
  'came-back': {
    misbehave: async phone => {
      await phone.appliance.api('PUT', `redirections/${phone.mac}`, { url })
      await phone.lease()
      await phone.boot({ kind: 'url', url: `${phone.appliance.base}/snom3x0/snom3x0.php?mac={mac}` })
      await phone.wait(600)
      await phone.lease()
    },
    says: /was sent to http:\/\/127\.0\.0\.2\/elsewhere 10 min ago and is back/,
  },
  'resync-unanswered': {
    listed: '',
    misbehave: async phone => {
      await phone.subscribe({ notify: '200 OK', checkSync: () => void phone.wait(40) })
      await phone.get(`/settings?mac=${phone.mac}`)
      await phone.appliance.api('POST', `phones/${phone.mac}/resync`)
    },
    says: /did not answer the request to fetch its settings again \(SIP NOTIFY check-sync\)/,
  },
  'resync-refused': {
    listed: '',
    misbehave: async phone => {
      await phone.subscribe({ notify: '200 OK', checkSync: '403 Forbidden' })
      await phone.get(`/settings?mac=${phone.mac}`)
      await phone.appliance.api('POST', `phones/${phone.mac}/resync`)
    },
    says: /refused the request to fetch its settings again with SIP status 403/,
  },
  'model-disagrees': {
    listed: '',
    type: 'snom360', // and the inventory has snom370 for all
    misbehave: phone => phone.lease(),
    says: /^says it is a snom360, the inventory says snom370 — correct `model`/,
  },
  'address-disagrees': {
    listed: 'address: 127.66.0.77',
    misbehave: async phone => {
      await phone.say([{ type: 'discover' }])
      await phone.say([{ type: 'request', options: { 50: '127.66.0.77', 54: '127.66.0.1' } }])
      await phone.say([{ type: 'decline', options: { 50: '127.66.0.77', 54: '127.66.0.1' } }])
      await phone.until('declined')
      await phone.wait(5)
      await phone.lease()
    },
    says: /has the address 127\.66\.1\.\d+, the inventory reserves 127\.66\.0\.77/,
  },
}
