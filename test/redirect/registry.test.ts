import fc from 'fast-check'
import t from 'tap'
import type { Mac } from '../../src/address/mac.js'
import { expandMac } from '../../src/redirect/expand.js'
import type { Outcome } from '../../src/redirect/redirections.js'
import { type Change, mostOfOwner, mostRedirections, Registry } from '../../src/redirect/registry.js'
import { longestUrl, parseTargetUrl } from '../../src/redirect/url.js'
import { mac, memory } from './memory.js'

const console1 = { door: 'console', from: '192.168.66.9' } as const
const meant = (digits: string, registered: readonly string[] = [], isForNew = false) =>
  expandMac(digits, () => registered.map(mac), isForNew)
const one = (text: string) => ({ kind: 'one', mac: mac(text) })

t.test('3 to 6 digits take the place of the last ones of 000413220000, as on the console of snom', async t => {
  t.same(meant('2e4'), one('0004132202E4'), 'the example of its help')
  t.same(meant('2E4'), one('0004132202E4'))
  t.same(meant('02e4'), one('0004132202E4'))
  t.same(meant('602e4'), one('0004132602E4'))
  t.same(meant('101214'), one('000413101214'), 'the phones of its list')
  t.same(meant('10123c', [], true), one('00041310123C'))
  for (const text of ['000413101214', '00:04:13:10:12:14', '00-04-13-10-12-14', '0004.1310.1214']) {
    t.same(meant(text, ['000413221214']), one('000413101214'), text)
  }
  for (const text of ['', '1', '12', '1234567', '12345678901', '2g4', '0x2e4', '2e4 ', '٣٤٥', '000413:101214']) {
    t.same(meant(text), { kind: 'nothing' }, text)
  }
})

t.test('digits that end a registered phone mean that phone, and two possible ones are asked back', async t => {
  t.same(meant('2e4', ['0004132602E4']), one('0004132602E4'))
  t.same(meant('2e4', ['0004132602E4', '000413261234']), one('0004132602E4'))
  const both = { kind: 'several', macs: [mac('0004132602E4'), mac('0004132A02E4')], more: 0 }
  t.same(meant('2e4', ['0004132A02E4', '0004132602E4']), both)
  t.same(meant('a02e4', ['0004132A02E4', '0004132602E4']), one('0004132A02E4'), 'more digits tell them apart')
  const blocks = { kind: 'several', macs: [mac('0004132202E4'), mac('0004132602E4')], more: 0 }
  t.same(meant('2e4', ['0004132602E4'], true), blocks, 'a new phone may as well be of the usual block')
  t.same(meant('2602e4', ['0004132602E4'], true), one('0004132602E4'))
  const many = Array.from({ length: 300 }, (_, i) => `0004${i.toString(16).padStart(5, '0')}2e4`)
  const answer = meant('2e4', many)
  t.ok(answer.kind === 'several' && answer.macs.length === 8 && answer.more === 292, 'eight are named, not 300')
})

t.test('whatever digits mean ends with them, and is one that is registered or in the usual place', async () => {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 3, maxLength: 6 })
  const phone = fc
    .tuple(fc.nat(0xff_ff_ff), fc.nat(0xff_ff))
    .map(([a, b]) => mac(a.toString(16).padStart(6, '0') + b.toString(16).padStart(6, '0')))
  fc.assert(
    fc.property(hex, fc.array(phone), fc.boolean(), (digits, phones, isForNew) => {
      const answer = expandMac(digits, () => phones, isForNew)
      if (answer.kind === 'nothing') return false
      const macs = answer.kind === 'one' ? [answer.mac] : answer.macs
      return macs.every(
        found => found.endsWith(digits.toUpperCase()) && (phones.includes(found) || found.startsWith('000413')),
      )
    }),
  )
})

t.test('a target is an absolute URL that a phone can be told', async t => {
  const same = [
    'http://10.0.0.2',
    'http://10.0.0.2/',
    'https://provisioning.example.com:8443/snom/{mac}.xml?a=b&c=%20',
    'http://server.example/snom.php?mac={mac}&type={phone_type}',
    'tftp://mytftpserver',
    'http://[fe80::1]:8080/x',
    'http://a.example?mac={mac}',
  ]
  for (const url of same) t.equal(parseTargetUrl(url), url)
  t.equal(parseTargetUrl('HTTP://Server.Example:80/Path/{MAC}'), 'http://server.example/Path/{MAC}')
  t.equal(parseTargetUrl('https://x.example:443'), 'https://x.example')
  const wrong = [
    '',
    'server.example',
    '/snom.php',
    '//server.example',
    'ftp://x.example',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http:///x',
    'http://',
    'http://user:pass@x.example/',
    'http://user@x.example',
    'http://x.example/#top',
    'http://x.example/a b',
    'http://x.example/\r\nEvil: 1',
    'http://x.example/\u0000',
    'http://x.example/ü',
    'http://x.example/<a>',
    'http://x.example/{}',
    'http://x.example/{mac',
    'http://x.example/%zz',
    'http://x.example:0/',
    'http://x.example:65536/',
    'http://-x.example/',
    'http://[::zz]/',
    'http://x\\y/',
    ' http://x.example',
    `http://x.example/${'a'.repeat(longestUrl)}`,
  ]
  for (const url of wrong) t.equal(parseTargetUrl(url), undefined, JSON.stringify(url).slice(0, 60))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true })), text => {
      const url = parseTargetUrl(text)
      return url === undefined || (/^(?:https?|tftp):\/\/[\x21-\x7e]+$/.test(url) && parseTargetUrl(url) === url)
    }),
  )
})

t.test('a phone belongs to whoever registered it, and to the operator', async t => {
  const { redirections, saved, audit } = memory()
  const phone = mac('000413101214')
  const tried: Outcome[] = []
  const note = async (outcome: Promise<Outcome>) => void tried.push(await outcome)
  await note(redirections.register('a', phone, 'HTTP://one.example:80/', console1))
  await note(redirections.register('a', phone, 'http://one.example/', console1))
  await note(redirections.register('b', phone, 'http://evil.example/', console1))
  await note(redirections.deregister('b', phone, console1))
  t.same(tried, ['Ok', 'Ok', 'Error:owned_by_other_user', 'Error:owned_by_other_user'])
  t.same(redirections.find(phone), { mac: phone, url: 'http://one.example/', owner: 'a', since: 1000 })
  t.same(redirections.list('b'), [])
  t.equal(await redirections.register('a', phone, 'http://two.example', console1), 'Ok')
  t.equal(await redirections.register('a', phone, 'two.example', console1), 'Error:malformed_url')
  t.equal(await redirections.deregister(undefined, phone, { door: 'api', from: 'local' }), 'Ok')
  t.equal(await redirections.deregister(undefined, phone, console1), 'Error:not_registered')
  t.equal(await redirections.setTarget('a', 'http://t.example', console1), 'Ok')
  t.equal(redirections.targetOf('a'), 'http://t.example')
  t.equal(redirections.targetOf('b'), undefined)
  t.equal(saved.length, 4, 'what changes nothing is not written')
  const from = { door: 'console', from: '192.168.66.9', owner: 'a' }
  t.match(audit, [
    { ...from, mac: phone, url: 'http://one.example/', before: undefined },
    { ...from, mac: phone, url: 'http://two.example', before: 'http://one.example/' },
    { door: 'api', from: 'local', owner: 'a', mac: phone, before: 'http://two.example' },
    { ...from, url: 'http://t.example' },
  ])
  t.equal(audit.length, 4)
})

t.test('a list is by MAC address, one owner or all', async t => {
  const { redirections } = memory()
  for (const [owner, text] of [
    ['a', '00041310123C'],
    ['b', '000413101230'],
    ['a', '000413101214'],
  ] as const) {
    await redirections.register(owner, mac(text), 'http://x.example', console1)
  }
  t.same(
    redirections.list('a').map(entry => entry.mac),
    ['000413101214', '00041310123C'],
  )
  t.same(
    redirections.list().map(entry => entry.mac),
    ['000413101214', '000413101230', '00041310123C'],
  )
})

t.test('a change that may not be on disk does not hold', async t => {
  const { redirections, audit } = memory({ save: () => Promise.reject(new Error('disk full')) })
  await t.rejects(redirections.register('a', mac('000413101214'), 'http://x.example', console1), /disk full/)
  t.equal(redirections.find(mac('000413101214')), undefined)
  t.match(audit, [{ text: /cannot be written: disk full/ }])
})

t.test('of two accounts that register a phone at once, one gets it', async t => {
  const { redirections, saved } = memory()
  const phone = mac('000413101214')
  const outcomes = await Promise.all(
    ['a', 'b', 'c'].map(owner => redirections.register(owner, phone, `http://${owner}.example`, console1)),
  )
  t.same(outcomes, ['Ok', 'Error:owned_by_other_user', 'Error:owned_by_other_user'])
  t.equal(saved.length, 1)
  t.equal(redirections.find(phone)?.owner, 'a')
})

t.test('a full registry takes no more, also when many come at once', async t => {
  const changes = Array.from({ length: mostRedirections - 1 }, (_, i): Change => {
    const phone = mac(i.toString(16).padStart(12, '0'))
    return { kind: 'redirection', redirection: { mac: phone, url: 'http://x.example', owner: 'a', since: 0 } }
  })
  const { redirections } = memory({}, changes)
  const late = ['ffff00000001', 'ffff00000002', 'ffff00000003'].map(mac)
  const outcomes = await Promise.all(late.map(phone => redirections.register('b', phone, 'http://y.example', console1)))
  t.ok(outcomes.includes('Error:registry_full'))
  t.ok(redirections.list().length <= mostRedirections)
  const first = mac('000000000000')
  t.equal(await redirections.register('a', first, 'http://z.example', console1), 'Ok', 'what is there may change')
  t.equal(await redirections.deregister('a', first, console1), 'Ok')
})

t.test('one account leaves room for the others, and gets its own back', async t => {
  const changes = Array.from({ length: mostOfOwner }, (_, i): Change => {
    const phone = mac(i.toString(16).padStart(12, '0'))
    return { kind: 'redirection', redirection: { mac: phone, url: 'http://x.example', owner: 'a', since: 0 } }
  })
  const { redirections } = memory({}, changes)
  const late = mac('ffff00000001')
  t.equal(await redirections.register('a', late, 'http://y.example', console1), 'Error:registry_full')
  t.equal(await redirections.register('b', late, 'http://y.example', console1), 'Ok')
  t.equal(redirections.list('a').length, mostOfOwner)
  t.equal(await redirections.deregister('a', mac('000000000000'), console1), 'Ok')
  t.equal(redirections.list('a').length, mostOfOwner - 1, 'the list is made anew after a change')
  t.equal(await redirections.register('a', mac('ffff00000002'), 'http://y.example', console1), 'Ok')
})

t.test('any order of changes ends as the plainest registry does', async () => {
  const phones = ['000413000001', '000413000002', '000413000003'].map(mac)
  const step = fc.record({ owner: fc.constantFrom('a', 'b'), at: fc.nat(2), url: fc.option(fc.constantFrom('1', '2')) })
  await fc.assert(
    fc.asyncProperty(fc.array(step), fc.boolean(), async (steps, atOnce) => {
      const { redirections, saved } = memory()
      const plain = new Map<Mac, string>()
      const waiting: Promise<unknown>[] = []
      for (const { owner, at, url } of steps) {
        const phone = phones[at] ?? mac('000413000001')
        const done =
          url === null
            ? redirections.deregister(owner, phone, console1)
            : redirections.register(owner, phone, `http://${owner}.example/${url}`, console1)
        waiting.push(done)
        if (!atOnce) await done
        const before = plain.get(phone)
        if (before !== undefined && !before.startsWith(`http://${owner}`)) continue
        if (url === null) plain.delete(phone)
        else plain.set(phone, `http://${owner}.example/${url}`)
      }
      await Promise.all(waiting)
      const again = new Registry(saved)
      const found = (list: readonly { mac: Mac; url: string }[]) =>
        list.map(entry => `${entry.mac} ${entry.url}`).join()
      const expected = [...plain].sort().map(([phone, url]) => `${phone} ${url}`)
      return found(redirections.list()) === expected.join() && found(again.list()) === expected.join()
    }),
  )
})
