/** What a booting phone reports, step by step, and the one error that ends a boot. No I/O. */

/** A document that was asked for, whether it came or not. */
export interface Asked {
  readonly name: string // the last part of the URL: snom370.htm
  readonly url: string
  readonly status: string // HTTP status, `DATA` for a file by TFTP, or why there is none: `ERROR 1 File not found`
  readonly found: boolean
  readonly bytes: number
  readonly ms: number
}

export type Step =
  | {
      readonly kind: 'exchange'
      readonly sent: 'DISCOVER' | 'REQUEST'
      readonly got: 'OFFER' | 'ACK' | 'NAK'
      readonly address: string // the phone's, from yiaddr
      readonly server: string // option 54
      readonly tries: number
      readonly ms: number
    }
  | {
      readonly kind: 'subscribe'
      readonly address: string // who answered
      readonly tries: number
      readonly ms: number // from the first SUBSCRIBE to the NOTIFY
    }
  | { readonly kind: 'pointer'; readonly url: string; readonly by: string } // by: `option 66 and 67`, `Plug & Play`, `given`
  | ({ readonly kind: 'document' } & Asked)
  | { readonly kind: 'redirect'; readonly from: string; readonly to: string } // setting_server names another server
  | { readonly kind: 'firmware'; readonly from: string; readonly to: string; readonly image: string } // versions, URL
  | { readonly kind: 'resync'; readonly address: string; readonly event: string } // who asked, `check-sync;reboot=false`
  | { readonly kind: 'note'; readonly text: string } // a phone goes on, an installer should know
  | { readonly kind: 'hang'; readonly where: string; readonly why: string }

export type Report = (step: Step) => void

/** A real phone gets no further than this. */
export class Hang extends Error {
  readonly where: string // the message or document: `DISCOVER`, `http://192.168.66.1/snom370.htm`
  readonly why: string

  constructor(where: string, why: string) {
    super(`${where}: ${why}`)
    this.name = 'Hang'
    this.where = where
    this.why = why
  }
}

/** `2.5 s`, `300 ms` */
export function formatTime(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`
}

/** What Node calls a failed system call: ECONNREFUSED; else the error's own words. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}
