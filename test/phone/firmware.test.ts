/** Firmware and HTTPS from the phone's side: images that fit and do not, downloads that break off, certificates. */

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { parseMac } from '../../src/address/mac.js'
import { runPhone } from '../../src/commands/phone.js'
import { type BootOrder, bootPhone } from '../../src/phone/boot.js'
import { some } from '../some.js'
import { type Page, serveHttp } from './servers.js'

const mac = some(parseMac('000413261234'))
const quiet = { mac, phoneType: 'snom370', firmware: '7.3.30', report: () => undefined, timeLimit: 3000 }
const header = '<?xml version="1.0" encoding="utf-8"?>\n'

async function outcome(base: string, more: Partial<BootOrder> = {}) {
  const boot = await bootPhone({ ...quiet, via: { kind: 'url', url: `${base}/s?{mac}` }, ...more })
  const last = some(boot.steps.at(-1))
  const notes = boot.steps.flatMap(step => (step.kind === 'note' ? [step.text] : []))
  return { ...boot, notes, end: last.kind === 'hang' ? `${last.where}: ${last.why}`.replaceAll(base, '') : 'booted' }
}

/** Settings whose firmware_status leads to this image, and the image where it is given. */
function pages(image: string, bytes?: Page, settings = '') {
  return (base: string): Record<string, Page> => ({
    [`/s?${mac}`]: `${header}<phone-settings><firmware_status>${base}/f.xml</firmware_status>${settings}</phone-settings>`,
    '/f.xml': `${header}<firmware-settings><firmware>${image.includes(':') ? image : `${base}/${image}`}</firmware></firmware-settings>`,
    ...(bytes !== undefined && { [`/${image}`]: bytes }),
  })
}

const whole = Buffer.alloc(500_000, 'snom')

t.test('an image is fetched and told, and the next boot runs it', async t => {
  const { base, requests } = await serveHttp(t, pages('snom370-8.7.5.35-SIP-f.bin', whole))
  const { end, steps, next } = await outcome(base)
  t.equal(end, 'booted')
  t.match(steps.at(-1), {
    kind: 'firmware',
    from: '7.3.30',
    to: '8.7.5.35',
    image: `${base}/snom370-8.7.5.35-SIP-f.bin`,
  })
  t.match(steps.at(-2), { kind: 'document', bytes: 500_000 })
  t.equal(requests.at(-1)?.userAgent, 'Mozilla/4.0 (compatible; snom370 7.3.30)')
  const asked = requests.length
  const again = await outcome(base, next)
  t.same(again.notes, ['runs snom370-8.7.5.35-SIP-f.bin already'])
  t.equal(requests.length, asked + 2)
  let text = ''
  const options = { model: 'snom370', mac, firmware: '7.3.30', via: `${base}/s?{mac}` }
  t.equal(
    await runPhone(options, lines => {
      text += lines
    }),
    0,
  )
  t.match(text, `\nwould now run 8.7.5.35 instead of 7.3.30, by ${base}/snom370-8.7.5.35-SIP-f.bin\n`)
})

t.test('update_policy decides what of it is fetched', async t => {
  const policy = async (name: string) => {
    const { base, requests } = await serveHttp(
      t,
      pages('snom370-8.7.5.35-SIP-f.bin', whole, `<update_policy>${name}</update_policy>`),
    )
    const { notes, end } = await outcome(base)
    t.equal(end, 'booted')
    return `${requests.length - 1}: ${notes.join()}`.replaceAll(base, '')
  }
  t.equal(await policy('never_update'), '0: update_policy is never_update: no languages, no firmware')
  t.equal(await policy('settings_only'), '0: update_policy is settings_only: no firmware')
  t.equal(
    await policy('ask_for_update'),
    '1: update_policy is ask_for_update: the phone asks its user before it fetches /snom370-8.7.5.35-SIP-f.bin',
  )
  t.equal(await policy('auto_update'), '2: ')
})

t.test('an image the phone does not take is a hang that says why', async t => {
  const end = async (image: string, more: Partial<BootOrder> = {}, bytes: Page | undefined = whole) => {
    const { base } = await serveHttp(t, pages(image, bytes))
    return (await outcome(base, more)).end
  }
  const none = await serveHttp(t, pages('snom370-8.7.5.35-SIP-f.bin'))
  t.equal(
    (await outcome(none.base)).end,
    '/snom370-8.7.5.35-SIP-f.bin: firmware image not found: the phone waits for a key to be pressed',
  )
  t.match(await end('snom320-8.7.5.35-SIP-f.bin'), /: is an image for snom320; a snom370 refuses it$/)
  t.match(await end('snom370-8.7.5.35-SIP-f.bin', {}, ''), /: firmware image is empty$/)
  t.match(await end('https://127.0.0.1:1/snom370-8.7.5.35-SIP-f.bin'), /firmware 7.3.30 takes no image by https/)
  t.match(
    await end('tftp://127.0.0.1:1/snom370-8.7.5.35-SIP-f.bin', { firmware: '7.1.30' }),
    /firmware 7.1.30 takes no image by tftp; 7.2 is the first that does/,
  )
  const later = { phoneType: 'snom715', firmware: '8.7.5.35' }
  t.equal(await end('snomD715-8.9.3.80-SIP-r.bin', later), 'booted', 'a D715 is a 715')
  t.equal(await end('snom-8.9.3.80-SIP-r.bin', later), 'booted', 'a name without a model')
  const base = { phoneType: 'snomM900', firmware: '05.20.0001' }
  t.equal(await end('M900_v0740_b0104.fwu', base), 'booted')
  t.match(await end('M700_v0740_b0104.fwu', base), /is an image for snomM700/)
})

t.test('from firmware 6 to 7 it takes three images in order, each by the boot loader', async t => {
  const plain = (image: string) => (base: string) => ({
    [`/s?${mac}`]: `firmware_status: ${base}/f.htm\n`,
    '/f.htm': `<html><pre>\nfirmware: ${base}/${image}\n</pre></html>`,
    [`/${image}`]: whole,
  })
  const run = async (image: string, next: Partial<BootOrder>) => {
    const { base, requests } = await serveHttp(t, plain(image))
    const boot = await outcome(base, { phoneType: 'snom360', firmware: '6.5.2', ...next })
    return { ...boot, agent: requests.at(-1)?.userAgent }
  }
  t.match((await run('snom360-7.3.30-SIP-f.bin', {})).end, /firmware 6 on ramdisk v3.31 needs jffs2 3.36 first/)
  const first = await run('snom360-ramdiskToJffs2-3.36-br.bin', {})
  t.match(first, { end: 'booted', agent: 'Mozilla/4.0 (compatible; snom lid 3605)' })
  t.match((await run('snom360-update6to7-7.1.6-bf.bin', first.next)).end, /on linux 3.25 needs linux 3.38 first/)
  const second = await run('snom360-3.38-l.bin', first.next)
  t.match(second.next, { firmware: '6.5.2', flash: { rootfs: 'jffs2 v3.36', linux: '3.38' } })
  t.match((await run('snom360-7.3.30-SIP-f.bin', second.next)).end, /the image that leads from 6 to 7 comes before$/)
  const third = await run('snom360-update6to7-7.1.6-bf.bin', second.next)
  t.equal(third.next.firmware, '7.1.6')
  t.equal((await run('snom360-7.3.30-SIP-f.bin', third.next)).next.firmware, '7.3.30')
})

/** Breaks off after `piece` bytes of each answer. `ranges`: what the phone asked. */
function breaking(piece: number, ranges: (string | undefined)[], answersRange = true): Page {
  return (request: IncomingMessage, response: ServerResponse) => {
    const { range } = request.headers
    ranges.push(range)
    const from = range === undefined || !answersRange ? 0 : Number(/\d+/.exec(range)?.[0])
    const rest = whole.subarray(from)
    const part = from > 0 ? { 'Content-Range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}
    response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': rest.length, ...part })
    if (rest.length <= piece) response.end(rest)
    else response.write(rest.subarray(0, piece), () => setImmediate(() => response.destroy()))
  }
}

t.test('an image that breaks off is taken up by Range where it broke', async t => {
  const image = 'snom370-8.7.5.35-SIP-f.bin'
  const ranges: (string | undefined)[] = []
  const { base } = await serveHttp(t, pages(image, breaking(200_000, ranges)))
  const chunks: Buffer[] = []
  const { end, notes } = await outcome(base, { received: bytes => chunks.push(bytes) })
  t.equal(end, 'booted')
  t.same(ranges, [undefined, 'bytes=200000-', 'bytes=400000-'])
  t.ok(chunks.at(-1)?.equals(whole), 'and is whole')
  t.match(notes[0], /broke off \(Content-Length says 500000 bytes, 200000 came\) and is taken up at byte 200000/)

  const endless = await serveHttp(t, pages(image, breaking(1000, [])))
  t.match((await outcome(endless.base)).end, /Content-Length says 500000 bytes, 4000 came$/, 'four pieces, and no more')
  const starting: (string | undefined)[] = []
  const deaf = await serveHttp(t, pages(image, breaking(200_000, starting, false)))
  t.match((await outcome(deaf.base)).end, /200000 came$/, 'a server without Range begins again each time')
  t.equal(starting.length, 4)
  const liar = await serveHttp(
    t,
    pages(image, (request, response) => {
      if (request.headers.range === undefined) breakOff(response)
      else response.writeHead(206, { 'Content-Length': 5, 'Content-Range': 'bytes 5-9/500000' }).end('01234')
    }),
  )
  t.match((await outcome(liar.base)).end, /asked from byte 1000, got bytes 5-9\/500000/)
})

function breakOff(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Length': whole.length })
  response.write(whole.subarray(0, 1000), () => setImmediate(() => response.destroy()))
}

const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl'

/** Files of a CA, of the server's certificate for 127.0.0.1, and of a phone's. */
function makeCertificates(t: Test) {
  const folder = t.testdir({ 'san.cnf': 'subjectAltName=IP:127.0.0.1\n' })
  const openssl = (words: string) => execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'ignore' })
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
  openssl(`req -x509 ${key} -keyout ca.key -out ca.pem -days 2 -subj /CN=lab`)
  for (const [name, subject] of [['server', 'server'] as const, ['phone', mac] as const]) {
    openssl(`req ${key} -keyout ${name}.key -out ${name}.csr -subj /CN=${subject}`)
    openssl(
      `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san.cnf -out ${name}.pem`,
    )
  }
  writeFileSync(join(folder, 'none.pem'), 'nothing\n')
  return (name: string) => join(folder, name)
}

async function serveHttps(t: Test, file: (name: string) => string, options: object = {}) {
  const subjects: string[] = []
  const pem = { cert: readFileSync(file('server.pem')), key: readFileSync(file('server.key')) }
  const server = createServer({ ...pem, ...options }, (request, response) => {
    const certificate = (request.socket as TLSSocket).getPeerCertificate()
    subjects.push(`${certificate.subject?.CN ?? 'nobody'} by ${(request.socket as TLSSocket).getProtocol()}`)
    response.writeHead(200, { 'Content-Length': 19 }).end('language!: English\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, subjects }
}

t.test('HTTPS: any certificate will do for an old phone, unless it is given a CA', { skip: noOpenssl }, async t => {
  const file = makeCertificates(t)
  const { base, subjects } = await serveHttps(t, file, {
    ca: readFileSync(file('ca.pem')),
    requestCert: true,
    rejectUnauthorized: false,
  })
  let text = ''
  const run = async (more: object) => {
    text = ''
    const options = { model: 'snom370', mac, firmware: '8.4.35', via: `${base}/s?{mac}`, ...more }
    return runPhone(options, lines => {
      text += lines
    })
  }
  t.equal(await run({}), 0)
  t.equal(await run({ ca: file('ca.pem') }), 0)
  t.equal(await run({ ca: file('phone.pem') }), 1)
  t.match(text, /the certificate of 127.0.0.1:\d+ is not to be trusted \(\w+\)/)
  t.equal(await run({ certificate: file('phone.pem'), key: file('phone.key') }), 0)
  t.same(subjects, ['nobody by TLSv1.3', 'nobody by TLSv1.3', `${mac} by TLSv1.3`])
  t.equal(await run({ certificate: file('phone.pem') }), 2)
  t.equal(text, '--certificate and --key belong together: name both files\n')
  t.equal(await run({ ca: file('gone.pem') }), 2)
  t.match(text, /^--ca .*gone.pem: cannot be read \(ENOENT\)\n$/)
  t.equal(await run({ ca: file('none.pem') }), 2)
  t.match(text, /^--ca .*none.pem: expected a PEM file/)
})

t.test('a phone with firmware 7 speaks TLS 1.0 and finds no other', { skip: noOpenssl }, async t => {
  const file = makeCertificates(t)
  const modern = await serveHttps(t, file)
  t.match((await outcome(modern.base)).end, /no TLS in common with 127.0.0.1:\d+ \(\w+\); this phone speaks TLS 1.0/)
  const old = await serveHttps(t, file, { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })
  t.equal((await outcome(old.base)).end, 'booted')
  t.match(old.subjects, ['nobody by TLSv1'])
  const strict = await serveHttps(t, file, { ca: readFileSync(file('ca.pem')), requestCert: true })
  t.match(
    (await outcome(strict.base, { firmware: '8.4.35' })).end,
    /does not take the phone's certificate|failed \(ECONNRESET\)/,
  )
})

t.test('a phone with firmware 10 keeps its connection for all documents, an older one opens one for each', async t => {
  const { base, requests } = await serveHttp(t, () => ({ '/a.htm': 'a: b', '/a-000413261234.htm': 'c: d' }))
  const via = { kind: 'url', url: `${base}/a.htm` } as const
  await bootPhone({ ...quiet, phoneType: 'snomD785', firmware: '10.1.33.33', via })
  t.equal(new Set(requests.map(request => request.fromPort)).size, 1)
  await bootPhone({ ...quiet, via })
  t.equal(new Set(requests.map(request => request.fromPort)).size, 3)
})
