/** Which settings URL a phone is given by Plug & Play, if any. No I/O. */

import type { Ipv4 } from '../address/ipv4.js'
import type { Mac } from '../address/mac.js'
import type { Claim } from './claim.js'

export interface PnpRules {
  /** Of phones we know; may hold {mac}: `http://192.168.66.1/settings?mac={mac}`, or `pnp.url` of the site. */
  readonly settingsUrl: string
  /** Of our own door, without a slash at the end: `http://192.168.66.1`; undefined: `settingsUrl` is for unknown phones too. */
  readonly generalBase: string | undefined
  readonly unknown: 'answer' | 'ignore'
  readonly vendors: ReadonlyMap<string, string> // URL by vendor name in lower case; may hold {mac} or $mac
  /** Whether the inventory lists the phone. */
  isListed(mac: Mac): boolean
  /** Where the phone is to go instead: by the registry, or by the `setting_server` of the inventory. */
  redirectionOf(mac: Mac): Redirected | undefined
  /** Whether it is one of the phones whose settings we write: by model or hardware address. */
  recognises(mac: Mac | undefined, model: string | undefined): boolean
  /** The phone type of its first file: snom370. */
  phoneType(mac: Mac | undefined, model: string | undefined): string | undefined
  /** The phone that holds an address, by lease or reservation. */
  holderOf(address: Ipv4): Mac | undefined
}

export interface Redirected {
  readonly url: string // may hold {mac}
  readonly by: 'registry' | 'inventory'
}

export type Verdict =
  | { readonly kind: 'url'; readonly url: string; readonly mac?: Mac; readonly redirected?: Redirected['by'] }
  /** Answered with 403, for somebody is not who it says it is. */
  | {
      readonly kind: 'refuse'
      readonly reason: 'another phone holds this address'
      readonly mac: Mac
      readonly holder: Mac
    }
  /** Not answered: somebody else may. */
  | { readonly kind: 'silence'; readonly reason: 'unknown phone' | 'other vendor'; readonly mac?: Mac }

/**
 * In this order: who claims a hardware address whose source address another phone holds is refused; where no holder is known, a
 * foreign DHCP server gave the address, and the claim stands. Then a redirection; then the inventory; then `pnp.vendors`; then
 * snom phones that the inventory does not list. Phones of other vendors never get a URL of our own documents.
 *
 * A snom phone is given {mac} as it stands, as in the vendor's own traces: it fills it in and fetches that one file. From a URL
 * that lacks it a phone derives a second name, and asks for a file that is nowhere.
 */
export function judge(rules: PnpRules, claim: Claim, source: Ipv4): Verdict {
  const holder = rules.holderOf(source)
  const mac = claim.mac ?? holder
  if (claim.mac !== undefined && holder !== undefined && claim.mac !== holder) {
    return { kind: 'refuse', reason: 'another phone holds this address', mac: claim.mac, holder }
  }
  const who = mac === undefined ? {} : { mac }
  const isOurs = isNeutral(claim) || isSnom(rules, claim, mac)
  const redirected = mac === undefined ? undefined : rules.redirectionOf(mac)
  if (redirected !== undefined) {
    const url = isOurs ? redirected.url : expand(redirected.url, mac)
    return { kind: 'url', url, redirected: redirected.by, ...who }
  }
  const own = ownUrl(rules, claim, mac)
  if (own !== undefined) return { kind: 'url', url: own, ...who }
  const others = rules.vendors.get(vendorOf(claim))
  if (others !== undefined) return { kind: 'url', url: expand(others, mac), ...who }
  const general = unknownUrl(rules, claim, mac)
  if (general !== undefined) return { kind: 'url', url: general, ...who }
  return { kind: 'silence', reason: isOurs ? 'unknown phone' : 'other vendor', ...who }
}

function vendorOf({ vendor = '' }: Claim): string {
  return vendor.toLowerCase()
}

/** A phone under the name of a reseller, or of nobody. */
function isNeutral(claim: Claim): boolean {
  return ['', 'oem'].includes(vendorOf(claim))
}

function isSnom(rules: PnpRules, claim: Claim, mac: Mac | undefined): boolean {
  return vendorOf(claim) === 'snom' || rules.recognises(mac, claim.model)
}

/** Of a phone that the inventory lists, unless it says that it is another vendor's. */
function ownUrl(rules: PnpRules, claim: Claim, mac: Mac | undefined): string | undefined {
  if (mac === undefined || !rules.isListed(mac)) return undefined
  return isNeutral(claim) || isSnom(rules, claim, mac) ? rules.settingsUrl : undefined
}

/**
 * A phone fetches a file that is named without {mac}, then derives its own from it: snom370.htm, snom370-000413261234.htm. From
 * a URL without a file it makes both names itself. So the general file of its type where that is known, else the bare door.
 */
function unknownUrl(rules: PnpRules, claim: Claim, mac: Mac | undefined): string | undefined {
  if (rules.unknown === 'ignore' || !isSnom(rules, claim, mac)) return undefined
  if (rules.generalBase === undefined) return rules.settingsUrl
  const type = rules.phoneType(mac, claim.model)
  return `${rules.generalBase}/${type === undefined ? '' : `${type}.htm`}`
}

/**
 * `{mac}` and `$MAC` become the address in upper case, as snom writes it; `$mac` in lower case, as others do. Where no address is
 * known they stay, for the phone to fill in.
 */
function expand(url: string, mac: Mac | undefined): string {
  if (mac === undefined) return url
  return url.replaceAll(/\{mac\}|\$MAC\b/gi, macro => (macro === '$mac' ? mac.toLowerCase() : mac))
}
