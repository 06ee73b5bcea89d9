/** The Plug & Play door alone on one interface, as the appliance opens it: DEVICE ADDRESS PORT. Prints its log; SIGTERM ends it. */

import { parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import { loadLibc } from '../../src/doors/libc.js'
import type { Fields } from '../../src/doors/log.js'
import { openPnp } from '../../src/doors/pnp.js'
import { inventSnomMac, openPnpEar } from '../../src/doors/pnp-probe.js'
import { openResync } from '../../src/doors/resync.js'
import { openSockets } from '../../src/doors/sockets.js'
import { PnpWatch } from '../../src/pnp-watch.js'
import { snom } from '../../src/snom/vendor.js'
import { some } from '../some.js'

const [device = '', addressText = '', port = '5060', resyncTo = ''] = process.argv.slice(2)
const own = some(parseIpv4(addressText))
const group = { address: some(parseIpv4('224.0.1.75')), port: Number(port) }
const say = (level: string) => (fields: Fields, text: string) =>
  process.stdout.write(`${JSON.stringify({ level, ...fields, text })}\n`)
const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') }
const sockets = openSockets({ device, address: own, libc: await loadLibc(), passed: new Map() })
const now = Date.now

const deafTo = inventSnomMac()
const others = ['yealink', 'grandstream', 'gigaset', 'panasonic', 'planet', 'audiocodes']
const door = openPnp({
  udp: await sockets.udp({ name: 'pnp', port: group.port, hearsBroadcasts: true, group: group.address }),
  own,
  rules: {
    settingsUrl: `http://${addressText}/settings?mac={mac}`,
    generalBase: `http://${addressText}`,
    unknown: 'answer',
    vendors: new Map(others.map(name => [name, `http://${addressText}/${name}/{mac}`])),
    isListed: mac => mac === parseMac('000413261234'),
    redirectionOf: () => undefined,
    recognises: snom.recognises,
    phoneType: snom.phoneType,
    holderOf: address => (address === parseIpv4('192.168.66.66') ? parseMac('000413000066') : undefined),
  },
  deafTo,
  log,
  now,
})
const watch = new PnpWatch({
  device,
  own,
  listen: async hear => {
    const udp = await sockets.udp({ name: 'pnp probe', port: 0, hearsBroadcasts: false })
    return openPnpEar({ udp, own, group, mac: deafTo, hear, log })
  },
  log,
  now,
  pace: { gap: 200, interval: 1000 },
})
log.info({ door: 'pnp' }, 'serving')

if (resyncTo !== '') {
  const udp = await sockets.udp({ name: 'resync', port: 0, hearsBroadcasts: false })
  const resync = openResync({ udp, own, now })
  const answer = await resync.send({ address: some(parseIpv4(resyncTo)), port: 5060 })
  log.info({ status: answer.status }, 'resync ended')
  await resync.close()
}

process.once('SIGTERM', () => {
  void Promise.all([door.close(), watch.close()]).then(() => process.exit(0))
})
