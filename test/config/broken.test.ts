import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatFinding } from '../../src/config/finding.js'
import { readSite } from '../../src/config/site.js'

const soundSite = `site: Lab 1
interface: eth1
address: 192.168.66.1
dhcp:
  lease-time: 12h
  subnets:
    - subnet: 192.168.66.0/24
      pool: [192.168.66.100 - 192.168.66.199]
      router: 192.168.66.1
      dns: [192.168.66.1]
http:
  port: 80
phones: phones.yaml
`

const soundPhones = `groups:
  reception:
    settings: {language$: English}
phones:
  000413261234:
    model: snom370
    address: 192.168.66.21
    groups: [reception]
    identities:
      - {user: "201", password: hush-hush}
`

interface Case {
  readonly broken: string
  readonly change: readonly (readonly [sound: string, broken: string])[] // in either file
  readonly finds: readonly string[]
}

const cases: readonly Case[] = [
  {
    broken: 'an unknown key',
    change: [['lease-time: 12h', 'leasetime: 12h']],
    finds: ['option66.yaml:5:3 error unknown-key unknown key leasetime; did you mean lease-time?'],
  },
  {
    broken: 'no interface',
    change: [['interface: eth1\n', '']],
    finds: ['option66.yaml:1:1 error missing-key interface is missing; expected a network interface such as eth1'],
  },
  {
    broken: 'an address that is none',
    change: [['router: 192.168.66.1', 'router: 192.168.66.256']],
    finds: ['option66.yaml:9:15 error address router 192.168.66.256 is not an IPv4 address such as 192.168.66.1'],
  },
  {
    broken: 'a subnet written as an address in it',
    change: [['subnet: 192.168.66.0/24', 'subnet: 192.168.66.1/24']],
    finds: [
      'option66.yaml:7:15 error subnet subnet 192.168.66.1/24 is an address inside a subnet; write 192.168.66.0/24',
    ],
  },
  {
    broken: 'a pool in another subnet',
    change: [['192.168.66.100 - 192.168.66.199', '192.168.67.10 - 192.168.67.99']],
    finds: [
      'option66.yaml:8:14 error pool-outside-subnet pool 192.168.67.10 - 192.168.67.99 lies outside subnet 192.168.66.0/24',
    ],
  },
  {
    broken: 'a pool with its ends swapped',
    change: [['192.168.66.100 - 192.168.66.199', '192.168.66.199 - 192.168.66.100']],
    finds: ['option66.yaml:8:14 error range pool 192.168.66.199 - 192.168.66.100 ends before it begins; swap the two'],
  },
  {
    broken: 'a pool that takes the whole subnet',
    change: [['192.168.66.100 - 192.168.66.199', '192.168.66.0 - 192.168.66.255']],
    finds: [
      'option66.yaml:8:14 error pool-unusable pool 192.168.66.0 - 192.168.66.255 holds the network address of 192.168.66.0/24; begin at 192.168.66.1',
      'option66.yaml:8:14 error pool-unusable pool 192.168.66.0 - 192.168.66.255 holds the broadcast address of 192.168.66.0/24; end at 192.168.66.254',
      "option66.yaml:8:14 error pool-own-address pool 192.168.66.0 - 192.168.66.255 holds this appliance's own address 192.168.66.1; leave it out",
      'option66.yaml:9:15 error router-in-pool router 192.168.66.1 lies in pool 192.168.66.0 - 192.168.66.255, so that a phone could get it',
      'option66.yaml:10:12 warning server-in-pool dns 192.168.66.1 lies in pool 192.168.66.0 - 192.168.66.255, so that a phone could get it',
    ],
  },
  {
    broken: 'two pools that overlap',
    change: [['192.168.66.199]', '192.168.66.199, 192.168.66.150 - 192.168.66.220]']],
    finds: [
      'option66.yaml:8:47 error pool-overlap pool 192.168.66.150 - 192.168.66.220 overlaps pool 192.168.66.100 - 192.168.66.199',
    ],
  },
  {
    broken: 'two subnets that overlap',
    change: [['http:', '    - subnet: 192.168.0.0/16\nhttp:']],
    finds: ['option66.yaml:11:15 error subnet-overlap subnet 192.168.0.0/16 overlaps subnet 192.168.66.0/24'],
  },
  {
    broken: 'a router that phones cannot reach',
    change: [['router: 192.168.66.1', 'router: 192.168.1.1']],
    finds: [
      'option66.yaml:9:15 error router-outside-subnet router 192.168.1.1 lies outside subnet 192.168.66.0/24; phones cannot reach it',
    ],
  },
  {
    broken: 'a lease of five seconds',
    change: [['lease-time: 12h', 'lease-time: 5s']],
    finds: ['option66.yaml:5:15 error duration lease-time 5s is too short; at least 60s'],
  },
  {
    broken: 'a settings URL on a closed door',
    change: [['http:\n  port: 80', 'http: false']],
    finds: [
      'option66.yaml:4:1 error settings-url-closed settings-url http names a door that is closed; add a section http, or name another door',
    ],
  },
  {
    broken: 'DHCP options that cannot be',
    change: [['lease-time: 12h', 'options: {132: 20, 51: 7200, ntp-server: 10.0.0.1, 42: 10.0.0.256}']],
    finds: [
      'option66.yaml:5:18 error option-value option 132 is the number 20, which could mean text or bytes; write "20" for text, or bytes as 0x0a0b',
      'option66.yaml:5:22 error option option 51 cannot be set by hand: set lease-time instead',
      'option66.yaml:5:32 error option unknown option ntp-server; did you mean ntp-servers?',
      'option66.yaml:5:58 error option-value option 42 10.0.0.256 is not an IPv4 address such as 192.168.66.1',
    ],
  },
  {
    broken: 'a reservation that no subnet holds',
    change: [['address: 192.168.66.21', 'address: 192.168.67.21']],
    finds: [
      'phones.yaml:7:14 error reservation-outside-subnets address 192.168.67.21 lies in no subnet; expected one of 192.168.66.0/24',
    ],
  },
  {
    broken: "a reservation of the appliance's own address",
    change: [['address: 192.168.66.21', 'address: 192.168.66.1']],
    finds: [
      "phones.yaml:7:14 error reservation-own-address address 192.168.66.1 is this appliance's own; choose another",
    ],
  },
  {
    broken: 'a phone twice, in two spellings, and an address twice',
    change: [
      [
        'phones:\n',
        'phones:\n  00:04:13:26:12:34: {}\n  000413260001: {address: 192.168.66.21}\n  000413260002: {address: 192.168.66.21}\n',
      ],
    ],
    finds: [
      'phones.yaml:7:27 error duplicate-reservation address 192.168.66.21 is reserved for phone 000413260001 already (phones.yaml:6); choose another',
      'phones.yaml:8:3 error duplicate-mac phone 000413261234 stands in the inventory already (phones.yaml:5); keep one',
    ],
  },
  {
    broken: 'a hardware address with a digit missing',
    change: [['  000413261234:', '  00041326123:']],
    finds: [
      'phones.yaml:5:3 error mac phone 00041326123 is not a MAC address such as 000413261234 or 00:04:13:26:12:34',
    ],
  },
  {
    broken: 'a group that does not exist, and a model nobody knows',
    change: [
      ['groups: [reception]', 'groups: [recepton]'],
      ['model: snom370', 'model: T46S'],
    ],
    finds: [
      'phones.yaml:6:12 warning unknown-model model T46S is not known; expected a type such as snom370, or an entry in models',
      'phones.yaml:8:14 error unknown-group group recepton does not exist; did you mean reception?',
    ],
  },
  {
    broken: 'a mistyped password key: the password is not shown',
    change: [['password: hush-hush', 'pasword: hush-hush, hush-hush2']],
    finds: [
      'phones.yaml:10:23 error unknown-key unknown key pasword; did you mean password?',
      'phones.yaml:10:43 error unknown-key unknown key; known here: user, name, password, registrar, outbound, settings',
    ],
  },
  {
    broken: 'a setting with two flags',
    change: [['language$: English', 'language$: English, language!: German, "time zone": x']],
    finds: [
      'phones.yaml:3:36 error duplicate-setting setting language stands here twice with different flags; keep one',
      'phones.yaml:3:55 error bad-key this key is not a setting: letters, digits, _ . - perhaps @ and an index, and at most one flag $ ! &',
    ],
  },
  {
    broken: 'a tab',
    change: [['  port: 80', '\tport: 80']],
    finds: ['option66.yaml:12:1 error yaml-tab a tab indents this line; YAML wants spaces'],
  },
  {
    broken: 'a key twice',
    change: [['http:', 'site: Lab 2\nhttp:']],
    finds: ['option66.yaml:11:1 error duplicate-key key site stands here again, first on line 1; keep one'],
  },
  {
    broken: 'a bracket that is not closed',
    change: [['groups: [reception]', 'groups: [reception']],
    finds: [
      'phones.yaml:9:5 error yaml-syntax the indentation does not fit the lines above, or a bracket above is not closed',
    ],
  },
  {
    broken: 'an inventory that is not there',
    change: [['phones: phones.yaml', 'phones: fones.yaml']],
    finds: ['fones.yaml:1:1 error missing-file there is no such file; create it, or name another'],
  },
  {
    broken: 'mistakes in both files: all are found at once',
    change: [
      ['interface: eth1', 'interface: [eth1]'],
      ['lease-time: 12h', 'lease-time: soon'],
      ['port: 80', 'port: "80"'],
      ['user: "201"', 'user: [201]'],
    ],
    finds: [
      'option66.yaml:2:12 error wrong-kind interface is a list; expected a network interface such as eth1',
      'option66.yaml:5:15 error duration lease-time soon is not a duration such as 12h, 90m, 3600s or 7d',
      'option66.yaml:12:9 error number port "80" is text; write 80 without quotes',
      'phones.yaml:10:16 error wrong-kind user is a list; expected text',
    ],
  },
]

const hash = '$scrypt$ln=15,r=8,p=1$uINq+o21qbf273jDitqOMQ$DR/aniNiY6DRusFeb7escSvOgmDdqG7TZU7YlypIoY0'
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFo/eaqFxph0xBYqqmxNTfvKDoDXbFCE9OHGWKQ2B85M lab@bench'

const certificate = `-----BEGIN CERTIFICATE-----
MIIBPDCB76ADAgECAhQt9kbYr+7s51OtDI3AMhnaEopQ6jAFBgMrZXAwEzERMA8G
A1UEAwwIb3B0aW9uNjYwIBcNMjYxMTIyMTYxNTM3WhgPMjEyNjEwMjkxNjE1Mzda
MBMxETAPBgNVBAMMCG9wdGlvbjY2MCowBQYDK2VwAyEAXuZ7+NL+/zAsjJNyD015
8PkQl2NTME/J3EneLaEx85KjUzBRMB0GA1UdDgQWBBTTAVKAVsfO09TuiUJRqUWk
5jIDcTAfBgNVHSMEGDAWgBTTAVKAVsfO09TuiUJRqUWk5jIDcTAPBgNVHRMBAf8E
BTADAQH/MAUGAytlcANBALn8+vTIOxMVq79P6/RGKVyT+VR31+v9s7Ve3Vw5jpbL
f2dNJpea7MZVK2XMAqMfUlN1klQMLKtG6smL252qqwY=
-----END CERTIFICATE-----
`
const privateKey = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIGcEp2RxmY4mzSwgS1V9+IkSLUK5noN0ydTHV9xRoNik
-----END PRIVATE KEY-----
`

/** Made for this test alone: a certificate until 2126, its key, another key, and what is left of a certificate. */
const pem = {
  'good.pem': certificate,
  'good.key': privateKey,
  'other.key': privateKey.replace('IGcE', 'IGcF'),
  'cut.pem': certificate.slice(0, 200),
  'host.key': '-----BEGIN OPENSSH PRIVATE KEY-----\n', // what is behind it, the console reads
}

/** What is broken, the sections it stands in (from line 13 on) and what is found. */
const doors: readonly (readonly [broken: string, lines: string, finds: readonly string[]])[] = [
  [
    'nothing: all doors open',
    `https: {}\npnp: {}\nstatus: {}\nredirection: {ssh: {}, accounts: [{name: lab, keys: [${key}]}]}`,
    [],
  ],
  [
    'a key of a door mistyped',
    'https: {certficate: a.pem}\npnp: {vendor: {}}\nstatus: {adress: 127.0.0.1}\nredirection: {ssh: {hostkey: a}}',
    [
      'option66.yaml:13:9 error unknown-key unknown key certficate; did you mean certificate?',
      'option66.yaml:14:7 error unknown-key unknown key vendor; did you mean vendors?',
      'option66.yaml:15:10 error unknown-key unknown key adress; did you mean address?',
      'option66.yaml:16:15 error no-accounts ssh without accounts lets nobody in; add accounts, or close it',
      'option66.yaml:16:21 error unknown-key unknown key hostkey; did you mean host-key?',
    ],
  ],
  [
    'a certificate without its key, and a key without its certificate',
    'https: {certificate: good.pem}',
    [
      'option66.yaml:13:22 error certificate-without-key certificate stands without key; add key: the file of its private key',
    ],
  ],
  [
    'a key without its certificate',
    'https: {key: good.key}',
    [
      'option66.yaml:13:14 error key-without-certificate key stands without certificate; add certificate: its file, or leave both out and one is made',
    ],
  ],
  [
    'a certificate and the key of another, authorities that are not there',
    'https: {certificate: good.pem, key: other.key, client-ca: ca.pem}',
    [
      'option66.yaml:13:37 error key-mismatch key belongs to another certificate; name the two that go together',
      'option66.yaml:13:59 error missing-file client-ca ca.pem: there is no such file; create it, or name another',
    ],
  ],
  [
    'files that are no certificate and no key',
    'https: {certificate: good.key, key: good.pem, client-ca: cut.pem}',
    [
      'option66.yaml:13:22 error not-pem certificate good.key holds not a certificate in PEM form: -----BEGIN CERTIFICATE-----',
      'option66.yaml:13:37 error not-pem key good.pem holds not a private key without a passphrase, in PEM form: -----BEGIN PRIVATE KEY-----',
      'option66.yaml:13:58 error damaged-pem client-ca cannot be read: the PEM text is cut off or damaged',
    ],
  ],
  [
    'a group that is not multicast',
    'pnp: {group: 192.168.66.255}',
    [
      'option66.yaml:13:14 error group group 192.168.66.255 is not a multicast address; expected 224.0.0.0 to 239.255.255.255, such as 224.0.1.75',
    ],
  ],
  [
    'URLs that are none',
    'pnp:\n  url: 192.168.66.1/settings\n  unknown: anser\n  vendors:\n    Yealink: ftp://a/{mac}\n    OEM: http://a/{mca}\n    yealink: http://a/{mac\n    Aastra: "http://:80"',
    [
      'option66.yaml:14:8 error url url is not an absolute URL that begins with http:// or https:// or tftp://',
      'option66.yaml:15:12 error choice unknown anser is not answer or ignore',
      'option66.yaml:17:14 error url Yealink is not an absolute URL that begins with http:// or https:// or tftp://',
      'option66.yaml:18:10 error url OEM has the unknown macro {mca}; did you mean {mac}?',
      'option66.yaml:19:5 error duplicate-vendor vendor yealink stands here twice; upper and lower case are one',
      'option66.yaml:19:14 error url yealink has a brace without its partner; write {mac}',
      'option66.yaml:20:13 error url Aastra is not a URL: its host or port cannot be',
    ],
  ],
  [
    'accounts that nobody can use',
    [
      'redirection:',
      '  ssh: {}',
      '  accounts:',
      '    - {name: lab}',
      `    - {name: Lab, keys: [${key}]}`,
      '    - {name: "a b", password: open-sesame}',
      `    - {name: cut, password: ${hash}}`,
      '    - {name: dear, password: "$scrypt$ln=20,r=32,p=1$uINq+o21qbf273jDitqOMQ$DR/aniNiY6DRusFeb7escSvOgmDdqG7TZU7YlypIoY0"}',
      `    - {password: "${hash}"}`,
      '    - {name: none, keys: []}',
    ].join('\n'),
    [
      'option66.yaml:16:7 error no-credentials account lab has neither password nor keys; add one of them',
      'option66.yaml:17:14 error duplicate-account account Lab stands here twice; upper and lower case are one',
      'option66.yaml:18:14 error account-name name a b is not an account name: 1 to 32 letters, digits, _ . - and the first a letter or digit',
      'option66.yaml:18:31 error password-hash password is not the hash of a password; make one by `option66 password`',
      'option66.yaml:19:29 error password-hash password ends at its first comma; put the hash in quotes',
      'option66.yaml:19:43 error unknown-key unknown key; known here: name, password, keys, url',
      'option66.yaml:19:47 error unknown-key unknown key; known here: name, password, keys, url',
      'option66.yaml:20:30 error password-hash password is a hash of unusual cost; make one by `option66 password`',
      'option66.yaml:21:7 error missing-key name is missing; expected an account name: 1 to 32 letters, digits, _ . - and the first a letter or digit',
      'option66.yaml:22:7 error no-credentials account none has neither password nor keys; add one of them',
    ],
  ],
  [
    'keys that are none, and none of them is shown',
    [
      'redirection:',
      '  ssh: {}',
      '  accounts:',
      '    - name: lab',
      '      keys:',
      '        - ~/.ssh/id_ed25519.pub',
      `        - ${key.slice(0, 60)}`,
      `        - restrict ${key}`,
      '        - |',
      '          -----BEGIN OPENSSH PRIVATE KEY-----',
      '          S3cr3t',
      '        - ssh-dss AAAAB3NzaC1kc3MAAACB',
    ].join('\n'),
    [
      'option66.yaml:18:11 error public-key keys is not an OpenSSH public key, the line of a .pub file: ssh-ed25519 AAAA… name',
      'option66.yaml:19:11 error public-key keys is cut off or damaged; copy the whole line',
      'option66.yaml:20:11 error public-key keys has options before its type, which mean nothing here; begin with the type',
      'option66.yaml:21:11 error public-key keys is a private key; take the line of the .pub file beside it',
      'option66.yaml:24:11 error public-key keys has the type ssh-dss; expected ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521, ssh-rsa',
    ],
  ],
  [
    'XML-RPC without HTTPS and accounts',
    'redirection: {xmlrpc: true, accounts: []}',
    [
      'option66.yaml:13:15 error no-accounts xmlrpc without accounts lets nobody in; add accounts, or close it',
      'option66.yaml:13:15 error xmlrpc-closed xmlrpc sends passwords and goes over HTTPS alone, which is closed; add a section https',
    ],
  ],
  [
    'XML-RPC without a password',
    `https: {}\nredirection: {xmlrpc: true, accounts: [{name: lab, keys: [${key}]}]}`,
    ['option66.yaml:14:15 warning xmlrpc-no-password xmlrpc wants a password, and no account has one: nobody gets in'],
  ],
  [
    'paths that are none, or are taken',
    'redirection:\n  paths:\n    - oem/a.xml\n    - /snom370/{mac}.xml\n    - /Firmware/a\n    - /oem/{mac}.xml\n    - /OEM/{mac}.xml\n    - http://x/a\n    - /a/../b\n    - /oem/{macc}\n    - /snom3x0/snom3x0.php\n    - /a.php?x={mac}',
    [
      'option66.yaml:15:7 error path paths oem/a.xml is not an absolute path such as /oem/{mac}.xml',
      'option66.yaml:16:7 error path-taken path /snom370/{mac}.xml is served to all phones as it is; it needs no entry here',
      'option66.yaml:17:7 error path-taken path /Firmware/a is in a folder of www; it needs no entry here',
      'option66.yaml:19:7 error duplicate-path path /OEM/{mac}.xml stands here twice; keep one',
      'option66.yaml:20:7 error path paths http://x/a is a URL; write its path alone, from the / after the host',
      'option66.yaml:21:7 error path paths /a/../b has a part that is empty, . or ..; leave it out',
      'option66.yaml:22:7 error path paths /oem/{macc} holds a brace that is no {mac}; expected {mac}, or none',
      'option66.yaml:23:7 error path-taken path /snom3x0/snom3x0.php is served to all phones as it is; it needs no entry here',
    ],
  ],
  [
    'a page that is open to the network',
    'status: {address: 192.168.66.1}',
    [
      'option66.yaml:13:19 error status-open status is open to the network at 192.168.66.1 without a password; add password: a hash made by `option66 password`',
    ],
  ],
  [
    'doors on ports that others have',
    `tftp: {port: 5060}\npnp: {}\nhttps: {port: 80}\nredirection: {ssh: {port: 443}, accounts: [{name: a, keys: [${key}]}]}\nstatus: {address: 0.0.0.0, port: 443, password: "${hash}"}`,
    [
      "option66.yaml:14:1 error port-taken port 5060 is the TFTP door's already (UDP); choose another",
      "option66.yaml:15:15 error port-taken port 80 is the HTTP door's already (TCP); choose another",
      "option66.yaml:17:34 error port-taken port 443 is the console's already (TCP); choose another",
    ],
  ],
  ['nothing: one number for TCP and UDP, and loopback beside the LAN', 'tftp: {port: 80}\nstatus: {port: 80}', []],
]

t.test('the sound configuration has no finding', async t => {
  t.same(await findingsOf(t, []), [])
})

for (const { broken, change, finds } of cases) {
  t.test(`broken: ${broken}`, async t => {
    t.same(await findingsOf(t, change), finds)
  })
}

for (const [broken, lines, finds] of doors) {
  t.test(`broken: ${broken}`, async t => {
    t.same(await findingsOf(t, [['phones: phones.yaml\n', `${lines}\nphones: phones.yaml\n`]]), finds)
  })
}

t.test('broken: a settings URL by https without the door', async t => {
  t.same(await findingsOf(t, [['lease-time: 12h', 'settings-url: https']]), [
    'option66.yaml:5:17 error settings-url-closed settings-url https names a door that is closed; add a section https, or name another door',
  ])
  const open = await findingsOf(t, [
    ['lease-time: 12h', 'settings-url: https'],
    ['phones: phones.yaml', 'https: {}\nphones: phones.yaml'],
  ])
  t.same(open, [])
})

t.test('broken: Plug & Play with nothing to tell', async t => {
  t.same(
    await findingsOf(t, [
      ['http:\n  port: 80', 'dhcp: false\npnp: {}'],
      [soundSite.slice(soundSite.indexOf('dhcp:'), soundSite.indexOf('http:')), ''],
    ]),
    [
      'option66.yaml:5:1 error pnp-url pnp has no URL to tell, for http, https and tftp are closed; open one, or add url',
    ],
  )
})

t.test('broken: a host key in a form that SSH does not read', async t => {
  const lines = `redirection: {ssh: {host-key: good.key}, accounts: [{name: a, password: "${hash}"}]}`
  t.same(await findingsOf(t, [['phones: phones.yaml', `${lines}\nphones: phones.yaml`]]), [
    'option66.yaml:13:31 error not-pem host-key good.key holds not an SSH host key without a passphrase, as ssh-keygen -t ed25519 writes it: -----BEGIN OPENSSH PRIVATE KEY-----',
  ])
})

t.test('broken: an account by the name of the operator', async t => {
  const lines = `redirection: {accounts: [{name: Operator, password: "${hash}"}]}`
  t.same(await findingsOf(t, [['phones: phones.yaml', `${lines}\nphones: phones.yaml`]]), [
    'option66.yaml:13:33 error account-name operator owns what is registered without an account; name it otherwise',
  ])
})

t.test('a certificate, its key and a host key that are sound have no finding', async t => {
  const lines =
    'https: {certificate: good.pem, key: good.key, client-ca: good.pem}\nredirection: {ssh: {host-key: host.key}, accounts: [{name: a, password: "' +
    hash +
    '"}]}'
  t.same(await findingsOf(t, [['phones: phones.yaml', `${lines}\nphones: phones.yaml`]]), [])
})

async function findingsOf(t: Test, change: Case['change']): Promise<readonly string[]> {
  const folder = t.testdir({
    'option66.yaml': edit(soundSite, change),
    'phones.yaml': edit(soundPhones, change),
    ...pem,
    www: {},
    tftproot: {},
  })
  const { site, findings } = await readSite(join(folder, 'option66.yaml'), { home: folder })
  t.equal(
    site === undefined,
    findings.some(finding => finding.severity === 'error'),
    'a site exists where no finding is an error',
  )
  return findings.map(finding => formatFinding(finding).replaceAll(`${folder}/`, ''))
}

function edit(text: string, change: Case['change']): string {
  return change.reduce((edited, [sound, broken]) => edited.replace(sound, () => broken), text)
}
