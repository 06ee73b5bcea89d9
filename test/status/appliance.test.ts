/** The status page of the running appliance in a real browser, while virtual phones boot. */

import { readFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { runPhone } from '../../src/commands/phone.js'
import { hashPassword } from '../../src/doors/password.js'
import { type Appliance, boot, bootHostile, edit, eventually, image, openAppliance, scriptTag } from './appliance.js'
import { graveFindings } from './axe.js'
import { noBrowser, openBrowser, openPage, type Watched } from './browser.js'
import { phones, populate } from './scene.js'
import { viewsOf } from './views.js'

const skip = noBrowser()
if (skip !== false) {
  t.plan(0, skip)
  process.exit()
}

t.jobs = 3 // one waits half a minute for a phone that is not there
const browser: Browser = await openBrowser()
t.teardown(() => browser.close())

async function visit(t: Test, { origin }: Appliance, options = {}): Promise<Watched> {
  const watched = await openPage(browser, origin, options)
  watched.page.setDefaultTimeout(20_000)
  t.teardown(() => watched.page.context().close())
  return watched
}

const row = (page: Page, text: string): Locator => page.locator('.grid-window [role=row]').filter({ hasText: text })
const names = (page: Page): Promise<string[]> => page.locator('.grid-window .cell-phone .main-line').allTextContents()

t.test('one appliance, from the first packet of a phone to its resync', async t => {
  const site = await openAppliance(t)
  const { origin, base } = site
  const { page, misdeeds } = await visit(t, site)

  await t.test('a phone boots, and its line grows', async t => {
    await page.goto(`${origin}/#/phones`)
    await row(page, 'Lab bench').getByText('Not seen yet').waitFor()
    await watchLine(page, 'Lab bench')
    await boot(site, { mac: phones.booted, type: 'snom370', think: 300 })
    await row(page, 'Lab bench').getByText('Booted in').waitFor()
    const seen = await page.evaluate(() => Reflect.get(globalThis, 'seen') as string[])
    for (const words of ['was seen', 'has a lease', 'has the general settings', 'has its own settings']) {
      t.ok(
        seen.some(state => state.includes(words)),
        `${words}, of ${seen.join(' | ')}`,
      )
    }
    t.match(seen.at(-1), /^6 Booted in \d\.\d\d s$/, 'every stage but the languages')
    t.match(await row(page, 'Lab bench').locator('.cell-address').textContent(), /^127\.66\.1\.\d+dhcp$/)
  })

  await t.test('filter and sort find it', async t => {
    await page.getByRole('searchbox').fill('0004.1326')
    await page.getByText('1 of 3 phones').waitFor()
    t.strictSame(await names(page), ['Lab bench'])
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: /^Last heard/ }).click()
    await page.getByRole('button', { name: /^Last heard/ }).click()
    await eventually(async () => (await names(page))[0] === 'Lab bench')
    await page.getByRole('button', { name: /^Booted/ }).click()
    await page.getByText('1 of 3 phones').waitFor()
    t.strictSame(await names(page), ['Lab bench'])
  })

  await t.test('its page has its boot to the millisecond, its settings with their origin, its documents', async t => {
    await row(page, 'Lab bench').getByRole('link').click()
    await page.getByRole('heading', { name: 'Lab bench', level: 1 }).waitFor()
    const facts = await page.locator('.facts .what').allTextContents()
    for (const words of [
      'asks for an address: snom370',
      'was offered 127.66.1.',
      'fetched /snom370/general.xml: ',
      image,
    ])
      t.ok(
        facts.some(fact => fact.includes(words)),
        words,
      )
    t.match(await page.locator('.facts .time').first().textContent(), /^\d\d:\d\d:\d\d\.\d{3}$/)
    await page.getByText('the last boot ended well').waitFor()

    await page.getByRole('link', { name: 'Settings', exact: true }).click()
    const setting = (name: string): Locator => page.getByRole('row').filter({ hasText: name })
    await setting('timezone').getByText('GER+1').waitFor()
    t.equal(await setting('timezone').getByText('defaults').count(), 1)
    t.equal(await setting('use_backlight').getByText('model snom370').count(), 1)
    t.equal(await setting('user_name').getByText('phone 000413260001').count(), 1)
    t.match(await setting('user_pass').textContent(), /\*{8}/)

    await page.getByRole('link', { name: 'Documents' }).click()
    await page.locator('.token-tag', { hasText: '<setting-files' }).waitFor()
    const summaries = await page.locator('.names .sub').allTextContents()
    t.ok(summaries.length >= 6)
    for (const summary of summaries) t.match(summary, / · (?:as last fetched|fetched \d\d:\d\d:\d\d)$/)

    await page.getByRole('link', { name: 'Findings' }).click()
    await page.getByText('The checker has nothing to say').waitFor()
  })

  await t.test('a value that is changed on disk stands there against what it fetched', async t => {
    await page.getByRole('link', { name: 'Documents' }).click()
    edit(site.phones, text => text.replace('timezone$: GER+1', 'timezone$: GBR-0'))
    await page.locator('.names button', { hasText: 'changed since the last fetch' }).click()
    await page.getByRole('button', { name: 'Changes' }).click()
    t.match(await page.locator('del').allTextContents(), [/GER\+1/])
    t.match(await page.locator('ins').allTextContents(), [/GBR-0/])
    edit(site.phones, text => text.replace('try-out-430', 'Quiet-Kettle-81'))
    await page
      .locator('.names button', { hasText: `${phones.booted}.xml` })
      .getByText('changed')
      .waitFor()
    await page.locator('.names button', { hasText: `${phones.booted}.xml` }).click()
    await page.getByText('in its secrets alone').waitFor()
    t.equal(await page.getByText('Quiet-Kettle').count(), 0)
  })

  await t.test('a broken inventory is told, phones go on being served, and mended it is gone', async t => {
    edit(site.phones, text => text.replace('  reception:\n', '  reception:\n    ring: 3\n'))
    await page.getByRole('alert').getByText('Configuration refused').waitFor()
    await page.getByRole('link', { name: 'See the findings' }).click()
    await page.getByText(/phones\.yaml:\d+:\d+/).waitFor()
    await page
      .getByText(/\bring\b/)
      .first()
      .waitFor()
    await boot(site, { mac: phones.booted, type: 'snom370', firmware: '8.7.5.35' })
    edit(site.phones, text => text.replace('    ring: 3\n', ''))
    await page.getByText('Read and accepted').waitFor()
    t.equal(await page.getByText('Configuration refused').count(), 0)
    edit(site.phones, text => text.replace('phones:', 'phones: ['))
    site.program.child.kill('SIGHUP')
    await page.getByRole('alert').getByText('Configuration refused').waitFor()
    edit(site.phones, text => text.replace('phones: [', 'phones:'))
    site.program.child.kill('SIGHUP')
    await page.getByText('Read and accepted').waitFor()
  })

  await t.test('a stranger comes into the inbox, is adopted, and boots with its settings', async t => {
    await boot(site, { mac: phones.stranger, type: 'snom320' })
    await page.getByRole('link', { name: /^Inbox/ }).click()
    const line = row(page, '00:04:13:99:00:01')
    await line.getByText('snom320', { exact: true }).waitFor()
    const before = readFileSync(site.phones, 'utf8')
    await line.getByRole('link', { name: 'Adopt' }).click()
    await page.getByText('Mozilla/4.0 (compatible; snom320-SIP 8.4.35').waitFor()
    t.equal(await page.getByLabel('Model').inputValue(), 'snom320')
    await page.getByLabel('Name', { exact: true }).fill('Gate #2: "north"')
    await page.getByLabel('reception').check()
    await page.getByRole('button', { name: 'Adopt' }).click()
    await page.getByText('Written to').waitFor()

    const after = readFileSync(site.phones, 'utf8').split('\n')
    const kept = new Set(after)
    t.strictSame(
      before.split('\n').filter(line => !kept.has(line)),
      [],
      'every line stands as it stood, comments too',
    )
    const entry = after.join('\n').slice(after.join('\n').indexOf('000413990001'))
    for (const words of [/model: snom320/, /Gate #2/, /reception/]) t.match(entry, words)

    const { settings } = await boot(site, { mac: phones.stranger, type: 'snom320' })
    t.match([...settings.entries()].join(), /ring_sound/)
    await page.getByRole('link', { name: 'To the phone' }).click()
    await page.getByRole('heading', { name: 'Gate #2: "north"', level: 1 }).waitFor()
    await page.getByRole('link', { name: /^Inbox/ }).click()
    await page.getByText('Nobody waits').waitFor()
  })

  await t.test('a phone that stays boots again when it is told to', async t => {
    const lines: string[] = []
    const address = '127.66.0.60'
    const front = { model: 'snom360', mac: phones.front, via: `${base}/settings?mac={mac}`, address }
    const staying = runPhone({ ...front, stay: 8 }, text => lines.push(text))
    await eventually(async () => lines.some(text => text.startsWith('stays 8 s')))
    await page.goto(`${origin}/#/phone/${phones.front}/documents`)
    const summary = page.locator('.names button', { hasText: 'settings?mac=' })
    await summary.getByText('as last fetched').waitFor()
    edit(site.phones, text => text.replace('redirect_number!: "420"', 'redirect_number!: "421"'))
    await summary.getByText('changed since the last fetch').waitFor()
    await page.getByRole('button', { name: 'Resync' }).click()
    await page.locator('.answer.good', { hasText: `${address} understood` }).waitFor()
    await summary.getByText('as last fetched').waitFor()
    t.equal(await staying, 0)
    t.match(lines.join(''), /check-sync/)
    await page.getByRole('link', { name: 'Timeline' }).click()
    await page.getByText('answered the request to fetch its settings again with 200').waitFor()
  })

  await t.test('a phone whose address nobody knows is not asked', async t => {
    await page.goto(`${origin}/#/phone/${phones.absent}`)
    await page.getByText('No boot was seen yet').waitFor()
    await page.getByRole('button', { name: 'Resync' }).click()
    await page.locator('.answer.bad', { hasText: 'nobody knows the address of' }).waitFor()
    t.pass()
  })

  await t.test('leases are listed, and one is released', async t => {
    await page.goto(`${origin}/#/leases`)
    const line = row(page, '00:04:13:99:00:01')
    await line.getByText('bound').waitFor()
    await page.getByText(/^2 of 250/).waitFor()
    await line.getByRole('button', { name: 'Release' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
    await page.getByText(/^1 of 250/).waitFor()
    t.equal(await line.getByText('bound').count(), 0)
  })

  await t.test('a phone is redirected, and no longer', async t => {
    await page.goto(`${origin}/#/redirections`)
    const form = page.getByRole('form', { name: 'Redirect a phone' })
    const away = { mac: phones.redirected, type: 'snom300', url: `${base}/snom3x0/snom3x0.php?mac={mac}` }
    await form.getByLabel('MAC').fill('00-04-13-25-00-09')
    await form.getByLabel('URL').fill(`${base}/settings?mac={mac}&from=registry`)
    await form.getByRole('button').click()
    await row(page, '00:04:13:25:00:09').getByText('from=registry').waitFor()
    const sent = await boot(site, { ...away, address: '127.66.9.1' })
    t.ok(sent.steps.some(step => step.kind === 'redirect'))
    await row(page, '00:04:13:25:00:09').getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No phone is redirected').waitFor()
    const kept = await boot(site, { ...away, address: '127.66.9.1' })
    t.notOk(kept.steps.some(step => step.kind === 'redirect'))
  })

  await t.test('shelves, health and plots have it all', async t => {
    await page.goto(`${origin}/#/shelves`)
    const file = page.getByRole('row').filter({ hasText: image })
    await file.getByText('3.3 MB').waitFor()
    t.match(await file.textContent(), /snom3708\.7\.5\.353\.3 MB1 phone/)
    await page.getByRole('row').filter({ hasText: '8.4.35' }).getByText('Deutsch').waitFor()

    await page.getByRole('link', { name: 'Health' }).click()
    const door = (name: string): Locator => page.getByRole('region', { name: `Door ${name}`, exact: true })
    for (const name of ['dhcp', 'tftp', 'http', 'https', 'pnp', 'status']) {
      t.match(await door(name).locator('h3').textContent(), /open$/, name)
    }
    t.match(await door('dhcp').textContent(), /DHCPACK[45]/)
    const requests = Number(/requests(\d+)/.exec((await door('http').textContent()) ?? '')?.[1])
    t.ok(requests >= 20, `${requests} requests`)

    await page.getByRole('link', { name: 'Plots' }).click()
    await page.locator('.plot-place canvas').nth(2).waitFor()
    t.match(await page.locator('.plot').nth(2).locator('.tally').textContent(), /at most [1-9]/)
    const drawn = await page.locator('.plot-place canvas').nth(1).evaluate(colours)
    t.ok(drawn > 3, `${drawn} colours`)
  })
  t.match(misdeeds, [/409 \(Conflict\)/], 'of the phone whose address nobody knows')
  t.equal(misdeeds.length, 1, 'beside that the browser had nothing to say')
})

t.test('an absent phone gives no answer, and says so', async t => {
  const site = await openAppliance(t)
  const { page } = await visit(t, site)
  await boot(site, { mac: phones.booted, type: 'snom370' })
  await page.goto(`${site.origin}/#/phone/${phones.booted}`)
  await page.getByRole('button', { name: 'Resync' }).click()
  await page.getByRole('button', { name: 'Waiting for its answer' }).waitFor()
  const words = /^127\.66\.1\.1 did not answer: is it on, and does it hear SIP on port 5060\?$/
  await page.locator('.answer.bad').filter({ hasText: words }).waitFor({ timeout: 40_000 })
  t.pass()
})

t.test('a password stands before the page', async t => {
  const hash = await hashPassword('correct horse')
  const password = (text: string): string => text.replace('## password: none', `password: "${hash}"`)
  const site = await openAppliance(t, { site: password })
  const { page } = await visit(t, site)
  const signIn = async (password: string): Promise<void> => {
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto(`${site.origin}/#/health`)
  await signIn('battery staple')
  await page.getByRole('alert').getByText('Wrong password').waitFor()
  await signIn('correct horse')
  await page.getByRole('heading', { name: 'Health', level: 1 }).waitFor()
  await page.getByText('Read and accepted').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Password').waitFor()
  t.equal((await fetch(`${site.origin}/api/v1/phones`)).status, 401)
  for (let guess = 0; guess < 8; guess += 1) {
    await signIn(`guess ${guess}`)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    if ((await page.getByRole('alert').getByText('Too many wrong passwords').count()) > 0) break
  }
  await page
    .getByRole('alert')
    .getByText(/Too many wrong passwords\. Wait \d+ s, then try again\./)
    .waitFor()
})

t.test('what a phone says of itself is text, wherever it is shown', async t => {
  const site = await openAppliance(t)
  const { page, misdeeds } = await visit(t, site)
  await page.goto(`${site.origin}/#/phones`)
  await page.getByText('Live', { exact: true }).waitFor()
  await bootHostile(site, phones.hostile)
  await row(page, '00:04:13:66:66:66').getByText('<script>window.pwned=1</script>').waitFor()
  for (const hash of ['phones', 'inbox', 'leases', `inbox/${phones.hostile}`, `phone/${phones.hostile}`]) {
    await page.goto(`${site.origin}/#/${hash}`)
    await page.getByText('<script>window.pwned=1</script>').first().waitFor()
  }
  const facts = (await page.locator('.facts .what').allTextContents()).join('\n')
  t.ok(facts.includes(`asked /${scriptTag}: 404`), facts)
  t.ok((await page.locator('.facts-list').textContent())?.includes(`(compatible; ${scriptTag}-SIP 8.4.35)`))
  for (const tab of ['settings', 'documents', 'findings']) {
    await page.goto(`${site.origin}/#/phone/${phones.hostile}/${tab}`)
    await page.locator('.tabs [aria-current]').waitFor()
  }
  await page.goto(`${site.origin}/#/health`)
  await page.getByText('Read and accepted').waitFor()
  t.equal(await page.evaluate(() => Reflect.get(globalThis, 'pwned')), undefined)
  t.strictSame(misdeeds, [])
})

t.test('axe finds nothing serious on any view of a living site', async t => {
  const site = await openAppliance(t)
  await populate(site)
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await visit(t, site, { colorScheme })
    for (const { name, hash, ready, prepare } of viewsOf(phones.booted, phones.hostile)) {
      await page.goto(`${site.origin}/${hash}`)
      await page.locator(ready).first().waitFor()
      await prepare?.(page)
      t.strictSame(await graveFindings(page), [], `${name}, ${colorScheme}`)
    }
  }
})

/** Collects in `seen` what the line of that name comes to show. */
function watchLine(page: Page, name: string): Promise<void> {
  return page.evaluate(name => {
    const seen: string[] = []
    Object.assign(globalThis, { seen })
    const note = (): void => {
      const lines = [...document.querySelectorAll('.grid-window [role=row]')]
      const line = lines.find(line => line.textContent?.includes(name))
      const words = `${line?.querySelectorAll('.reached').length} ${line?.querySelector('.state-words')?.textContent}`
      if (seen.at(-1) !== words) seen.push(words)
    }
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
  }, name)
}

/** How many different ones the canvas has. */
function colours(canvas: HTMLElement | SVGElement): number {
  if (!(canvas instanceof HTMLCanvasElement)) return 0
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data
  return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size
}
