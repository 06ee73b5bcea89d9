import t from 'tap'
import { formatIpv4, parseIpv4 } from '../../src/address/ipv4.js'
import { formatMac, macFromBytes, parseMac } from '../../src/address/mac.js'
import { formatSubnet, parseRange, parseSubnet, rangeHolds, subnetHolds, subnetOf } from '../../src/address/subnet.js'
import { some } from '../some.js'

t.test('every usual spelling of a MAC is the same MAC', async t => {
  for (const text of ['000413261234', '00:04:13:26:12:34', '00-04-13-26-12-34', '0004.1326.1234', '0004132612Ab']) {
    t.match(parseMac(text), /^0004132612(34|AB)$/, text)
  }
  for (const text of ['', '00041326123', '00:04:13-26:12:34', '0004132612345', '00041326123g', '000413261234\n']) {
    t.equal(parseMac(text), undefined, JSON.stringify(text))
  }
  t.equal(macFromBytes(Buffer.from('0004132612ab0000', 'hex')), '0004132612AB')
  t.equal(macFromBytes(Buffer.from('00041326', 'hex')), undefined)
  t.equal(formatMac(some(parseMac('0004132612AB'))), '00:04:13:26:12:ab')
})

t.test('an address is a number, and back', async t => {
  for (const text of ['0.0.0.0', '192.168.66.1', '255.255.255.255', '10.0.0.1']) {
    t.equal(formatIpv4(some(parseIpv4(text))), text)
  }
  t.equal(parseIpv4('192.168.66.1'), 0xc0a84201)
  for (const text of ['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.-4', '1.2.3.4 ', 'a.b.c.d']) {
    t.equal(parseIpv4(text), undefined, JSON.stringify(text))
  }
})

t.test('a subnet knows its mask, broadcast and members', async t => {
  const subnet = some(parseSubnet('192.168.66.0/24'))
  t.equal(formatIpv4(subnet.mask), '255.255.255.0')
  t.equal(formatIpv4(subnet.broadcast), '192.168.66.255')
  t.ok(subnetHolds(subnet, 0xc0a842ff))
  t.notOk(subnetHolds(subnet, 0xc0a84300))
  t.equal(formatSubnet(subnetOf(0xc0a84299, 16)), '192.168.0.0/16')
  t.equal(formatIpv4(subnetOf(0xc0a84299, 32).mask), '255.255.255.255')
  t.equal(formatIpv4(subnetOf(0xc0a84299, 0).mask), '0.0.0.0')
  t.equal(parseSubnet('192.168.66.1/24'), undefined, 'host bits are set')
  t.equal(parseSubnet('192.168.66.0/33'), undefined)
})

t.test('a range holds both of its ends', async t => {
  const range = some(parseRange('192.168.66.100 - 192.168.66.199'))
  t.ok(rangeHolds(range, 0xc0a84264))
  t.ok(rangeHolds(range, 0xc0a842c7))
  t.notOk(rangeHolds(range, 0xc0a842c8))
  t.strictSame(parseRange('10.0.0.7'), { first: 0x0a000007, last: 0x0a000007 })
  t.equal(parseRange('10.0.0.9 - 10.0.0.7'), undefined)
})
