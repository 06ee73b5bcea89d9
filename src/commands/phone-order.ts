/** What the call of a command says of its virtual phones, checked: one sentence where it will not do. */

import { access, constants, mkdir, readFile } from 'node:fs/promises'
import { parseIpv4 } from '../address/ipv4.js'
import type { Tls } from '../phone/connections.js'
import type { Via } from '../phone/find-settings.js'
import { ownAddress } from '../phone/own-address.js'
import { codeOf } from '../phone/step.js'

export interface NetworkOptions {
  readonly via: string // `dhcp`, `pnp`, or the settings URL
  readonly interface?: string // whose first address is the own one
  readonly address?: string // the own one to ask and fetch from
  readonly server?: string // DHCP server; default: broadcast
  readonly port?: number // the DHCP server's, default 67
  readonly clientPort?: number // where the phone hears DHCP; default: the next after the server's
  readonly group?: string // of Plug & Play, default 224.0.1.75
  readonly pnpPort?: number // default 5060
  readonly sipPort?: number // own; default: any for Plug & Play, 5060 for --stay
}

export interface TlsOptions {
  readonly ca?: string // file; the server's certificate is verified by it
  readonly certificate?: string // file
  readonly key?: string // file
}

/** The call is wrong; the message is one sentence. */
export class WrongPhone extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WrongPhone'
  }
}

/** @throws WrongPhone */
export function readVia(options: NetworkOptions): Via {
  const { via, server, group, port = 67, clientPort = port + 1, pnpPort, sipPort } = options
  readPort('port', port, 65_534)
  if (pnpPort !== undefined) readPort('pnp-port', pnpPort)
  if (sipPort !== undefined) readPort('sip-port', sipPort)
  if (via === 'dhcp') return { kind: 'dhcp', port, clientPort, ...(server && { server }) }
  if (via === 'pnp') {
    const own = { ...(group && { group }), ...(pnpPort && { port: pnpPort }), ...(sipPort && { sipPort }) }
    return { kind: 'pnp', ...own }
  }
  if (/^(?:https?|tftp):\/\/./i.test(via)) return { kind: 'url', url: via }
  throw new WrongPhone(
    `--via ${via}: expected dhcp, pnp, or a settings URL such as http://192.168.66.1 or tftp://192.168.66.1`,
  )
}

/** The own address; undefined where the system may choose. @throws WrongPhone */
export function readAddress(
  options: Pick<NetworkOptions, 'interface' | 'address' | 'server' | 'group'>,
): string | undefined {
  const { address, server, group } = options
  for (const [flag, text] of Object.entries({ address, server, group })) {
    if (text !== undefined && parseIpv4(text) === undefined) {
      throw new WrongPhone(`--${flag} ${text}: expected an IPv4 address`)
    }
  }
  if (address !== undefined || options.interface === undefined) return address
  const first = ownAddress(options.interface)
  if (first !== undefined) return first
  throw new WrongPhone(`--interface ${options.interface}: there is none of that name with an IPv4 address`)
}

/** @throws WrongPhone */
export function readModel(model: string): string {
  if (/^[A-Za-z][A-Za-z\d-]{0,31}$/.test(model)) return model
  throw new WrongPhone(`--model ${model}: expected a phone type such as snom370`)
}

/** @throws WrongPhone */
export function readVersion(firmware: string | undefined): string | undefined {
  if (firmware === undefined || /^\d+(?:\.\d+){1,4}$/.test(firmware)) return firmware
  throw new WrongPhone(`--firmware ${firmware}: expected a version such as 8.4.35`)
}

/** Rejects with WrongPhone where a file cannot be read. */
export async function readTls(options: TlsOptions): Promise<Tls | undefined> {
  const { ca, certificate, key } = options
  if ((certificate === undefined) !== (key === undefined)) {
    throw new WrongPhone('--certificate and --key belong together: name both files')
  }
  const files = Object.entries({ ca, certificate, key }).flatMap(([name, file]) =>
    file ? [[name, file] as const] : [],
  )
  if (files.length === 0) return undefined
  return Object.fromEntries(await Promise.all(files.map(async ([name, file]) => [name, await readPem(name, file)])))
}

/** Rejects with WrongPhone where the folder cannot be written to. */
export async function makeFolder(folder: string | undefined): Promise<void> {
  if (folder === undefined) return
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    throw new WrongPhone(`--save ${folder}: cannot be written to (${codeOf(error)}); name a folder of your own`)
  }
}

function readPort(flag: string, port: number, most = 65_535): void {
  if (Number.isInteger(port) && port > 0 && port <= most) return
  throw new WrongPhone(`--${flag} ${port}: expected a port below ${most + 1}`)
}

async function readPem(name: string, file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8')
    if (text.includes('-----BEGIN ')) return text
  } catch (error) {
    throw new WrongPhone(`--${name} ${file}: cannot be read (${codeOf(error)})`)
  }
  throw new WrongPhone(`--${name} ${file}: expected a PEM file, with a line -----BEGIN …`)
}
