import t from 'tap'
import { parseIpv4 } from '../src/address/ipv4.js'
import type { Site } from '../src/config/site.js'
import { emptyInventory } from '../src/fleet/inventory.js'
import { boundAtStart, keepBound } from '../src/site-change.js'
import { some } from './some.js'

const loopback = some(parseIpv4('127.0.0.1'))
const lan = some(parseIpv4('192.168.66.1'))
const group = some(parseIpv4('224.0.1.75'))

const bare: Site = {
  file: 'a',
  site: 's',
  interface: 'eth1',
  state: '/s',
  log: { level: 'info' },
  inventory: emptyInventory,
}
const full: Site = {
  ...bare,
  address: lan,
  http: { port: 80, root: '/www' },
  https: { port: 443, oldTls: false },
  pnp: { port: 5060, group, unknown: 'answer', vendors: new Map() },
  redirection: { ssh: { port: 2222 }, xmlrpc: true, accounts: [{ name: 'lab', keys: ['k'] }], paths: ['/a'] },
  status: { address: lan, port: 8066, password: 'hash' },
}

t.test('what sockets are bound to is named, and stays', async t => {
  t.strictSame(boundAtStart(full, full), [])
  const after: Site = {
    ...full,
    https: { port: 8443, oldTls: true },
    pnp: {
      port: 5062,
      group: group + 1,
      unknown: 'ignore',
      url: 'http://x/',
      vendors: new Map([['yealink', 'http://y/']]),
    },
    redirection: { ssh: { port: 22 }, xmlrpc: false, accounts: [], paths: ['/b'] },
    status: { address: loopback, port: 8067, password: 'other' },
  }
  t.strictSame(boundAtStart(full, after), [
    'https',
    'pnp.port',
    'pnp.group',
    'redirection.ssh',
    'redirection.xmlrpc',
    'status.address',
    'status.port',
  ])
  const kept = keepBound(full, after)
  t.strictSame(boundAtStart(full, kept), [])
  t.match(kept.pnp, { unknown: 'ignore', url: 'http://x/' }, 'what is asked for each time holds at once')
  t.equal(kept.pnp?.vendors.get('yealink'), 'http://y/')
  t.match(kept.redirection, { accounts: [], paths: ['/b'] })
  t.equal(kept.status?.password, 'other')
})

t.test('a section that comes or goes waits for the next start', async t => {
  t.ok(boundAtStart(bare, full).includes('status.port'))
  const opened = keepBound(bare, full)
  t.strictSame(
    [opened.https, opened.pnp, opened.status, opened.redirection?.ssh],
    [undefined, undefined, undefined, undefined],
  )
  const closed = keepBound(full, bare)
  t.strictSame([closed.https, closed.pnp, closed.status], [full.https, full.pnp, full.status])
})

t.test('accounts that are taken out are out at once', async t => {
  t.match(keepBound(full, bare).redirection, { ssh: { port: 2222 }, xmlrpc: true, accounts: [], paths: [] })
  t.equal(keepBound(bare, bare).redirection, undefined)
})

t.test('a page that is open to the network never loses its password', async t => {
  t.equal(keepBound(full, { ...full, status: { address: loopback, port: 8066 } }).status?.password, 'hash')
  const local: Site = { ...full, status: { address: loopback, port: 8066, password: 'hash' } }
  t.equal(keepBound(local, { ...local, status: { address: loopback, port: 8066 } }).status?.password, undefined)
})
