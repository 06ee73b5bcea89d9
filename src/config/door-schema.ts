/** The keys of the doors in option66.yaml. No I/O. */

import { accountName, multicastGroup, oemPath, passwordHash, publicKey, url } from './door-words.js'
import { closable, list, mapOf, type Read, section, word } from './schema.js'
import { address, choice, text, truth, wholeNumber } from './words.js'

const port = word(wholeNumber(1, 65_535))
const folder = word(text('a folder', { shown: true }))
const file = word(text('a file', { shown: true })).optional()

const http = section({
  port: port.prefault(80).describe('TCP port'),
  root: folder.prefault('www').describe("Files served as they are; relative to option66's own folder"),
})

const https = section({
  port: port.prefault(443).describe('TCP port'),
  certificate: file.describe(
    'Certificate with its chain (PEM), relative to this file; default: one made at first start',
  ),
  key: file.describe('Private key of the certificate (PEM); relative to this file'),
  'client-ca': file.describe('Authorities of the certificates that phones carry (PEM); default: none is asked for'),
  'old-tls': word(truth)
    .prefault(false)
    .describe('Whether TLS 1.0 and 1.1 are spoken too, for firmware 7; they are not safe any more'),
})

const tftp = section({
  port: port.prefault(69).describe('UDP port'),
  root: folder.prefault('tftproot').describe("Files served as they are; relative to option66's own folder"),
  secrets: word(truth)
    .prefault(false)
    .describe('Whether settings with passwords go out over TFTP, which anyone on the LAN can read'),
})

const anyUrl = word(url('http', 'https', 'tftp'))

const pnp = section({
  port: port.prefault(5060).describe('UDP port'),
  group: word(multicastGroup).prefault('224.0.1.75').describe('Multicast address that phones ask at'),
  url: anyUrl
    .nullable()
    .optional()
    .describe('URL that phones are told; {mac} stands for theirs; default: our own settings URL'),
  unknown: word(choice('answer', 'ignore'))
    .prefault('answer')
    .describe('A snom phone that the inventory does not list: answer it with the general settings, or ignore it'),
  vendors: mapOf(/^[^\s].{0,63}$/, 'the name of a vendor, as its phones write it', anyUrl)
    .optional()
    .describe('URLs for phones of other vendors, by the vendor their SUBSCRIBE names; default: they get no answer'),
})

const ssh = section({
  port: port.prefault(2222).describe('TCP port'),
  'host-key': file.describe('Private host key; relative to this file; default: one made at first start'),
})

const account = section({
  name: word(accountName).describe('What its owner signs in with'),
  password: word(passwordHash).optional().describe('Hash of the password, made by `option66 password`'),
  keys: list(word(publicKey), 32).optional().describe('OpenSSH public keys that sign in on the console'),
  url: word(url('http', 'https'))
    .optional()
    .describe('Where its phones are sent at first; URL changes it on the console'),
})

const redirection = section({
  ssh: closable(ssh).optional().describe('The console; leave it out, or false, to close it'),
  xmlrpc: word(truth).prefault(false).describe('Whether /xmlrpc is served over HTTPS, and on loopback over HTTP'),
  accounts: list(account, 1000).optional().describe('Who may register phones; each sees none but its own'),
  paths: list(word(oemPath), 64)
    .optional()
    .describe("Paths hard-coded in OEM firmware, such as /oem/{mac}.xml; answered with the phone's settings"),
})

const status = section({
  address: word(address)
    .prefault('127.0.0.1')
    .describe('Address of the page; one that is not loopback needs a password'),
  port: port.prefault(8066).describe('TCP port'),
  password: word(passwordHash).optional().describe('Hash of the password, made by `option66 password`'),
})

/** Each leave-out closes the door. */
export const doors = {
  http: closable(http).optional().describe('The HTTP door; leave it out, or false, to close it'),
  https: closable(https).optional().describe('The HTTPS door; leave it out, or false, to close it'),
  tftp: closable(tftp).optional().describe('The TFTP door; leave it out, or false, to close it'),
  pnp: closable(pnp).optional().describe('SIP Plug & Play; leave it out, or false, to close it'),
  redirection: closable(redirection).optional().describe('The redirection registry; leave it out, or false, for none'),
  status: closable(status).optional().describe('Status page, API and metrics; leave it out, or false, for none'),
}

export type HttpsSection = Read<typeof https>
export type PnpSection = Read<typeof pnp>
export type RedirectionSection = Read<typeof redirection>
export type AccountSection = Read<typeof account>
