import { scryptSync } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { Attempts } from '../../src/doors/attempts.js'
import {
  createPasswordCheck,
  hashPassword,
  isPasswordHash,
  nobodysHash,
  verifyPassword,
} from '../../src/doors/password.js'

const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

t.test('a hash opens to its password alone, and no two are alike', async t => {
  const hash = await hashPassword('grün & gut')
  t.match(hash, /^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  t.ok(isPasswordHash(hash))
  t.ok(await verifyPassword('grün & gut', hash))
  t.ok(await verifyPassword('gru\u0308n & gut', hash), 'the same letters, composed')
  for (const wrong of ['', 'grün & gut ', 'Grün & gut', 'x'.repeat(100_000)]) t.notOk(await verifyPassword(wrong, hash))
  t.not(await hashPassword('grün & gut'), hash)
})

t.test('a hash that another program made is read', async t => {
  const salt = Buffer.from('0123456789abcdef')
  const key = scryptSync('pleaseletmein', salt, 64, { N: 16_384, r: 8, p: 1 })
  t.ok(await verifyPassword('pleaseletmein', `$scrypt$ln=14,r=8,p=1$${base64(salt)}$${base64(key)}`))
  t.ok(
    await verifyPassword(
      'pleaseletmein',
      `$scrypt$ln=14,r=8,p=1$${base64(Buffer.from('SodiumChloride'))}$${base64(
        Buffer.from(
          '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
          'hex',
        ),
      )}`,
    ),
    'the third test vector of RFC 7914 §12',
  )
})

t.test('a hash that would eat memory or time, or is none, opens to nothing', async t => {
  const [salt, key] = ['A'.repeat(22), 'A'.repeat(43)]
  const wrong = [
    '',
    'correct horse',
    `$scrypt$ln=15,r=8,p=1$${salt}`,
    `$argon2id$v=19$m=65536,t=2,p=1$${salt}$${key}`,
    `$scrypt$ln=17,r=8,p=1$${salt}$${key}`,
    `$scrypt$ln=16,r=16,p=1$${salt}$${key}`,
    `$scrypt$ln=63,r=8,p=1$${salt}$${key}`,
    `$scrypt$ln=15,r=8,p=99$${salt}$${key}`,
    `$scrypt$ln=1,r=8,p=1$${salt}$${key}`,
    `$scrypt$ln=15,r=0,p=1$${salt}$${key}`,
    `$scrypt$ln=15,r=8,p=1$${salt}$${'A'.repeat(500)}`,
    `$scrypt$ln=15,r=8,p=1$$`,
  ]
  for (const hash of wrong) {
    t.notOk(isPasswordHash(hash), hash)
    t.notOk(await verifyPassword('x', hash))
  }
  t.ok(isPasswordHash(nobodysHash))
  await fc.assert(
    fc.asyncProperty(fc.string(), async text => !isPasswordHash(text) && !(await verifyPassword('x', text))),
  )
})

t.test('one password is checked at a time, and a crowd is refused', async t => {
  let running = 0
  let most = 0
  const check = createPasswordCheck(async password => {
    most = Math.max(most, ++running)
    await new Promise(resolve => setImmediate(resolve))
    running -= 1
    return password === 'right'
  })
  const answers = await Promise.all(Array.from({ length: 200 }, () => check('right', '')))
  t.equal(most, 1)
  t.equal(answers.filter(Boolean).length, 64)
  t.ok(await check('right', ''), 'and then it goes on')
  t.notOk(await check('wrong', ''))
})

t.test('who fails often waits, twice as long each time, up to a minute', async t => {
  let now = 0
  const attempts = new Attempts(() => now)
  const delays = Array.from({ length: 12 }, () => {
    attempts.failed('a')
    return attempts.delayFor('a')
  })
  t.same(delays, [0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000])
  t.equal(attempts.delayFor('b'), 0, 'others do not')
  now += 59_000
  t.equal(attempts.delayFor('a'), 1000)
  now += 1000
  t.equal(attempts.delayFor('a'), 0)
  attempts.failed('a')
  t.equal(attempts.delayFor('a'), 60_000)
  now -= 1_000_000
  t.equal(attempts.delayFor('a'), 60_000, 'a clock set back makes it no worse')
  now += 1_000_000
  attempts.passed('a')
  t.equal(attempts.delayFor('a'), 0)
  for (let i = 0; i < 5; i++) attempts.failed('c')
  now += 15 * 60_000 + 1
  t.equal(attempts.delayFor('c'), 0, 'after a quarter of an hour all is forgotten')
  attempts.failed('c')
  t.equal(attempts.delayFor('c'), 0)
  t.equal(attempts.failures, 19)
})

t.test('a crowd of guessers is forgotten, the oldest first', async t => {
  const attempts = new Attempts(() => 0)
  for (let i = 0; i < 3; i++) attempts.failed('first')
  for (let i = 0; i < 4095; i++) attempts.failed(String(i))
  t.equal(attempts.delayFor('first'), 1000)
  attempts.failed('one more')
  t.equal(attempts.delayFor('first'), 0)
})

t.test('nobody gets new guesses at an account by the password of his own', async t => {
  const attempts = new Attempts(() => 0)
  for (let round = 0; round < 3; round += 1) {
    attempts.failed('a', 'theirs')
    attempts.passed('a', 'own')
  }
  t.equal(attempts.delayFor('a', 'own'), 0)
  t.equal(attempts.delayFor('a', 'theirs'), 1000)
  t.equal(attempts.delayFor('b', 'theirs'), 0, 'nor is anybody shut out by who sits elsewhere')
  t.equal(attempts.failures, 3)
  attempts.passed('a', 'theirs')
  t.equal(attempts.delayFor('a', 'theirs'), 0)
})
