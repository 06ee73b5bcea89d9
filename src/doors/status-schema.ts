/** How the routes of the API describe themselves: what is fastify's to check and to write, and OpenAPI's to tell. */

import { type Mac, parseMac } from '../address/mac.js'
import { Impossible } from '../api/desk.js'
import { Problem } from '../api/shapes.js'

export interface MacParams {
  readonly mac: string
}

const macParams = {
  type: 'object',
  required: ['mac'],
  properties: {
    mac: {
      type: 'string',
      pattern: '^[0-9A-Fa-f:.-]{12,17}$',
      description: 'hardware address in any usual spelling: 000413261234, 00:04:13:26:12:34',
    },
  },
}

export const problems = { '4xx': Problem, '5xx': Problem }

/** `answer`: the schema of the body; undefined: 204 without one. */
export function about(tag: string, summary: string, answer?: unknown, body?: unknown) {
  const good = answer === undefined ? { 204: { type: 'null', description: 'done' } } : { 200: answer }
  return { tags: [tag], summary, response: { ...good, ...problems }, ...(body !== undefined && { body }) }
}

export function aboutPhone(tag: string, summary: string, answer?: unknown, body?: unknown) {
  return { ...about(tag, summary, answer, body), params: macParams }
}

export const listOf = (items: unknown) => ({ type: 'array', items })

/** @throws Impossible */
export function macOf({ mac }: MacParams): Mac {
  const parsed = parseMac(mac)
  if (parsed !== undefined) return parsed
  throw new Impossible('invalid', `${mac} is no hardware address; expected 12 hexadecimal digits, as in 000413261234`)
}

/** @throws Impossible where there is none */
export function known<T>(found: T | undefined, mac: string): T {
  if (found !== undefined) return found
  throw new Impossible('missing', `no phone ${mac} was seen, and none is in the inventory`)
}
