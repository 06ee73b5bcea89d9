/** What goes wrong with a phone's documents: not there, not asked for, not whole, not for this phone. No I/O. */

import { formatIpv4 } from '../address/ipv4.js'
import type { Account, Fetch } from './account.js'
import type { Rule } from './diagnosis.js'
import { counted, duration, percent } from './words.js'

const patience = 15_000 // ms between two documents: phones take one or two seconds, the slowest about five

export const settingsRules: readonly Rule[] = [
  { rule: 'not-in-inventory', severity: 'error', find: notInInventory },
  { rule: 'own-file-missing', severity: 'error', find: ownFileMissing },
  { rule: 'certificate-mismatch', severity: 'error', find: certificateMismatch },
  { rule: 'server-failed', severity: 'error', find: serverFailed },
  { rule: 'secrets-withheld', severity: 'error', find: secretsWithheld },
  { rule: 'nothing-found', severity: 'error', find: nothingFound },
  { rule: 'never-own', severity: 'error', find: neverOwn },
  { rule: 'container-only', severity: 'error', find: containerOnly },
  { rule: 'broken-off', severity: 'error', find: brokenOff },
  { rule: 'tftp-refused', severity: 'error', find: tftpRefused },
  { rule: 'rate-limited', severity: 'warning', find: rateLimited },
  { rule: 'refused', severity: 'warning', find: refusedOtherwise },
  { rule: 'part-missing', severity: 'warning', find: partMissing },
  { rule: 'language-missing', severity: 'warning', find: languageMissing },
  { rule: 'unknown-file', severity: 'warning', find: unknownFile },
  { rule: 'foreign-file', severity: 'warning', find: foreignFile },
  { rule: 'odd-mac', severity: 'note', find: oddMac },
]

function notInInventory({ site, fetches, boot }: Account): string | undefined {
  if (site.listed !== undefined || boot.redirectedTo !== undefined) return undefined // it belongs elsewhere
  const asked = fetches.findLast(({ isOwn }) => isOwn)
  if (asked === undefined) return undefined
  return `asked ${asked.fact.name}, not in the inventory — adopt it`
}

function ownFileMissing({ site, fetches }: Account): string | undefined {
  const missing = fetches.findLast(
    ({ isOwn, named, outcome }) => isOwn && named?.kind !== 'firmware' && outcome === 'missing',
  )
  if (missing === undefined || site.listed === undefined || cameLater(fetches, missing)) return undefined
  return `asked ${missing.fact.name} and got ${missing.fact.status}; it is listed now — restart it (\`option66 resync\`); if that does not help, \`option66 show\` tells the names under which its file is served`
}

function certificateMismatch({ refused }: Account): string | undefined {
  const last = refused.findLast(({ reason }) => reason.startsWith('certificate'))
  if (last === undefined) return undefined
  return `asked ${last.name} with a certificate of another phone, and was refused — the certificate's common name must hold the phone's own MAC; put the right certificate onto it`
}

function serverFailed({ fetches }: Account): string | undefined {
  const failed = fetches.findLast(({ outcome }) => outcome === 'failed')
  if (failed === undefined || cameLater(fetches, failed)) return undefined
  return `asked ${failed.fact.name}, and we failed to answer (${failed.fact.status}) — the log says why; check that the file can be read`
}

function secretsWithheld({ fetches, site }: Account): string | undefined {
  const last = fetches.findLast(({ isOwn, outcome }) => isOwn && outcome === 'came')
  const withheld = fetches.findLast(({ isOwn, fact }) => isOwn && (fact.withheld ?? 0) > 0)
  if (last === undefined || withheld === undefined || withheld.fact.at < last.fact.at) return undefined
  const { door, address, withheld: secrets = 0 } = withheld.fact
  const got = `got ${withheld.fact.name} without its ${counted(secrets, 'password')}`
  if (door === 'tftp') return `${got}: TFTP carries none — let it fetch by HTTP, or set \`tftp.secrets: true\``
  const from = address === undefined ? 'elsewhere' : formatIpv4(address)
  const ours = site.leased === undefined ? 'it has no lease of ours' : `its lease is ${formatIpv4(site.leased)}`
  if (address !== undefined && address === site.leased) {
    return `${got}: it had no lease of ours when it asked — restart it`
  }
  return `${got}: it asked from ${from}, and ${ours} — let it take its address from us, reserve that address for it in the inventory, or use HTTPS with its certificate`
}

/** It was seen to start, and got none of what it asked for: it goes on with what it had, or with nothing. */
function nothingFound({ boot, fetches, site, now }: Account): string | undefined {
  const last = fetches.at(-1)
  const hasStarted = boot.reached.leased !== undefined || boot.pnpUrl !== undefined
  if (last === undefined || !hasStarted || boot.redirectedTo !== undefined) return undefined
  if (now - last.fact.at < patience || !fetches.every(({ outcome }) => outcome === 'missing')) return undefined
  if (!fetches.some(({ named }) => named === undefined) || fetches.some(({ isOwn }) => isOwn)) return undefined
  const names = [...new Set(fetches.map(({ fact }) => fact.name))].slice(-2).join(' and ')
  const known = site.listed === undefined ? '' : '; `option66 show` tells the names of its files'
  return `asked ${names} and got ${last.fact.status}: nothing came to it, so it has no settings of ours — check the Setting URL on the phone, option 67 and \`setting_server\`${known}`
}

function neverOwn(account: Account): string | undefined {
  const { boot, fetches, history, now } = account
  if (boot.reached.general === undefined || boot.reached.own !== undefined || !boot.isWitnessed) return undefined
  if (fetches.some(({ isOwn }) => isOwn) || boot.cameAt === undefined || now - boot.cameAt < patience) return undefined
  const last = fetches.findLast(({ outcome }) => outcome === 'came')?.fact
  const stopped = `stopped ${duration(now - boot.cameAt)} ago after ${last?.name ?? 'its general settings'} and never asked for its own file (…-${history.mac}.htm)`
  if (last?.door === 'tftp' && history.said.version === undefined) {
    return `${stopped} — by TFTP it does not say what firmware it runs: if that is older than 7.1.8, give it \`dialect: plain\` in the inventory, or let it fetch by HTTP`
  }
  return `${stopped} — its firmware cannot read the file it got, or was given a URL with a file name that it does not extend: \`option66 check\`, and see its firmware version`
}

/** A container alone configures nothing. What firmware 6 gets under that name, or a file made by hand, is none. */
function containerOnly({ boot, fetches, now }: Account): string | undefined {
  const own = fetches.findLast(({ isOwn, fact, outcome }) => isOwn && fact.isContainer === true && outcome === 'came')
  if (own === undefined || boot.cameAt === undefined || now - boot.cameAt < patience) return undefined
  const follows = fetches.some(({ named }) => named?.kind === 'settings')
  const isDone = fetches.some(({ isOwn, named }) => isOwn && named?.kind !== 'container')
  if (isDone || follows) return undefined
  return `took ${own.fact.name} and asked for none of the files it names: its firmware reads no containers — give it \`dialect: plain\` in the inventory, or update it`
}

function brokenOff({ fetches }: Account): string | undefined {
  const broken = fetches.findLast(({ named, outcome }) => outcome === 'broken' && named?.kind !== 'image')
  if (broken === undefined || cameLater(fetches, broken)) return undefined
  const { name, bytes, total, door, milliseconds } = broken.fact
  const where = `${name} broke off at ${percent(bytes, total)} after ${duration(milliseconds)}`
  if (broken.fact.status === 'DATA, aborted')
    return `${where}: the phone gave it up (TFTP ERROR) — look whether the file is too long for it, or of the wrong kind`
  if (door === 'tftp')
    return `${where}: its acknowledgements stopped (${broken.fact.status}) — check cable and switch port, or let it fetch by HTTP`
  return `${where} (status ${broken.fact.status}) — check cable and switch port, and whether the phone restarted`
}

function tftpRefused({ refused, fetches }: Account): string | undefined {
  const last = refused.findLast(({ door }) => door === 'tftp')
  if (last === undefined || fetches.some(({ fact, outcome }) => outcome === 'came' && fact.at > last.at))
    return undefined
  return `asked ${last.name} by TFTP and was refused: ${last.reason} — switch that option off on the phone, or let it fetch by HTTP`
}

function rateLimited({ refused }: Account): string | undefined {
  const limited = refused.filter(({ reason }) => reason === 'rate-limited')
  const last = limited.at(-1)
  if (last === undefined) return undefined
  return `asked so often that ${limited.length > 1 ? 'requests were' : `${last.name} was`} refused (429) — it asks in a loop, or many phones share its address: look at what it repeats`
}

function refusedOtherwise({ refused }: Account): string | undefined {
  const last = refused.findLast(
    ({ reason, door }) => reason !== 'rate-limited' && !reason.startsWith('certificate') && door !== 'tftp',
  )
  if (last === undefined) return undefined
  const why = refusals.get(last.reason) ?? 'check the URL it was given'
  return `asked ${last.name} and was refused: ${last.reason} — ${why}`
}

function partMissing({ fetches }: Account): string | undefined {
  const missing = fetches.findLast(
    ({ named, outcome, isOwn }) =>
      outcome === 'missing' && !isOwn && (named?.kind === 'settings' || named?.kind === 'languages'),
  )
  if (missing === undefined || cameLater(fetches, missing)) return undefined
  const asked = `asked ${missing.fact.name}, which a container names, and got ${missing.fact.status}`
  if (missing.named?.kind === 'languages') return `${asked} — add the languages with \`option66 languages add\``
  return `${asked} — put that file into www/, or take it out of the container`
}

function languageMissing({ fetches, history }: Account): string | undefined {
  const missing = fetches.findLast(({ named, outcome }) => named?.kind === 'language' && outcome === 'missing')
  if (missing === undefined || cameLater(fetches, missing)) return undefined
  const version = history.said.version === undefined ? 'its firmware' : `firmware ${history.said.version}`
  return `asked the language file ${missing.fact.name}, which is not there, and stays English — add the languages of ${version} with \`option66 languages add\``
}

function unknownFile(account: Account): string | undefined {
  if (nothingFound(account) !== undefined) return undefined
  const { fetches } = account
  const missing = fetches.findLast(({ named, outcome }) => named === undefined && outcome === 'missing')
  if (missing === undefined) return undefined
  return `asked ${missing.fact.name}, which is no name of ours, and got ${missing.fact.status} — check the Setting URL on the phone, option 67 and \`setting_server\``
}

function foreignFile({ fetches, history }: Account): string | undefined {
  const foreign = fetches.findLast(({ named }) => named?.mac !== undefined && named.mac !== history.mac)
  if (foreign === undefined) return undefined
  return `asked ${foreign.fact.name}, the file of another phone, from the address of ${history.mac} — a general file names one phone's file, or somebody is looking around: check the containers in www/`
}

function oddMac({ fetches, history }: Account): string | undefined {
  const odd = fetches.findLast(
    ({ isOwn, named, fact }) => isOwn && named?.kind !== 'everything' && isOddly(fact.name, history.mac),
  )
  if (odd === undefined) return undefined
  return `spells its MAC unusually: ${odd.fact.name} — served all the same; a file put into www/ or tftproot/ by hand must bear that very name`
}

const refusals: ReadonlyMap<string, string> = new Map([
  ['status 400', 'a name that cannot be read: check the Setting URL for stray characters'],
  ['status 405', 'files are only read here (GET and HEAD): switch off what it tries to upload'],
  ['status 414', 'the name is too long: check the Setting URL'],
])

/** Case is nothing unusual, and what a query says is no file's name; nor is a path of `redirection.paths`. */
function isOddly(name: string, mac: string): boolean {
  return !name.includes('?') && !name.toUpperCase().includes(mac)
}

/** The same document came after all. */
function cameLater(fetches: readonly Fetch[], { fact }: Fetch): boolean {
  return fetches.some(({ fact: other, outcome }) => {
    return outcome === 'came' && other.name.toLowerCase() === fact.name.toLowerCase() && other.at >= fact.at
  })
}
