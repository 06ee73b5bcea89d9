/** What real clients fetch of the running appliance, by HTTP and by TFTP. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { isThere } from '../lab/lab.js'
import { site, start } from './site.js'

/** Bytes that repeat nowhere near a block's length. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0, state = 66; at < length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes.writeUInt32LE(state, at)
  }
  return bytes
}

const host = '127.66.0.1'
const big = noise(8 * 1024 * 1024)
const long = noise(65_600 * 512) // more than 65,535 blocks of 512 bytes, and a last block that is empty

interface Client {
  readonly name: string
  readonly program: string
  readonly args: (name: string, to: string, port: number) => string[]
}

const tftpHpa =
  (...words: string[]) =>
  (name: string, to: string, port: number) => [...words, host, String(port), '-m', 'binary', '-c', 'get', name, to]
const atftp =
  (...options: string[]) =>
  (name: string, to: string, port: number) => [
    ...options.flatMap(option => ['--option', option]),
    ...['-g', '-r', name, '-l', to, host, String(port)],
  ]
const curl = (blksize: number) => (name: string, to: string, port: number) => [
  ...['-sS', '--tftp-blksize', String(blksize), '-o', to, `tftp://${host}:${port}/${name}`],
]
const busybox = (blksize: number) => (name: string, to: string, port: number) => [
  ...['tftp', '-b', String(blksize), '-g', '-r', name, '-l', to, host, String(port)],
]
const clients: readonly Client[] = [
  { name: 'tftp-hpa, blksize 512', program: 'tftp', args: tftpHpa('-4') },
  { name: 'atftp, blksize 512', program: 'atftp', args: atftp() },
  { name: 'atftp, blksize 1428', program: 'atftp', args: atftp('blksize 1428') },
  { name: 'atftp, blksize 512, windowsize 16', program: 'atftp', args: atftp('windowsize 16') },
  { name: 'atftp, blksize 1428, windowsize 16', program: 'atftp', args: atftp('blksize 1428', 'windowsize 16') },
  { name: 'curl, blksize 512', program: 'curl', args: curl(512) },
  { name: 'curl, blksize 1428', program: 'curl', args: curl(1428) },
  { name: 'busybox, blksize 512', program: 'busybox', args: busybox(512) },
  { name: 'busybox, blksize 1428', program: 'busybox', args: busybox(1428) },
]

t.test('curl, tftp-hpa, atftp and busybox fetch the same bytes', async t => {
  const { folder, file, http, tftp } = await site(t)
  for (const root of ['www', 'tftproot']) {
    mkdirSync(join(folder, root))
    writeFileSync(join(folder, root, 'big.bin'), big)
    writeFileSync(join(folder, root, 'long.bin'), long)
  }
  const roots = readFileSync(file, 'utf8')
    .replace('## root: www', `root: ${folder}/www`)
    .replace('## root: tftproot', `root: ${folder}/tftproot`)
  writeFileSync(file, roots)
  const running = start(t, '-c', file, 'serve')
  await running.until('serving')
  const names = ['snom370.htm', 'snom370-000413260001.htm', 'snom370/000413260001.xml', 'big.bin']
  const byHttp = new Map<string, Buffer>()
  for (const name of names)
    byHttp.set(name, Buffer.from(await (await fetch(`http://${host}:${http}/${name}`)).arrayBuffer()))
  /** URLs in a document are those of the door; all else is the same. */
  const expected = (name: string): Buffer => {
    const text = byHttp.get(name) ?? Buffer.alloc(0)
    if (name === 'big.bin') return text
    const byTftp = text.toString().replaceAll(`http://${host}:${http}/snom370/`, `tftp://${host}:${tftp}/snom370-`)
    return Buffer.from(byTftp)
  }
  t.ok(byHttp.get('big.bin')?.equals(big), 'HTTP gives the 8 MiB')
  for (const client of clients) {
    t.test(client.name, { skip: isThere(client.program) ? false : `needs ${client.program}` }, async t => {
      for (const name of names) {
        const to = join(folder, 'fetched')
        rmSync(to, { force: true })
        const { status, stderr } = spawnSync(client.program, client.args(name, to, tftp), {
          timeout: 30_000,
          encoding: 'utf8',
        })
        t.equal(status, 0, stderr)
        t.ok(readFileSync(to).equals(expected(name)), name)
      }
    })
  }
  t.test('a file of more than 65,535 blocks', { skip: isThere('atftp') ? false : 'needs atftp' }, async t => {
    const to = join(folder, 'fetched')
    spawnSync('atftp', atftp('windowsize 16')('long.bin', to, tftp), { timeout: 60_000 })
    t.ok(readFileSync(to).equals(long))
  })
})

t.test('curl gets a 304, a 405 and a 404', { skip: isThere('curl') ? false : 'needs curl' }, async t => {
  const { file, http } = await site(t)
  const running = start(t, '-c', file, 'serve')
  await running.until('serving')
  const curl = (...args: string[]) => spawnSync('curl', ['-sS', '-i', '-m', '10', ...args], { encoding: 'utf8' }).stdout
  const url = `http://${host}:${http}/snom370.htm`
  const first = curl(url)
  t.match(first, /^HTTP\/1\.1 200 OK/)
  t.match(first, /content-length: \d+/i)
  const etag = /etag: (\S+)/i.exec(first)?.[1] ?? ''
  t.match(curl('-H', `If-None-Match: ${etag}`, url), /^HTTP\/1\.1 304/)
  t.match(curl('-X', 'POST', url), /^HTTP\/1\.1 405[\s\S]*allow: GET, HEAD/i)
  t.match(curl(`http://${host}:${http}/nothing.htm`), /^HTTP\/1\.1 404/)
  t.match(curl('--path-as-is', `http://${host}:${http}/../../etc/passwd`), /^HTTP\/1\.1 404/)
  t.match(curl('-I', url), /^HTTP\/1\.1 200 OK/)
})
