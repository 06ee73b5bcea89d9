/** `option66 leases`: the lease database as a table, as JSON, or in the file format of another server. */

import { formatIpv4, parseIpv4 } from '../address/ipv4.js'
import { formatMac } from '../address/mac.js'
import type { Lease } from '../dhcp/lease.js'
import { dnsmasqLeases, keaLeases } from '../store/lease-export.js'
import { readLeases, releaseLease } from '../store/lease-store.js'
import { type ApiAnswer, callApi } from './api-client.js'

const lastTime = 8.64e15 // ms since 1970: the greatest that Date knows

interface Reader {
  readonly folder: string // where the appliance keeps its state
  readonly now: number // ms since 1970
  readonly write: (text: string) => void
  readonly report?: (text: string) => void // what the file's damage keeps us from showing
}

/** Exit code 0; rejects, in a sentence for the operator, when the database cannot be read. */
export async function leasesList(call: Reader & { readonly json: boolean }): Promise<number> {
  const leases = await readLeases(call.folder, call.report ?? ignore)
  leases.sort((a, b) => a.address - b.address)
  const rows = leases.map(lease => ({ lease, state: stateNow(lease, call.now) }))
  call.write(call.json ? jsonText(rows) : rows.length === 0 ? `no leases in ${call.folder}\n` : tableText(rows))
  return 0
}

/** `subnetId` is Kea's, for all of them. Exit code and errors as above. */
export async function leasesExport(
  call: Reader & { readonly format: 'kea' | 'dnsmasq'; readonly subnetId?: number },
): Promise<number> {
  const leases = await readLeases(call.folder, call.report ?? ignore)
  const { format, now, subnetId = 1 } = call
  call.write(format === 'kea' ? keaLeases(leases, now, subnetId) : dnsmasqLeases(leases, now))
  return 0
}

export interface ReleaseCall extends Reader {
  readonly address: string
  readonly json: boolean
  readonly complain: (text: string) => void
  readonly callApi?: typeof callApi
}

/**
 * Through the appliance where one runs, else in the database itself. Exit code 0; 1 when no lease runs there; 2 when
 * the address is none. Rejects as above.
 */
export async function leasesRelease(call: ReleaseCall): Promise<number> {
  const { address, folder, now, json, write, complain, callApi: ask = callApi } = call
  const parsed = parseIpv4(address)
  if (parsed === undefined) {
    complain(`${address} is not an IPv4 address such as 192.168.66.100\n`)
    return 2
  }
  const answer = await ask(folder, 'DELETE', `leases/${address}`)
  const isReleased =
    answer === undefined
      ? (await releaseLease(folder, parsed, now, call.report ?? ignore)) !== undefined
      : isDone(answer)
  if (json) write(`${JSON.stringify({ address, isReleased })}\n`)
  else if (isReleased) write(`${address} is released\n`)
  else complain(`no lease runs on ${address}: option66 leases list shows those that do\n`)
  return isReleased ? 0 : 1
}

/** @throws in the appliance's own words, where it is not that there is no such lease */
function isDone({ status, body }: ApiAnswer): boolean {
  if (status < 300) return true
  if (status === 404) return false
  const words = typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : `status ${status}`
  throw new Error(`the appliance did not release it: ${words}`)
}

interface Row {
  readonly lease: Lease
  readonly state: Lease['state'] | 'expired'
}

function stateNow(lease: Lease, now: number): Row['state'] {
  return lease.state !== 'released' && lease.end <= now ? 'expired' : lease.state
}

function tableText(rows: readonly Row[]): string {
  const head = ['ADDRESS', 'MAC', 'STATE', 'ENDS (UTC)', 'HOST NAME', 'VENDOR CLASS']
  const cells = rows.map(({ lease, state }) => [
    formatIpv4(lease.address),
    lease.mac === undefined ? '-' : formatMac(lease.mac),
    state,
    timeText(lease.end).replace('T', ' ').replace(/\..*/, ''),
    printable(lease.hostname ?? '-'),
    printable(lease.vendorClass ?? '-'),
  ])
  const widths = head.map((title, i) =>
    cells.reduce((width, row) => Math.max(width, row[i]?.length ?? 0), title.length),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return `${[head, ...cells].map(line).join('\n')}\n`
}

function jsonText(rows: readonly Row[]): string {
  const values = rows.map(({ lease, state }) => ({
    address: formatIpv4(lease.address),
    mac: lease.mac === undefined ? undefined : formatMac(lease.mac),
    state,
    client: lease.client,
    hostname: lease.hostname,
    vendorClass: lease.vendorClass,
    start: timeText(lease.start),
    end: timeText(lease.end),
  }))
  // JSON.stringify escapes the control characters of ASCII; the others steer terminals too.
  const hidden = /[\u007f-\u009f\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu
  return `${JSON.stringify(values, null, 2).replaceAll(hidden, escaped)}\n`
}

function escaped(character: string): string {
  const unit = (i: number) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return character.length === 1 ? unit(0) : unit(0) + unit(1)
}

/** Host names are a stranger's words: nothing of them may move the cursor, colour the screen or turn the text round. */
function printable(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')
}

function timeText(time: number): string {
  return time > lastTime ? 'never' : new Date(time).toISOString()
}

function ignore(): void {
  // A caller without a place for warnings wants none.
}
