/** The HTTPS door with the certificate that holds now: opened, and given the next one when its files change. */

import { hostname } from 'node:os'
import type { Ipv4 } from './address/ipv4.js'
import type { HttpsSite } from './config/site.js'
import { type HttpDoor, type HttpOptions, openHttp } from './doors/http.js'
import { type CertificateKeeper, openCertificate } from './store/certificate-keeper.js'

export interface SecureDoorPlan extends Omit<HttpOptions, 'tls'> {
  readonly https: HttpsSite
  readonly state: string // folder where a certificate of our own is kept
  readonly site: string // its name
  readonly address: Ipv4 // by which phones reach us
}

const lookInterval = 2000 // ms between two looks at the files of the certificate

/** Rejects with one sentence when the certificate cannot be used or the port is not to be had. */
export async function openSecureDoor(plan: SecureDoorPlan): Promise<HttpDoor> {
  const { https, state, site, address, log, now, ...options } = plan
  const { port, oldTls, ...files } = https
  const keeper = await openCertificate({ ...files, state, subject: { site, host: hostname(), address } }, now())
  const { fingerprint, until, ...credentials } = keeper.current
  const door = await openHttp({ ...options, log, now, tls: { ...credentials, oldTls } })
  const origin = keeper.isMade ? 'made by option66' : `read from ${files.certificate}`
  log.info({ door: 'https', fingerprint, until: new Date(until).toISOString() }, `certificate ${origin}`)
  const looking = setInterval(() => void renew(keeper, door, plan), lookInterval)
  const close = (): Promise<void> => {
    clearInterval(looking)
    return door.close()
  }
  return { port: door.port, counters: door.counters, useCertificate: next => door.useCertificate(next), close }
}

/** What cannot be used is said once, and the old one goes on. */
async function renew(keeper: CertificateKeeper, door: HttpDoor, { log, now }: SecureDoorPlan): Promise<void> {
  try {
    const next = await keeper.look(now())
    if (next === undefined) return
    const { fingerprint, until, ...credentials } = next
    door.useCertificate(credentials)
    log.info({ door: 'https', fingerprint, until: new Date(until).toISOString() }, 'another certificate from now on')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ door: 'https' }, `the old certificate goes on: ${reason}`)
  }
}
