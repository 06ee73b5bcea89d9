/** `option66 probe`: asks the LAN who else answers DHCP or Plug & Play there. */

import { ownAddress } from '../phone/own-address.js'
import { type Answers, type DhcpServer, type Offer, type ProbeOrder, probe, probedType } from '../phone/probe.js'
import { Hang } from '../phone/step.js'
import { printable } from '../phone/story.js'
import { type NetworkOptions, readAddress, readVia, WrongPhone } from './phone-order.js'

export interface ProbeOptions extends Omit<NetworkOptions, 'via' | 'sipPort'> {
  readonly seconds?: number // to listen; default 8
  readonly json?: boolean
}

/** Some servers ping an address for three seconds before they offer it, one after another; two questions are asked. */
const usualSeconds = 8
const mostSeconds = 300

/** Resolves with the exit code: 0 somebody answered, 1 nobody did, 2 the call is wrong or cannot be done here. */
export async function runProbe(options: ProbeOptions, write: (lines: string) => void): Promise<number> {
  try {
    const order = readOrder(options)
    const answers = await probe(order)
    if (options.json) write(`${JSON.stringify({ address: order.address, ...answers }, undefined, 2)}\n`)
    else for (const line of describe(order, answers)) write(`${printable(line)}\n`)
    return answers.dhcp.length + answers.pnp.length > 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof WrongPhone || error instanceof Hang)) throw error
    write(`${error.message}\n`)
    return 2
  }
}

/** @throws WrongPhone */
function readOrder(options: ProbeOptions): ProbeOrder {
  const { seconds = usualSeconds, server, group = '224.0.1.75', port = 67, clientPort = port + 1 } = options
  if (!(seconds > 0 && seconds <= mostSeconds)) {
    throw new WrongPhone(`--seconds ${seconds}: expected at most ${mostSeconds}`)
  }
  readVia({ ...options, via: 'dhcp' })
  const address = readAddress(options) ?? ownAddress() ?? '127.0.0.1'
  const dhcp = { port, clientPort, ...(server && { server }) }
  return { address, time: seconds * 1000, dhcp, pnp: { group, port: options.pnpPort ?? 5060 } }
}

function describe({ address, time, pnp }: ProbeOrder, answers: Answers): readonly string[] {
  const asked = `DHCP as a ${probedType} and as any host, Plug & Play at ${pnp.group}:${pnp.port}`
  return [
    `asked from ${address} for ${time / 1000} s: ${asked}`,
    ...answers.dhcp.flatMap(found => describeServer(found, time / 1000)),
    ...answers.pnp.map(
      ({ address: from, isOwn, answer, hasUrl }) =>
        `Plug & Play ${from}${ownWords(isOwn)}: ${hasUrl ? `sends phones to ${answer}` : answer}`,
    ),
    ...(answers.dhcp.length + answers.pnp.length === 0 ? ['no server found'] : []),
  ]
}

/** One line where it makes no difference who asks, else one for each. */
function describeServer({ server, isOwn, asPhone, asOther }: DhcpServer, seconds: number): readonly string[] {
  const name = `DHCP ${server}${ownWords(isOwn)}`
  if (asPhone === undefined || asOther === undefined) {
    const offer = asPhone ?? asOther
    const whom = asPhone === undefined ? 'to others, and nothing to phones' : 'to phones, and nothing to others'
    return offer === undefined ? [] : [`${name}: ${whom} in ${seconds} s: ${describeOffer(offer)}`]
  }
  if (describeBoot(asPhone) === describeBoot(asOther))
    return [`${name}: to phones and others: ${describeOffer(asPhone)}`]
  return [`${name}: to phones: ${describeOffer(asPhone)}`, `${name}: to others: ${describeOffer(asOther)}`]
}

function describeOffer(offer: Offer): string {
  const { address, router, dns } = offer
  const via = router.length === 0 ? 'no router' : `router ${router.join(' ')}`
  return `offers ${address}, ${via}, ${dns.length === 0 ? 'no dns' : `dns ${dns.join(' ')}`}, ${describeBoot(offer)}`
}

function describeBoot({ option66, option67, settingsUrl }: Offer): string {
  if (settingsUrl === undefined) return option67 === undefined ? 'no option 66' : `no option 66, option 67 ${option67}`
  const options = [option66 && `66 ${option66}`, option67 && `67 ${option67}`].filter(Boolean).join(', ')
  return `option ${options || '43'}: settings at ${settingsUrl}`
}

function ownWords(isOwn: boolean): string {
  return isOwn ? ' (this host)' : ''
}
