/** The network: addresses, Ethernet, VLAN, quality of service, and what the phone finds there. No I/O. */

import { kind, type More, number, oneOf, onOff, settings, text } from './facts.js'

const address = kind('address')
const ipv4 = kind('ipv4')
const link = oneOf('auto', '10half', '10full', '100half', '100full', '1000full')

/** DHCP gives these; a file that says otherwise takes the phone off the network until somebody walks there. */
const fromDhcp = (what: string): More => ({
  never: {
    unless: 'the phone has a static address',
    why: `DHCP gives ${what}; another value here can cut the phone off`,
  },
})

export const networkSettings = settings({
  dhcp: [onOff, 'Takes its address from DHCP', 'on', fromDhcp('the whole address')],
  ip_adr: [ipv4, 'Address of the phone', undefined, fromDhcp('the address')],
  ip_addr: [ipv4, 'Address of the phone, as some pages write it', undefined, fromDhcp('the address')],
  netmask: [ipv4, 'Subnet mask', undefined, fromDhcp('the subnet mask')],
  gateway: [ipv4, 'Router of the subnet', undefined, fromDhcp('the router')],
  dns_domain: [text, 'Domain added to short names', undefined, fromDhcp('the domain')],
  dns_server1: [ipv4, 'First DNS server', undefined, fromDhcp('the DNS servers')],
  dns_server2: [ipv4, 'Second DNS server', undefined, fromDhcp('the DNS servers')],
  phone_name: [text, 'Host name of the phone'],
  asset_id: [text, 'Number under which the owner keeps the phone'],
  mac: [
    text,
    'Hardware address',
    undefined,
    { class: 'write-protected', never: { why: 'it is the phone’s own and cannot be changed' } },
  ],
  vlan: [text, 'VLAN id and priority, separated by a blank'],
  vlan_id: [number(0, 4095), 'VLAN id of the phone'],
  vlan_qos: [number(0, 7), 'Priority (802.1p) in the VLAN'],
  vlan_prio: [number(0, 7), 'Priority (802.1p) in the VLAN, on DECT bases'],
  vlan_port_tagging: [onOff, 'Tags frames by port', 'off'],
  eth_net: [link, 'Speed of the network port', 'auto'],
  eth_pc: [link, 'Speed of the PC port', 'auto'],
  ethernet_detect: [onOff, 'Warns when the cable is out', 'on'],
  ethernet_replug: [oneOf('nothing', 'reboot', 'reregister'), 'What to do when the cable is back', 'nothing'],
  codec_tos: [number(0, 255), 'Type of service of media packets', '160'],
  signaling_tos: [number(0, 255), 'Type of service of SIP packets', '160'],
  watch_arp_cache: [
    number(0),
    'Watches for changes of hardware addresses',
    '0',
    { class: 'unprotected', never: { why: 'it is internal: the phone restarts or registers anew by it' } },
  ],
  syslog_server: [address, 'Server for log lines'],
  log_level: [number(0, 9), 'How much the phone logs', '5'],
  lcserver1: [address, 'Server for log lines of support'],
  vpn_netcatserver: [address, 'Server for log lines while a VPN starts'],
  snmp_port: [number(0, 65535), 'Port of the SNMP agent', '161'],
  snmp_trusted_addresses: [text, 'Addresses or networks that may ask by SNMP, separated by blanks'],
  max_boot_delay: [number(0, undefined, 'seconds'), 'Waits a random time up to this after power returns', '0'],
  wifi_auth_mode: [text, 'How the phone signs on to a WLAN'],
  wifi_country_code: [text, 'Country whose WLAN channels may be used'],
  wifi_ether_bridge: [onOff, 'Joins WLAN and the PC port', 'off'],
  pcap_on_bootup: [oneOf('on', 'off', 'true', 'false'), 'Records network packets from the start', 'off'],
  watchdog: [onOff, 'Restarts a phone that hangs'],
})
