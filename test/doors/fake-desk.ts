/** A desk without an appliance: phones in every stage, hostile names among them, and boots that run when they are told to. */

import { setTimeout as delay } from 'node:timers/promises'
import { formatIpv4, parseIpv4 } from '../../src/address/ipv4.js'
import { type Mac, parseMac } from '../../src/address/mac.js'
import { type Desk, Impossible } from '../../src/api/desk.js'
import { type PhoneLine, type PhoneView, type RedirectionView, type Stage, stages } from '../../src/api/shapes.js'
import { some } from '../some.js'
import { documentsOf, fakeHealth, fakeShelves, inventoryText, settingsOf, statisticsAt } from './fake-views.js'

export interface FakePlan {
  readonly phones?: number // default 24
  readonly now?: () => number // ms since 1970
}

export interface FakeDesk extends Desk {
  /** Each order as it came in: `resync 000413260001`, `adopt …`, `release 10.0.0.1`, `redirect …`, `dismiss …`. */
  readonly orders: readonly string[]
  readonly watchers: number
  readonly macs: readonly Mac[]
  /** The phone starts anew and goes through every stage, `pause` ms apart. */
  boot(mac: Mac, pause?: number): Promise<void>
  /** Moves `count` phones on by one stage, and tells of them at once. */
  advance(count: number): void
}

export const scriptTag = '<script>window.pwned=1</script><img src=x onerror="window.pwned=1">'

const models = ['snom300', 'snom320', 'snom360', 'snom370', 'snom720', 'snomD785'] as const
const groups = ['reception', 'workshop', 'lab'] as const

export function fakeDesk(plan: FakePlan = {}): FakeDesk {
  const now = plan.now ?? Date.now
  const startedAt = now()
  const phones = new Map<Mac, PhoneLine>()
  for (let i = 1; i <= (plan.phones ?? 24); i++) {
    const line = lineOf(i, startedAt)
    phones.set(some(parseMac(line.mac)), line)
  }
  const macs = [...phones.keys()]
  const watchers = new Set<(lines: readonly PhoneLine[]) => void>()
  const orders: string[] = []
  const registry = new Map<string, RedirectionView>()
  const released = new Set<string>()
  let turn = 0

  const tell = (lines: readonly PhoneLine[]): void => {
    for (const watcher of watchers) watcher(lines)
  }
  const change = (mac: Mac, part: Partial<PhoneLine>): PhoneLine => {
    const line = { ...found(mac), ...part }
    phones.set(mac, line)
    return line
  }
  const found = (mac: Mac): PhoneLine => {
    const line = phones.get(mac)
    if (line === undefined) throw new Impossible('missing', `no phone ${mac} was seen, and none is in the inventory`)
    return line
  }
  const reach = (mac: Mac, stage: Stage): PhoneLine => {
    const { diagnosis: _, ...line } = found(mac)
    const { reached, requests, bytes } = line
    const at = now()
    const next: PhoneLine = {
      ...line,
      isStuck: false,
      stage,
      reached: { ...reached, [stage]: at },
      lastAt: at,
      requests: requests + 1,
      bytes: bytes + 1234,
    }
    phones.set(mac, next)
    return next
  }
  const restart = (mac: Mac): PhoneLine => {
    const { diagnosis: _, redirectedTo: _to, ...line } = found(mac)
    const at = now()
    const fresh: PhoneLine = {
      ...line,
      stage: 'seen',
      isStuck: false,
      bootedAt: at,
      lastAt: at,
      reached: { seen: at },
      requests: 1,
      bytes: 0,
    }
    phones.set(mac, fresh)
    return fresh
  }
  const step = (mac: Mac): PhoneLine => {
    const next = stages[stages.indexOf(found(mac).stage) + 1]
    return next === undefined ? restart(mac) : reach(mac, next)
  }

  return {
    orders,
    macs,
    get watchers() {
      return watchers.size
    },
    async boot(mac, pause = 200) {
      tell([restart(mac)])
      for (const stage of stages.slice(1)) {
        await delay(pause)
        tell([reach(mac, stage)])
      }
    },
    advance(count) {
      const lines = Array.from({ length: Math.min(count, macs.length) }, () => step(some(macs[turn++ % macs.length])))
      tell(lines)
    },
    phones: () => [...phones.values()],
    phone: mac => {
      const line = phones.get(mac)
      return line && phoneOf(line, registry.get(mac), now())
    },
    settings: mac => (phones.has(mac) ? settingsOf(mac) : undefined),
    documents: async mac => (phones.has(mac) ? documentsOf(mac, startedAt) : undefined),
    findingsOf: async mac =>
      phones.has(mac)
        ? [
            {
              file: `/snom370/${mac}.xml`,
              line: 3,
              column: 5,
              severity: 'warning',
              rule: 'unknown-setting',
              message: 'no such setting: languge; did you mean language?',
            },
          ]
        : undefined,
    findings: async () => [
      {
        file: 'conf/phones.yaml',
        line: 12,
        column: 7,
        severity: 'warning',
        rule: 'unused-group',
        message: `group ${scriptTag} has no phone`,
      },
    ],
    leases: () => ({
      leases: [...phones.values()]
        .filter(line => line.address !== undefined && !released.has(line.address))
        .map(line => ({
          address: line.address ?? '',
          mac: line.mac,
          state: 'bound',
          hostname: `${line.model}-${line.mac}`,
          vendorClass: line.model ?? '',
          start: startedAt - 3_600_000,
          end: startedAt + 39_600_000,
        })),
      pools: [{ subnet: '10.0.0.0/16', size: 65_000, used: phones.size }],
    }),
    async release(address) {
      const held = [...phones.values()].some(line => line.address === address)
      if (!held || released.has(address)) throw new Impossible('missing', `nobody holds ${address}`)
      released.add(address)
      orders.push(`release ${address}`)
    },
    inventory: async () => ({
      files: [{ file: 'conf/phones.yaml', text: inventoryText }],
      models: [...models],
      groups: [...groups],
      phones: [...phones.values()].filter(line => line.isListed).length,
    }),
    async adopt(mac, order) {
      if (found(mac).isListed) throw new Impossible('conflict', `phone ${mac} is in the inventory already`)
      orders.push(`adopt ${mac} ${JSON.stringify(order)}`)
      const { model, name } = order
      tell([
        change(mac, { isListed: true, ...(model && { model }), ...(name && { name }), groups: order.groups ?? [] }),
      ])
      return { file: 'conf/phones.yaml', line: 42 }
    },
    redirections: () => [...registry.values()],
    async redirect(mac, { url, owner = 'operator' }, from) {
      if (!/^https?:\/\//.test(url)) throw new Impossible('invalid', `${url} is no http or https URL`)
      const redirection = { mac, url, owner, since: now() }
      registry.set(mac, redirection)
      orders.push(`redirect ${mac} ${url} from ${from}`)
      return redirection
    },
    async dismiss(mac, from) {
      if (!registry.delete(mac)) throw new Impossible('missing', `${mac} is not registered`)
      orders.push(`dismiss ${mac} from ${from}`)
    },
    shelves: async () => fakeShelves,
    async resync(mac, { reboot = false }) {
      found(mac)
      orders.push(`resync ${mac} reboot=${reboot}`)
      return { isAnswered: true, status: 200, text: `${mac} answered 200 OK` }
    },
    health: async () => fakeHealth(startedAt, [...phones.values()]),
    statistics: () => statisticsAt(now()),
    watch(changed) {
      watchers.add(changed)
      return () => void watchers.delete(changed)
    },
  }
}

/** The i-th phone, i from 1: every stage comes, every fifth is in the inbox, the second has script tags for names. */
function lineOf(i: number, at: number): PhoneLine {
  const stage = some(stages[i % stages.length])
  const isStuck = stage !== 'done' && i % 4 === 0
  const bootedAt = at - 60_000 - i * 700
  const upTo = stages.slice(0, stages.indexOf(stage) + 1)
  const isListed = i % 5 !== 0
  return {
    mac: `00041326${i.toString(16).toUpperCase().padStart(4, '0')}`,
    isListed,
    ...(isListed && { name: i === 2 ? scriptTag : `Desk ${i}` }),
    groups: isListed ? [some(groups[i % groups.length])] : [],
    model: i === 2 ? scriptTag : some(models[i % models.length]),
    firmware: i % 3 === 0 ? '7.1.30' : '8.4.35',
    address: formatIpv4(some(parseIpv4('10.0.0.0')) + i),
    method: i % 7 === 0 ? 'pnp' : 'dhcp',
    stage,
    isStuck,
    ...(i % 11 === 0 && { redirectedTo: 'https://provisioning.example/{mac}.xml' }),
    bootedAt,
    lastAt: bootedAt + upTo.length * 900,
    reached: Object.fromEntries(upTo.map((name, n) => [name, bootedAt + n * 900])),
    requests: upTo.length * 2,
    bytes: upTo.length * 4321,
    ...(isStuck && {
      diagnosis: {
        rule: 'asks-no-66',
        severity: 'error' as const,
        text: 'leased 40 s ago, never fetched settings: it asked options 1,3,6 only, so its firmware ignores 66. Use Plug & Play.',
      },
    }),
    disagreements: i % 9 === 0 ? [`says it is a snom370, the inventory says ${i === 2 ? scriptTag : 'snom320'}`] : [],
  }
}

function phoneOf(line: PhoneLine, redirection: RedirectionView | undefined, now: number): PhoneView {
  const { mac, diagnosis, reached, address, bootedAt = now } = line
  const hostile = line.model === scriptTag
  const facts = stages.flatMap(stage => {
    const at = reached[stage]
    if (at === undefined) return []
    const text = hostile ? `GET /${scriptTag} 404` : `${stage}: GET /${line.model}/${mac}.xml 200`
    return [{ at, kind: 'fetched', door: 'http', text, milliseconds: 1.5, bytes: 1234 }]
  })
  return {
    line,
    boots: [
      { at: bootedAt, stage: line.stage, facts },
      { at: bootedAt - 86_400_000, stage: 'done', facts: facts.map(fact => ({ ...fact, at: fact.at - 86_400_000 })) },
    ],
    diagnoses: diagnosis === undefined ? [] : [diagnosis],
    said: {
      vendorClass: line.model ?? '',
      hostname: hostile ? scriptTag : `${line.model}-${mac}`,
      agent: hostile ? scriptTag : `Mozilla/4.0 (compatible; ${line.model}-SIP ${line.firmware} 1.1.3-u)`,
      asks: [1, 2, 3, 6, 7, 12, 15, 42, 66, 67],
    },
    ...(address !== undefined && { lease: { address, end: now + 39_600_000 } }),
    ...(redirection !== undefined && { redirection }),
  }
}
