/** A fact as one line that a person reads. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import { came } from './boot.js'
import type { Severity } from './diagnosis.js'
import type { Fact } from './fact.js'
import { counted, percent, size } from './words.js'

/** `asks for an address: snom370, options 1,3,6,66,67` */
export function factText(fact: Fact): string {
  switch (fact.kind) {
    case 'discover':
      return `asks for an address${asking(fact)}`
    case 'request':
      return `${requests[fact.state ?? ''] ?? 'asks for the address it wants'}${asking(fact)}`
    case 'offer':
      return `was offered ${addressOf(fact)}`
    case 'ack':
      return acknowledged(fact)
    case 'nak':
      return 'was refused the address it asked for'
    case 'released':
      return `gave ${addressOf(fact)} back`
    case 'declined':
      return `found ${addressOf(fact)} in use by another device`
    case 'unanswered':
      return `got no answer: ${silences[fact.reason] ?? fact.reason}${fact.server ? ` (${formatIpv4(fact.server)})` : ''}`
    case 'subscribe':
      return ['asks by Plug & Play', words(fact.vendor, fact.model, fact.version)]
        .filter(text => text !== '')
        .join(': ')
    case 'pnp-answered':
      return `was told ${fact.url} by Plug & Play`
    case 'pnp-refused':
      return `got no settings URL by Plug & Play: ${fact.reason}`
    case 'notify-ended':
      return fact.status === undefined ? 'never answered our NOTIFY' : `answered our NOTIFY with ${fact.status}`
    case 'fetched':
      return fetched(fact)
    case 'refused':
      return `was refused ${fact.name}: ${fact.reason}`
    case 'redirected':
      return `was sent to ${fact.url} by the ${fact.by === 'registry' ? 'redirection registry' : 'inventory'}`
    case 'resync':
      if (fact.status === undefined) return 'did not answer the request to fetch its settings again'
      return `answered the request to fetch its settings again with ${fact.status}`
  }
}

/** Undefined for what goes well. */
export function factSeverity(fact: Fact): Severity | undefined {
  switch (fact.kind) {
    case 'fetched':
      return came(fact) ? withheldSeverity(fact.withheld) : 'error'
    case 'refused':
    case 'nak':
    case 'declined':
    case 'unanswered':
    case 'pnp-refused':
      return 'warning'
    case 'notify-ended':
    case 'resync':
      return fact.status !== undefined && fact.status < 300 ? undefined : 'warning'
    default:
      return undefined
  }
}

const requests: Readonly<Record<string, string>> = {
  selecting: 'takes the address it was offered',
  'init-reboot': 'asks for the address it had before its restart',
  renewing: 'renews its lease',
  rebinding: 'renews its lease with any server',
  inform: 'asks for options only',
}

const silences: Readonly<Record<string, string>> = {
  'pool-full': 'the pool is full',
  'not-served': 'only listed phones are served',
  'unknown-subnet': 'its subnet is none of ours',
  'other-server': 'it took the address of another DHCP server',
  'no-record': 'another DHCP server gave it that address',
  'not-saved': 'its lease could not be written to disk',
}

function asking(fact: Fact & { readonly kind: 'discover' | 'request' }): string {
  const { vendorClass, hostname, asks, relay } = fact
  const parts = [
    vendorClass,
    hostname && `host name ${hostname}`,
    asks.length > 0 && `options ${asks.join(',')}`,
    relay && `through relay ${formatIpv4(relay)}`,
  ]
  const said = parts.filter(part => part !== undefined && part !== false && part !== '' && part !== 0)
  return said.length === 0 ? '' : `: ${said.join(', ')}`
}

function acknowledged(fact: Fact & { readonly kind: 'ack' }): string {
  const told = fact.settingsUrl === undefined ? 'no settings URL' : `settings at ${fact.settingsUrl}`
  if (fact.state === 'inform') return `was told its options: ${told}`
  if (fact.state === 'renewing' || fact.state === 'rebinding') return `goes on with ${addressOf(fact)}`
  return `has ${addressOf(fact)}: ${told}`
}

function fetched(fact: Fact & { readonly kind: 'fetched' }): string {
  const { name, status, bytes, total, withheld = 0 } = fact
  if (status === '304') return `has ${name} already (304)`
  if (!fact.isWhole) return `${name} broke off at ${percent(bytes, total)} (${status})`
  if (!came(fact)) return `asked ${name}: ${status}`
  const without = withheld > 0 ? `, without ${counted(withheld, 'password')}` : ''
  return `fetched ${name}: ${size(bytes)}${without}`
}

function withheldSeverity(withheld: number | undefined): Severity | undefined {
  return withheld === undefined || withheld === 0 ? undefined : 'warning'
}

function addressOf({ address }: Fact): string {
  return address === undefined ? 'an address' : formatIpv4(address)
}

function words(...parts: readonly (string | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join(' ')
}
