/** All doors on the phones' LAN: opened on a link, shut together. */

import { join } from 'node:path'
import { formatIpv4 } from './address/ipv4.js'
import type { Bundle } from './bundle/bundle.js'
import type { Site } from './config/site.js'
import { doorUrl } from './door-urls.js'
import { Attempts } from './doors/attempts.js'
import { openConsole } from './doors/console.js'
import { openHttp } from './doors/http.js'
import type { Libc } from './doors/libc.js'
import type { Link } from './doors/link.js'
import type { Log } from './doors/log.js'
import type { PasswordCheck } from './doors/password.js'
import type { PostBox } from './doors/post.js'
import { openSockets, type Sockets } from './doors/sockets.js'
import { openTftp } from './doors/tftp.js'
import { createXmlRpc } from './doors/xmlrpc.js'
import type { Note } from './fleet/fact.js'
import type { Leasing } from './leasing.js'
import type { PlugAndPlay } from './plug-and-play.js'
import type { DurableRedirections } from './redirections.js'
import { openSecureDoor } from './secure-door.js'

/** A door as health and metrics see it. */
export interface OpenDoor {
  readonly name: string
  readonly port: number
  readonly counters: ReadonlyMap<string, number> | Readonly<Record<string, number>>
}

interface Closable extends OpenDoor {
  readonly close: () => Promise<void>
}

export interface LanDoorsParts {
  readonly site: () => Site
  readonly bundle: Bundle
  readonly redirections: DurableRedirections
  readonly verify: PasswordCheck // one for all doors of the process
  readonly note: Note
  readonly leasing: Leasing
  readonly plugAndPlay: PlugAndPlay
  readonly libc: Libc | undefined
  readonly passed: ReadonlyMap<string, number> // sockets from systemd, by door
  readonly log: Log
  readonly now: () => number // ms since 1970
}

/** What is opened: its site, its place, its sockets. */
interface Opening {
  readonly site: Site
  readonly link: Link
  readonly sockets: Sockets
}

export class LanDoors {
  readonly #parts: LanDoorsParts
  readonly #posts: readonly PostBox[] // what HTTP and HTTPS take beside GET
  readonly #attempts: Attempts // one for all doors of the registry
  #passed: ReadonlyMap<string, number>
  #open: Closable[] = []

  constructor(parts: LanDoorsParts) {
    this.#parts = parts
    this.#passed = parts.passed
    this.#attempts = new Attempts(parts.now)
    this.#posts = this.#makePosts()
  }

  get doors(): readonly OpenDoor[] {
    const { leasing, plugAndPlay, site } = this.#parts
    const { dhcp, pnp } = site()
    const dhcpDoor = { name: 'dhcp', port: dhcp?.port ?? 0, counters: leasing.counters }
    const pnpDoor = { name: 'pnp', port: pnp?.port ?? 0, counters: plugAndPlay.counters }
    return [...(leasing.hasSocket ? [dhcpDoor] : []), ...this.#open, ...(plugAndPlay.isOpen ? [pnpDoor] : [])]
  }

  /** Rejects with one sentence at the first that cannot be opened; `shut` then closes the others. */
  async open(link: Link): Promise<void> {
    const { site, leasing, plugAndPlay, libc, log } = this.#parts
    const { interface: device } = site()
    const { address } = link
    const sockets = openSockets({ device, address, libc, passed: this.#passed })
    this.#passed = new Map() // they are bound to the device that was there at the start
    const opening = { site: site(), link, sockets }
    await leasing.open(link, sockets)
    await this.#openTftp(opening)
    await this.#openHttp(opening)
    await this.#openHttps(opening)
    await this.#openConsole(opening)
    await plugAndPlay.open(link, sockets)
    log.info({ interface: device, address: formatIpv4(address), doors: this.#describe() }, 'serving')
  }

  async shut(): Promise<void> {
    const doors = this.#open
    this.#open = []
    const { leasing, plugAndPlay } = this.#parts
    await Promise.all([leasing.shut(), plugAndPlay.shut(), ...doors.map(door => door.close())])
  }

  /** `dhcp 67, tftp 69, http 80`: the doors and their ports. */
  #describe(): string {
    const later = this.#parts.leasing.isServing ? '' : ' (looks for other servers first)'
    return this.doors.map(({ name, port }) => `${name} ${port}${name === 'dhcp' ? later : ''}`).join(', ')
  }

  async #openTftp({ site: { tftp }, link: { address, mtu }, sockets }: Opening): Promise<void> {
    if (tftp === undefined) return
    const { bundle, log, now, note } = this.#parts
    const requests = await sockets.udp({ name: 'tftp', port: tftp.port, hearsBroadcasts: false })
    const transfers = await sockets
      .udp({ name: 'tftp transfers', port: 0, hearsBroadcasts: false })
      .catch(async error => {
        await requests.close()
        throw error
      })
    const baseUrl = doorUrl('tftp', address, tftp.port)
    this.#add('tftp', tftp.port, openTftp({ requests, transfers, bundle, baseUrl, mtu, log, now, note }))
  }

  async #openHttp({ site: { http }, link: { address }, sockets }: Opening): Promise<void> {
    if (http === undefined) return
    const { bundle, log, now, note } = this.#parts
    const posts = this.#posts
    const listen = sockets.tcp({ name: 'http', port: http.port })
    const baseUrl = doorUrl('http', address, http.port)
    this.#add('http', http.port, await openHttp({ listen, bundle, posts, baseUrl, log, now, note }))
  }

  async #openHttps({ site: { site, state, https }, link: { address }, sockets }: Opening): Promise<void> {
    if (https === undefined) return
    const { bundle, log, now, note } = this.#parts
    const posts = this.#posts
    const listen = sockets.tcp({ name: 'https', port: https.port })
    const baseUrl = doorUrl('https', address, https.port)
    const plan = { listen, bundle, posts, baseUrl, log, now, note, https, state, site, address }
    this.#add('https', https.port, await openSecureDoor(plan))
  }

  async #openConsole({ site: { redirection, state }, sockets }: Opening): Promise<void> {
    if (redirection?.ssh === undefined) return
    const { port, hostKey } = redirection.ssh
    const { redirections, verify, log, now, site } = this.#parts
    const console = await openConsole({
      listen: sockets.tcp({ name: 'console', port }),
      hostKey:
        hostKey === undefined
          ? { file: join(state, 'console-host-key'), isOurs: true }
          : { file: hostKey, isOurs: false },
      accounts: () => site().redirection?.accounts ?? [],
      redirections,
      targets: redirections,
      attempts: this.#attempts,
      verify,
      log,
      now,
    })
    this.#add('console', port, console)
  }

  #makePosts(): readonly PostBox[] {
    const { redirections, site, verify: check, log, now } = this.#parts
    if (site().redirection?.xmlrpc !== true) return []
    const accounts = () => site().redirection?.accounts ?? []
    const attempts = this.#attempts
    return [createXmlRpc({ redirections, accounts, attempts, check, log, now })]
  }

  #add(name: string, port: number, door: { counters: OpenDoor['counters']; close: () => Promise<void> }): void {
    this.#open.push({
      name,
      port,
      get counters() {
        return door.counters
      },
      close: () => door.close(),
    })
  }
}
