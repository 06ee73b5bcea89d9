/** The call in a request of XML-RPC (xmlrpc.com/spec), read strictly: what is not well-formed is a fault. No I/O. */

import { decodeReferences } from '../snom/read-references.js'
import type { Report } from '../snom/read-report.js'
import { type Token, tokenize } from '../snom/tokens.js'

export interface Call {
  readonly method: string
  readonly params: readonly Value[]
}

/** No method here takes a number, a struct or an array, so that they are not read further. */
export type Value =
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'nil' }
  | { readonly kind: 'other' }

/** Codes of "Specification for Fault Code Interoperability", version 20010516. */
export const faultCode = {
  notWellFormed: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const

/** What the caller is told instead of an answer. */
export class Fault extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** A call has five levels, an array as its parameter some more. */
const deepest = 16
/** Elements of a call with two parameters: some ten. */
const mostElements = 256
const mostParams = 8

interface Node {
  readonly name: string
  readonly children: Node[]
  text: string
}

/** Throws Fault. */
export function readCall(body: Buffer): Call {
  const root = readTree(textOf(body))
  const [methodName, params, ...others] = root.children
  if (root.name !== 'methodCall' || methodName?.name !== 'methodName' || others.length > 0) throw invalid()
  if (params !== undefined && params.name !== 'params') throw invalid()
  const values = params?.children ?? []
  if (values.length > mostParams) throw invalid()
  return { method: methodName.text.trim(), params: values.map(paramOf) }
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw notWellFormed('the body is no UTF-8')
  }
}

function readTree(text: string): Node {
  const top: Node = { name: '', children: [], text: '' }
  const open = [top]
  let elements = 0
  const complain = (_offset: number, rule: string): never => {
    throw notWellFormed(rule)
  }
  for (const token of tokenize(text, complain)) {
    if (token.kind === 'open' && ++elements > mostElements) throw notWellFormed('too many elements')
    take(token, open)
  }
  const [root] = top.children
  if (open.length > 1 || root === undefined || top.children.length > 1 || top.text.trim() !== '') {
    throw notWellFormed('there must be one root element, closed')
  }
  return root
}

function take(token: Token, open: Node[]): void {
  const parent = open.at(-1)
  if (parent === undefined) return
  switch (token.kind) {
    case 'open': {
      const node: Node = { name: token.name, children: [], text: '' }
      parent.children.push(node)
      if (!token.isEmpty) open.push(node)
      if (open.length > deepest) throw notWellFormed('too deep')
      break
    }
    case 'close':
      if (open.length === 1 || parent.name !== token.name) throw notWellFormed('an end tag closes nothing')
      open.pop()
      break
    case 'text':
      parent.text += decodeReferences(token.raw, { areCodePoints: true }, token.start, strict)
      break
    case 'cdata':
      parent.text += token.raw
      break
    case 'doctype':
      throw notWellFormed('a DTD is not read')
    case 'declaration':
    case 'instruction':
    case 'comment':
      break
  }
}

/** The first thing wrong with a reference ends the reading. */
const strict: Report = {
  flaws: [],
  place: () => ({ line: 0, column: 0 }),
  add: (_offset, _severity, rule) => {
    throw notWellFormed(rule)
  },
  addOnce: () => {},
}

function paramOf(param: Node): Value {
  const [value, ...others] = param.children
  if (param.name !== 'param' || value?.name !== 'value' || others.length > 0) throw invalid()
  const [typed, ...more] = value.children
  if (more.length > 0) throw invalid()
  if (typed === undefined) return { kind: 'string', text: value.text } // "If no type is indicated, the type is string."
  if (typed.name === 'string') return { kind: 'string', text: typed.text }
  return { kind: typed.name === 'nil' ? 'nil' : 'other' }
}

function notWellFormed(why: string): Fault {
  return new Fault(faultCode.notWellFormed, `parse error: ${why}`)
}

function invalid(): Fault {
  return new Fault(faultCode.invalidRequest, 'this is no XML-RPC call')
}
