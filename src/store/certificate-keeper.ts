/** The certificate in use: where it comes from, and whether another has taken its place on disk. */

import { stat } from 'node:fs/promises'
import { type Certificate, readCertificate } from './certificate.js'
import type { Subject } from './certificate-form.js'
import { isEnding, madeFiles, makeCertificate } from './certificate-made.js'

/** Between two tries to renew the one that is made, in milliseconds: a full disk is said once a day. */
const patience = 24 * 60 * 60 * 1000

export interface CertificateSource {
  readonly certificate?: string // absolute, as are the others; left out together with `key`: one is made
  readonly key?: string
  readonly clientCa?: string
  readonly state: string // folder
  readonly subject: Subject // of the one that is made
}

export interface CertificateKeeper {
  readonly current: Certificate
  readonly isMade: boolean
  /**
   * Another certificate than at the last look, once its files rest; undefined mostly. Rejects with one sentence, and
   * once, when what has come cannot be used: then the current one goes on. `now`: ms since 1970.
   */
  look(now: number): Promise<Certificate | undefined>
}

/** Rejects with one sentence. */
export async function openCertificate(source: CertificateSource, now: number): Promise<CertificateKeeper> {
  const files = filesOf(source)
  const isMade = source.certificate === undefined
  const paths = [files.certificate, files.key, ...(source.clientCa === undefined ? [] : [source.clientCa])]
  const obtain = (at: number): Promise<Certificate> =>
    isMade ? makeCertificate(source.state, source.subject, at, source.clientCa) : readCertificate(files, at)
  let current = await obtain(now)
  let used = await marksOf(paths)
  let seen = used
  let tried = 0 // when it was to be renewed, ms since 1970

  /** Two files are not replaced in one moment: a change counts when the next look finds it again. */
  async function hasChanged(): Promise<boolean> {
    const marks = await marksOf(paths)
    const isResting = marks === seen
    seen = marks
    if (marks === used || !isResting) return false
    used = marks
    return true
  }

  function mustRenew(at: number): boolean {
    if (!isMade || !isEnding(current, at) || Math.abs(at - tried) < patience) return false
    tried = at
    return true
  }

  async function look(at: number): Promise<Certificate | undefined> {
    if (!(await hasChanged()) && !mustRenew(at)) return undefined
    const next = await obtain(at)
    used = await marksOf(paths)
    seen = used
    if (next.fingerprint === current.fingerprint && next.clientCa === current.clientCa) return undefined
    current = next
    return current
  }

  return {
    get current() {
      return current
    },
    isMade,
    look,
  }
}

function filesOf({ certificate, key, clientCa, state }: CertificateSource) {
  if (certificate === undefined && key === undefined) return madeFiles(state)
  if (certificate === undefined || key === undefined) {
    throw new Error('https.certificate and https.key belong together: name both, or neither and one is made')
  }
  return { certificate, key, ...(clientCa !== undefined && { clientCa }) }
}

/** Changes whenever a file does: also by a rename, or a link that leads elsewhere. */
async function marksOf(paths: readonly string[]): Promise<string> {
  const marks = paths.map(async path => {
    const stats = await stat(path).catch(() => undefined)
    return stats === undefined ? 'none' : `${stats.dev}:${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`
  })
  return (await Promise.all(marks)).join('\n')
}
