/** Debian's Chromium on the status door over a fake desk, and an ear for whatever a page must not do. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { hashPassword } from '../../src/doors/password.js'
import { openStatus, type StatusDoor } from '../../src/doors/status.js'
import { type FakeDesk, type FakePlan, fakeDesk } from '../doors/fake-desk.js'
import { isRoot } from '../lab/lab.js'

const executablePath = '/usr/bin/chromium'
const pageFolder = join(import.meta.dirname, '../../dist/status')

/** Why there can be no browser here, or false. */
export function noBrowser(): string | false {
  if (!existsSync(executablePath)) return `needs ${executablePath}`
  return existsSync(join(pageFolder, 'index.html')) ? false : 'needs the built page: npm run build:page'
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [] })
}

export interface Site {
  readonly desk: FakeDesk
  readonly door: StatusDoor
  readonly origin: string
}

export interface SitePlan extends FakePlan {
  readonly password?: string
  readonly port?: number
  readonly desk?: (desk: FakeDesk) => FakeDesk // to say something else now and then
}

export async function openSite(plan: SitePlan = {}): Promise<Site> {
  const desk = plan.desk?.(fakeDesk(plan)) ?? fakeDesk(plan)
  const hash = plan.password === undefined ? undefined : await hashPassword(plan.password)
  const silent = (): void => {}
  const door = await openStatus({
    listeners: [{ host: '127.0.0.1', port: plan.port ?? 0 }],
    desk,
    site: () => 'Lab 1',
    version: '0.0.0',
    password: () => hash,
    pageFolder,
    metrics: { text: async () => '' },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    now: Date.now,
    pace: { health: 1_000, comment: 15_000 },
    requestsPerSecond: 1_000,
  })
  return { desk, door, origin: `http://127.0.0.1:${door.port}` }
}

export interface Watched {
  readonly page: Page
  /** Console errors, uncaught errors, dialogs, breaches of the content security policy, requests to others. */
  readonly misdeeds: readonly string[]
}

export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const misdeeds: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') misdeeds.push(`console: ${message.text()}`)
  })
  page.on('pageerror', error => misdeeds.push(`uncaught: ${error.message}`))
  page.on('dialog', dialog => {
    misdeeds.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', request => {
    if (!request.url().startsWith(`${origin}/`)) misdeeds.push(`request: ${request.url()}`)
  })
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', event => reportError(new Error(`CSP: ${event.violatedDirective}`)))
  })
  return { page, misdeeds }
}
