/** The TFTP door: RRQ in, files of the bundle out, all from one socket (RFC 1350, 2347, 2348, 2349, 7440). Reads only. */

import type { Bundle } from '../bundle/bundle.js'
import type { Note } from '../fleet/fact.js'
import { Netascii } from '../tftp/netascii.js'
import { negotiate } from '../tftp/options.js'
import { errorCode, type Request } from '../tftp/packet.js'
import { Octets } from '../tftp/source.js'
import type { Log } from './log.js'
import { Ledger, type Reason } from './tftp-ledger.js'
import type { Entry, TableLimits } from './tftp-table.js'
import { type Handle, Transfers } from './tftp-transfers.js'
import type { Udp } from './udp.js'

export interface TftpLimits extends TableLimits {
  /** Transfers in all. One costs about a kilobyte and 60 seconds of patience; the largest site boots in a few waves. */
  readonly transfers: number
  /** At one client address. A phone fetches one file at a time, and leaves ports behind when it asks again. */
  readonly perClient: number
  /** Files being read at once; the others wait in line. No disk gets faster by being asked everything at once. */
  readonly reads: number
}

export interface TftpSettings {
  readonly requests: Udp // hears RRQ, on port 69
  readonly transfers: Udp // sends everything; its port is the server's TID of every transfer
  readonly bundle: Pick<Bundle, 'find'>
  readonly baseUrl: string // tftp://192.168.66.1
  readonly mtu: number // bytes, of the interface
  readonly log: Log
  readonly now: () => number // milliseconds, never going back
  readonly limits?: Partial<TftpLimits>
  readonly note?: Note
}

export interface TftpDoor {
  readonly counters: Readonly<Record<Reason, number>>
  /** Tells the clients, and closes both sockets. */
  close(): Promise<void>
}

/** Serves from now on. No datagram makes it throw, and no answer of the bundle does. */
export function openTftp(settings: TftpSettings): TftpDoor {
  return new Door(settings)
}

/** Why a request gets ERROR; the text never names a path. */
interface Flaw {
  readonly reason: Reason
  readonly code: number
  readonly text: string
}

const usual: TftpLimits = { transfers: 1000, perClient: 8, reads: 32 }
const longestName = 512 // bytes: RFC 2347 gives that much to the whole request
const printable = /^[\x20-\x7e]+$/

const flaws = {
  write: { reason: 'write', code: errorCode.accessViolation, text: 'Read only' },
  mode: { reason: 'bad mode', code: errorCode.illegalOperation, text: 'Mode must be octet or netascii' },
  name: { reason: 'bad name', code: errorCode.fileNotFound, text: 'File not found' },
  refused: { reason: 'refused', code: errorCode.accessViolation, text: 'Access violation' },
  notFound: { reason: 'not found', code: errorCode.fileNotFound, text: 'File not found' },
  full: { reason: 'full', code: errorCode.notDefined, text: 'Too many transfers, ask again later' },
  'client full': { reason: 'client full', code: errorCode.notDefined, text: 'Too many transfers to this address' },
} as const satisfies Record<string, Flaw>

class Door implements TftpDoor {
  readonly counters: Readonly<Record<Reason, number>>
  readonly #settings: TftpSettings
  readonly #limits: TftpLimits
  readonly #ledger: Ledger
  readonly #transfers: Transfers
  readonly #line: Entry[] = [] // waiting to be read
  #reads = 0

  constructor(settings: TftpSettings) {
    this.#settings = settings
    this.#limits = { ...usual, ...settings.limits }
    this.#ledger = new Ledger(settings.log, settings.note)
    this.#transfers = new Transfers(settings.transfers, this.#limits, this.#ledger, settings.now)
    this.counters = this.#ledger.counters
    const onRequest: Handle = (packet, { bytes, address, port }, now) => {
      if (packet.op !== 'RRQ' && packet.op !== 'WRQ') {
        this.#ledger.strange('not a request', address, port, now, packet.op)
        return
      }
      const wire = bytes.toString('latin1')
      this.#onRequest({ address, port, request: packet, wire, asked: now }, now)
    }
    settings.requests.receive(datagrams => this.#transfers.each(datagrams, onRequest))
  }

  async close(): Promise<void> {
    this.#line.length = 0
    await Promise.all([this.#settings.requests.close(), this.#transfers.close()])
  }

  #onRequest(entry: Entry, now: number): void {
    this.#ledger.counters.requests++
    if (this.#isRepeated(entry, now)) return
    const flaw = flawOf(entry.request) ?? this.#admit(entry, now)
    if (flaw) {
      this.#refuse(entry, flaw, now)
      return
    }
    this.#line.push(entry)
    this.#readOn()
  }

  /** The same request again is the same transfer. Another one, or one after all was sent, means that the client has moved on. */
  #isRepeated({ address, port, wire }: Entry, now: number): boolean {
    const known = this.#transfers.at(address, port)
    if (!known) return false
    const isAllSent = known.transfer?.isAllSent ?? false
    const hasFetched = (known.transfer?.bytes ?? 0) > 0
    if (known.wire === wire && !(isAllSent && hasFetched)) {
      this.#ledger.strange('duplicate request', address, port, now)
      return true
    }
    if (isAllSent) this.#ledger.finished('unacknowledged', known, now)
    else this.#ledger.ended('superseded', known, now)
    this.#transfers.remove(known)
    return false
  }

  #admit(entry: Entry, now: number): Flaw | undefined {
    // Whoever has left since still stands in line, so the line needs a limit of its own.
    if (this.#line.length >= this.#limits.transfers) return flaws.full
    const admission = this.#transfers.admit(entry, now)
    return admission === 'admitted' ? undefined : flaws[admission]
  }

  #readOn(): void {
    while (this.#reads < this.#limits.reads) {
      const entry = this.#line.shift()
      if (!entry) return
      if (!this.#transfers.has(entry)) continue
      this.#reads++
      void this.#read(entry).finally(() => {
        this.#reads--
        this.#readOn()
      })
    }
  }

  /** Never rejects. */
  async #read(entry: Entry): Promise<void> {
    try {
      const file = await this.#find(entry)
      if (this.#transfers.has(entry)) this.#answer(entry, file, this.#settings.now())
    } catch (error) {
      this.#ledger.unreadable(entry, error, this.#settings.now())
      if (!this.#transfers.has(entry)) return
      this.#transfers.refuse(entry, errorCode.notDefined, 'The file cannot be read')
    }
  }

  async #find(entry: Entry): Promise<Buffer | Flaw> {
    const { bundle, baseUrl } = this.#settings
    const found = await bundle.find(entry.request.file, { door: 'tftp', baseUrl, address: entry.address })
    if (found === undefined) return flaws.notFound
    if (found.kind === 'shelved') return found.read()
    if (found.mac) entry.mac = found.mac
    if (found.kind === 'refused') return flaws.refused
    if (found.withheld) entry.withheld = found.withheld
    if (found.isContainer) entry.isContainer = true
    return found.bytes
  }

  #answer(entry: Entry, file: Buffer | Flaw, now: number): void {
    if (!Buffer.isBuffer(file)) {
      this.#refuse(entry, file, now)
      return
    }
    const netascii = entry.request.mode.toLowerCase() === 'netascii'
    const agreement = negotiate(entry.request.options, { size: file.length, netascii, mtu: this.#settings.mtu })
    if (agreement.kind === 'refused') {
      const flaw = { reason: 'bad option', code: errorCode.optionNegotiation, text: agreement.reason } as const
      this.#refuse(entry, flaw, now)
      return
    }
    entry.total = file.length
    this.#transfers.begin(entry, netascii ? new Netascii(file) : new Octets(file), agreement, now)
  }

  #refuse(entry: Entry, { reason, code, text }: Flaw, now: number): void {
    this.#transfers.refuse(entry, code, text)
    this.#ledger.refused(reason, entry, now, `ERROR ${code} ${text}`)
  }
}

function flawOf({ op, mode, file }: Request): Flaw | undefined {
  if (op === 'WRQ') return flaws.write
  if (!/^(?:octet|netascii)$/i.test(mode)) return flaws.mode
  return file.length <= longestName && printable.test(file) ? undefined : flaws.name
}
