/** How the phones of the field subscribe, one of each kind, with the marks of sipp where address, port and call are filled in. */

import { parseMac } from '../../src/address/mac.js'
import { some } from '../some.js'

export interface Dialect {
  readonly name: string
  readonly port: number // from which it speaks
  readonly mac: string | undefined // that it tells
  readonly vendor?: string
  readonly model?: string
  readonly lines: readonly string[]
}

const event = (vendor: string, model: string, version: string, spelling = 'vendor') =>
  `ua-profile;profile-type="device";${spelling}="${vendor}";model="${model}";version="${version}"`

/** snom's own: Via without branch, no Max-Forwards, a domain from DHCP as host. */
const snomLines = (mac: string, host: string, ...rest: readonly string[]) => [
  `SUBSCRIBE sip:MAC%3a${mac}@${host} SIP/2.0`,
  'Via: SIP/2.0/UDP [local_ip]:[local_port];rport',
  `From: <sip:MAC%3a${mac}@${host}>;tag=1655298381`,
  `To: <sip:MAC%3a${mac}@${host}>`,
  'Call-ID: [call_id]',
  'CSeq: 1 SUBSCRIBE',
  ...rest,
  'Expires: 0',
  'Accept: application/url',
  'Contact: <sip:[local_ip]:[local_port]>',
  'Content-Length: 0',
]

/** Of who knows RFC 3261: branch, Max-Forwards, a user in the Contact. */
const modernLines = (user: string, from: string, cseq: number, ...rest: readonly string[]) => [
  `SUBSCRIBE sip:${user}@224.0.1.75 SIP/2.0`,
  'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[call_id]',
  'Max-Forwards: 70',
  `From: ${from}`,
  `To: <sip:${user}@224.0.1.75>`,
  'Call-ID: [call_id]',
  `CSeq: ${cseq} SUBSCRIBE`,
  ...rest,
  'Expires: 0',
  'Accept: application/url',
  'Content-Length: 0',
]

export const dialects: readonly Dialect[] = [
  {
    name: 'snom360 6.5.1',
    port: 2051,
    mac: '000413231234',
    vendor: 'snom',
    model: 'snom360',
    lines: snomLines('000413231234', 'lab.example', `Event: ${event('snom', 'snom360', '6.5.1')}`),
  },
  {
    name: 'OEM 7.1.19',
    port: 2058,
    mac: '0004132E1234',
    vendor: 'OEM',
    model: 'OEM',
    lines: snomLines('0004132E1234', 'lab.example', `Event: ${event('OEM', 'OEM', '7.1.19')}`),
  },
  {
    name: 'snom370 8.7.5.48',
    port: 5060,
    mac: '000413261234',
    vendor: 'snom',
    model: 'snom370',
    lines: snomLines('000413261234', '224.0.1.75', `Event: ${event('snom', 'snom370', '8.7.5.48')}`),
  },
  {
    name: 'snomD385 10.1.119.10, ephemeral port',
    port: 57_648,
    mac: '000413931234',
    vendor: 'snom',
    model: 'snomD385',
    lines: snomLines(
      '000413931234',
      'lab.example',
      `Event: ${event('snom', 'snomD385', '10.1.119.10')}`,
      'User-Agent: snomD385/10.1.119.10',
    ),
  },
  {
    name: 'snomM700, From without MAC',
    port: 5060,
    mac: '000413601234',
    vendor: 'snom',
    model: 'snomM700',
    lines: modernLines(
      'MAC%3a000413601234',
      '<sip:512@[local_ip]>;tag=dmrud.mzfyg66',
      20_264,
      `Event: ${event('snom', 'snomM700', '03.23.0005')}`,
      'Contact: <sip:512@[local_ip]>',
      'Allow-Events: dialog,message-summary',
      'User-Agent: snomM700/03.23.0005 (MAC=000413601234; SER= 00000; HW=255)',
    ),
  },
  {
    name: 'snomM300, MAC in the User-Agent alone',
    port: 5060,
    mac: '000413611234',
    vendor: 'snom',
    model: 'snomM300',
    lines: modernLines(
      '512',
      '<sip:512@[local_ip]>;tag=x8',
      7,
      `Event: ${event('snom', 'snomM300', '03.23.0005')}`,
      'Contact: <sip:512@[local_ip]>',
      'User-Agent: snomM300/03.23.0005 (MAC=000413611234; SER= 00000; HW=255)',
    ),
  },
  {
    name: 'Yealink T21, no %3a',
    port: 5062,
    mac: '001565123456',
    vendor: 'Yealink',
    model: 'T21D',
    lines: modernLines(
      'MAC001565123456',
      '<sip:MAC001565123456@224.0.1.75>;tag=42054258',
      1,
      'Contact: <sip:MAC001565123456@[local_ip]:[local_port]>',
      'User-Agent: Yealink SIP-T21P 34.72.14.6',
      `Event: ${event('Yealink', 'T21D', '34.72.14.6')}`,
    ),
  },
  {
    name: 'Grandstream, %3A',
    port: 5080,
    mac: 'C074AD112233',
    vendor: 'Grandstream',
    model: 'GRP2612W',
    lines: modernLines(
      'MAC%3AC074AD112233',
      '<sip:MAC%3AC074AD112233@224.0.1.75>;tag=1519470498',
      20_000,
      'Contact: <sip:MAC%3AC074AD112233@[local_ip]:[local_port]>',
      'Supported: replaces, path',
      `Event: ${event('Grandstream', 'GRP2612W', '1.0.5.67')}`,
    ),
  },
  {
    name: 'Gigaset',
    port: 5060,
    mac: '7C2F80123456',
    vendor: 'Gigaset',
    model: 'DE900',
    lines: snomLines('7C2F80123456', '224.0.1.75', `Event: ${event('Gigaset', 'DE900', '02.00')}`),
  },
  {
    name: 'Panasonic, vender',
    port: 5060,
    mac: '0080F0123456',
    vendor: 'Panasonic',
    model: 'KX-HDV130',
    lines: modernLines(
      'MAC%3a0080F0123456',
      '<sip:MAC%3a0080F0123456@224.0.1.75>;tag=9',
      1,
      'Contact: <sip:[local_ip]:[local_port]>',
      `Event: ${event('Panasonic', 'KX-HDV130', '08.101', 'vender')}`,
    ),
  },
  {
    name: 'PLANET, equals sign and no From tag',
    port: 5060,
    mac: '00304FA9994A',
    vendor: 'PLANET',
    model: 'VIP-2020PT',
    lines: modernLines(
      'MAC=00304fa9994a',
      '<sip:MAC=00304fa9994a@224.0.1.75>',
      1,
      'Contact: <sip:MAC=00304fa9994a@[local_ip]:[local_port]>',
      `Event: ${event('PLANET', 'VIP-2020PT', '1.0')}`,
    ),
  },
  {
    name: 'AudioCodes, no MAC at all',
    port: 5060,
    mac: undefined,
    vendor: 'AudioCodes',
    model: '420HD',
    lines: [
      'SUBSCRIBE sip:224.0.1.75:5060 SIP/2.0',
      'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[call_id];rport',
      'From: <sip:00000001@[local_ip]>;tag=1c17',
      'To: <sip:224.0.1.75:5060>',
      'Call-ID: [call_id]',
      'CSeq: 1 SUBSCRIBE',
      `Event: ${event('AudioCodes', '420HD', '2.0.0')}`,
      'Contact: <sip:00000001@[local_ip]:[local_port]>',
      'Expires: 0',
      'Content-Length: 0',
    ],
  },
  {
    name: 'compact and folded headers',
    port: 5061,
    mac: '000413271234',
    vendor: 'snom',
    model: 'snom320',
    lines: [
      'SUBSCRIBE sip:MAC%3a000413271234@lab.example SIP/2.0',
      'v : SIP / 2.0 / UDP [local_ip] : [local_port]',
      ' ;rport',
      'f: "Front, desk <1>"',
      '\t<sip:MAC%3a000413271234@lab.example>;',
      '  tag = 7',
      't: sip:MAC%3a000413271234@lab.example',
      'i: [call_id]',
      'CSeq: 0001',
      '  SUBSCRIBE',
      'o: ua-profile',
      ' ;profile-type="device";vendor="snom"',
      ' ;model="snom320";version="7.3.30"',
      'm: <sip:[local_ip]:[local_port]>',
      'Expires: 0',
    ],
  },
]

export interface Call {
  readonly address: string
  readonly port: number
  readonly id: string
  readonly lineEnd?: string // default CRLF
}

/** The text of a dialect, filled in. */
export function subscribeText({ lines }: Dialect, { address, port, id, lineEnd = '\r\n' }: Call): string {
  const filled = lines.map(line =>
    line.replaceAll('[local_ip]', address).replaceAll('[local_port]', `${port}`).replaceAll('[call_id]', id),
  )
  return [...filled, '', ''].join(lineEnd)
}

export function dialect(name: string): Dialect {
  return some(dialects.find(one => one.name.startsWith(name)))
}

export function mac(text: string) {
  return some(parseMac(text))
}
