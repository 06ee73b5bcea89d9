/** readSite() in a thread of its own: thousands of phones take seconds to read, and requests must not wait for that. */

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Mac } from '../address/mac.js'
import type { Phone } from '../fleet/phone.js'
import type { Edited, NewPhone } from './edit-inventory.js'
import type { DhcpSite, Site, SiteFacts, SiteReading } from './site.js'

/** What the thread is asked to read, perhaps as it would be with a phone more. */
export interface Errand {
  readonly file: string
  readonly facts: SiteFacts
  readonly addition?: NewEntry
}

/** A phone for one file of the inventory. */
export interface NewEntry {
  readonly file: string
  readonly text: string // what the file says now
  readonly mac: Mac
  readonly phone: NewPhone
}

/** Without `edited`, nothing was to be added, or has no place in the file's form. */
export interface Trial extends SiteReading {
  readonly edited?: Edited
}

/** It comes in pieces, each asked for, since taking in all phones at once would stop the loop for as long as it takes. */
export type Piece =
  | { readonly kind: 'reading'; readonly reading: Trial } // its inventory has no phones yet
  | { readonly kind: 'phones'; readonly phones: readonly Phone[] }
  | { readonly kind: 'end' }

/** As readSite(). Never rejects: a thread that dies is a finding. */
export function readSiteAside(file: string, facts: SiteFacts = {}): Promise<SiteReading> {
  return run({ file, facts })
}

/** The site as it would be; nothing is written. */
export function tryPhoneAside(file: string, addition: NewEntry, facts: SiteFacts = {}): Promise<Trial> {
  return run({ file, facts, addition })
}

async function run(errand: Errand): Promise<Trial> {
  const { file } = errand
  const worker = new Worker(threadUrl(), { workerData: errand })
  try {
    return await collect(worker)
  } catch (error) {
    const message = `could not be read: ${error instanceof Error ? error.message : String(error)}; try again`
    return { findings: [{ file, line: 1, column: 1, severity: 'error', rule: 'not-read', message }], files: [file] }
  } finally {
    await worker.terminate()
  }
}

/** Built it is JavaScript; tests run what was not built. */
function threadUrl(): URL {
  return new URL(`./site-thread${extname(import.meta.url)}`, import.meta.url)
}

function collect(worker: Worker): Promise<Trial> {
  let reading: Trial = { findings: [], files: [] }
  const phones = new Map<Mac, Phone>()
  return new Promise((resolve, reject) => {
    worker.on('error', reject)
    worker.on('exit', code => reject(new Error(`its thread ended with exit code ${code}`)))
    worker.on('message', (piece: Piece) => {
      switch (piece.kind) {
        case 'reading':
          reading = piece.reading
          break
        case 'phones':
          for (const phone of piece.phones) phones.set(phone.mac, phone)
          break
        case 'end':
          return resolve(withPhones(reading, phones))
      }
      setImmediate(() => worker.postMessage('next')) // what waits goes first
    })
  })
}

function withPhones(reading: Trial, phones: ReadonlyMap<Mac, Phone>): Trial {
  const { site } = reading
  if (site === undefined) return reading
  const { inventory, dhcp } = site
  return { ...reading, site: { ...site, inventory: { ...inventory, phones }, ...(dhcp && { dhcp: restored(dhcp) }) } }
}

/** Between threads a Buffer loses its methods: it comes as a Uint8Array. */
function restored(dhcp: DhcpSite): DhcpSite {
  const buffers = (options: ReadonlyMap<number, Uint8Array>): ReadonlyMap<number, Buffer> =>
    new Map([...options].map(([code, bytes]) => [code, Buffer.from(bytes)]))
  return {
    ...dhcp,
    options: buffers(dhcp.options),
    subnets: dhcp.subnets.map(subnet => ({ ...subnet, options: buffers(subnet.options) })),
  }
}

/** The same reading without its phones. */
export function withoutPhones(reading: Trial): Trial {
  const site: Site | undefined = reading.site && {
    ...reading.site,
    inventory: { ...reading.site.inventory, phones: new Map() },
  }
  return { ...reading, ...(site && { site }) }
}
