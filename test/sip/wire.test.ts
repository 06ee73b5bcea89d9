/** SIP on the wire: every dialect, RFC 4475's torture messages, and whatever else a stranger may send. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { claimOf } from '../../src/sip/claim.js'
import { parseCSeq } from '../../src/sip/cseq.js'
import { decodeMessage, MalformedMessage } from '../../src/sip/decode.js'
import { draftOf, encodeMessage } from '../../src/sip/encode.js'
import { flawOf } from '../../src/sip/flaw.js'
import { headerOf, headersOf, type Message, type Request } from '../../src/sip/message.js'
import { parseNameAddr } from '../../src/sip/name-addr.js'
import { transactionKey } from '../../src/sip/server-transaction.js'
import { parseUri } from '../../src/sip/uri.js'
import { parseVia, splitVias } from '../../src/sip/via.js'
import { dialects, subscribeText } from './dialects.js'
import { torture } from './torture.js'

const decode = (text: string): Message => decodeMessage(Buffer.from(text, 'latin1'))

function decodeRequest(text: string): Request {
  const message = decode(text)
  if (message.kind !== 'request') throw new Error('expected a request')
  return message
}

t.test('every dialect is read, says who it is, and has no flaw', async t => {
  for (const dialect of dialects) {
    for (const lineEnd of ['\r\n', '\n']) {
      const request = decodeRequest(
        subscribeText(dialect, { address: '192.168.66.21', port: dialect.port, id: '1', lineEnd }),
      )
      const claim = claimOf(request)
      t.equal(claim.mac, dialect.mac, dialect.name)
      t.match(claim, { vendor: dialect.vendor, model: dialect.model })
      t.equal(flawOf(request), undefined)
      t.match(parseVia(splitVias(headersOf(request, 'via'))[0] ?? ''), { host: '192.168.66.21', port: dialect.port })
    }
  }
})

const corpus = join(import.meta.dirname, '../../../shared/corpus/pnp')

t.test(
  'real phones: each is read',
  { skip: existsSync(corpus) ? false : 'needs the corpus of real traces' },
  async t => {
    const macs: Record<string, string> = {}
    for (const file of readdirSync(corpus)) {
      const message = decodeMessage(readFileSync(join(corpus, file)))
      if (message.kind === 'response') {
        t.match(message, { status: 200, reason: 'OK', isCut: false })
        continue
      }
      t.equal(flawOf(message), undefined, file)
      macs[file.split('-')[1] ?? ''] = claimOf(message).mac ?? ''
      t.ok(claimOf(message).model)
    }
    t.strictSame(macs, {
      snom: '00135E874B49',
      snomD385: '000413939050',
      snomM700: '000413600001',
      yealink: '0015657322FF',
    })
  },
)

t.test('torture messages of RFC 4475: the right answer to each', async t => {
  for (const { name, text, expected } of torture) {
    const answer = outcomeOf(text)
    t.equal(answer, expected, name)
  }
})

/** `400`: refused so; `none`: never answered; `response 200`; `ok`: a SUBSCRIBE to serve. */
function outcomeOf(text: string): string {
  try {
    const message = decode(text)
    if (message.kind === 'response') return `response ${message.status}`
    if (message.method === 'ACK') return 'none'
    return `${flawOf(message)?.status ?? 'ok'}`
  } catch (error) {
    if (error instanceof MalformedMessage) return 'none'
    throw error
  }
}

t.test('the short tortuous INVITE is read to its last blank', async t => {
  const request = decodeRequest(torture[0]?.text ?? '')
  t.match(parseNameAddr(headerOf(request, 'from') ?? ''), { text: 'sip:jdrosen@example.com', uri: { user: 'jdrosen' } })
  t.equal(parseNameAddr(headerOf(request, 'from') ?? '')?.parameters.get('tag'), '98asjd8')
  t.strictSame(parseCSeq(headerOf(request, 'cseq') ?? ''), { number: 9, method: 'INVITE' })
  t.strictSame(
    splitVias(headersOf(request, 'via')).map(value => [
      parseVia(value)?.host,
      parseVia(value)?.parameters.get('branch'),
    ]),
    [
      ['192.0.2.2', '390skdjuw'],
      ['spindle.example.com', 'z9hG4bK9ikj8'],
      ['192.168.255.111', 'z9hG4bK30239'],
    ],
  )
  t.equal(headerOf(request, 'subject'), '')
  t.equal(headerOf(request, 'newfangledheader'), 'newfangled value continued newfangled value')
})

t.test('what is no SIP message is told apart', async t => {
  const defect = (bytes: Buffer): string => {
    try {
      decodeMessage(bytes)
      return ''
    } catch (error) {
      return error instanceof MalformedMessage ? error.defect : String(error)
    }
  }
  t.equal(defect(Buffer.from('')), 'empty')
  t.equal(defect(Buffer.from('\r\n\r\n')), 'empty', 'what keeps a binding alive')
  t.equal(defect(Buffer.alloc(4)), 'empty')
  t.equal(defect(Buffer.from('GET / HTTP/1.1\r\n\r\n')), 'start line')
  t.equal(defect(Buffer.from('SUBSCRIBE sip:a@b\r\n\r\n')), 'start line')
  t.equal(defect(Buffer.alloc(9000, 'A')), 'long')
  t.equal(defect(Buffer.from(`SUBSCRIBE sip:a@b SIP/2.0\r\n${'a: b\r\n'.repeat(500)}`)), 'too many headers')
})

t.test('URIs are taken apart', async t => {
  t.strictSame(parseUri('sip:a;b?c@Host.Example:5062;transport=udp?x=y'), {
    scheme: 'sip',
    user: 'a;b?c',
    host: 'host.example',
    port: 5062,
  })
  t.match(parseUri('sips:[2001:DB8::1]:5061'), { scheme: 'sips', host: '[2001:db8::1]', port: 5061 })
  t.match(parseUri('tel:+491'), { scheme: 'tel', host: '' })
  for (const text of ['', 'sip:', 'sip:a@', 'sip:a@b:0', 'sip:a@b:70000', 'sip:a b@c', '<sip:a@b>', 'nothing']) {
    t.equal(parseUri(text), undefined, text)
  }
})

t.test('a hardware address is one only where it says so', async t => {
  const of = (user: string) =>
    claimOf(decodeRequest(`SUBSCRIBE sip:${user}@224.0.1.75 SIP/2.0\r\nEvent: ua-profile\r\n\r\n`)).mac
  t.equal(of('MAC%3A00-04-13-26-12-34'), '000413261234')
  t.equal(of('mac:00:04:13:26:12:34'), '000413261234')
  t.equal(of('491711234567'), undefined, 'a telephone number')
  t.equal(of('MAC%3a0004132612'), undefined)
  t.equal(of('MAC%3a000413261234567'), undefined)
  t.equal(of('MAC%zz000413261234'), undefined, 'a broken escape')
})

function readAll(request: Request): void {
  flawOf(request)
  claimOf(request)
  transactionKey(request, { address: 1, port: 5060 })
}

const word = fc.string({ minLength: 0, maxLength: 40, unit: fc.constantFrom(...'abcXYZ019 ;,:<>"\\=@%[]/\t?\0\x7fÿ') })

t.test('what is written is read again as it was', async () => {
  const headerText = word.map(text => text.trim())
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('via', 'to', 'x-any', 'contact'), headerText), { maxLength: 20 }),
      fc.string({ maxLength: 80, unit: 'binary-ascii' }),
      (headers, body) => {
        const message = decodeMessage(encodeMessage({ method: 'NOTIFY', uri: 'sip:a@b', headers, body }))
        return (
          isDeepStrictEqual(message.headers.slice(0, -1), headers) &&
          message.body.toString('latin1') === body &&
          isDeepStrictEqual(decodeMessage(encodeMessage(draftOf(message))), message)
        )
      },
    ),
    { numRuns: 300 },
  )
})

t.test('no value makes a reader throw, and none takes long', async () => {
  fc.assert(
    fc.property(word, fc.nat({ max: 400 }), (text, times) => {
      const long = text.repeat(1 + (times % 50))
      parseNameAddr(long)
      parseUri(`sip:${long}`)
      parseVia(`SIP/2.0/UDP ${long}`)
      parseCSeq(long)
      splitVias([long])
      const request = decode(
        `SUBSCRIBE sip:${text}@a SIP/2.0\r\nTo: ${long}\r\nFrom: ${long}\r\nEvent: ${long}\r\nUser-Agent: ${long}`,
      )
      if (request.kind === 'request') readAll(request)
    }),
    { numRuns: 2000 },
  )
})

t.test('no datagram makes the reader throw anything but its own error', async () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.constantFrom('', 'SUBSCRIBE sip:a@b SIP/2.0\r\n', 'SIP/2.0 200 OK\n'),
      (noise, start) => {
        try {
          const message = decodeMessage(Buffer.concat([Buffer.from(start), Buffer.from(noise)]))
          if (message.kind === 'request') readAll(message)
        } catch (error) {
          if (!(error instanceof MalformedMessage)) throw error
        }
      },
    ),
    { numRuns: 3000 },
  )
})
