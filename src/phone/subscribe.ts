/** The SUBSCRIBE of Plug & Play, in the spelling of each line of phones. No I/O. */

import { type Identity, isDect, isOlder } from './model.js'
import { writeSip } from './sip-text.js'

export interface Subscription {
  readonly identity: Identity
  readonly address: string // own
  readonly port: number // own
  readonly group: string // 224.0.1.75
  readonly number: number // 32 bits of randomness: Call-ID and tag come from it
}

export function subscribeText(subscription: Subscription): string {
  return writeSip(isDect(subscription.identity.phoneType) ? baseLines(subscription) : deskLines(subscription))
}

/** Desk phones: no branch, no Max-Forwards; a User-Agent since firmware 10. */
function deskLines(subscription: Subscription): readonly string[] {
  const { identity, address, port, number } = subscription
  const { phoneType, firmware } = identity
  const own = macUri(subscription)
  return [
    `SUBSCRIBE ${own} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${port};rport`,
    `From: <${own}>;tag=${tagOf(subscription)}`,
    `To: <${own}>`,
    `Call-ID: ${number}@${address}`,
    'CSeq: 1 SUBSCRIBE',
    eventOf(identity),
    'Expires: 0',
    'Accept: application/url',
    `Contact: <sip:${address}:${port}>`,
    ...(isOlder(firmware, '10') ? [] : [`User-Agent: ${phoneType}/${firmware}`]),
    'Content-Length: 0',
  ]
}

/** Bases of cordless phones write by the book, and From is no MAC. */
function baseLines(subscription: Subscription): readonly string[] {
  const { identity, address, port, number } = subscription
  const { phoneType, firmware, mac } = identity
  const own = macUri(subscription)
  return [
    `SUBSCRIBE ${own} SIP/2.0`,
    `Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${number.toString(36)}`,
    'Max-Forwards: 70',
    `From: <sip:512@${address}>;tag=${tagOf(subscription)}`,
    `To: <${own}>`,
    `Call-ID: ${number.toString(36)}@${address}`,
    'CSeq: 20264 SUBSCRIBE',
    `Contact: <sip:512@${address}:${port}>`,
    'Accept: application/url',
    'Allow: INVITE, CANCEL, BYE, ACK, REGISTER, OPTIONS, REFER, SUBSCRIBE, NOTIFY, MESSAGE, INFO, PRACK,UPDATE',
    'Allow-Events: dialog,message-summary',
    eventOf(identity),
    'Expires: 0',
    'Supported: replaces,100rel',
    `User-Agent: ${phoneType}/${firmware} (MAC=${mac}; SER= 00000; HW=255)`,
    'Content-Length: 0',
  ]
}

export function tagOf({ number }: Subscription): string {
  return String((number ^ 0x5a_5a_5a_5a) >>> 0)
}

function macUri({ identity, group }: Subscription): string {
  return `sip:MAC%3a${identity.mac}@${group}`
}

function eventOf({ phoneType, firmware }: Identity): string {
  return `Event: ua-profile;profile-type="device";vendor="snom";model="${phoneType}";version="${firmware}"`
}
