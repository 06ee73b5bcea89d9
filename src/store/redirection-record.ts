/** A change of the redirection registry as JSON on one line, and back with every field checked. No I/O. */

import { parseMac } from '../address/mac.js'
import type { Change } from '../redirect/registry.js'
import { parseTargetUrl } from '../redirect/url.js'

const longestOwner = 128 // UTF-16 units

/** `{"mac":"0004132202E4","url":"http://…","owner":"lab","since":1700000000000}` */
export function encodeChange(change: Change): string {
  const text = JSON.stringify(fieldsOf(change))
  // What the decoder would refuse must not be acknowledged either.
  if (decodeChange(text) === undefined) throw new Error(`not a redirection that can be kept: ${text}`)
  return text
}

/** Undefined when it is none. Fields that are not known here are passed over, for a later version's sake. */
export function decodeChange(text: string): Change | undefined {
  const { mac, url, owner, since, gone, account, target } = parseObject(text)
  if (isOwner(account) && isTarget(target)) return { kind: 'target', owner: account, url: target }
  const phone = typeof mac === 'string' ? parseMac(mac) : undefined
  if (phone === undefined) return undefined
  if (gone === true) return { kind: 'gone', mac: phone }
  if (!isTarget(url) || !isOwner(owner) || !isTime(since)) return undefined
  return { kind: 'redirection', redirection: { mac: phone, url, owner, since } }
}

function fieldsOf(change: Change): Readonly<Record<string, unknown>> {
  switch (change.kind) {
    case 'redirection': {
      const { mac, url, owner, since } = change.redirection
      return { mac, url, owner, since }
    }
    case 'gone':
      return { mac: change.mac, gone: true }
    case 'target':
      return { account: change.owner, target: change.url }
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function isTarget(value: unknown): value is string {
  return typeof value === 'string' && parseTargetUrl(value) === value
}

function isOwner(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longestOwner
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
