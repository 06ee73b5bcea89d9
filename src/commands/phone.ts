/** `option66 phone`: boots one virtual phone against a running appliance and tells what it came up with. */

import { access, constants, mkdir } from 'node:fs/promises'
import { parseIpv4 } from '../address/ipv4.js'
import { formatMac, parseMac } from '../address/mac.js'
import { type Boot, type BootOrder, bootPhone } from '../phone/boot.js'
import type { Lease } from '../phone/dhcp.js'
import { codeOf } from '../phone/step.js'
import { describeBytes, describeMemory, describeStep, hideSecrets } from '../phone/story.js'

export interface PhoneOptions {
  readonly model: string // phone type: snom370
  readonly mac: string // any usual spelling
  readonly via: string // `dhcp`, or the settings URL
  readonly address?: string // the own address to ask and fetch from
  readonly server?: string // DHCP server; default: broadcast
  readonly port?: number // the DHCP server's, default 67
  readonly clientPort?: number // where the phone hears DHCP; default: the next after the server's
  readonly firmware?: string // version
  readonly save?: string // folder for what was fetched
  readonly print?: boolean // every document as it came, passwords too
  readonly json?: boolean
  readonly timeLimit?: number // ms for each answer and document; default 10 s
}

const patience = 10_000 // ms; a person looks on

/** `write` gets whole lines. Resolves with the exit code: 0 booted, 1 a real phone would hang, 2 the call is wrong. */
export async function runPhone(options: PhoneOptions, write: (lines: string) => void): Promise<number> {
  const order = readOrder(options, step => {
    if (!options.json) write(`${describeStep(step)}\n`)
  })
  const received = (bytes: Buffer): void => {
    for (const line of describeBytes(bytes)) write(`    ${line}\n`)
  }
  if (typeof order === 'string') {
    write(`${order}\n`)
    return 2
  }
  const unwritable = await makeFolder(options.save)
  if (unwritable !== undefined) {
    write(`${unwritable}\n`)
    return 2
  }
  const boot = await bootPhone(options.print && !options.json ? { ...order, received } : order)
  if (options.json) write(`${JSON.stringify(asJson(order, boot), undefined, 2)}\n`)
  else if (boot.booted) for (const line of describeMemory(order, boot)) write(`${line}\n`)
  return boot.booted ? 0 : 1
}

/** The order, or one sentence on what is wrong with the call. */
function readOrder(options: PhoneOptions, report: BootOrder['report']): BootOrder | string {
  const { model, address, server, firmware, save, timeLimit = patience } = options
  const mac = parseMac(options.mac)
  const via = readVia(options)
  if (mac === undefined) return `--mac ${options.mac}: expected a hardware address such as 000413261234`
  if (!/^[A-Za-z][A-Za-z\d]{0,31}$/.test(model)) return `--model ${model}: expected a phone type such as snom370`
  if (typeof via === 'string') return via
  for (const [flag, text] of Object.entries({ address, server })) {
    if (text !== undefined && parseIpv4(text) === undefined) return `--${flag} ${text}: expected an IPv4 address`
  }
  if (firmware !== undefined && !/^\d+(?:\.\d+){1,4}$/.test(firmware)) {
    return `--firmware ${firmware}: expected a version such as 8.4.35`
  }
  const own = { ...(address && { address }), ...(firmware && { firmware }), ...(save && { save }) }
  return { mac, phoneType: model, via, report, timeLimit, ...own }
}

function readVia({ via, server, port = 67, clientPort = port + 1 }: PhoneOptions): BootOrder['via'] | string {
  if (!(Number.isInteger(port) && port > 0 && port < 65_535)) {
    return `--port ${port}: expected a port below 65535`
  }
  if (via === 'dhcp') return { kind: 'dhcp', port, clientPort, ...(server && { server }) }
  if (/^(?:http|tftp):\/\/./i.test(via)) return { kind: 'url', url: via }
  return `--via ${via}: expected dhcp, or a settings URL such as http://192.168.66.1 or tftp://192.168.66.1`
}

/** What keeps files out of the folder, in one sentence. */
async function makeFolder(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) return undefined
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
    return undefined
  } catch (error) {
    return `--save ${folder}: cannot be written to (${codeOf(error)}); name a folder of your own`
  }
}

function asJson(order: BootOrder, boot: Boot) {
  const { booted, lease, documents, steps, memory } = boot
  return {
    phone: { model: order.phoneType, mac: formatMac(order.mac) },
    booted,
    lease: lease && leaseAsJson(lease), // JSON leaves out what is undefined
    documents,
    steps,
    settings: Object.fromEntries(hideSecrets(memory.settings)),
    keys: [...memory.keys.values()],
    phoneBook: Object.fromEntries(memory.book),
    dialplan: memory.templates,
    languages: memory.languages,
  }
}

function leaseAsJson({ pointers, ...lease }: Lease) {
  return { ...lease, ...pointers, inside43: Object.fromEntries(pointers.inside43) }
}
