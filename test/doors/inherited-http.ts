/** Run by http.test.ts and xmlrpc.test.ts: serves on the socket that comes as file descriptor 3, until its standard input ends. */

import { openHttp } from '../../src/doors/http.js'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const bytes = Buffer.from('inherited')
const door = await openHttp({
  listen: { fd: 3 },
  bundle: { find: async () => ({ kind: 'rendered', bytes, etag: '"1"', type: 'text/plain', withheld: 0 }) },
  posts: [{ takes: () => true, answer: async () => ({ status: 200, headers: {}, body: '' }) }],
  log,
  now: () => performance.now(),
})
process.stdout.write('ready\n')
process.stdin.resume().once('end', () => void door.close())
