/** The answers of XML-RPC as text. No I/O. */

import { type Element, element, writeXml } from '../snom/xml.js'
import type { Fault } from './xmlrpc-call.js'

export type Result = string | boolean | readonly Result[]

export function writeResponse(result: Result): string {
  return writeXml(element('methodResponse', {}, element('params', {}, element('param', {}, typed(result)))))
}

export function writeFault({ code, message }: Fault): string {
  const members = [
    element('member', {}, element('name', {}, 'faultCode'), wrap(element('int', {}, String(code)))),
    element('member', {}, element('name', {}, 'faultString'), typed(message)),
  ]
  return writeXml(element('methodResponse', {}, element('fault', {}, wrap(element('struct', {}, ...members)))))
}

function typed(result: Result): Element {
  if (typeof result === 'string') return wrap(element('string', {}, result))
  if (typeof result === 'boolean') return wrap(element('boolean', {}, result ? '1' : '0'))
  return wrap(element('array', {}, element('data', {}, ...result.map(typed))))
}

/** No blank before the type: to some readers the value would be a string then. */
function wrap(content: Element): Element {
  return element('value', {}, '', content)
}
