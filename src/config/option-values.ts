/** From what an operator writes for a DHCP option to its bytes (RFC 2132 formats). No I/O. */

import { ipv4Bytes, parseIpv4 } from '../address/ipv4.js'
import { findOption, type OptionForm, optionNames, ownedBecause } from './dhcp-options.js'
import type { Path, Report } from './finding.js'
import { nearest } from './nearest.js'
import { show } from './tree.js'

// Longer values are split (RFC 3396), but all options of an answer must fit one datagram.
const mostBytes = 512

/** Options by code; what will not do is reported and left out. */
export function readOptions(
  written: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>()
  for (const [key, value] of Object.entries(written)) {
    const place = [...path, key]
    const option = findOption(key)
    const refusal = option === undefined ? unknownOption(key) : refusalOf(option, options)
    if (option === undefined || refusal !== undefined) {
      report.error('option', place, refusal ?? '', 'key')
      continue
    }
    const bytes = option.form === undefined ? freeBytes(value) : formBytes(option.form, value)
    if (typeof bytes === 'string') report.error('option-value', place, `option ${key} ${bytes}`)
    else options.set(option.code, bytes)
  }
  return options
}

function unknownOption(key: string): string {
  if (/^\d+$/.test(key)) return `option ${key} does not exist; options are 1 to 254`
  const meant = nearest(key, optionNames)
  return `unknown option ${key}; ${meant ? `did you mean ${meant}?` : 'write its number, 1 to 254'}`
}

function refusalOf(option: { code: number; name: string }, options: ReadonlyMap<number, Buffer>): string | undefined {
  const because = ownedBecause(option.code)
  if (because !== undefined) return `option ${option.code} cannot be set by hand: ${because}`
  return options.has(option.code)
    ? `option ${option.code} (${option.name}) is set twice, by number and by name; keep one`
    : undefined
}

/** Bytes, or what is wrong with the value. */
type Outcome = Buffer | string

/** An option whose format we do not know: text as it is, bytes in hexadecimal, addresses in a list. */
function freeBytes(value: unknown): Outcome {
  if (typeof value === 'string') return rawBytes(value) ?? textBytes(value)
  if (Array.isArray(value)) return addressBytes(value)
  if (typeof value === 'number') {
    return `is the number ${value}, which could mean text or bytes; write "${value}" for text, or bytes as 0x0a0b`
  }
  return 'is not text in quotes, bytes as 0x0a0b, or a list of addresses'
}

function formBytes(form: OptionForm, value: unknown): Outcome {
  const raw = typeof value === 'string' ? rawBytes(value) : undefined
  if (raw !== undefined) return raw
  switch (form) {
    case 'address':
      return addressBytes(Array.isArray(value) ? [undefined] : [value])
    case 'addresses':
      return addressBytes(listOf(value))
    case 'pairs':
      return listOf(value).length % 2 === 0 ? addressBytes(listOf(value)) : 'is not a list of pairs of addresses'
    case 'uint8':
      return numberBytes([value], 1, 0, 0xff)
    case 'uint16':
      return numberBytes([value], 2, 0, 0xff_ff)
    case 'uint16s':
      return numberBytes(listOf(value), 2, 0, 0xff_ff)
    case 'uint32':
      return numberBytes([value], 4, 0, 0xff_ff_ff_ff)
    case 'int32':
      return numberBytes([value], 4, -0x80_00_00_00, 0x7f_ff_ff_ff)
    case 'text':
      return typeof value === 'object' ? 'is not text' : textBytes(String(value))
    case 'truth':
      return typeof value === 'boolean' ? Buffer.from([value ? 1 : 0]) : `${shown(value)} is not true or false`
    case 'domains':
      return domainBytes(listOf(value))
    case 'sip':
      return sipBytes(listOf(value))
    case 'raw':
      return 'is written as bytes here, 0x0a0b'
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function shown(value: unknown): string {
  return typeof value === 'object' ? 'the value' : show(value)
}

/** `0x0a0b`; text that only looks like it is undefined. */
function rawBytes(text: string): Outcome | undefined {
  if (!/^0x/i.test(text)) return undefined
  if (!/^0x(?:[0-9a-f]{2})+$/i.test(text)) return `${show(text)} is not a row of bytes such as 0x0a0b`
  return bounded(Buffer.from(text.slice(2), 'hex'))
}

function textBytes(text: string): Outcome {
  return text === '' ? 'is empty; leave the option out' : bounded(Buffer.from(text, 'utf8'))
}

function addressBytes(values: readonly unknown[]): Outcome {
  const bytes: Buffer[] = []
  for (const value of values) {
    const address = typeof value === 'string' ? parseIpv4(value) : undefined
    if (address === undefined) return `${shown(value)} is not an IPv4 address such as 192.168.66.1`
    bytes.push(ipv4Bytes(address))
  }
  return bytes.length === 0 ? 'is an empty list; leave the option out' : bounded(Buffer.concat(bytes))
}

function numberBytes(values: readonly unknown[], width: 1 | 2 | 4, least: number, most: number): Outcome {
  const bytes = Buffer.alloc(values.length * width)
  for (const [index, value] of values.entries()) {
    const number = Number(value)
    if (typeof value !== 'number' || !Number.isInteger(number) || number < least || number > most) {
      return `${shown(value)} is not a whole number from ${least} to ${most}`
    }
    if (least < 0) bytes.writeIntBE(number, index * width, width)
    else bytes.writeUIntBE(number, index * width, width)
  }
  return bounded(bytes)
}

/** Names as in RFC 1035 §3.1, without compression. */
function domainBytes(values: readonly unknown[]): Outcome {
  const bytes: Buffer[] = []
  for (const value of values) {
    const labels = String(value).replace(/\.$/, '').split('.')
    if (!labels.every(label => /^[A-Za-z0-9_-]{1,63}$/.test(label)))
      return `${shown(value)} is not a domain name such as lab.example`
    for (const label of labels) bytes.push(Buffer.from([label.length]), Buffer.from(label))
    bytes.push(Buffer.from([0]))
  }
  return bounded(Buffer.concat(bytes))
}

/** RFC 3361 §3: an encoding byte, then names (0) or addresses (1), not both. */
function sipBytes(values: readonly unknown[]): Outcome {
  const areAddresses = values.every(value => parseIpv4(String(value)) !== undefined)
  const rest = areAddresses ? addressBytes(values) : domainBytes(values)
  return typeof rest === 'string' ? rest : Buffer.concat([Buffer.from([areAddresses ? 1 : 0]), rest])
}

function bounded(bytes: Buffer): Outcome {
  return bytes.length > mostBytes ? `has ${bytes.length} bytes; at most ${mostBytes} fit` : bytes
}
