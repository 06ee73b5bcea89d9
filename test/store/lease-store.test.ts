import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import t from 'tap'
import type { Lease } from '../../src/dhcp/lease.js'
import { openLeaseStore, readLeases } from '../../src/store/lease-store.js'
import { some } from '../some.js'
import { newFolder } from './folder.js'
import { byAddress, lease, leaseStoreContract, memoryPlace } from './lease-store-contract.js'
import { type Fate, unsafeDisk } from './unsafe-disk.js'

const noReport = () => undefined
const journal = (folder: string) => join(folder, 'leases.journal')

leaseStoreContract(t, 'in memory', memoryPlace)
leaseStoreContract(t, 'journal', t => {
  const folder = newFolder(t)
  return { open: () => openLeaseStore(folder, text => t.fail(text)) }
})

t.test('the folder is made with its parents, closed to strangers as its file is', async t => {
  const folder = join(newFolder(t), 'a', 'b')
  const { store } = await openLeaseStore(folder, noReport)
  await store.save([lease(1)])
  t.equal(statSync(folder).mode & 0o007, 0)
  t.equal(statSync(journal(folder)).mode & 0o137, 0)
  await store.close()
  t.same(readdirSync(folder), ['leases.journal'], 'a clean end leaves no lock behind')
})

t.test('a line is the checksum, a blank and JSON that an operator can read', async t => {
  const folder = newFolder(t)
  const { store } = await openLeaseStore(folder, noReport)
  await store.save([lease(1, 5, { hostname: 'front' })])
  const text = '{"address":"192.168.66.101","state":"bound","client":"hw:01000413000001","mac":"000413000001",'
  t.equal(
    readFileSync(journal(folder), 'utf8'),
    `4779c7f7 ${text}"hostname":"front","start":5,"end":3600005}\n`,
    'the sum as gzip has it',
  )
  await store.close()
})

t.test('a lease that could not be read back is refused before anything is written', async t => {
  const folder = newFolder(t)
  const { store } = await openLeaseStore(folder, noReport)
  for (const bad of [{ end: Number.NaN }, { start: -1 }, { client: 'x' }, { hostname: 'x'.repeat(129) }]) {
    await t.rejects(store.save([lease(1), lease(2, 0, bad)]), /not a lease that can be kept/, JSON.stringify(bad))
  }
  t.equal(statSync(journal(folder)).size, 0)
  await t.rejects(store.save(Array.from({ length: 65_537 }, () => lease(1))), /the disk does not keep up/)
  await store.close()
})

t.test('a folder in use is refused, and free again after close', async t => {
  const folder = newFolder(t)
  const first = await openLeaseStore(folder, noReport)
  await t.rejects(openLeaseStore(folder, noReport), /in use by another option66 .* stop that one first$/)
  await first.store.close()
  const starts = Array.from({ length: 8 }, () => openLeaseStore(folder, noReport))
  const opened = (await Promise.allSettled(starts)).flatMap(start =>
    start.status === 'fulfilled' ? [start.value] : [],
  )
  t.ok(opened.length <= 1, 'of many that start at once one at most gets it')
  for (const { store } of opened) await store.close()
  const deep = join(folder, 'd'.repeat(100))
  const last = await openLeaseStore(deep, noReport)
  await t.rejects(openLeaseStore(deep, noReport), /in use/, 'also where the path is too long for a socket')
  await last.store.close()
  t.same(readdirSync(deep), ['leases.journal'])
})

t.test('a folder that cannot be used is told in one sentence with its remedy', async t => {
  const folder = newFolder(t)
  writeFileSync(join(folder, 'file'), '')
  await t.rejects(openLeaseStore(join(folder, 'file'), noReport), /a file stands where that folder belongs/)
  await t.rejects(openLeaseStore(join(folder, 'file', 'x'), noReport), /a part of that path is no folder/)
  mkdirSync(join(folder, 'taken', 'leases.journal'), { recursive: true })
  await t.rejects(openLeaseStore(join(folder, 'taken'), noReport), /leases\.journal: .* a folder stands where a file/)
  await t.rejects(readLeases(join(folder, 'taken'), noReport), /leases\.journal/)
})

const isRoot = statSync('/proc/self').uid === 0
t.test('a folder of somebody else is named with its owner', { skip: isRoot && 'root may write anywhere' }, async t => {
  const folder = newFolder(t)
  chmodSync(folder, 0o550)
  t.teardown(() => chmodSync(folder, 0o750))
  await t.rejects(openLeaseStore(folder, noReport), /owned by user \d+, mode 550\): permission denied; run as the user/)
})

t.test('root leaves files to the owner of the folder', { skip: !isRoot && 'needs root' }, async t => {
  const folder = newFolder(t)
  spawnSync('chown', ['12345:12345', folder])
  const { store } = await openLeaseStore(folder, noReport)
  await store.close()
  t.equal(statSync(journal(folder)).uid, 12_345)
})

t.test('a tool reads beside a running appliance, and finds nothing where nothing is', async t => {
  const folder = newFolder(t)
  t.same(await readLeases(join(folder, 'none'), noReport), [])
  const { store } = await openLeaseStore(folder, noReport)
  await store.save([lease(1), lease(2)])
  t.same(byAddress(await readLeases(folder, noReport)), [lease(1), lease(2)])
  writeFileSync(journal(folder), 'abcd', { flag: 'a' })
  t.same((await readLeases(folder, text => t.fail(text))).length, 2, 'a line under way is no damage')
  await store.close()
})

t.test('superseded lines are compacted away, and a left-over of that is removed at the start', async t => {
  const folder = newFolder(t)
  writeFileSync(`${journal(folder)}.new`, 'left over')
  const { store } = await openLeaseStore(folder, noReport)
  t.notOk(existsSync(`${journal(folder)}.new`))
  for (let round = 0; round < 40; round++) {
    await Promise.all([0, 1].map(half => store.save(Array.from({ length: 32 }, (_, i) => lease(i % 16, round + half)))))
    const lines = readFileSync(journal(folder), 'latin1').split('\n').length - 1
    t.ok(lines <= 2 * 16 + 1000 + 64, `${lines} lines`)
  }
  await store.close()
  t.ok(readFileSync(journal(folder)).length < 120_000)
  const again = await openLeaseStore(folder, noReport)
  t.same(
    byAddress(again.leases),
    Array.from({ length: 16 }, (_, i) => lease(i, 40)),
  )
  await again.store.close()
})

t.test('cut at any byte of its end, the file gives all earlier records, and grows on', async t => {
  const folder = newFolder(t)
  const { store } = await openLeaseStore(folder, noReport)
  const saved = Array.from({ length: 6 }, (_, i) => lease(i, i, { hostname: 'fröntdesk' }))
  for (const one of saved) await store.save([one])
  await store.close()
  const whole = readFileSync(journal(folder))
  const ends = [...whole.keys()].filter(at => whole[at] === 0x0a).map(at => at + 1)
  for (let cut = some(ends[2]); cut <= whole.length; cut++) {
    writeFileSync(journal(folder), whole.subarray(0, cut))
    const reports: string[] = []
    const { store, leases } = await openLeaseStore(folder, text => reports.push(text))
    const count = ends.filter(end => end <= cut).length
    const torn = ends.includes(cut) ? 0 : 1
    if (reports.length !== torn || leases.length !== count) t.fail(`cut at ${cut}: ${leases.length} ${reports}`)
    await store.save([lease(9)])
    await store.close()
    const expected = [...saved.slice(0, count), lease(9)]
    const found = byAddress(await readLeases(folder, text => t.fail(text)))
    if (JSON.stringify(found) !== JSON.stringify(expected)) t.same(found, expected, `cut at ${cut}`)
  }
  t.notOk(existsSync(`${journal(folder)}.damaged`), 'a torn end is nothing to keep')
})

t.test('a damaged middle is skipped, reported by line, and kept as it was', async t => {
  const folder = newFolder(t)
  const { store } = await openLeaseStore(folder, noReport)
  await store.save(Array.from({ length: 30 }, (_, i) => lease(i)))
  await store.close()
  const bytes = readFileSync(journal(folder))
  const lines = bytes.toString('latin1').split('\n')
  for (const i of [1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]) lines[i] = `${lines[i]?.slice(0, -3)}???`
  lines[20] = 'x'.repeat(3_000_000)
  lines[21] = '8e3b3c9e {"address":"999.1.1.1"}'
  writeFileSync(journal(folder), lines.join('\n'), 'latin1')
  const reports: string[] = []
  t.equal((await readLeases(folder, text => reports.push(text))).length, 16)
  const again = await openLeaseStore(folder, text => reports.push(text))
  t.equal(again.leases.length, 16)
  t.match(reports[0], /: lines 2, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 4 more cannot be read and are left out$/)
  t.match(reports[1], /left out; the file as it was is kept as .*leases\.journal\.damaged$/)
  t.equal(reports.length, 2)
  t.equal(readFileSync(`${journal(folder)}.damaged`, 'latin1'), lines.join('\n'))
  await again.store.save([lease(1)])
  await again.store.close()
  t.equal((await readLeases(folder, text => t.fail(text))).length, 17)
})

t.test('flipped and lost bytes never throw, and cost no more than the lines they hit', async t => {
  const folder = newFolder(t)
  const { store } = await openLeaseStore(folder, noReport)
  await store.save(Array.from({ length: 20 }, (_, i) => lease(i)))
  await store.close()
  const whole = readFileSync(journal(folder))
  const damage = fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 12 }), fc.boolean(), async (hits, open) => {
      const bytes = Buffer.from(whole)
      for (const { at, value } of hits) bytes[at] = value
      writeFileSync(journal(folder), bytes)
      const found = open ? await openAndClose(folder) : await readLeases(folder, noReport)
      // A hit line is lost, and with it the next one where its line feed was hit.
      if (found.length < 20 - 2 * hits.length) return false
      return found.every(one => JSON.stringify(one) === JSON.stringify(lease(one.address - 0xc0a84264)))
    }),
    { numRuns: 150 },
  )
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async junk => {
      writeFileSync(journal(folder), junk)
      return (await openAndClose(folder)).length === 0
    }),
    { numRuns: 50 },
  )
})

t.test('a power cut at any step leaves every acknowledged lease', async t => {
  let cuts = 0
  await fc.assert(
    fc.asyncProperty(
      fc.nat(150),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      async (at, chances) => {
        const folder = newFolder(t)
        const disk = unsafeDisk(folder, n => (n < at ? 'works' : 'cut'))
        const { acked, tried } = await work(folder, disk)
        if (disk.steps.length > at) cuts++
        const left = join(folder, 'left')
        disk.leave(left, () => some(chances.next().value))
        const found = await openAndClose(left)
        rmSync(folder, { recursive: true })
        const start = new Map(found.map(one => [one.address, one.start]))
        return [...tried].every(([address, last]) => {
          const [from, seen] = [acked.get(address) ?? -1, start.get(address) ?? -1]
          return seen >= from && seen <= last
        })
      },
    ),
    { numRuns: 120 },
  )
  t.ok(cuts > 20, `${cuts} runs were cut in mid-work`)
})

t.test('a failed write or sync at any step refuses its saves, keeps the others, and is mended', async t => {
  let failures = 0
  const fates = fc.uniqueArray(fc.tuple(fc.nat(100), fc.constantFrom<Fate>('ENOSPC', 'EIO')), {
    selector: ([n]) => n,
    minLength: 1,
    maxLength: 30,
  })
  await fc.assert(
    fc.asyncProperty(fates, async fates => {
      const folder = newFolder(t)
      const byStep = new Map(fates)
      const disk = unsafeDisk(folder, n => byStep.get(n) ?? 'works')
      const { acked, refused, mended } = await work(folder, disk)
      failures += refused
      const left = join(folder, 'left')
      disk.leave(left, () => 0) // names and bytes as they were synced, nothing else
      const found = new Map((await openAndClose(left)).map(one => [one.address, one.start]))
      const now = new Map((await openAndClose(folder)).map(one => [one.address, one.start]))
      rmSync(folder, { recursive: true })
      const same = (a: Map<number, number>) => a.size === acked.size && [...acked].every(([k, v]) => a.get(k) === v)
      // Where the very last write failed and mending too, what was refused may be in the file until the next start.
      return same(found) && (same(now) || (!mended && now.size === acked.size))
    }),
    { numRuns: 120 },
  )
  t.ok(failures > 50, `${failures} saves were refused`)
})

/** Saves from two sides until well after the first compaction; which of it was acknowledged, by address. */
async function work(folder: string, disk: ReturnType<typeof unsafeDisk>) {
  const acked = new Map<number, number>()
  const tried = new Map<number, number>()
  let [refused, mended] = [0, true]
  try {
    const { store } = await openLeaseStore(folder, text => (mended = !text.startsWith('cannot')), disk)
    let version = 0
    const save = async (side: number) => {
      const start = ++version
      const leases = Array.from({ length: 60 }, (_, i) => lease(side * 4 + (i % 4), start))
      for (const { address } of leases) tried.set(address, start)
      try {
        await store.save(leases)
        for (const { address } of leases) acked.set(address, start)
      } catch {
        refused++
      }
    }
    for (let round = 0; round < 26; round++) await Promise.all([save(0), save(1)])
    mended = true
    await store.close()
  } catch {
    refused++ // the power went in the opening
  }
  return { acked, tried, refused, mended }
}

const userNamespaces = spawnSync('unshare', ['-Urnm', 'true']).status === 0
const needsNamespaces = userNamespaces ? false : 'needs unshare and user namespaces'

t.test('a killed process has kept what it acknowledged, and its claim on the folder dies with it', async t => {
  const folder = newFolder(t)
  const acked = new Map<number, number>()
  for (const round of [1, 2, 3]) {
    const wrapper = round === 3 && userNamespaces ? ['unshare', '-Urn'] : [] // a claim is seen across namespaces
    const child = start(wrapper, 'saver.ts', [folder, String(round * 1_000_000)])
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const [address = Number.NaN, version = Number.NaN] = line.split(' ').map(Number)
      if (!line.endsWith(';')) acked.set(address, version)
      if (++lines === 50) await t.rejects(openLeaseStore(folder, noReport), /in use/)
      if (lines === 400 * round) child.kill('SIGKILL')
    }
    t.ok(lines >= 400 * round)
    const { store, leases } = await openLeaseStore(folder, noReport)
    const found = new Map(leases.map(one => [one.address, one.start]))
    const missing = [...acked].filter(([address, version]) => (found.get(address) ?? -1) < version)
    t.same(missing, [], `${acked.size} addresses after ${lines} acknowledgements`)
    await store.close()
  }
  t.same(readdirSync(folder), ['leases.journal'])
})

t.test(
  'on a full disk saves are refused with the remedy, and go on when there is space',
  { skip: needsNamespaces },
  async t => {
    const folder = newFolder(t)
    const script = 'mount -t tmpfs -o size=256k none "$0" && exec "$@"'
    const child = start(['unshare', '-Urnm', 'sh', '-c', script, folder], 'full-disk.ts', [folder])
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) lines.push(line)
    t.match(lines[0], /^cannot write .*leases\.journal: no space left on device; free some space on that file system$/)
    t.match(lines[1], /^refused \d+, then saved again$/)
    t.equal(lines[2], 'as acknowledged')
  },
)

function start(wrapper: readonly string[], script: string, args: readonly string[]) {
  const loader = process.execArgv.filter(argument => argument.includes('typescript')) // enough for a child
  const node = [process.execPath, ...loader, join(import.meta.dirname, script), ...args]
  const [command = '', ...rest] = [...wrapper, ...node]
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit')
  })
  return child
}

async function openAndClose(folder: string): Promise<Lease[]> {
  const { store, leases } = await openLeaseStore(folder, noReport)
  await store.close()
  return leases
}
