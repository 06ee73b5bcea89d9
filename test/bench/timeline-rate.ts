/**
 * Boots of many phones into the timeline, without doors: what a fact costs, how much memory a phone takes, and what the
 * views of all of them cost. Run: `node --expose-gc --import=@tapjs/typescript/import test/bench/timeline-rate.ts
 * [PHONES] [BOOTS]`; some ten seconds.
 */

import { type Mac, parseMac } from '../../src/address/mac.js'
import type { Fact, Happening } from '../../src/fleet/fact.js'
import { Timeline } from '../../src/fleet/timeline.js'
import { phoneLine } from '../../src/phone-lines.js'
import { createRecognise } from '../../src/recognise.js'
import { some } from '../some.js'

const phones = Number(process.argv[2] ?? 10_000)
const boots = Number(process.argv[3] ?? 5)
const first = 0x0a_00_00_01
const recognise = createRecognise()
const timeline = new Timeline({
  recognise,
  isListed: () => true,
  holderOf: address => macs[address - first],
  kept: () => {
    kept += 1
  },
})
let kept = 0
const macs = Array.from({ length: phones }, (_, number) =>
  some(parseMac(`000413${number.toString(16).padStart(6, '0')}`)),
)

/** As the doors make them: each text anew. */
function bootOf(mac: Mac, at: number, address: number): readonly Fact[] {
  const agent = `Mozilla/4.0 (compatible; snom370-SIP 8.7.5.35 1.1.5-IFX-05.01.12 ${mac})`
  const fetched = (name: string): Happening => {
    return {
      ...{ kind: 'fetched', door: 'http', name: fresh(name), status: String(200), bytes: 1234, total: 1234 },
      ...{ milliseconds: 2.5, isWhole: true, agent: fresh(agent) },
    }
  }
  const asks = () => [1, 3, 6, 12, 15, 42, 66, 67, 120]
  const all: readonly Happening[] = [
    { kind: 'discover', vendorClass: fresh('snom370'), asks: asks() },
    { kind: 'offer' },
    { kind: 'request', vendorClass: fresh('snom370'), asks: asks(), state: 'selecting' },
    { kind: 'ack', state: 'selecting', settingsUrl: fresh('http://10.66.0.1/snom370.htm') },
    ...['/snom370.htm', '/snom370/general.xml', '/snom370/gui-lang.xml', '/snom370/web-lang.xml'].map(fetched),
    ...[`/snom370-${mac}.htm`, `/snom370/${mac}.xml`, '/lang/8.7.5.35/gui_lang_DE.xml'].map(fetched),
    ...['/lang/8.7.5.35/web_lang_DE.xml', '/snom370/firmware.xml'].map(fetched),
  ]
  return all.map((happening, index) => {
    const whose = happening.kind === 'fetched' && !happening.name.includes(mac) ? {} : { mac: fresh(mac) as Mac }
    return { at: at + index, ...whose, address, ...happening }
  })
}

/** Not the same string, as none from the wire is. */
function fresh(text: string): string {
  return Buffer.from(text).toString()
}

/** Milliseconds of processor time: other programs on the machine do not count. */
function cpu(): number {
  return process.cpuUsage().user / 1000
}

function memory(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const before = memory()
let [count, spent, ticks] = [0, 0, 0]
for (let boot = 0; boot < boots; boot += 1) {
  for (let from = 0; from < phones; from += 500) {
    const at = 1_700_000_000_000 + boot * 3_600_000 + from
    const facts = macs.slice(from, from + 500).flatMap((mac, index) => bootOf(mac, at, first + from + index))
    const began = cpu()
    for (const fact of facts) timeline.note(fact)
    spent += cpu() - began
    count += facts.length
  }
  const began = cpu()
  timeline.tick(1_700_000_000_000 + boot * 3_600_000 + 120_000)
  ticks += cpu() - began
}
const taken = memory() - before
const out = (text: string): void => void process.stdout.write(`${text}\n`)
out(`${count} facts of ${phones} phones: ${((spent * 1000) / count).toFixed(2)} us a fact, ${kept} for the disk`)
out(`tick with ${phones} open boots: ${(ticks / boots).toFixed(1)} ms`)
out(
  `memory: ${(taken / phones / 1024).toFixed(1)} kB a phone with ${boots} boots, ${Math.round(taken / 2 ** 20)} MiB in all`,
)
const site = { listed: { model: 'snom320' }, leased: undefined, servesDhcp: true, recognise }
const began = cpu()
for (const history of timeline.phones()) phoneLine(history, undefined, site, 1_700_100_000_000)
out(`lines of all: ${(cpu() - began).toFixed(0)} ms`)
const once = performance.now()
const { phones: changed } = timeline.changedSince(timeline.revision - 100)
out(`the last ${changed.length} changes: ${((performance.now() - once) * 1000).toFixed(0)} us`)
