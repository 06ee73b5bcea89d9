/** The words a configuration is made of: how each is written, and the value it stands for. No I/O. */

import { type Ipv4, parseIpv4 } from '../address/ipv4.js'
import { formatSubnet, parseRange, parseSubnet, type Range, type Subnet, subnetOf } from '../address/subnet.js'
import type { Flag } from '../fleet/phone.js'
import type { Scalar } from './tree.js'

/** Says in its own words why a value will not do. */
export type Refuse = (reason: string, rule?: string) => undefined

export interface Word<T> {
  readonly rule: string // of the finding when it does not parse
  readonly expected: string // completes "… is not …"
  readonly json: Readonly<Record<string, unknown>> // its JSON Schema
  readonly secret?: true // never shown in a finding
  readonly parse: (scalar: Scalar, refuse: Refuse) => T | undefined
}

// Phones show a line or two; a setting may hold a list of URLs or a certificate.
const longestText = 255 // characters
const longestSetting = 8192 // characters

const oneLine = ['string', 'number', 'boolean'] as const

/** One line of text; what YAML reads as a number or boolean counts as it is written. `shown`: cannot be a secret. */
export function text(expected: string, options: { pattern?: RegExp; rule?: string; shown?: true } = {}): Word<string> {
  const { pattern, rule = 'text', shown } = options
  return {
    rule,
    expected,
    json: { type: oneLine, maxLength: longestText, ...(pattern && { pattern: pattern.source }) },
    ...(shown === undefined && { secret: true as const }),
    parse: (scalar, refuse) => {
      const value = String(scalar)
      if (scalar === null || value === '') return refuse(`is empty; expected ${expected}`, 'empty-value')
      if (value.length > longestText)
        return refuse(`has ${value.length} characters; at most ${longestText} fit`, 'too-long')
      if (hasControl(value)) return refuse('holds a control character or line break; write one plain line', rule)
      return pattern === undefined || pattern.test(value) ? value : undefined
    },
  }
}

/** The value of a setting or of a field of a phone's lists; empty is a value too. Possibly secret, so never shown. */
export const anyText: Word<string> = {
  rule: 'text',
  expected: 'text',
  json: { type: [...oneLine, 'null'], maxLength: longestSetting },
  secret: true,
  parse: (scalar, refuse) => {
    const value = scalar === null ? '' : String(scalar)
    if (value.length > longestSetting)
      return refuse(`has ${value.length} characters; at most ${longestSetting} fit`, 'too-long')
    return hasControl(value.replaceAll(/[\t\r\n]/g, ''))
      ? refuse('holds a control character; a phone cannot read it')
      : value
  },
}

export const address: Word<Ipv4> = {
  rule: 'address',
  expected: 'an IPv4 address such as 192.168.66.1',
  json: { type: 'string', format: 'ipv4' },
  parse: scalar => (typeof scalar === 'string' ? parseIpv4(scalar) : undefined),
}

export const subnet: Word<Subnet> = {
  rule: 'subnet',
  expected: 'a subnet such as 192.168.66.0/24',
  json: { type: 'string', pattern: String.raw`^\d+\.\d+\.\d+\.\d+/\d+$` },
  parse: (scalar, refuse) => {
    const parsed = parseSubnet(String(scalar))
    const [host = '', bits = ''] = String(scalar).split('/')
    const inside = parseIpv4(host)
    if (parsed === undefined && inside !== undefined && /^\d{1,2}$/.test(bits) && Number(bits) <= 32) {
      const whole = formatSubnet(subnetOf(inside, Number(bits)))
      return refuse(`${scalar} is an address inside a subnet; write ${whole}`)
    }
    if (parsed !== undefined && (parsed.prefix < 8 || parsed.network === 0 || parsed.network >= 0xe0_00_00_00)) {
      return refuse(`${scalar} is no subnet of a LAN; expected /8 to /32 below 224.0.0.0`)
    }
    return parsed
  },
}

export const range: Word<Range> = {
  rule: 'range',
  expected: 'a range of addresses such as 192.168.66.100 - 192.168.66.199',
  json: { type: 'string', pattern: String.raw`^[\d.]+( *- *[\d.]+)?$` },
  parse: (scalar, refuse) => {
    const [first, last] = String(scalar)
      .split('-')
      .map(part => parseIpv4(part.trim()))
    if (first !== undefined && last !== undefined && last < first)
      return refuse(`${scalar} ends before it begins; swap the two`)
    return parseRange(String(scalar))
  },
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds; between a minute, below which phones do nothing but renew, and a year. */
export const leaseTime: Word<number> = {
  rule: 'duration',
  expected: 'a duration such as 12h, 90m, 3600s or 7d',
  json: { type: ['string', 'integer'], pattern: '^[0-9]+[smhd]?$' },
  parse: (scalar, refuse) => {
    const match = /^(\d{1,9})([smhd]?)$/.exec(String(scalar))
    if (match === null) return undefined
    const seconds = Number(match[1]) * (units[match[2] ?? ''] ?? 1)
    if (seconds < 60) return refuse(`${scalar} is too short; at least 60s`)
    return seconds > 365 * 86_400 ? refuse(`${scalar} is too long; at most 365d`) : seconds
  },
}

export function wholeNumber(least: number, most: number): Word<number> {
  return {
    rule: 'number',
    expected: `a whole number from ${least} to ${most}`,
    json: { type: 'integer', minimum: least, maximum: most },
    parse: (scalar, refuse) => {
      if (typeof scalar === 'string' && /^\d+$/.test(scalar)) {
        return refuse(`"${scalar}" is text; write ${Number(scalar)} without quotes`)
      }
      const fits = typeof scalar === 'number' && Number.isInteger(scalar) && least <= scalar && scalar <= most
      return fits ? scalar : undefined
    },
  }
}

export const truth: Word<boolean> = {
  rule: 'choice',
  expected: 'true or false',
  json: { type: 'boolean' },
  parse: scalar => (typeof scalar === 'boolean' ? scalar : undefined),
}

export function choice<T extends string>(...choices: readonly T[]): Word<T> {
  return {
    rule: 'choice',
    expected: choices.length > 1 ? `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}` : choices.join(),
    json: { enum: choices },
    parse: scalar => choices.find(one => one === scalar),
  }
}

/** A permission flag as the phone's own settings page writes it; none means `$`. */
export const flag: Word<Flag> = {
  rule: 'flag',
  expected: 'a permission flag: "$", "!", "&" or ""',
  json: { enum: ['$', '!', '&', ''] },
  parse: scalar => (scalar === '' || scalar === '$' ? '$' : scalar === '!' || scalar === '&' ? scalar : undefined),
}

function hasControl(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: to be found
  return /[\u0000-\u001f\u007f]/.test(value)
}
