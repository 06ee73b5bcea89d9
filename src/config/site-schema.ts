/** The keys of option66.yaml. No I/O. */

import { doors } from './door-schema.js'
import { anything, closable, list, mapOf, oneOrMore, type Read, section, word } from './schema.js'
import { address, choice, leaseTime, range, subnet, text, truth, wholeNumber } from './words.js'

const options = mapOf(
  /^[\w-]{1,64}$/,
  'a DHCP option: its number or its RFC 2132 name, such as ntp-servers',
  anything({
    type: ['string', 'number', 'boolean', 'array'],
    items: { type: ['string', 'number'] },
    description: 'Text, number, address or true/false, as the option wants it; a list of them; or raw bytes as 0x0a0b',
  }),
).optional()

const addresses = oneOrMore(word(address), 16).optional()

const subnetSchema = section({
  subnet: word(subnet).describe(
    'The network, as 192.168.66.0/24. One that is not on the interface is reached through a relay',
  ),
  pool: oneOrMore(word(range), 256)
    .optional()
    .describe(
      'Addresses to lease, as "192.168.66.100 - 192.168.66.199"; one range or a list. Without it, reservations only',
    ),
  router: word(address).optional().describe('The gateway that phones are told (option 3)'),
  dns: addresses.describe('Name servers that phones are told (option 6); one or a list'),
  ntp: addresses.describe('Time servers that phones are told (option 42); one or a list'),
  domain: word(
    text('a domain name such as lab.example', { pattern: /^[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/, shown: true }),
  )
    .optional()
    .describe('The domain name that phones are told (option 15)'),
  options: options.describe('More options for this subnet; they win over the options of all subnets'),
})

const dhcp = section({
  port: word(wholeNumber(1, 65_534)).prefault(67).describe('UDP port heard; phones are answered on the next one'),
  clients: word(choice('phones', 'listed', 'all'))
    .prefault('phones')
    .describe('Who is answered: phones (by vendor class, hardware address or inventory), listed (inventory only), all'),
  'lease-time': word(leaseTime).prefault('12h').describe('How long a lease lasts: 12h, 90m, 3600s, 7d, or seconds'),
  authoritative: word(truth)
    .prefault(true)
    .describe('Whether a request for a foreign address is refused (DHCPNAK) or left alone'),
  'rapid-commit': word(truth)
    .prefault(false)
    .describe('Whether a client may have its lease in one exchange (RFC 4039)'),
  rival: word(choice('refuse', 'warn', 'ignore'))
    .prefault('refuse')
    .describe('When another DHCP server is on the LAN: refuse to serve, warn and serve, or do not look'),
  'settings-url': word(choice('http', 'https', 'tftp'))
    .prefault('http')
    .describe('The door that options 66 and 67 point at'),
  options: options.describe('Options for all subnets, by number or RFC 2132 name; text in quotes, raw bytes as 0x0a0b'),
  subnets: list(subnetSchema, 256).optional().describe('The networks that leases are given in; at least one'),
})

const log = section({
  level: word(choice('debug', 'info', 'warn', 'error'))
    .prefault('info')
    .describe('The least that is logged'),
  format: word(choice('json', 'pretty'))
    .optional()
    .describe('json, or pretty for people; default: pretty on a terminal, else json'),
})

export const siteSchema = section({
  site: word(text('a name')).optional().describe('The name of this site; default: the host name'),
  interface: word(text('a network interface such as eth1', { pattern: /^[^\s/:]{1,15}$/, shown: true })).describe(
    "The interface of the phones' LAN. Heard and answered here and nowhere else",
  ),
  address: word(address).optional().describe('Our address there; default: the first IPv4 address of the interface'),
  state: word(text('a folder', { shown: true }))
    .prefault('state')
    .describe('Folder for leases, registry, history and keys; relative to this file'),
  log: log.prefault({}).describe('What is logged, and how'),
  dhcp: closable(dhcp).optional().describe('The DHCP server; leave it out, or false, for none'),
  ...doors,
  phones: oneOrMore(word(text('a file', { shown: true })), 64)
    .prefault('phones.yaml')
    .describe('The inventory: one file or a list; relative to this file'),
})

export type SiteFile = Read<typeof siteSchema>
export type DhcpSection = Exclude<SiteFile['dhcp'], false | undefined>
export type SubnetSection = Read<typeof subnetSchema>
