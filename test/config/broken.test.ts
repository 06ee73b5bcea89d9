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
    broken: 'doors that this version does not serve',
    change: [['http:', 'https: {port: 443}\nhttp:']],
    finds: [
      'option66.yaml:11:1 error not-served https asks for an HTTPS door, which this version does not serve yet; leave the section out',
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

t.test('the sound configuration has no finding', async t => {
  t.same(await findingsOf(t, []), [])
})

for (const { broken, change, finds } of cases) {
  t.test(`broken: ${broken}`, async t => {
    t.same(await findingsOf(t, change), finds)
  })
}

async function findingsOf(t: Test, change: Case['change']): Promise<readonly string[]> {
  const folder = t.testdir({
    'option66.yaml': edit(soundSite, change),
    'phones.yaml': edit(soundPhones, change),
    www: {},
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
