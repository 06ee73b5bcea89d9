/**
 * The XML-RPC interface of the redirection registry, as snom's own service had it: the same methods under the same names,
 * so that a reseller's script works with another URL.
 */

import { type Mac, parseMac } from '../address/mac.js'
import type { Origin, Outcome, Redirection, Redirections } from '../redirect/redirections.js'
import { phoneTypeOfMac } from '../snom/phone-type.js'
import { Budget } from './budget.js'
import type { Log } from './log.js'
import type { Post, PostBox, Posted } from './post.js'
import { type AccessOptions, createAccess } from './xmlrpc-access.js'
import { type Result, writeFault, writeResponse } from './xmlrpc-answer.js'
import { type Call, Fault, faultCode, readCall, type Value } from './xmlrpc-call.js'

export interface XmlRpcOptions extends AccessOptions {
  readonly redirections: Redirections
  readonly log: Log
}

/** Lines a second on who was denied. */
const deniedLines = 5

/** For the posts of the HTTPS door, and of the HTTP door for this machine's own scripts: /xmlrpc and /xmlrpc/. */
export function createXmlRpc(options: XmlRpcOptions): PostBox {
  const { log, now } = options
  const access = createAccess(options)
  const denied = new Budget(deniedLines)

  async function answer(post: Post): Promise<Posted> {
    if (!/^text\/xml *(?:;|$)/i.test(post.contentType)) return refusal(415, { 'accept-post': 'text/xml' })
    const admission = await access(post.authorization, post.address)
    switch (admission.kind) {
      case 'later':
        return refusal(429, { 'retry-after': String(Math.ceil(admission.wait / 1000)) })
      case 'denied': {
        const { name } = admission
        const fields = {
          door: 'xmlrpc',
          address: post.address,
          account: name?.slice(0, 64).replaceAll(/\p{Cc}/gu, '?'),
        }
        if (name !== undefined && denied.take(now())) log.warn(fields, 'login refused')
        return refusal(401, { 'www-authenticate': 'Basic realm="option66 redirection", charset="UTF-8"' })
      }
      case 'admitted':
        return respond(post, admission.account)
    }
  }

  async function respond(post: Post, account: string): Promise<Posted> {
    const caller: Caller = { account, origin: { door: 'xmlrpc', from: post.address }, registry: options.redirections }
    try {
      return document(writeResponse(await perform(readCall(post.body), caller)))
    } catch (error) {
      if (error instanceof Fault) return document(writeFault(error))
      log.error({ door: 'xmlrpc', account, error: String(error) }, 'a call failed')
      return document(writeFault(new Fault(faultCode.internal, 'the registry cannot be written')))
    }
  }

  return { takes: path => /^\/+xmlrpc\/?$/i.test(path), answer }
}

interface Caller {
  readonly account: string
  readonly origin: Origin
  readonly registry: Redirections
}

interface Method {
  readonly least: number // parameters
  readonly most: number
  readonly run: (caller: Caller, ...params: readonly string[]) => Result | Promise<Result>
}

/** `checkPhone` and `echo` are what snom's own command line asks besides; `nil` in place of a parameter is none. */
const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['redirect.registerPhone', { least: 2, most: 2, run: register }],
  ['redirect.deregisterPhone', { least: 1, most: 1, run: deregister }],
  ['redirect.getPhoneRedirection', { least: 1, most: 1, run: getRedirection }],
  ['redirect.checkPhone', { least: 1, most: 1, run: check }],
  ['redirect.listPhones', { least: 0, most: 2, run: list }],
  ['network.echo', { least: 1, most: 1, run: (_caller, text = '') => text }],
])

function perform({ method, params }: Call, caller: Caller): Result | Promise<Result> {
  const known = methods.get(method)
  if (known === undefined) throw new Fault(faultCode.unknownMethod, `there is no method ${JSON.stringify(method)}`)
  const { least, most, run } = known
  const texts = params.map((value, index) => textOf(value, index >= least))
  if (texts.length < least || texts.length > most) {
    const count = least === most ? `${least}` : `${least} to ${most}`
    throw new Fault(faultCode.invalidParams, `${method} takes ${count} parameters, not ${texts.length}`)
  }
  return run(caller, ...texts)
}

function textOf(value: Value, isOptional: boolean): string {
  if (value.kind === 'string') return value.text
  if (value.kind === 'nil' && isOptional) return ''
  throw new Fault(faultCode.invalidParams, 'each parameter must be a string')
}

async function register({ account, origin, registry }: Caller, text = '', url = ''): Promise<Result> {
  const mac = parseMac(text)
  return outcome(mac === undefined ? 'Error:malformed_mac' : await registry.register(account, mac, url, origin))
}

async function deregister({ account, origin, registry }: Caller, text = ''): Promise<Result> {
  const mac = parseMac(text)
  return outcome(mac === undefined ? 'Error:malformed_mac' : await registry.deregister(account, mac, origin))
}

/** The company behind the account stood before the URL; here accounts have a name only. */
function getRedirection(caller: Caller, text = ''): Result {
  const found = ownPhone(caller, text)
  return typeof found === 'string' ? outcome(found) : [true, found.owner, found.url]
}

function check(caller: Caller, text = ''): Result {
  const found = ownPhone(caller, text)
  return outcome(typeof found === 'string' ? found : 'Ok')
}

/** The account's own, by MAC address. A type or URL that is given and not empty narrows the list down. */
function list({ account, registry }: Caller, type = '', url = ''): Result {
  const isAsked = ({ mac, url: target }: Redirection) =>
    (type === '' || phoneTypeOfMac(mac)?.toLowerCase() === type.toLowerCase()) && (url === '' || target === url)
  return registry
    .list(account)
    .filter(isAsked)
    .map(({ mac }) => mac)
}

function ownPhone({ account, registry }: Caller, text: string): Redirection | Outcome {
  const mac: Mac | undefined = parseMac(text)
  if (mac === undefined) return 'Error:malformed_mac'
  const found = registry.find(mac)
  if (found === undefined) return 'Error:not_registered'
  return found.owner === account ? found : 'Error:owned_by_other_user'
}

/** What is called not_registered here is no_such_mac to snom's command line. */
function outcome(word: Outcome): Result {
  return [word === 'Ok', word === 'Error:not_registered' ? 'Error:no_such_mac' : word]
}

function document(body: string): Posted {
  return { status: 200, headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' }, body }
}

function refusal(status: number, headers: Readonly<Record<string, string>>): Posted {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${status}\n` }
}
