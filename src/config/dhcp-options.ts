/** The DHCP options an operator may name, and how each is written (RFC 2132 unless said). No I/O. */

/** How the bytes of an option are made from what is written. */
export type OptionForm =
  | 'address'
  | 'addresses'
  | 'pairs' // of addresses
  | 'uint8'
  | 'uint16'
  | 'uint16s'
  | 'uint32'
  | 'int32'
  | 'text'
  | 'truth'
  | 'domains' // RFC 1035 §3.1 names
  | 'sip' // RFC 3361: addresses or names
  | 'raw' // hexadecimal only

export interface OptionKind {
  readonly code: number
  readonly name: string
  readonly form: OptionForm
}

const rows: readonly (readonly [code: number, name: string, form: OptionForm])[] = [
  [1, 'subnet-mask', 'address'],
  [2, 'time-offset', 'int32'],
  [3, 'routers', 'addresses'],
  [4, 'time-servers', 'addresses'],
  [5, 'name-servers', 'addresses'],
  [6, 'domain-name-servers', 'addresses'],
  [7, 'log-servers', 'addresses'],
  [8, 'cookie-servers', 'addresses'],
  [9, 'lpr-servers', 'addresses'],
  [10, 'impress-servers', 'addresses'],
  [11, 'resource-location-servers', 'addresses'],
  [12, 'host-name', 'text'],
  [13, 'boot-file-size', 'uint16'],
  [14, 'merit-dump-file', 'text'],
  [15, 'domain-name', 'text'],
  [16, 'swap-server', 'address'],
  [17, 'root-path', 'text'],
  [18, 'extensions-path', 'text'],
  [19, 'ip-forwarding', 'truth'],
  [20, 'non-local-source-routing', 'truth'],
  [21, 'policy-filter', 'pairs'],
  [22, 'maximum-datagram-reassembly-size', 'uint16'],
  [23, 'default-ip-ttl', 'uint8'],
  [24, 'path-mtu-aging-timeout', 'uint32'],
  [25, 'path-mtu-plateau-table', 'uint16s'],
  [26, 'interface-mtu', 'uint16'],
  [27, 'all-subnets-are-local', 'truth'],
  [28, 'broadcast-address', 'address'],
  [29, 'perform-mask-discovery', 'truth'],
  [30, 'mask-supplier', 'truth'],
  [31, 'perform-router-discovery', 'truth'],
  [32, 'router-solicitation-address', 'address'],
  [33, 'static-routes', 'pairs'],
  [34, 'trailer-encapsulation', 'truth'],
  [35, 'arp-cache-timeout', 'uint32'],
  [36, 'ethernet-encapsulation', 'truth'],
  [37, 'tcp-default-ttl', 'uint8'],
  [38, 'tcp-keepalive-interval', 'uint32'],
  [39, 'tcp-keepalive-garbage', 'truth'],
  [40, 'nis-domain', 'text'],
  [41, 'nis-servers', 'addresses'],
  [42, 'ntp-servers', 'addresses'],
  [43, 'vendor-specific-information', 'raw'],
  [44, 'netbios-name-servers', 'addresses'],
  [45, 'netbios-datagram-servers', 'addresses'],
  [46, 'netbios-node-type', 'uint8'],
  [47, 'netbios-scope', 'text'],
  [48, 'font-servers', 'addresses'],
  [49, 'x-display-managers', 'addresses'],
  [64, 'nis-plus-domain', 'text'],
  [65, 'nis-plus-servers', 'addresses'],
  [66, 'tftp-server-name', 'text'],
  [67, 'bootfile-name', 'text'],
  [68, 'mobile-ip-home-agents', 'addresses'],
  [69, 'smtp-servers', 'addresses'],
  [70, 'pop3-servers', 'addresses'],
  [71, 'nntp-servers', 'addresses'],
  [72, 'www-servers', 'addresses'],
  [73, 'finger-servers', 'addresses'],
  [74, 'irc-servers', 'addresses'],
  [75, 'streettalk-servers', 'addresses'],
  [76, 'stda-servers', 'addresses'],
  [100, 'posix-timezone', 'text'], // RFC 4833
  [101, 'tzdb-timezone', 'text'], // RFC 4833
  [108, 'ipv6-only-preferred', 'uint32'], // RFC 8925
  [114, 'captive-portal', 'text'], // RFC 8910
  [119, 'domain-search', 'domains'], // RFC 3397
  [120, 'sip-servers', 'sip'], // RFC 3361
  [121, 'classless-static-routes', 'raw'], // RFC 3442
  [125, 'vendor-identifying-information', 'raw'], // RFC 3925
  [150, 'tftp-server-addresses', 'addresses'], // RFC 5859
]

const byCode = new Map(rows.map(([code, name, form]) => [code, { code, name, form }]))
const byName = new Map(rows.map(([code, name, form]) => [name, { code, name, form }]))

export const optionNames: readonly string[] = rows.map(([, name]) => name)

/** By number, 0 to 255, or by name; undefined for a word that is neither. An option without a name of ours has its number as name. */
export function findOption(
  key: string,
): OptionKind | { readonly code: number; readonly name: string; readonly form?: never } | undefined {
  if (!/^\d{1,3}$/.test(key)) return byName.get(key.toLowerCase())
  const code = Number(key)
  return code > 255 ? undefined : (byCode.get(code) ?? { code, name: `option ${code}` })
}

/** Why an option cannot be set by hand; undefined where it can. */
export function ownedBecause(code: number): string | undefined {
  switch (code) {
    case 0:
    case 255:
      return 'it only pads and ends the list of options'
    case 1:
      return 'it follows from the subnet'
    case 50:
    case 55:
    case 57:
    case 61:
      return 'only clients send it'
    case 51:
      return 'set lease-time instead'
    case 52:
      return 'the server never puts options into other fields'
    case 53:
    case 54:
    case 56:
      return 'the server writes it into each answer'
    case 58:
    case 59:
      return 'it follows from lease-time'
    case 80:
      return 'set rapid-commit instead'
    case 82:
      return 'the server returns it to the relay that sent it'
    case 90:
    case 118:
      return 'this server does not serve it'
    default:
      return undefined
  }
}
