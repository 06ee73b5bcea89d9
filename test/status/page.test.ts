/** The status page in a real browser: phones that boot while it is open, orders, signing in, hostile names, accessibility. */

import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { scriptTag } from '../doors/fake-desk.js'
import { some } from '../some.js'
import { graveFindings } from './axe.js'
import { noBrowser, openBrowser, openPage, openSite, type Site, type SitePlan, type Watched } from './browser.js'
import { views } from './views.js'

const skip = noBrowser()
if (skip !== false) {
  t.plan(0, skip)
  process.exit()
}

const browser = await openBrowser()
const site = await openSite()
t.teardown(async () => {
  await browser.close()
  await site.door.close()
})

async function visit(t: Test, site: Site, options?: BrowserContextOptions): Promise<Watched> {
  const watched = await openPage(browser, site.origin, options)
  t.teardown(() => watched.page.context().close())
  return watched
}

async function opened(t: Test, plan: SitePlan): Promise<Site> {
  const site = await openSite(plan)
  t.teardown(() => site.door.close())
  return site
}

const row = (page: Page, text: string): Locator => page.locator('.grid-window [role=row]').filter({ hasText: text })
const names = (page: Page): Promise<string[]> => page.locator('.grid-window .cell-phone .main-line').allTextContents()
const filterBox = (page: Page): Locator => page.getByRole('searchbox')

t.test('a phone boots while the page is open, and its line grows', async t => {
  const { page, misdeeds } = await visit(t, site)
  await page.goto(`${site.origin}/#/phones?q=${encodeURIComponent('Desk 1')}`)
  const line = row(page, '00:04:13:26:00:01')
  await line.waitFor()
  await page.evaluate(() => {
    const seen: string[] = []
    Object.assign(globalThis, { seen })
    const note = (): void => {
      const line = document.querySelector('#phones-000413260001')
      const words = `${line?.querySelectorAll('.reached').length} ${line?.querySelector('.state-words')?.textContent}`
      if (seen.at(-1) !== words) seen.push(words)
    }
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
  })
  await site.desk.boot(some(site.desk.macs[0]), 120)
  await line.getByText('Booted in').waitFor()
  const seen = await page.evaluate(() => Reflect.get(globalThis, 'seen') as string[])
  t.match(seen[0], /^1 Booting: was seen/)
  t.match(seen.at(-1), /^7 Booted in \d/)
  t.ok(seen.length >= 6, seen.join(' | '))
  t.strictSame(misdeeds, [])
})

t.test('the list is filtered, narrowed, sorted and opened from the keyboard alone', async t => {
  const { page, misdeeds } = await visit(t, site)
  await page.goto(site.origin)
  await row(page, 'Desk 24').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('desk reception')
  await page.getByText('of 24 phones').waitFor()
  t.ok((await names(page)).every(name => name.startsWith('Desk')))
  await page.waitForURL(/q=desk/)
  await page.getByRole('button', { name: /^Stuck/ }).press('Enter')
  await page.waitForURL(/state=stuck/)
  t.strictSame(await names(page), ['Desk 12', 'Desk 24'])
  await page.getByRole('button', { name: /^Phone/ }).press('Space')
  await page.getByRole('button', { name: /^Phone/ }).press('Space')
  await page.waitForURL(/sort=-phone/)
  t.strictSame(await names(page), ['Desk 24', 'Desk 12'])
  t.equal(await page.getByRole('columnheader', { name: 'Phone' }).getAttribute('aria-sort'), 'descending')
  await filterBox(page).press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Desk 12', level: 1 }).waitFor()
  await page.waitForFunction(() => document.title === 'Desk 12 · option66')
  t.equal(await page.evaluate(() => document.activeElement?.textContent), 'Desk 12', 'its heading has the focus')
  await page.getByRole('link', { name: '‹ Phones' }).click()
  await row(page, 'Desk 12').waitFor()
  t.strictSame(await names(page), ['Desk 24', 'Desk 12'], 'the list is as it was left')
  t.equal(await filterBox(page).inputValue(), 'desk reception')
  t.strictSame(misdeeds, [])
})

t.test('a phone shows its boots, settings, documents with what changed, and takes a resync', async t => {
  const { page, misdeeds } = await visit(t, site)
  const mac = some(site.desk.macs[7])
  await page.goto(`${site.origin}/#/phone/${mac}`)
  await page.locator('.facts .what').first().waitFor()
  t.equal(await page.locator('.facts').first().locator('.what').count(), 2)
  t.match(await page.locator('.facts .time').first().textContent(), /^\d\d:\d\d:\d\d\.\d{3}$/)
  await page.getByText('so its firmware ignores 66').first().waitFor()

  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('redirect_number').waitFor()
  await page.getByRole('cell', { name: 'group reception' }).first().waitFor()

  await page.getByRole('link', { name: 'Documents' }).click()
  await page.locator('.token-tag', { hasText: '<phone-settings' }).waitFor()
  await page.locator('.names button', { hasText: `${mac}.xml` }).click()
  await page.getByRole('button', { name: 'Changes' }).click()
  t.match(await page.locator('del').allTextContents(), [/252/])
  t.match(await page.locator('ins').allTextContents(), [/253/])

  await page.getByRole('link', { name: 'Findings' }).click()
  await page.getByText('did you mean language').waitFor()

  await page.getByLabel('and reboot').check()
  await page.getByRole('button', { name: 'Resync' }).click()
  await page.locator('.answer', { hasText: `${mac} answered 200 OK` }).waitFor()
  t.ok(site.desk.orders.includes(`resync ${mac} reboot=true`))
  t.strictSame(misdeeds, [])
})

t.test('the facts of a phone come to its page while it boots', async t => {
  const { page } = await visit(t, site)
  const mac = some(site.desk.macs[12])
  await page.goto(`${site.origin}/#/phone/${mac}`)
  await page.locator('.facts').first().waitFor()
  await site.desk.boot(mac, 50)
  await page.getByText('Booted in').waitFor()
  await page.locator('.boot').first().getByText('7 facts').waitFor()
  t.equal(await page.locator('.facts').first().locator('.what').count(), 7)
})

t.test('a phone of the inbox is adopted', async t => {
  const { page, misdeeds } = await visit(t, site)
  const mac = some(site.desk.macs[4])
  await page.goto(`${site.origin}/#/inbox`)
  await row(page, '00:04:13:26:00:05').getByRole('link', { name: 'Adopt' }).click()
  await page.getByText('What it said of itself').waitFor()
  t.equal(await page.getByLabel('Model').inputValue(), 'snomD785')
  await page.getByLabel('Name', { exact: true }).fill('Front desk')
  await page.getByLabel('Reserved address').fill('10.0.0.5')
  await page.getByLabel('workshop').check()
  await page.getByRole('button', { name: 'Adopt' }).click()
  await page.getByText('conf/phones.yaml, line 42').first().waitFor()
  const order = { model: 'snomD785', name: 'Front desk', address: '10.0.0.5', groups: ['workshop'] }
  t.ok(site.desk.orders.includes(`adopt ${mac} ${JSON.stringify(order)}`))
  await page.getByRole('link', { name: 'To the inbox' }).click()
  await row(page, '00:04:13:26:00:0a').waitFor()
  t.equal(await row(page, '00:04:13:26:00:05').count(), 0)
  t.strictSame(misdeeds, [])
})

t.test('a lease is released after a question', async t => {
  const { page, misdeeds } = await visit(t, site)
  await page.goto(`${site.origin}/#/leases`)
  await row(page, '10.0.0.17').waitFor()
  await filterBox(page).fill('10.0.0.17')
  await filterBox(page).press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  t.notOk(site.desk.orders.includes('release 10.0.0.17'))
  await row(page, '10.0.0.17').getByRole('button', { name: 'Release' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
  await page.getByText('No lease here').waitFor()
  t.ok(site.desk.orders.includes('release 10.0.0.17'))
  t.strictSame(misdeeds, [])
})

t.test('a redirection is added, refused and removed', async t => {
  const { page } = await visit(t, site)
  await page.goto(`${site.origin}/#/redirections`)
  const form = page.getByRole('form', { name: 'Redirect a phone' })
  await form.getByLabel('MAC').fill('00:04:13:26:00')
  await form.getByLabel('URL').fill('ftp://pbx.example/x')
  await form.getByRole('button').click()
  await page.getByRole('alert').getByText('twelve hexadecimal digits').waitFor()
  await form.getByLabel('MAC').fill('00-04-13-26-00-ff')
  await form.getByRole('button').click()
  await page.getByRole('alert').getByText('ftp://pbx.example/x is no http or https URL').waitFor()
  await form.getByLabel('URL').fill('https://pbx.example/{mac}.xml')
  await form.getByRole('button').click()
  await row(page, '00:04:13:26:00:ff').getByText('https://pbx.example/{mac}.xml').waitFor()
  t.ok(site.desk.orders.includes('redirect 0004132600FF https://pbx.example/{mac}.xml from 127.0.0.1'))
  await row(page, '00:04:13:26:00:ff').getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await page.getByText('No phone is redirected').waitFor()
  t.ok(site.desk.orders.includes('dismiss 0004132600FF from 127.0.0.1'))
})

t.test('script tags for names are shown as text, and nothing runs or asks elsewhere', async t => {
  const { page, misdeeds } = await visit(t, site)
  const mac = some(site.desk.macs[1])
  for (const hash of ['phones', `phone/${mac}`, `inbox/${mac}`, 'leases', 'health']) {
    await page.goto(`${site.origin}/#/${hash}`)
    await page.getByText('<script>window.pwned=1</script>').first().waitFor()
  }
  await page.goto(`${site.origin}/#/phone/${mac}`)
  t.match(await page.locator('.facts .what').first().textContent(), `GET /${scriptTag} 404`)
  t.equal(await page.getByText(scriptTag, { exact: true }).count(), 4, 'name, class, host name and User-Agent')
  await page.goto(`${site.origin}/#/phones?q=${encodeURIComponent(scriptTag)}`)
  await row(page, scriptTag.slice(0, 20)).waitFor()
  await page.goto(`${site.origin}/#/${encodeURIComponent(scriptTag)}`)
  await page.getByText('No such page').waitFor()
  t.equal(await page.evaluate(() => Reflect.get(globalThis, 'pwned')), undefined)
  t.strictSame(misdeeds, [])
})

t.test('a refused configuration is told on every view', async t => {
  const { page } = await visit(t, site)
  const refused = await opened(t, {
    desk: desk => ({
      ...desk,
      async health() {
        const file = '/etc/option66/phones.yaml'
        const finding = { file, line: 3, column: 1, severity: 'error', rule: 'yaml', message: 'a tab' } as const
        const health = await desk.health()
        return { ...health, configuration: { ...health.configuration, isAccepted: false, findings: [finding] } }
      },
    }),
  })
  for (const { hash } of views(refused.desk)) {
    await page.goto(`${refused.origin}/${hash}`)
    await page.getByRole('alert').getByText('Configuration refused').waitFor()
  }
  await page.getByRole('link', { name: 'See the findings' }).click()
  await page.getByText('/etc/option66/phones.yaml:3:1').waitFor()
  t.pass()
})

t.test('a lost connection is told, and mends itself', async t => {
  const { page } = await visit(t, site)
  const first = await opened(t, { phones: 3 })
  await page.goto(first.origin)
  await row(page, 'Desk 3').waitFor()
  await first.door.close()
  await page.getByRole('alert').getByText('Connection lost').waitFor()
  t.equal(await row(page, 'Desk 3').count(), 1, 'what was known stays')
  await opened(t, { phones: 4, port: first.door.port })
  await row(page, 'Desk 4').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  t.equal(await page.getByText('Connection lost').count(), 0)
})

t.test('a wrong password is told, the right one lets in, and signing out shuts the door', async t => {
  const locked = await opened(t, { password: 'correct horse' })
  const { page } = await visit(t, locked)
  const signIn = async (password: string): Promise<void> => {
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }
  await page.goto(`${locked.origin}/#/health`)
  await signIn('battery staple')
  await page.getByRole('alert').getByText('Wrong password').waitFor()
  t.equal(await page.getByRole('heading', { name: 'Health' }).count(), 0)
  await signIn('correct horse')
  await page.getByRole('heading', { name: 'Health', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Password').waitFor()
  await page.reload()
  await page.getByLabel('Password').waitFor()
  await page.route('**/api/v1/session', route =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 429, headers: { 'retry-after': '12' }, json: { error: 'slowly' } })
      : route.continue(),
  )
  await signIn('battery staple')
  await page.getByRole('alert').getByText('Wait 12 s').waitFor()
  await page.unroute('**/api/v1/session')
  await signIn('correct horse')
  await page.getByRole('heading', { name: 'Health', level: 1 }).waitFor()
  await page.context().clearCookies()
  await page.goto(`${locked.origin}/#/leases`)
  await page.getByRole('alert').getByText('Your session has ended').waitFor()
  t.pass()
})

t.test('the theme is the system’s until the reader chooses, and stays chosen', async t => {
  const { page } = await visit(t, site, { colorScheme: 'dark' })
  await page.goto(site.origin)
  const theme = (): Promise<string | null> => page.locator('html').getAttribute('data-theme')
  t.equal(await theme(), 'dark')
  await page.getByRole('button', { name: /theme/ }).click()
  t.equal(await theme(), 'light')
  await page.reload()
  await page.getByRole('button', { name: 'Light theme' }).waitFor()
  t.equal(await theme(), 'light')
})

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`axe finds nothing serious on any view, ${colorScheme}`, async t => {
    const { page } = await visit(t, site, { colorScheme })
    for (const { name, hash, ready, prepare } of views(site.desk)) {
      await page.goto(`${site.origin}/${hash}`)
      await page.locator(ready).first().waitFor()
      await prepare?.(page)
      t.strictSame(await graveFindings(page), [], name)
    }
  })
}

t.test('nothing is wider than a phone held upright', async t => {
  const { page } = await visit(t, site, { viewport: { width: 390, height: 844 } })
  for (const { name, hash, ready, prepare } of views(site.desk)) {
    await page.goto(`${site.origin}/${hash}`)
    await page.locator(ready).first().waitFor()
    await prepare?.(page)
    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('main')].map(part => part.scrollWidth - part.clientWidth),
    )
    t.ok(
      wide.every(pixels => pixels <= 0),
      `${name}: ${wide}`,
    )
  }
})
