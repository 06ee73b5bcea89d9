/** What goes wrong with Plug & Play, redirection and resync. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import type { Account } from './account.js'
import type { Rule } from './diagnosis.js'
import { duration } from './words.js'

const patience = 20_000 // ms from NOTIFY to first document

export const pnpRules: readonly Rule[] = [
  { rule: 'pnp-mismatch', severity: 'error', find: mismatch },
  { rule: 'pnp-ignored', severity: 'warning', find: ignored },
  { rule: 'notify-unanswered', severity: 'error', find: notifyUnanswered },
  { rule: 'notify-refused', severity: 'error', find: notifyRefused },
  { rule: 'pnp-never-fetched', severity: 'error', find: neverFetched },
  { rule: 'came-back', severity: 'warning', find: cameBack },
  { rule: 'resync-unanswered', severity: 'warning', find: resyncUnanswered },
  { rule: 'resync-refused', severity: 'warning', find: resyncRefused },
]

function mismatch({ of, history }: Account): string | undefined {
  const refused = of('pnp-refused').findLast(({ reason }) => /holds|mismatch/.test(reason))
  if (refused === undefined) return undefined
  const from = refused.address === undefined ? 'an address' : formatIpv4(refused.address)
  return `asked by Plug & Play as ${history.mac} from ${from}, which is leased to another phone, and was refused: somebody pretends to be this phone, or the lease is old — restart the phone, and look who has that address`
}

function ignored({ of, boot, site }: Account): string | undefined {
  const refused = of('pnp-refused').at(-1)
  if (refused === undefined || /holds|mismatch/.test(refused.reason) || boot.pnpUrl !== undefined) return undefined
  if (boot.requests > 0) return undefined
  if (site.listed !== undefined) return `asked by Plug & Play and was not answered: ${refused.reason}`
  const remedy = /vendor/.test(refused.reason)
    ? 'give its vendor a URL under `pnp.vendors`, if it is to be served here'
    : 'adopt it, or set `pnp.unknown: answer`'
  return `asked by Plug & Play and was not answered: ${refused.reason} — ${remedy}`
}

function notifyUnanswered({ of, boot }: Account): string | undefined {
  const last = of('notify-ended').at(-1)
  if (last === undefined || last.status !== undefined || boot.requests > 0) return undefined
  return 'asked by Plug & Play, but never answered our NOTIFY with its settings URL — check that UDP from our address reaches it (firewall, VLAN, client isolation)'
}

function notifyRefused({ of, boot }: Account): string | undefined {
  const status = of('notify-ended').at(-1)?.status
  if (status === undefined || status < 300 || boot.requests > 0) return undefined
  return `asked by Plug & Play, and refused the settings URL we told it with SIP status ${status} — try another \`pnp.url\`, or use DHCP`
}

function neverFetched({ of, boot, now }: Account): string | undefined {
  const ended = of('notify-ended').at(-1)
  if (ended?.status === undefined || ended.status >= 300) return undefined
  if (boot.requests > 0 || boot.redirectedTo !== undefined || now - ended.at < patience) return undefined
  return `was told ${boot.pnpUrl ?? 'its settings URL'} by Plug & Play ${duration(now - ended.at)} ago and took it, but never fetched it — check that it reaches that address, and that the door is open`
}

/** Sent elsewhere in a boot before, and here again. */
function cameBack({ history, boot, now }: Account): string | undefined {
  const away = history.boots.findLast(one => one !== boot && one.redirectedTo !== undefined)
  if (away?.redirectedTo === undefined || !boot.isWitnessed) return undefined
  return `was sent to ${away.redirectedTo} ${duration(now - away.at)} ago and is back: it was reset to factory settings, or that server does not answer — check the server, or take the phone out of the registry`
}

function resyncUnanswered({ of }: Account): string | undefined {
  const last = of('resync').at(-1)
  if (last === undefined || last.status !== undefined) return undefined
  return 'did not answer the request to fetch its settings again (SIP NOTIFY check-sync) — it is off, or accepts SIP from its registrar only: restart it by hand'
}

function resyncRefused({ of }: Account): string | undefined {
  const status = of('resync').at(-1)?.status
  if (status === undefined || status < 300) return undefined
  return `refused the request to fetch its settings again with SIP status ${status} — restart it by hand`
}
