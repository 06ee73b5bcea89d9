/** What goes wrong before a phone knows its settings server: address, DHCP options, other servers. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import type { Account } from './account.js'
import type { Rule } from './diagnosis.js'
import { counted, duration } from './words.js'

const patience = 20_000 // ms from lease to first document: phones take up to ten seconds
const mostOffers = 3 // that a phone lets pass, before it is more than a lost datagram
const mostNaks = 3

export const leaseRules: readonly Rule[] = [
  { rule: 'pool-full', severity: 'error', find: poolFull },
  { rule: 'not-admitted', severity: 'error', find: notAdmitted },
  { rule: 'unknown-subnet', severity: 'error', find: unknownSubnet },
  { rule: 'lease-not-saved', severity: 'error', find: leaseNotSaved },
  { rule: 'address-in-use', severity: 'error', find: addressInUse },
  { rule: 'nak-loop', severity: 'error', find: nakLoop },
  { rule: 'other-server', severity: 'error', find: otherServer },
  { rule: 'offer-not-taken', severity: 'error', find: offerNotTaken },
  { rule: 'no-settings-url', severity: 'error', find: noSettingsUrl },
  { rule: 'asks-no-66', severity: 'error', find: asksNo66 },
  { rule: 'never-fetched', severity: 'error', find: neverFetched },
  { rule: 'foreign-address', severity: 'warning', find: foreignAddress },
]

function poolFull(account: Account): string | undefined {
  if (lastReason(account) !== 'pool-full') return undefined
  return 'asked for an address and got none: the pool is full — widen `pool`, shorten `lease-time`, or release leases of devices that are gone'
}

function notAdmitted(account: Account): string | undefined {
  if (lastReason(account) !== 'not-served') return undefined
  if (account.site.listed !== undefined) return undefined
  return 'asked for an address and got no answer, since only listed phones are served (`clients: listed`) — adopt it into the inventory'
}

function unknownSubnet(account: Account): string | undefined {
  if (lastReason(account) !== 'unknown-subnet') return undefined
  const relay = [...account.of('discover'), ...account.of('request')].at(-1)?.relay
  const where = relay === undefined ? 'its subnet' : `the subnet of the relay ${formatIpv4(relay)}`
  return `asked for an address on a network that we do not serve — add ${where} to \`dhcp.subnets\``
}

function leaseNotSaved(account: Account): string | undefined {
  if (lastReason(account) !== 'not-saved') return undefined
  return 'got no address, since its lease could not be written to disk — see Health for the state folder, and free some space'
}

function addressInUse(account: Account): string | undefined {
  const declined = account.of('declined').at(-1)
  if (declined === undefined) return undefined
  const address = declined.address === undefined ? 'the address it was given' : formatIpv4(declined.address)
  return `found ${address} in use by another device — find that one (\`arping\`) and free the address, or take it out of the pool`
}

function nakLoop({ boot, of, count }: Account): string | undefined {
  if (boot.reached.leased !== undefined || count('nak') < mostNaks) return undefined
  const naks = of('nak')
  const span = duration((naks.at(-1)?.at ?? 0) - (naks[0]?.at ?? 0))
  return `was refused the address it asks for ${counted(naks.length, 'time')} in ${span}: it keeps one of another network or another server — restart it, and look for a second DHCP server (\`option66 probe\`)`
}

function otherServer(account: Account): string | undefined {
  const taken = account.unanswered.findLast(({ reason }) => reason === 'other-server')
  if (taken === undefined || (account.boot.reached.leased ?? 0) > taken.at) return undefined
  const whose = taken.server === undefined ? 'another DHCP server' : `the DHCP server ${formatIpv4(taken.server)}`
  return `took the address of ${whose}, not ours, and with it that server's options — switch that server off on this LAN, or use Plug & Play`
}

function offerNotTaken({ boot, of, count, now }: Account): string | undefined {
  const offers = of('offer')
  if (boot.reached.leased !== undefined || offers.length < mostOffers || count('request') > 0) return undefined
  const since = duration(now - (offers[0]?.at ?? now))
  return `asked for an address ${counted(count('discover'), 'time')} in ${since} and never took our offer: another DHCP server is faster, or the offer is not heard — run \`option66 probe\`, and check VLAN and relay`
}

function noSettingsUrl(account: Account): string | undefined {
  const { boot, site } = account
  if (!isIdle(account, 0) || boot.settingsUrl !== undefined || !site.servesDhcp) return undefined
  return 'was leased an address without options 66 and 67, so it does not know where its settings are — open the door that `settings-url` names, or list the phone if it is one'
}

function asksNo66(account: Account): string | undefined {
  const { boot, history, now } = account
  const { asks } = history.said
  if (!isIdle(account, patience) || asks === undefined || asksForSettings(asks)) return undefined
  const since = duration(now - (boot.reached.leased ?? now))
  return `leased ${since} ago, never fetched settings: it asked options ${asks.join(',')} only, so its firmware ignores 66 — use Plug & Play`
}

function neverFetched(account: Account): string | undefined {
  const { boot, history, now } = account
  const { asks } = history.said
  if (!isIdle(account, patience) || boot.settingsUrl === undefined) return undefined
  if (asks !== undefined && !asksForSettings(asks)) return undefined
  const since = duration(now - (boot.reached.leased ?? now))
  return `leased ${since} ago, never fetched settings, though it was told ${boot.settingsUrl} — check that it may (\`provisioning_order\`, a Setting URL typed into the phone) and that it reaches that address`
}

function foreignAddress({ boot, fetches, site }: Account): string | undefined {
  const address = fetches.findLast(({ outcome }) => outcome === 'came')?.fact.address
  if (address === undefined || !site.servesDhcp) return undefined
  if (address === site.leased || address === boot.address || address === site.listed?.address) return undefined
  const leased = site.leased === undefined ? '' : `, though we leased it ${formatIpv4(site.leased)}`
  return `fetches from ${formatIpv4(address)}, which is no lease of ours${leased}: another DHCP server gave it, or it was typed in; it gets no passwords that way — switch the other server off, or set \`address\` in the inventory`
}

/** Leased, and silent for so long; nothing else sent it to settings. */
function isIdle({ boot, count, now }: Account, least: number): boolean {
  const { leased } = boot.reached
  if (leased === undefined || !boot.isWitnessed || boot.requests > 0 || boot.redirectedTo !== undefined) return false
  return count('subscribe') === 0 && count('refused') === 0 && now - leased >= least
}

function asksForSettings(asks: readonly number[]): boolean {
  return asks.some(code => code === 66 || code === 67 || code === 43)
}

/** Why its last message got no answer, unless one came later. */
function lastReason({ boot, unanswered }: Account): string | undefined {
  const last = unanswered.at(-1)
  return last === undefined || (boot.reached.leased ?? 0) >= last.at ? undefined : last.reason
}
