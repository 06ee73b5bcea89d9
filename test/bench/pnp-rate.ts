/**
 * Exchanges a second through the Plug & Play door on loopback: SUBSCRIBE, 200, NOTIFY, 200; so many phones at once, each with
 * its next call when the last has ended. The door has a process of its own. Some 5 seconds.
 * Run: `node --import=@tapjs/typescript/import test/bench/pnp-rate.ts [EXCHANGES [AT-ONCE]]`.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { loadLibc } from '../../src/doors/libc.js'
import { openPnp } from '../../src/doors/pnp.js'
import { openSockets } from '../../src/doors/sockets.js'
import type { Udp } from '../../src/doors/udp.js'
import { decodeMessage } from '../../src/sip/decode.js'
import { headerOf } from '../../src/sip/message.js'
import { respond } from '../../src/sip/response.js'
import { snom } from '../../src/snom/vendor.js'
import { dialect, subscribeText } from '../sip/dialects.js'
import { loopback } from '../tftp/udp.js'

const exchanges = Number(process.argv[2] ?? 20_000)
const atOnce = Number(process.argv[3] ?? 64)

if (process.send === undefined) await measure()
else await serve()

async function serve(): Promise<void> {
  const udp = await openUdp()
  const silent = () => undefined
  openPnp({
    udp,
    own: loopback,
    rules: {
      settingsUrl: 'http://127.0.0.1/settings?mac={mac}',
      generalBase: 'http://127.0.0.1',
      unknown: 'answer',
      vendors: new Map(),
      isListed: () => true,
      redirectionOf: () => undefined,
      recognises: snom.recognises,
      phoneType: snom.phoneType,
      holderOf: () => undefined,
    },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    now: Date.now,
  })
  process.send?.(udp.port)
}

async function measure(): Promise<void> {
  const server = fork(fileURLToPath(import.meta.url))
  const [port]: number[] = await once(server, 'message')
  const phones = await openUdp()
  const started = performance.now()
  const ended = await converse(phones, port ?? 0)
  const seconds = (performance.now() - started) / 1000
  process.stdout.write(
    `${ended} exchanges, ${atOnce} at once, in ${seconds.toFixed(1)} s: ${Math.round(ended / seconds)}/s\n`,
  )
  server.kill()
  await phones.close()
}

/** Resolves with the number of exchanges that ended. A lost datagram is made good by the door's NOTIFY, or by nothing. */
function converse(udp: Udp, port: number): Promise<number> {
  const from = { address: '127.0.0.1', port: udp.port }
  const call = (at: number) => ({
    bytes: Buffer.from(subscribeText(dialect('snom370'), { ...from, id: `${at}` })),
    address: loopback,
    port,
  })
  return new Promise(resolve => {
    let [begun, ended] = [0, 0]
    const over = new Set<string>()
    udp.receive(datagrams => {
      const out = datagrams.flatMap(datagram => {
        const message = decodeMessage(datagram.bytes)
        if (message.kind === 'response') return []
        const answer = respond(message, { status: 200, reason: 'OK' }, datagram, '')
        const thanks = answer === undefined ? [] : [{ bytes: answer.bytes, address: loopback, port }]
        const id = headerOf(message, 'call-id') ?? ''
        if (over.has(id)) return thanks
        over.add(id)
        ended += 1
        if (begun >= exchanges) return thanks
        begun += 1
        return [...thanks, call(begun)]
      })
      udp.send(out)
      if (ended >= exchanges) resolve(ended)
    })
    const first = Array.from({ length: Math.min(atOnce, exchanges) }, (_, at) => call(at + 1))
    begun = first.length
    udp.send(first)
  })
}

async function openUdp(): Promise<Udp> {
  const sockets = openSockets({ device: 'lo', address: loopback, libc: await loadLibc(), passed: new Map() })
  return sockets.udp({ name: 'bench', port: 0, hearsBroadcasts: false })
}
