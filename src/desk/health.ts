/** How the appliance itself is: doors, other servers, disk, the configuration as it was read last. */

import { statfs } from 'node:fs/promises'
import { formatIpv4, type Ipv4 } from '../address/ipv4.js'
import type { DoorView, HealthView, PhoneLine } from '../api/shapes.js'
import type { Site, SiteReading } from '../config/site.js'
import type { OpenDoor } from '../lan-doors.js'
import type { Leasing } from '../leasing.js'
import type { PlugAndPlay } from '../plug-and-play.js'

export interface HealthParts {
  readonly site: () => Site
  readonly address: () => Ipv4 | undefined
  readonly reading: () => SiteReading & { readonly at: number } // ms since 1970
  readonly leasing: Leasing
  readonly plugAndPlay: PlugAndPlay
  readonly doors: () => readonly OpenDoor[] // all that are open
  readonly lines: () => readonly PhoneLine[]
  readonly version: string
  readonly startedAt: number // ms since 1970
  readonly residentMemory: () => number // bytes
}

export async function lookAtHealth(parts: HealthParts): Promise<HealthView> {
  const { version, startedAt, residentMemory } = parts
  const { site, interface: device, state } = parts.site()
  const address = parts.address()
  const reading = parts.reading()
  const findings = reading.findings.map(({ file, line, column, severity, rule, message }) => {
    return { file, line, column, severity, rule, message }
  })
  return {
    ...{ site, version, startedAt, interface: device },
    ...(address !== undefined && { address: formatIpv4(address) }),
    doors: doorViews(parts),
    rivals: rivalViews(parts),
    disk: await diskView(state),
    memory: residentMemory(),
    configuration: { readAt: reading.at, isAccepted: reading.site !== undefined, findings },
    phones: countPhones(parts.lines()),
  }
}

function doorViews({ site, doors, leasing }: HealthParts): DoorView[] {
  const open = doors().map(({ name, port, counters }) => {
    const isWaiting = name === 'dhcp' && !leasing.isServing
    const note = isWaiting ? { note: 'stays shut while another DHCP server is looked for, or answers' } : {}
    return { name, port, isOpen: !isWaiting, ...note, counters: numbersOf(counters) }
  })
  const { dhcp, http, https, tftp, pnp, redirection, status } = site()
  const wanted = Object.entries({ dhcp, tftp, http, https, pnp, console: redirection?.ssh, status })
  const shut = wanted.flatMap(([name, door]) => {
    if (door === undefined || open.some(one => one.name === name)) return []
    return [{ name, port: door.port, isOpen: false, note: 'waits for the interface', counters: {} }]
  })
  return [...open, ...shut]
}

/** What counts by objects of its own is left out. */
function numbersOf(counters: OpenDoor['counters']): Record<string, number> {
  const entries = counters instanceof Map ? [...counters] : Object.entries(counters)
  return Object.fromEntries(entries.filter(([, count]) => typeof count === 'number'))
}

function rivalViews({ leasing, plugAndPlay }: HealthParts): HealthView['rivals'] {
  const dhcp = leasing.rivals.map(({ server, offered, at }) => {
    const text = offered === 0 ? 'answers DHCP' : `answers DHCP, and offered ${formatIpv4(offered)}`
    return { kind: 'dhcp', address: formatIpv4(server), text, at }
  })
  const pnp = plugAndPlay.rivals.map(({ address, url, at }) => {
    const text = url === undefined ? 'answers Plug & Play' : `answers Plug & Play, and sends phones to ${url}`
    return { kind: 'pnp', address: formatIpv4(address), text, at }
  })
  return [...dhcp, ...pnp]
}

async function diskView(folder: string): Promise<HealthView['disk']> {
  const stats = await statfs(folder).catch(() => undefined)
  if (stats === undefined) return { folder }
  return { folder, free: stats.bavail * stats.bsize, size: stats.blocks * stats.bsize }
}

function countPhones(lines: readonly PhoneLine[]): HealthView['phones'] {
  const count = (holds: (line: PhoneLine) => boolean): number => lines.filter(holds).length
  return {
    listed: count(({ isListed }) => isListed),
    seen: count(({ lastAt }) => lastAt !== undefined),
    done: count(({ stage }) => stage === 'done'),
    stuck: count(({ isStuck }) => isStuck),
    inbox: count(({ isListed }) => !isListed),
  }
}
