import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { parseIpv4 } from '../../src/address/ipv4.js'
import { parseMac } from '../../src/address/mac.js'
import { type Adoption, adoptPhone } from '../../src/config/adopt.js'
import { addPhone, type NewPhone } from '../../src/config/edit-inventory.js'
import { type Finding, hasError } from '../../src/config/finding.js'
import { gatherInventory } from '../../src/config/inventory.js'
import { readSite } from '../../src/config/site.js'
import type { Inventory } from '../../src/fleet/phone.js'
import { some } from '../some.js'

const conf = join(import.meta.dirname, '../../conf')
const mac = some(parseMac('0004132E08B4'))
const phone: NewPhone = { model: 'snom370', name: 'Front desk', address: some(parseIpv4('127.66.0.99')), groups: ['a'] }

/** The text with the new entry in place of `+`, and what comes out. */
const cases: readonly (readonly [title: string, before: string, after: string, line: number])[] = [
  ['an empty file', '', 'phones:\n  0004132E08B4:\n    model: snom370\n', 2],
  ['comments alone, no line break at the end', '# mine', '# mine\nphones:\n  0004132E08B4:\n    model: snom370\n', 3],
  [
    'no phones yet, as the installer writes it',
    'groups: {}\nphones: {} # below\n#  000413230001:\n',
    'groups: {}\nphones: # below\n  0004132E08B4:\n    model: snom370\n#  000413230001:\n',
    3,
  ],
  [
    'a section without a value',
    'phones:\ngroups: {}\n',
    'phones:\n  0004132E08B4:\n    model: snom370\ngroups: {}\n',
    2,
  ],
  ['null', 'phones: ~\n', 'phones:\n  0004132E08B4:\n    model: snom370\n', 2],
  [
    'the last of its section, in the spelling, step and spacing of its neighbours',
    'phones:\n    "00:04:13:26:aa:01": # one\n       name: A\n\n    "00:04:13:26:12:02":\n       name: B\n       # spare\n\n# next\ngroups: {}\n',
    'phones:\n    "00:04:13:26:aa:01": # one\n       name: A\n\n    "00:04:13:26:12:02":\n       name: B\n       # spare\n\n    "00:04:13:2e:08:b4":\n       model: snom370\n\n# next\ngroups: {}\n',
    9,
  ],
  [
    'one line for one phone where the last has one, Windows line breaks, none at the end',
    'phones:\r\n  00-04-13-26-12-34: {name: A}',
    'phones:\r\n  00-04-13-26-12-34: {name: A}\r\n  00-04-13-2E-08-B4: {model: snom370}\r\n',
    3,
  ],
  [
    'braces',
    'phones: {0004.1326.1234: {name: A}, } # end\n',
    'phones: {0004.1326.1234: {name: A}, 0004.132E.08B4: {model: snom370}, } # end\n',
    1,
  ],
  ['braces all round', '{groups: {}}\n', '{groups: {}, phones: {0004132E08B4: {model: snom370}}}\n', 1],
  [
    'a text of several lines before it',
    'phones:\n  000413261234:\n    settings:\n      a$: |\n        one\n\n        two\ngroups: {}\n',
    'phones:\n  000413261234:\n    settings:\n      a$: |\n        one\n\n        two\n  0004132E08B4:\n    model: snom370\ngroups: {}\n',
    8,
  ],
  [
    'a list before it, and a phone without anything',
    'phones:\n  000413261233:\n  000413261234:\n    keys:\n      - {idx: 0, type: line}\n      # more\n  # last\n',
    'phones:\n  000413261233:\n  000413261234:\n    keys:\n      - {idx: 0, type: line}\n      # more\n  0004132E08B4:\n    model: snom370\n  # last\n',
    7,
  ],
]

for (const [title, before, after, line] of cases) {
  t.test(`an entry is added to ${title}`, async t => {
    t.strictSame(addPhone(before, mac, { model: 'snom370' }), { text: after, line })
  })
}

t.test('what has no place for an entry is left alone', async t => {
  for (const text of [
    'phones: [',
    'phones: [a]',
    '- a',
    'a: &a {}\nphones: *a\n',
    'phones: {\n # none\n}\n',
    'phones: 5',
  ]) {
    t.equal(addPhone(text, mac, phone), undefined, text)
  }
})

t.test('all that is known stands in the entry, in quotes where it needs them', async t => {
  t.equal(
    some(addPhone('', mac, { ...phone, name: 'Yes: "no" #1', groups: ['a', '7'] })).text,
    'phones:\n  0004132E08B4:\n    model: snom370\n    name: "Yes: \\"no\\" #1"\n    address: "127.66.0.99"\n    groups: [a, "7"]\n',
  )
  t.equal(some(addPhone('', mac, {})).text, 'phones:\n  0004132E08B4: {}\n')
})

t.test('every other byte stays, and the inventory is the old one and the phone', async t => {
  const blank = fc.constantFrom('', '', '\n', '\n\n', '# a: {}\n', '   # deep\n', '\n# note\n\n')
  const comment = fc.constantFrom('', '', ' # x: y', '  # {')
  const spelling = fc.constantFrom(
    (key: string) => key,
    (key: string) => key.toLowerCase().replaceAll(/..(?!$)/g, '$&:'),
    (key: string) => `'${key.replaceAll(/....(?!$)/g, '$&.')}'`,
    (key: string) => `"${key.replaceAll(/..(?!$)/g, '$&-')}"`,
  )
  const body = (step: string) =>
    fc.constantFrom(
      ' {name: A}',
      ' {}',
      '',
      ` {name: "a # b",\n${step} groups: []}`,
      `\n${step} name: A\n${step} settings:\n${step}  a$: |\n${step}   text\n\n${step}   more`,
      `\n${step} settings: {a$: b}\n${step} # why\n${step} name: >-\n${step}   folded\n${step}   text`,
      `\n${step} keys:\n${step} - {idx: 0, type: line}\n${step} - idx: 1\n${step}   type: dest\n${step}   value: x`,
      `\n${step}     name:\n${step}      A\n${step}     dialplan: [{match: "1"}]`,
    )
  const entries = fc
    .tuple(fc.constantFrom(' ', '  ', '    '), spelling, fc.array(fc.nat(4), { minLength: 1, maxLength: 4 }))
    .chain(([step, spell, gaps]) =>
      fc.tuple(...gaps.map((_, n) => fc.tuple(blank, body(step), comment, fc.constant(n)))).map(all =>
        all
          .map(([before, inner, after, n]) => {
            const end = inner.includes('\n') ? '' : after
            return `${before}${step}${spell(`00041326A00${n}`)}:${inner}${end}\n`
          })
          .join(''),
      ),
    )
  const section = fc.oneof(
    entries.map(text => `phones:\n${text}`),
    fc
      .tuple(fc.constantFrom('phones:', 'phones: {}', '"phones": null', 'phones: { }'), comment)
      .map(([a, b]) => `${a}${b}\n`),
    fc.constantFrom('', 'phones: {00041326A000: {name: A}}\n', 'phones: {\n 00041326A000: {name: A},\n }\n'),
  )
  const other = fc.constantFrom('', 'groups: {a: {}}\n', 'defaults:\n  settings:\n    x$: y\n')
  const file = fc
    .tuple(
      blank,
      other,
      blank,
      section,
      blank,
      fc.constantFrom('', 'models: {snom370: {}}\n'),
      blank,
      fc.boolean(),
      fc.boolean(),
    )
    .map(([a, b, c, d, e, f, g, isCut, isWindows]) => {
      const text = [a, b, c, d, e, f, g].join('')
      const cut = isCut ? text.replace(/\n$/, '') : text
      return isWindows ? cut.replaceAll('\n', '\r\n') : cut
    })
  await fc.assert(
    fc.asyncProperty(file, async before => {
      const old = await read(before)
      fc.pre(old !== undefined)
      const { text: after, line } = some(addPhone(before, mac, { model: 'snom370', name: 'B' }))
      const next = some(await read(after))
      t.strictSame(next, { ...old, phones: new Map(old.phones).set(mac, some(next.phones.get(mac))) })
      t.match(next.phones.get(mac), { model: 'snom370', name: 'B', groups: [] })
      t.match(some(after.split('\n')[line - 1]), /04.?13.?2e.?08.?b4/i)
      t.ok(isKept(before, after), after)
    }),
    { numRuns: 400 },
  )
})

t.test('the shipped inventory takes a phone, and keeps its comments', async t => {
  const before = readFileSync(join(conf, 'phones.yaml'), 'utf8')
  const { text, line } = some(addPhone(before, mac, { model: 'snom370' }))
  t.equal(text, `${before}\n  0004132E08B4:\n    model: snom370\n`)
  t.equal(line, before.split('\n').length + 1)
})

t.test('a phone is adopted on disk: mode, owner and neighbours stay', async t => {
  const { adoption, file, folder } = site(t)
  chmodSync(file, 0o640)
  const before = statSync(file)
  const { reading, ...place } = await adoptPhone({ ...adoption, phone: { ...phone, groups: [] } })
  t.strictSame(place, { file, line: 3 })
  t.equal(
    readFileSync(file, 'utf8'),
    '\ufeffphones:\n  000413261234: {name: A} # first\n\n# end\n'.replace(
      '# first\n',
      '# first\n  0004132E08B4: {model: snom370, name: Front desk, address: "127.66.0.99"}\n',
    ),
  )
  const after = statSync(file)
  t.strictSame([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid])
  t.strictSame(some(reading.site).inventory, (await readSite(adoption.configuration)).site?.inventory)
  t.strictSame(readdirSync(folder).sort(), ['more.yaml', 'option66.yaml', 'phones.yaml', 'www'])
})

t.test('what cannot be adopted is refused in a sentence, and the file stays', async t => {
  const { adoption, file, folder } = site(t)
  const text = readFileSync(file, 'utf8')
  const link = join(folder, 'link.yaml')
  symlinkSync(file, link)
  writeFileSync(join(folder, 'more.yaml'), 'phones: [a]\n')
  const known = { ...adoption, mac: some(parseMac('000413261234')) }
  const files = [...adoption.files, link]
  const refusals: readonly (readonly [Partial<Adoption>, RegExp, string])[] = [
    [
      known,
      /^phone 000413261234 stands in the inventory already: key 000413261234 stands here again, first on line 2$/,
      'conflict',
    ],
    [
      { phone: { groups: ['nobody'] } },
      /would be wrong: .*phones\.yaml:\d+:\d+ error unknown-group group nobody/,
      'invalid',
    ],
    [{ phone: { name: 'a\nb' } }, /would be wrong: .* error text name holds a control character/, 'invalid'],
    [{ files, into: link }, /link\.yaml is a symbolic link/, 'conflict'],
    [{ into: '/etc/passwd' }, /\/etc\/passwd is no file of the inventory; expected one of .*phones\.yaml/, 'invalid'],
    [{ files: adoption.files.slice(0, 1) }, /names no inventory file/, 'conflict'],
    [
      { files: [...adoption.files, join(folder, 'more.yaml')], into: join(folder, 'more.yaml') },
      /no section phones/,
      'invalid',
    ],
    [{ files: [...adoption.files, join(folder, 'nowhere.yaml')] }, /nowhere\.yaml: there is no such file/, 'conflict'],
  ]
  for (const [change, message, reason] of refusals) {
    await t.rejects(adoptPhone({ ...adoption, ...change }), { message, reason }, String(message))
  }
  t.equal(readFileSync(file, 'utf8'), text)
})

t.test('a file that changes meanwhile is not overwritten', async t => {
  const { adoption, file } = site(t)
  const adopting = adoptPhone(adoption)
  await new Promise(resolve => setImmediate(resolve)) // it has been read, or is not yet: the other change counts both ways
  writeFileSync(file, 'phones: {} # changed\n')
  const outcome = await adopting.catch((error: Error) => error)
  const text = readFileSync(file, 'utf8')
  if (outcome instanceof Error)
    t.match([outcome.message, text], [/changed meanwhile; try again/, 'phones: {} # changed\n'])
  else t.match(text, /^phones: # changed\n {2}0004132E08B4:\n/)
})

t.test(
  'a file that this user may not write stays',
  { skip: process.getuid?.() === 0 ? 'root may' : false },
  async t => {
    const { adoption, file, folder } = site(t)
    chmodSync(file, 0o440)
    await t.rejects(adoptPhone(adoption), {
      reason: 'conflict',
      message: /phones\.yaml cannot be written: this user may not/,
    })
    chmodSync(file, 0o640)
    chmodSync(folder, 0o550)
    await t.rejects(adoptPhone(adoption), {
      reason: 'conflict',
      message: /phones\.yaml cannot be written: this user may not/,
    })
    chmodSync(folder, 0o750)
  },
)

function site(t: Test): { adoption: Adoption; file: string; folder: string } {
  const folder = t.testdir({
    'option66.yaml': 'interface: lo\nhttp: {root: www}\nphones: phones.yaml\n',
    'phones.yaml': '\ufeffphones:\n  000413261234: {name: A} # first\n\n# end\n',
    'more.yaml': '',
    www: {},
  })
  const [configuration, file] = [join(folder, 'option66.yaml'), join(folder, 'phones.yaml')]
  return { adoption: { configuration, files: [configuration, file], mac, phone: { model: 'snom370' } }, file, folder }
}

/** Undefined where the text has an error. */
async function read(text: string): Promise<Inventory | undefined> {
  const findings: Finding[] = []
  const { inventory } = await gatherInventory(['x'], findings, new Map([['x', text]]))
  return hasError(findings) ? undefined : inventory
}

/** Whether one piece was put in, and nothing else: empty braces and null may go, for they say that nothing is there. */
function isKept(before: string, after: string): boolean {
  const bare = before.replace(/^("?phones"?:) *(?:\{ ?\}|null)/m, '$1')
  return [before, bare].some(old => {
    let first = 0
    while (first < old.length && old[first] === after[first]) first += 1
    return after.endsWith(old.slice(first))
  })
}
